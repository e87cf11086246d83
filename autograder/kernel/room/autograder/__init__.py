"""`autograder` in the room where answers are judged: it asks for answers and knows none."""


def check(*answers):
    """Nothing: the grade is decided outside, after this cell."""
    print("check: the answer is graded outside this notebook")


class CheckFailed(AssertionError):
    """Raised by the `check` that students have."""
