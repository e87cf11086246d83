"""`check`: what a student calls under an answer."""

from __future__ import annotations

import sys
from typing import Any

from autograder import report
from autograder.assess import Result, check_function
from autograder.exercise import STUDENT_SEED
from autograder.exercises import find


class CheckFailed(AssertionError):
    """An answer does not meet all its criteria. Carries the `Result`."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"{result.exercise}: {result.summary}")
        self.result = result

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where the check raised is no news to a student."""
        return [f"CheckFailed: {self}"]


def check(answer: Any, name: str | None = None) -> None:
    """Try an answer, show a table of its criteria, and raise where one is not met.

    Parameters
    ----------
    answer : callable
        The function that you wrote.
    name : str, optional
        The exercise's name; without it, the function's own name.

    Raises
    ------
    CheckFailed
        Where a criterion is not met, so that the Validate button and `nbgrader validate` see it.
    TypeError
        Where `answer` is no function.
    ValueError
        Where no exercise has that name.
    """
    if not callable(answer):
        raise TypeError(
            f"check: answer must be a function, got {type(answer).__name__}; "
            "give its name without parentheses and arguments, as in check(sigmoid)"
        )
    exercise = find(name or str(getattr(answer, "__name__", "")))
    result = check_function(exercise, answer, STUDENT_SEED)
    _show(result)
    if not result.passed:
        raise CheckFailed(result)


def _show(result: Result) -> None:
    """As HTML in a notebook, as text elsewhere."""
    shell = sys.modules.get("IPython")
    if shell is not None and shell.get_ipython() is not None:
        from IPython.display import publish_display_data

        publish_display_data({"text/plain": report.as_text(result), "text/html": report.as_html(result)})
    else:
        print(report.as_text(result))
