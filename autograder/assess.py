"""Answers in, result out: which criteria are met, what they earn, and what went wrong first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.compare import count
from autograder.diagnose import explain
from autograder.diagnosis import NOT_WRITTEN, Diagnosis, Observation
from autograder.exercise import Exercise, Trial
from autograder.probe import Answer, observe_all, readable


@dataclass(frozen=True)
class Failure:
    """A call that the answer got wrong.

    Parameters
    ----------
    arguments : tuple of (name, value)
    answer : Answer
        What came.
    expected : number, ndarray, or list, tuple, dict of them
    message : str
        How the two differ, in one line.
    one_of_several : bool
        Whether what was expected is only one of the right answers.
    """

    arguments: tuple[tuple[str, Any], ...]
    answer: Answer
    expected: Any
    message: str
    one_of_several: bool = False


@dataclass(frozen=True)
class CriterionResult:
    """One line of the report."""

    name: str
    points: float
    passed: bool
    message: str = ""

    @property
    def earned(self) -> float:
        return self.points if self.passed else 0.0


@dataclass(frozen=True)
class Result:
    """What an answer to an exercise is worth, and why.

    Parameters
    ----------
    exercise : str
    criteria : sequence of CriterionResult
    failure : Failure or None
        The smallest failing case of the first criterion that is not met.
    diagnosis : Diagnosis or None
        The mistake that explains it.
    seed : int or None
        What the inputs were drawn from: with it, the result can be had again.
    """

    exercise: str
    criteria: Sequence[CriterionResult]
    failure: Failure | None = None
    diagnosis: Diagnosis | None = None
    seed: int | None = field(default=None)

    @property
    def points(self) -> float:
        return sum(criterion.earned for criterion in self.criteria)

    @property
    def max_points(self) -> float:
        return sum(criterion.points for criterion in self.criteria)

    @property
    def passed(self) -> bool:
        return all(criterion.passed for criterion in self.criteria)

    @property
    def written(self) -> bool:
        """Whether there is an answer at all."""
        return self.diagnosis is None or self.diagnosis.name != NOT_WRITTEN

    @property
    def summary(self) -> str:
        """What went wrong, in one line."""
        if self.passed:
            return "all right"
        if self.diagnosis:
            return self.diagnosis.name
        if self.failure:
            return self.failure.message
        return next(criterion.message for criterion in self.criteria if not criterion.passed)


def check_function(exercise: Exercise, function: Any, seed: int) -> Result:
    """Call `function`, here and now, on the exercise's inputs and judge it."""
    trials = exercise.trials(seed)
    inputs = [trial.arguments for trial in trials]
    answers = observe_all(function, inputs, rules_out=exercise.ruled_out, seconds=exercise.seconds)
    return assess(exercise, trials, answers, seed)


def assess(exercise: Exercise, trials: Sequence[Trial], answers: Sequence[Answer], seed: int) -> Result:
    """Judge the answers that a function gave to `trials`.

    Parameters
    ----------
    exercise : Exercise
    trials : sequence of Trial
        From `exercise.trials(seed)`.
    answers : sequence of Answer
        One for each trial; fewer where the calls were ended early.
    seed : int

    Returns
    -------
    Result
    """
    observations = [
        Observation(trial, answer, readable(exercise.expected(trial.arguments)))
        for trial, answer in zip(trials, answers, strict=False)
    ]
    if any(observation.answer.outcome == "ruled out" for observation in observations):
        return _ruled_out(exercise, observations, seed)
    messages = [_message(exercise, observation) for observation in observations]
    criteria = []
    for criterion in exercise.criteria:
        found = [m for m, o in zip(messages, observations, strict=True) if o.trial.criterion is criterion]
        asked = sum(trial.criterion is criterion for trial in trials)
        first = next((message for message in found if message), "")
        if not first and len(found) < asked:
            first = "not tried: an earlier call did not come back"
        criteria.append(CriterionResult(criterion.name, criterion.points, passed=not first, message=first))
    failing = [(o, m) for o, m in zip(observations, messages, strict=True) if m]
    if not failing:
        return Result(exercise.name, criteria, seed=seed)
    return Result(
        exercise.name,
        criteria,
        failure=_failure(exercise, *_smallest(failing)),
        diagnosis=_named(exercise, [m for _, m in failing]) or explain(exercise, observations, [o for o, _ in failing]),
        seed=seed,
    )


def nothing(exercise: Exercise, name: str, hint: str = "", seed: int | None = None) -> Result:
    """A result of zero for an answer that could not be asked: the cell is missing, the kernel died."""
    criteria = [CriterionResult(c.name, c.points, passed=False, message=name) for c in exercise.criteria]
    return Result(exercise.name, criteria, diagnosis=Diagnosis(name, hint), seed=seed)


def _message(exercise: Exercise, observation: Observation) -> str:
    """What is wrong with one answer, in one line; empty where it is right."""
    answer = observation.answer
    if answer.outcome == "raised":
        return f"raised {answer.error}"
    if answer.outcome == "timed out":
        return answer.error
    if answer.outcome == "unreadable":
        return f"returned {answer.error}"
    if wrong := exercise.wrong(observation.trial, answer.value, observation.expected):
        return wrong
    if observation.trial.criterion.unmodified and answer.modified:
        names = _names(exercise, len(observation.trial.arguments))
        changed = ", ".join(names[i] for i in answer.modified if i < len(names))
        return f"the argument {changed} was changed"
    return ""


def _named(exercise: Exercise, messages: Sequence[str]) -> Diagnosis | None:
    """The mistake whose name a criterion gave as what is wrong."""
    return next((Diagnosis(m.name, m.hint) for m in exercise.mistakes if m.name in messages), None)


def _ruled_out(exercise: Exercise, observations: Sequence[Observation], seed: int) -> Result:
    called = next(o.answer.error for o in observations if o.answer.outcome == "ruled out")
    hint = "This exercise asks you to write it yourself. Ready-made answers earn no points."
    return nothing(exercise, f"calls {called} instead of answering", hint, seed)


def _smallest(failing: Sequence[tuple[Observation, str]]) -> tuple[Observation, str]:
    first = failing[0][0].trial.criterion
    same = [pair for pair in failing if pair[0].trial.criterion is first]
    return min(same, key=lambda pair: count(pair[0].trial.arguments))


def _failure(exercise: Exercise, observation: Observation, message: str) -> Failure:
    names = _names(exercise, len(observation.trial.arguments))
    arguments = tuple(zip(names, observation.trial.arguments, strict=True))
    several = observation.trial.criterion.accepts is not None
    return Failure(arguments, observation.answer, observation.expected, message, several)


def _names(exercise: Exercise, count: int) -> Sequence[str]:
    names = exercise.parameter_names
    return names[:count] if len(names) >= count else [f"argument {i + 1}" for i in range(count)]
