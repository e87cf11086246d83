"""The oracle of normalization.

`python -m tests.oracles.record_normalization` asks PyTorch and Keras again and keeps the answers in normalization.npz.
"""

from functools import partial

from tests.oracles import normalization_questions as questions
from tests.oracles.common import Oracle

ORACLE = Oracle(
    "normalization",
    {
        **{
            f"batch/{case}/{mode}": partial(questions.ask_batch, *questions.BATCH[case], mode == "training")
            for case in questions.BATCH
            for mode in ("training", "evaluation")
        },
        **{
            f"keras/batch/{case}/{mode}": partial(
                questions.ask_keras, "BatchNormalization", *questions.BATCH[case], mode == "training"
            )
            for case in questions.BATCH_IN_KERAS
            for mode in ("training", "evaluation")
        },
        **{f"layer/{case}": partial(questions.ask_layer, *what) for case, what in questions.LAYER.items()},
        **{
            f"keras/layer/{case}": partial(questions.ask_keras, "LayerNormalization", *questions.LAYER[case], False)
            for case in questions.LAYER_IN_KERAS
        },
        **{f"training/{case}": partial(questions.ask_training, case) for case in questions.TRAININGS},
    },
)

if __name__ == "__main__":
    ORACLE.record()
