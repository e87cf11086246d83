"""Small exercises to try the judging on, apart from the course's own."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograder.assess import Result, assess
from autograder.exercise import STUDENT_SEED, Criterion, Exercise
from autograder.probe import observe_all


def exercise(reference: Callable[..., Any], *inputs: Callable[[np.random.Generator], Any], **options: Any) -> Exercise:
    """An exercise whose cases are drawn by `inputs`, one function of rng a case; "values" is its only criterion."""

    def cases(rng: np.random.Generator) -> Iterable[tuple]:
        return [draw(rng) for draw in inputs]

    return Exercise("toy", reference, cases, **{"criteria": [Criterion("values", 2)], **options})


def array(*shape: int) -> Callable[[np.random.Generator], tuple]:
    """One argument, an array of that shape."""
    return lambda rng: (rng.normal(size=shape),)


def arrays(*shapes: Sequence[int]) -> Callable[[np.random.Generator], tuple]:
    """As many arguments as shapes."""
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


def judge(exercise: Exercise, function: Callable[..., Any], seed: int = STUDENT_SEED, **options: Any) -> Result:
    """What `function` is worth; `options` go to `observe`."""
    trials = exercise.trials(seed)
    return assess(exercise, trials, observe_all(function, [trial.arguments for trial in trials], **options), seed)
