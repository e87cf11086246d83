"""Which mistake explains the difference between an answer and the expected one.

The exercise's own mistakes are tried first, by computing what each of them would have answered. Then come those that
can be made anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.diagnosis import NOT_WRITTEN, Diagnosis, Observation, reproduces
from autograder.exercise import Exercise
from autograder.general import GENERAL


def explain(
    exercise: Exercise, observations: Sequence[Observation], failing: Sequence[Observation]
) -> Diagnosis | None:
    """Name the mistake that reproduces the student's answers.

    Parameters
    ----------
    exercise : Exercise
    observations : sequence of Observation
        Every call. A known mistake has to reproduce all of them, the right ones too; where none does, because
        there are two mistakes at once, all those of the first criterion that is not met.
    failing : sequence of Observation
        Those that went wrong; at least one.

    Returns
    -------
    Diagnosis or None
    """
    if unwritten := _unwritten(failing):
        return unwritten
    first = failing[0].trial.criterion
    return _explain_all(exercise, observations, failing) or _explain_all(
        exercise,
        [observation for observation in observations if observation.trial.criterion is first],
        [observation for observation in failing if observation.trial.criterion is first],
    )


def _explain_all(
    exercise: Exercise, observations: Sequence[Observation], failing: Sequence[Observation]
) -> Diagnosis | None:
    for mistake in exercise.mistakes if not exercise.trains else ():
        if reproduces(exercise, mistake.wrong, observations):
            return Diagnosis(mistake.name, mistake.hint)
    for general in GENERAL:
        if diagnosis := general(exercise, failing):
            return diagnosis
    return None


def _unwritten(failing: Sequence[Observation]) -> Diagnosis | None:
    if failing[0].answer.error.startswith("NotImplementedError"):
        return Diagnosis(
            NOT_WRITTEN,
            "Write your answer in the cell above, delete the line that raises, and run the cell.",
        )
    return None
