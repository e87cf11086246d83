"""The oracle of convolutions that the windows leave out.

`python -m tests.oracles.record_conv` asks PyTorch and Keras again and keeps the answers in conv.npz.
"""

from functools import partial

from tests.oracles.common import Oracle
from tests.oracles.conv_questions import CASES, ask

ORACLE = Oracle("conv", {name: partial(ask, *case) for name, case in CASES.items()})

if __name__ == "__main__":
    ORACLE.record()
