"""Batch normalization, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole

Array = np.ndarray
Gradients = tuple[Array, Array, Array]
EPS = 0.1  # large enough that a mistake with it shows


def _normalized(x: Array, eps: float) -> Array:
    """Each column with mean 0 and variance 1, (n, d) -> (n, d)."""
    x = np.asarray(x, dtype=float)
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def _batch_norm(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """γ x̂ + β with x̂ = (x − mean) / sqrt(variance + ε) over the batch: (n, d), (d,), (d,), () -> (n, d)."""
    return gamma * _normalized(x, eps) + beta


def _inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _layer(rng, 2, 2)
    # with n = d no shape gives a mistake away, only the numbers do
    yield _layer(rng, 3, 3)
    x, gamma, beta, eps = _layer(rng, 5, 2)
    yield x.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32), eps


def _flat(rng: np.random.Generator) -> Iterator[Arguments]:
    """A column in which all numbers are the same, and a batch of one example: the variance is 0."""
    x, gamma, beta, eps = _layer(rng, 4, 3)
    x[:, 1] = x[0, 1]
    yield x, gamma, beta, eps
    yield _layer(rng, 1, 3)


def _wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _different_columns(whole(rng, 4, 3)), whole(rng, 3), whole(rng, 3), EPS


def _layer(rng: np.random.Generator, n: int, d: int) -> Arguments:
    return _different_columns(tenths(rng, n, d)), tenths(rng, d), tenths(rng, d), EPS


def _different_columns(x: Array) -> Array:
    """No column is without spread, and none has mean 0."""
    x[0] += np.where(np.ptp(x, axis=0) == 0, 1, 0).astype(x.dtype)
    return x + np.where(x.sum(axis=0) == 0, 1, 0).astype(x.dtype)


def _with(spread: Callable[[Array, float], Array]) -> Callable[..., Array]:
    """Batch normalization that divides by another number."""
    return lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / spread(x, eps) + beta


batch_norm = Exercise(
    name="batch_norm",
    reference=_batch_norm,
    cases=_inputs,
    criteria=[
        Criterion("values", 1.5),
        Criterion("a column without spread, a single example", 0.5, cases=_flat),
        Criterion("whole numbers", 0.5, cases=_wholes),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "ε outside the root",
            _with(lambda x, eps: np.sqrt(x.var(axis=0)) + eps),
            "Where does ε stand, before or after the root is taken? Work out one column without spread both ways.",
        ),
        Mistake(
            "the variance divided by n − 1",
            _with(lambda x, eps: np.sqrt(x.var(axis=0) * len(x) / max(len(x) - 1, 1) + eps)),
            "This is the batch's own variance, no estimate for a population. By what is the sum of squares divided?",
        ),
        Mistake(
            "divides by the variance",
            _with(lambda x, eps: x.var(axis=0) + eps),
            "If all x are ten times as large, the variance is a hundred times as large. What makes up for ten?",
        ),
        Mistake(
            "forgot ε",
            _with(lambda x, eps: np.sqrt(x.var(axis=0))),
            "What happens in a column in which all numbers are the same?",
        ),
        Mistake(
            "does not subtract the mean",
            lambda x, gamma, beta, eps: gamma * x / np.sqrt(x.var(axis=0) + eps) + beta,
            "Before γ and β, each column should have mean 0. Does yours?",
        ),
        Mistake(
            "does not divide by the spread",
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) + beta,
            "Before γ and β, each column should have variance 1. Does yours?",
        ),
        Mistake(
            "normalizes each example, not each feature",
            lambda x, gamma, beta, eps: gamma * _normalized(x.T, eps).T + beta,
            "The mean is taken over the batch, for each feature. Which axis counts the examples?",
        ),
        Mistake(
            "one mean and variance for everything",
            lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta,
            "Each feature has a mean and a variance of its own. How many of each should there be for d features?",
        ),
        Mistake(
            "forgot γ and β",
            lambda x, gamma, beta, eps: _normalized(x, eps),
            "What comes out has mean 0 and variance 1. What are the last two numbers of each feature for?",
        ),
        Mistake(
            "forgot β",
            lambda x, gamma, beta, eps: gamma * _normalized(x, eps),
            "The mean of a column of the result should be β. What is it in yours?",
        ),
        Mistake(
            "forgot γ",
            lambda x, gamma, beta, eps: _normalized(x, eps) + beta,
            "The spread of a column of the result should be about γ. What is it in yours?",
        ),
        Mistake(
            "γ and β exchanged",
            lambda x, gamma, beta, eps: beta * _normalized(x, eps) + gamma,
            "Which of the two scales, and which shifts?",
        ),
        Mistake(
            "shifts before it scales",
            lambda x, gamma, beta, eps: gamma * (_normalized(x, eps) + beta),
            "The mean of a column of the result should be β. Which comes first, the product or the sum?",
        ),
    ],
)


def _backward(dy: Array, x: Array, gamma: Array, eps: float) -> Gradients:
    """The gradients for x, γ and β: (n, d), (n, d), (d,), () -> (n, d), (d,), (d,)."""
    return _dx(dy, x, gamma, eps), (dy * _normalized(x, eps)).sum(axis=0), np.sum(dy, axis=0)


def _dx(dy: Array, x: Array, gamma: Array, eps: float) -> Array:
    x_hat = _normalized(x, eps)
    g = np.asarray(dy, dtype=float) * gamma
    return (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / _spread(x, eps)


def _spread(x: Array, eps: float) -> Array:
    return np.sqrt(np.asarray(x, dtype=float).var(axis=0) + eps)


def _backward_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _step(rng, 3, 2)
    yield _step(rng, 3, 3)
    dy, x, gamma, eps = _step(rng, 5, 2)
    yield dy.astype(np.float32), x.astype(np.float32), gamma.astype(np.float32), eps


def _flat_backward(rng: np.random.Generator) -> Iterator[Arguments]:
    dy, x, gamma, eps = _step(rng, 4, 3)
    x[:, 1] = x[0, 1]
    yield dy, x, gamma, eps
    yield _step(rng, 1, 3)


def _whole_backward(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 4, 3), _different_columns(whole(rng, 4, 3)), whole(rng, 3), EPS


def _step(rng: np.random.Generator, n: int, d: int) -> Arguments:
    return tenths(rng, n, d), _different_columns(tenths(rng, n, d)), tenths(rng, d), EPS


def _instead(dx: Callable[..., Array]) -> Callable[..., Gradients]:
    """The gradients with another one for x."""
    return lambda dy, x, gamma, eps: (dx(dy, x, gamma, eps), *_backward(dy, x, gamma, eps)[1:])


def _statistics_held(dy: Array, x: Array, gamma: Array, eps: float) -> Array:
    return dy * gamma / _spread(x, eps)


def _mean_alone(dy: Array, x: Array, gamma: Array, eps: float) -> Array:
    g = dy * gamma
    return (g - g.mean(axis=0)) / _spread(x, eps)


def _variance_alone(dy: Array, x: Array, gamma: Array, eps: float) -> Array:
    g, x_hat = dy * gamma, _normalized(x, eps)
    return (g - x_hat * (g * x_hat).mean(axis=0)) / _spread(x, eps)


def _sums(dy: Array, x: Array, gamma: Array, eps: float) -> Array:
    g, x_hat = dy * gamma, _normalized(x, eps)
    return (g - g.sum(axis=0) - x_hat * (g * x_hat).sum(axis=0)) / _spread(x, eps)


batch_norm_backward = Exercise(
    name="batch_norm_backward",
    reference=_backward,
    cases=_backward_inputs,
    criteria=[
        Criterion("values", 2.5),
        Criterion("a column without spread, a single example", 0.5, cases=_flat_backward),
        Criterion("whole numbers", 0.5, cases=_whole_backward),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "mean and variance held fixed",
            _instead(_statistics_held),
            "Change one x: the mean and the variance of its column change too, and with them all other outputs.",
        ),
        Mistake(
            "the variance held fixed",
            _instead(_mean_alone),
            "One way is missing by which x reaches the output. Is it the one through the mean or through the variance?",
        ),
        Mistake(
            "the mean held fixed",
            _instead(_variance_alone),
            "Add up a column of your gradient for x. Shifting all x alike changes nothing, so what must the sum be?",
        ),
        Mistake(
            "sums where means belong",
            _instead(_sums),
            "Add up a column of your gradient for x: it must be zero. What follows for the term that you subtract?",
        ),
        Mistake(
            "forgot γ on the way to x",
            _instead(lambda dy, x, gamma, eps: _dx(dy, x, np.ones_like(gamma), eps)),
            "The last step forward multiplies by γ. What does the first step backward do?",
        ),
        Mistake(
            "does not divide by the spread",
            _instead(lambda dy, x, gamma, eps: _dx(dy, x, gamma, eps) * _spread(x, eps)),
            "Forward, x is divided by something. What does that do to a small change of x on its way?",
        ),
        Mistake(
            "the gradient of γ without x̂",
            lambda dy, x, gamma, eps: (_dx(dy, x, gamma, eps), dy.sum(axis=0), dy.sum(axis=0)),
            "What does γ multiply in the forward pass? That is what its gradient is made of.",
        ),
        Mistake(
            "the gradient of γ with x in place of x̂",
            lambda dy, x, gamma, eps: (_dx(dy, x, gamma, eps), (dy * x).sum(axis=0), dy.sum(axis=0)),
            "γ multiplies the normalized numbers, not the ones that came in.",
        ),
        Mistake(
            "means over the batch for γ and β",
            lambda dy, x, gamma, eps: (
                _dx(dy, x, gamma, eps),
                (dy * _normalized(x, eps)).mean(axis=0),
                dy.mean(axis=0),
            ),
            "Every example uses the same γ. Do contributions to one parameter add up, or are they averaged?",
        ),
        Mistake(
            "no sum over the batch for γ and β",
            lambda dy, x, gamma, eps: (_dx(dy, x, gamma, eps), dy * _normalized(x, eps), dy),
            "There is one γ for each feature, and your gradient of it has a number for each example too.",
        ),
        Mistake(
            "γ and β exchanged",
            lambda dy, x, gamma, eps: tuple(_backward(dy, x, gamma, eps)[i] for i in (0, 2, 1)),
            "In which order are the three gradients to be returned?",
        ),
        Mistake(
            "only the gradient for x",
            _dx,
            "γ and β are learned too. How many gradients are to be returned?",
        ),
    ],
)
