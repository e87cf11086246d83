"""The mean squared error and the cross-entropy of two classes, each with its gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole
from course import losses

LossAndGradient = tuple[Any, Any]

CERTAIN_LOSS = (4.0, 1000.0)
"""Where the loss of one example that is surely wrong may lie: −log of what a probability of 0 is taken for."""


def _mse(y: np.ndarray, p: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean squared error and its gradient in p, of p's shape."""
    return losses.MeanSquaredError().value_and_gradient(y, np.asarray(p, dtype=float))


def _numbers(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2), tenths(rng, 2)
    yield tenths(rng, 5), tenths(rng, 5)
    yield tenths(rng, 3).astype(np.float32), tenths(rng, 3).astype(np.float32)


def _rows(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 2), tenths(rng, 2, 2)
    yield tenths(rng, 4, 3), tenths(rng, 4, 3)


def _wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 3), whole(rng, 3) * 2
    yield whole(rng, 3, 2), tenths(rng, 3, 2)


mse = Exercise(
    name="mse",
    reference=_mse,
    cases=_numbers,
    criteria=[
        Criterion("values", 1),
        Criterion("several outputs", 0.5, cases=_rows),
        Criterion("whole numbers", 0.5, cases=_wholes),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=("sklearn.metrics.mean_squared_error",),
    mistakes=[
        Mistake(
            "the 2 of the square is missing in the gradient",
            lambda y, p: (np.mean((p - y) ** 2), (p - y) / p.size),
            "What is the derivative of (p - y) squared with respect to p?",
        ),
        Mistake(
            "the gradient is not divided by the number of elements",
            lambda y, p: (np.mean((p - y) ** 2), 2 * (p - y)),
            "The loss is a mean. By how much does it change when one of many predictions does?",
        ),
        Mistake(
            "half the squares",
            lambda y, p: (np.mean((p - y) ** 2) / 2, (p - y) / p.size),
            "Some books put a 1/2 in front to get rid of the 2. Is it in the formula here?",
        ),
        Mistake(
            "divided by the number of examples alone",
            lambda y, p: (((p - y) ** 2).sum() / len(p), 2 * (p - y) / len(p)),
            "Right with one output. The mean is over all elements: how many are there in n rows of k?",
        ),
        Mistake(
            "a sum in place of the mean",
            lambda y, p: (((p - y) ** 2).sum(), 2 * (p - y)),
            "Write every example twice. Should the loss change?",
        ),
        Mistake(
            "uphill and downhill exchanged in the gradient",
            lambda y, p: (np.mean((p - y) ** 2), 2 * (y - p) / p.size),
            "If p is above y and grows, does the loss grow? What sign has its slope then?",
        ),
        Mistake(
            "the root of the mean",
            lambda y, p: (np.sqrt(np.mean((p - y) ** 2)), 2 * (p - y) / p.size),
            "That is the typical error, in the units of y. The loss here is its square.",
        ),
        Mistake(
            "the errors are not squared",
            lambda y, p: (np.mean(p - y), np.ones(p.shape) / p.size),
            "Take one error of +1 and one of -1. Is a loss of zero fair?",
        ),
        Mistake(
            "absolute values",
            lambda y, p: (np.mean(np.abs(p - y)), np.sign(p - y) / p.size),
            "An error of 2 counts four times as much as an error of 1 here. Does it in your answer?",
        ),
        Mistake(
            "one loss for each output",
            lambda y, p: (np.mean((p - y) ** 2, axis=0), 2 * (p - y) / p.size),
            "A loss is one number for everything. What is left to average?",
        ),
        Mistake(
            "no mean at all",
            lambda y, p: ((p - y) ** 2, 2 * (p - y)),
            "A loss is one number for everything. What happens to the squares?",
        ),
        Mistake(
            "the gradient averaged to one number",
            lambda y, p: (np.mean((p - y) ** 2), np.mean(2 * (p - y))),
            "A gradient has the shape of what it belongs to. Each prediction has its own slope.",
        ),
        Mistake(
            "the mean before the square",
            lambda y, p: (np.mean(p - y) ** 2, 2 * (p - y) / p.size),
            "Take one error of +1 and one of -1. Is a loss of zero fair? Which comes first, the square or the mean?",
        ),
        Mistake(
            "only the loss",
            lambda y, p: np.mean((p - y) ** 2),
            "Two results are asked for: the loss, and its slope in each prediction.",
        ),
    ],
)


def _binary_cross_entropy(y: np.ndarray, p: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean cross-entropy of labels 0 or 1 and its gradient in p."""
    return losses.BinaryCrossentropy().value_and_gradient(y, np.asarray(p, dtype=float))


def _labels(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Zeros and ones in random order, as many of each, give or take one."""
    return rng.permutation(np.arange(np.prod(shape)) % 2).reshape(shape)


def _probabilities(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Tenths between 0.1 and 0.9, none of them one half."""
    return rng.choice([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9], size=shape)


def _pairs(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _labels(rng, 2), _probabilities(rng, 2)
    yield _labels(rng, 6).astype(float), _probabilities(rng, 6)
    yield _labels(rng, 5).astype(np.float32), _probabilities(rng, 5).astype(np.float32)


def _columns(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _labels(rng, 3, 1), _probabilities(rng, 3, 1)
    yield _labels(rng, 4, 2), _probabilities(rng, 4, 2)


def _certain(rng: np.random.Generator) -> Iterator[Arguments]:
    p = rng.choice([0.2, 0.3, 0.6, 0.7])
    yield np.array([1, 1, 0]), np.array([0.0, p, 1.0])
    yield np.array([1, 0, 0]), np.array([1.0, 0.0, p])
    yield np.array([1.0, 0.0], dtype=np.float32), np.array([0.0, p], dtype=np.float32)


def _finite(arguments: Arguments, got: Any) -> str | None:
    """What is wrong where some probabilities are exactly 0 or 1: these have many right answers, the others one."""
    y, p = (np.asarray(argument, dtype=float) for argument in arguments)
    loss, slopes = float(got[0]), np.asarray(got[1], dtype=float)
    if slopes.shape != p.shape:
        return f"the gradient has shape {slopes.shape}, expected {p.shape}"
    if not (np.isfinite(loss) and np.isfinite(slopes).all()):
        return f"not finite: the loss is {loss:.4g}, the slopes are {', '.join(f'{slope:.4g}' for slope in slopes)}"
    inside = (p > 0) & (p < 1)
    wrong = np.abs(y - p) == 1
    terms, right = _terms(y[inside], p[inside])
    low, high = ((terms.sum() + wrong.sum() * most) / p.size for most in CERTAIN_LOSS)
    if not low - 1e-4 <= loss <= high + 1e-4:
        return f"the loss is {loss:.4g}, expected at least {low:.4g}" if loss < low else f"the loss is {loss:.4g}"
    if not np.allclose(slopes[inside], right / p.size, rtol=1e-3, atol=1e-4):
        return "the gradient differs where the probability is neither 0 nor 1"
    uphill = np.sign(p - y)[wrong]
    if (slopes[wrong] * uphill < 0).any():
        return "the gradient has the wrong sign where the answer is surely wrong"
    return None


def _terms(y: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return -y * np.log(p) - (1 - y) * np.log(1 - p), (p - y) / (p * (1 - p))


def _right_but(loss: Any = None, gradient: Any = None) -> Any:
    """The plain formula with another loss or gradient: functions of (y, p)."""

    def answer(y: np.ndarray, p: np.ndarray) -> LossAndGradient:
        terms, slopes = _terms(y, np.clip(np.asarray(p, dtype=float), 1e-7, 1 - 1e-7))
        given = terms.mean() if loss is None else loss(y, p)
        return given, slopes / p.size if gradient is None else gradient(y, p)

    return answer


binary_cross_entropy = Exercise(
    name="binary_cross_entropy",
    reference=_binary_cross_entropy,
    cases=_pairs,
    criteria=[
        Criterion("values", 1.5),
        Criterion("columns and several outputs", 0.5, cases=_columns),
        Criterion("finite where p is 0 or 1", 1, cases=_certain, accepts=_finite),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=("sklearn.metrics.log_loss", "scipy.special.xlogy", "scipy.special.rel_entr"),
    mistakes=[
        Mistake(
            "infinite where a probability is 0 or 1",
            lambda y, p: (np.mean(_terms(y, p)[0]), _terms(y, p)[1] / p.size),
            "Right elsewhere. What is log(0), and what is zero times it? Keep p away from 0 and 1 by a tiny amount.",
        ),
        Mistake(
            "the gradient is infinite where a probability is 0 or 1",
            _right_but(gradient=lambda y, p: _terms(y, p)[1] / p.size),
            "The loss is right everywhere. Which of its two parts did you keep away from 0 and 1, and which not?",
        ),
        Mistake(
            "the gradient of the score in place of the probability's",
            _right_but(gradient=lambda y, p: (p - y) / p.size),
            "That is the slope in z, where the sigmoid's slope cancels. Asked for is the slope in p itself.",
        ),
        Mistake(
            "the minus is missing",
            _right_but(lambda y, p: -_terms(y, p)[0].mean(), lambda y, p: -_terms(y, p)[1] / p.size),
            "The logarithm of a probability is negative. Should the loss be?",
        ),
        Mistake(
            "the minus is missing in the gradient",
            _right_but(gradient=lambda y, p: -_terms(y, p)[1] / p.size),
            "If y is 1 and p grows, does the loss grow or fall? What sign has its slope then?",
        ),
        Mistake(
            "examples of class 0 don't count",
            _right_but(lambda y, p: np.mean(-y * np.log(p)), lambda y, p: -y / p / p.size),
            "Take y = 0 and p = 0.9, a bad answer. What does it cost in your formula?",
        ),
        Mistake(
            "examples of class 1 don't count",
            _right_but(lambda y, p: np.mean((y - 1) * np.log(1 - p)), lambda y, p: (1 - y) / (1 - p) / p.size),
            "Take y = 1 and p = 0.1, a bad answer. What does it cost in your formula?",
        ),
        Mistake(
            "the classes exchanged",
            _right_but(lambda y, p: _terms(1 - y, p)[0].mean(), lambda y, p: _terms(1 - y, p)[1] / p.size),
            "Take y = 1 and p = 0.9, a good answer. Is its loss small?",
        ),
        Mistake(
            "a sum in place of the mean",
            _right_but(lambda y, p: _terms(y, p)[0].sum(), lambda y, p: _terms(y, p)[1]),
            "Write every example twice. Should the loss change?",
        ),
        Mistake(
            "the gradient is not divided by the number of elements",
            _right_but(gradient=lambda y, p: _terms(y, p)[1]),
            "The loss is a mean. By how much does it change when one of many predictions does?",
        ),
        Mistake(
            "divided by the number of examples alone",
            _right_but(
                lambda y, p: _terms(y, p)[0].sum() / len(p),
                lambda y, p: _terms(y, p)[1] / len(p),
            ),
            "Right with one output. The mean is over all elements: how many are there in n rows of k?",
        ),
        Mistake(
            "another logarithm, to base 2",
            _right_but(lambda y, p: _terms(y, p)[0].mean() / np.log(2)),
            "A fair coin, p = 0.5, costs 0.693 here. Which logarithm gives that?",
        ),
        Mistake(
            "another logarithm, to base 10",
            _right_but(lambda y, p: _terms(y, p)[0].mean() / np.log(10)),
            "A fair coin, p = 0.5, costs 0.693 here. Which logarithm gives that?",
        ),
        Mistake(
            "half of the gradient's denominator",
            _right_but(gradient=lambda y, p: (p - y) / p / p.size),
            "Differentiate log(1 - p) as well, and bring both fractions to one denominator.",
        ),
        Mistake(
            "one loss for each example",
            _right_but(lambda y, p: _terms(y, p)[0], lambda y, p: _terms(y, p)[1] / p.size),
            "A loss is one number for everything. What is left to average?",
        ),
        Mistake(
            "only the loss",
            lambda y, p: np.mean(_terms(y, np.clip(p, 1e-7, 1 - 1e-7))[0]),
            "Two results are asked for: the loss, and its slope in each prediction.",
        ),
    ],
)
