"""A mistake by name, and the calls that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.exercise import Exercise, Trial
from autograder.probe import Answer, observe

NOT_WRITTEN = "not written yet"


@dataclass(frozen=True)
class Diagnosis:
    """A mistake by name, and what leads on from it."""

    name: str
    hint: str


@dataclass(frozen=True)
class Observation:
    """One call: what was asked, what came, what was expected."""

    trial: Trial
    answer: Answer
    expected: Any


def reproduces(exercise: Exercise, wrong: Callable[..., Any], observations: Sequence[Observation]) -> bool:
    """Whether the function `wrong` answers as the student did, every time."""
    if not any(observation.answer.outcome == "returned" for observation in observations):
        return False  # that both raise the same kind of error every time says little
    return all(_equal(observe(wrong, o.trial.arguments), o.answer, exercise) for o in observations)


def _equal(theirs: Answer, mine: Answer, exercise: Exercise) -> bool:
    if theirs.outcome != mine.outcome or (theirs.modified and theirs.modified != mine.modified):
        return False
    if theirs.outcome == "raised":
        return theirs.error.split(":")[0].split(" ")[0] == mine.error.split(":")[0].split(" ")[0]
    return theirs.outcome == "returned" and exercise.differ(mine.value, theirs.value) is None
