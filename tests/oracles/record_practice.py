"""The oracle of training practice.

`python -m tests.oracles.record_practice` asks Keras again and keeps the answers in practice.npz.
"""

from functools import partial

from tests.oracles.common import Oracle
from tests.oracles.practice_questions import (
    CALLBACKS,
    CURVES,
    PENALTIES,
    PRACTICE,
    WATCHED,
    in_float64,
    losses,
    on_batch,
    practice,
    transfer,
    watch,
)

ORACLE = Oracle(
    "practice",
    {
        **{
            f"callback/{case}/{name}": partial(in_float64, watch, callback, values)
            for case, callback in CALLBACKS.items()
            for name, values in WATCHED.items()
        },
        **{f"curve/{optimizer}": partial(in_float64, losses, optimizer) for optimizer in CURVES},
        **{f"penalty/{penalty}": partial(in_float64, losses, "Adam", penalty) for penalty in PENALTIES},
        **{f"practice/{name}": partial(in_float64, practice, name) for name in PRACTICE},
        "transfer": partial(in_float64, transfer),
        "on_batch": partial(in_float64, on_batch),
    },
)

if __name__ == "__main__":
    ORACLE.record()
