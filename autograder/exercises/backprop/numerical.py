"""The gradient by finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.formula import Formula
from autograder.inputs import tenths, whole
from course import gradcheck

Function = Callable[[np.ndarray], Any]

CUBES = Formula("lambda x: (x ** 3).sum()")
SQUARES = Formula("lambda x: (x ** 2).sum()")
PRODUCT = Formula("lambda x: (x[0] ** 2 * x[1]).sum()")


def _numerical_gradient(f: Function, x: np.ndarray, eps: float) -> np.ndarray:
    """The central differences of f at x, of x's shape."""
    return gradcheck.numerical_gradient(f, x, eps)


# Steps are large here, so that every way to take the difference gives numbers of its own, and float32 is enough.
def _vectors(rng: np.random.Generator) -> Iterator[Arguments]:
    yield CUBES, tenths(rng, 2), 0.5
    yield PRODUCT, tenths(rng, 2), 0.1
    yield CUBES, tenths(rng, 4), 0.1
    yield CUBES, whole(rng, 3).astype(np.float32), 0.5


def _matrices(rng: np.random.Generator) -> Iterator[Arguments]:
    yield CUBES, tenths(rng, 2, 2), 0.5
    yield PRODUCT, tenths(rng, 2, 3), 0.1
    yield CUBES, tenths(rng, 2, 1, 3), 0.5


def _wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield CUBES, whole(rng, 2), 0.5
    yield PRODUCT, whole(rng, 2, 2), 0.1


def _small_steps(rng: np.random.Generator) -> Iterator[Arguments]:
    yield SQUARES, tenths(rng, 2), 1e-5
    yield Formula("lambda x: np.exp(x).sum()"), tenths(rng, 3), 1e-5


def _each(difference: Callable[[Function, np.ndarray, np.ndarray], float]) -> Callable[..., np.ndarray]:
    """The answer that puts `difference(f, x, step)` in each place, the step being along that place alone."""

    def gradient(f: Function, x: np.ndarray, eps: float) -> np.ndarray:
        x = np.asarray(x, dtype=float)
        found = np.zeros(x.shape)
        for place in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[place] = eps
            found[place] = difference(f, x, step)
        return found

    return gradient


def _all_at_once(f: Function, x: np.ndarray, eps: float) -> Any:
    return (f(x + eps) - f(x - eps)) / (2 * eps)


def _by_rows(f: Function, x: np.ndarray, eps: float) -> np.ndarray:
    point, found = np.array(x, dtype=float), np.zeros(np.shape(x))
    for i in range(len(point)):
        row = point[i].copy()
        point[i] = row + eps
        above = f(point)
        point[i] = row - eps
        found[i] = (above - f(point)) / (2 * eps)
        point[i] = row
    return found


def _not_put_back(f: Function, x: np.ndarray, eps: float) -> np.ndarray:
    point, found = np.array(x, dtype=float), np.zeros(np.shape(x))
    for place in np.ndindex(point.shape):
        point[place] += eps
        above = f(point)
        point[place] -= 2 * eps
        found[place] = (above - f(point)) / (2 * eps)
    return found


def _stays_above(f: Function, x: np.ndarray, eps: float) -> np.ndarray:
    point, found = np.array(x, dtype=float), np.zeros(np.shape(x))
    for place in np.ndindex(point.shape):
        point[place] += eps
        above = f(point)
        point[place] -= eps
        found[place] = (above - f(point)) / (2 * eps)
    return found


def _truncated(f: Function, x: np.ndarray, eps: float) -> np.ndarray:
    point, found = x.copy(), np.zeros(np.shape(x))
    for place in np.ndindex(point.shape):
        middle = point[place]
        point[place] = middle + eps
        above = f(point)
        point[place] = middle - eps
        found[place] = (above - f(point)) / (2 * eps)
        point[place] = middle
    return found


numerical_gradient = Exercise(
    name="numerical_gradient",
    reference=_numerical_gradient,
    cases=_vectors,
    criteria=[
        Criterion("values", 1.5),
        Criterion("arrays of any shape", 1, cases=_matrices),
        Criterion("whole numbers", 0.5, cases=_wholes),
        Criterion("small steps", 0.5, cases=_small_steps),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=("scipy.optimize.approx_fprime", "scipy.differentiate.jacobian"),
    mistakes=[
        Mistake(
            "steps lost in an array of integers",
            _truncated,
            "Right for floats. An array of integers keeps whole numbers only: what is left of 3 + 0.5 in it?",
        ),
        Mistake(
            "the difference to one side, forward",
            _each(lambda f, x, step: (f(x + step) - f(x)) / step.sum()),
            "Try the square of x at x = 1 with eps = 1/2: the slope is 2. Step to both sides, not to one.",
        ),
        Mistake(
            "the difference to one side, backward",
            _each(lambda f, x, step: (f(x) - f(x - step)) / step.sum()),
            "Try the square of x at x = 1 with eps = 1/2: the slope is 2. Step to both sides, not to one.",
        ),
        Mistake(
            "divides by eps, but the two points are 2 eps apart",
            _each(lambda f, x, step: (f(x + step) - f(x - step)) / step.sum()),
            "How far apart are the two points at which f is taken?",
        ),
        Mistake(
            "half a step to each side",
            _each(lambda f, x, step: (f(x + step / 2) - f(x - step / 2)) / step.sum()),
            "A fair difference, but a step of eps to each side was asked for: the points are 2 eps apart.",
        ),
        Mistake(
            "back to the middle in place of the other side",
            _stays_above,
            "From x + eps, how far is it down to x - eps?",
        ),
        Mistake(
            "parentheses: divides by 2, then multiplies by eps",
            _each(lambda f, x, step: (f(x + step) - f(x - step)) / 2 * step.sum()),
            "Division and multiplication are done from left to right. What do you divide by?",
        ),
        Mistake(
            "below minus above",
            _each(lambda f, x, step: (f(x - step) - f(x + step)) / (2 * step.sum())),
            "For a function that rises, is your difference positive?",
        ),
        Mistake(
            "a step of its own in place of eps",
            _each(lambda f, x, step: (f(x + (step > 0) * 1e-5) - f(x - (step > 0) * 1e-5)) / 2e-5),
            "The step is an argument. Does your answer change when it does?",
        ),
        Mistake(
            "moves all numbers at once",
            _all_at_once,
            "The gradient tells each number's own effect. How many of them move at a time in your answer?",
        ),
        Mistake(
            "all numbers at once, in every place",
            lambda f, x, eps: np.full(np.shape(x), _all_at_once(f, x, eps)),
            "The gradient tells each number's own effect. How many of them move at a time in your answer?",
        ),
        Mistake(
            "moves a whole row at once",
            _by_rows,
            "Right for vectors. In a matrix, what does one index pick, a number or a row?",
        ),
        Mistake(
            "a number is not put back before the next one moves",
            _not_put_back,
            "Follow two numbers by hand. Where does the first one stand when the second moves?",
        ),
        Mistake(
            "the result is flat",
            lambda f, x, eps: _numerical_gradient(f, x, eps).ravel(),
            "A gradient has the shape of what it belongs to.",
        ),
        Mistake(
            "the sum of the slopes",
            lambda f, x, eps: _numerical_gradient(f, x, eps).sum(),
            "There is a slope for each number of x. Where do yours become one?",
        ),
    ],
)
