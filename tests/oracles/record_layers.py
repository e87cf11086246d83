"""The oracle of layers and models.

`python -m tests.oracles.record_layers` asks PyTorch and Keras again and keeps the answers in layers.npz.
"""

from functools import partial

from tests.oracles.common import Oracle
from tests.oracles.layer_questions import DENSE, LAYERS, ask_dense, ask_layer
from tests.oracles.model_questions import PROGRAMS, ask_training

ORACLE = Oracle(
    "layers",
    {
        **{f"layer/{case}": partial(ask_layer, *what) for case, what in LAYERS.items()},
        **{f"torch/{case}": partial(ask_dense, *what) for case, what in DENSE.items()},
        **{f"training/{case}": partial(ask_training, case) for case in PROGRAMS},
    },
)

if __name__ == "__main__":
    ORACLE.record()
