"""The oracle of convolutions and poolings.

`python -m tests.oracles.record_conv` asks Keras on PyTorch again and keeps the answers in conv.npz.
"""

from functools import partial

from tests.oracles.common import Oracle
from tests.oracles.conv_questions import CASES, ask

ORACLE = Oracle("conv", {case: partial(ask, *what) for case, what in CASES.items()})

if __name__ == "__main__":
    ORACLE.record()
