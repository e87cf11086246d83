"""The oracle of layers with a sliding window.

`python -m tests.oracles.record_windows` asks PyTorch and Keras again and keeps the answers in windows.npz.
"""

from functools import partial

from tests.oracles import window_questions as questions
from tests.oracles.common import Oracle

ORACLE = Oracle("windows", {name: partial(questions.ask, *case) for name, case in questions.CASES.items()})

if __name__ == "__main__":
    ORACLE.record()
