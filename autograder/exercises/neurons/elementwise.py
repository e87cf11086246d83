"""What is asked of every function that acts on each number alone, activation or derivative."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion
from autograder.inputs import tenths, whole

ONE_TRUTH_VALUE = (
    "`if` and `max` want one truth value, and an array has as many as elements. "
    "Try your condition on an array of three numbers and look at what it gives."
)


def vectors(rng: np.random.Generator) -> Iterator[Arguments]:
    """One axis, down to a single number."""
    yield (tenths(rng, 2),)
    yield (tenths(rng, 1),)
    yield (tenths(rng, 5),)
    yield (tenths(rng, 4).astype(np.float32),)


def batches(rng: np.random.Generator) -> Iterator[Arguments]:
    """Rows of numbers, (n, m)."""
    yield (tenths(rng, 2, 2),)
    yield (tenths(rng, 3, 4),)


def wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    """Whole numbers."""
    yield (whole(rng, 3),)
    yield (whole(rng, 2, 3),)


def extremes(rng: np.random.Generator) -> Iterator[Arguments]:
    """Where exponentials overflow."""
    # zero stands among them so that an answer of zeros or ones is not right
    yield (np.array([-1000.0, 0.0, 1000.0]),)
    yield (np.append(0.0, 1000 * tenths(rng, 3)),)
    yield (np.array([-100.0, 0.0, 100.0], dtype=np.float32),)


ELEMENTWISE = (
    Criterion("values", 1),
    Criterion("a batch of rows", 0.5, cases=batches),
    Criterion("whole numbers", 0.5, cases=wholes),
    Criterion("leaves its input alone", 0.5, unmodified=True),
)
SMOOTH = (*ELEMENTWISE, Criterion("finite at ±1000", 0.5, cases=extremes))
