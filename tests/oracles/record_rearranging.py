"""The oracle of layers that move numbers about.

`python -m tests.oracles.record_rearranging` asks PyTorch and Keras again and keeps the answers in rearranging.npz.
"""

from functools import partial

from tests.oracles import rearranging_questions as questions
from tests.oracles.common import Oracle
from tests.oracles.layer_questions import ask_layer

ORACLE = Oracle(
    "rearranging",
    {
        **{f"layer/{case}": partial(ask_layer, *what) for case, what in questions.LAYERS.items()},
        **{f"embedding/{case}": partial(questions.ask_embedding, *what) for case, what in questions.EMBEDDINGS.items()},
        **{
            f"translation/{case}": partial(questions.ask_translation, *what)
            for case, what in questions.TRANSLATIONS.items()
        },
    },
)

if __name__ == "__main__":
    ORACLE.record()
