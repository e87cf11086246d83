"""The gradients of one sigmoid neuron under the mean squared error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole
from course.activations import sigmoid
from course.neuron import Neuron

Gradients = tuple[np.ndarray, float]


def _neuron_gradients(x: np.ndarray, w: np.ndarray, b: float, y: np.ndarray) -> Gradients:
    """dL/dw and dL/db: (n, d), (d,), (), (n,) -> (d,), ()."""
    _, dw, db = Neuron(w, b, "sigmoid").gradients(np.asarray(x, dtype=float), y)
    return dw, db


def _labels(rng: np.random.Generator, n: int) -> np.ndarray:
    """Zeros and ones in random order, as many of each, give or take one: (n,)."""
    return rng.permutation(np.arange(n) % 2)


def _examples(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 2), tenths(rng, 2) / 2, float(tenths(rng)) / 2, _labels(rng, 2)
    yield tenths(rng, 4, 3), tenths(rng, 3) / 4, -float(tenths(rng)) / 4, _labels(rng, 4).astype(float)
    x, w = tenths(rng, 5, 2).astype(np.float32), (tenths(rng, 2) / 4).astype(np.float32)
    yield x, w, float(tenths(rng)) / 4, _labels(rng, 5).astype(np.float32)


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    for n, d in ((1, 3), (3, 1), (1, 1)):
        yield tenths(rng, n, d), tenths(rng, d) / 4, float(tenths(rng)) / 4, _labels(rng, n)


def _whole(rng: np.random.Generator) -> Iterator[Arguments]:
    yield rng.integers(0, 3, size=(3, 2)), np.array([1, -1]), int(rng.integers(0, 2)), _labels(rng, 3)
    yield whole(rng, 4, 2), tenths(rng, 2) / 10, float(tenths(rng)) / 10, _labels(rng, 4)


def _large(rng: np.random.Generator) -> Iterator[Arguments]:
    # the last example is not saturated: zeros are no right answer
    x = np.array([[1000.0, 0.0], [-1000.0, 0.0], [0.0, 1.0]])
    x[2, 1] = float(tenths(rng))
    yield x, np.array([1.0, 0.5]), 0.0, np.array([0, 1, int(rng.integers(0, 2))])


def _with(dz: np.ndarray, x: np.ndarray) -> Gradients:
    return x.T @ dz, dz.sum()


def _p(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return sigmoid(np.asarray(x, dtype=float) @ w + b)


def _dz(x: np.ndarray, w: np.ndarray, b: float, y: np.ndarray) -> np.ndarray:
    p = _p(x, w, b)
    return 2 * (p - y) * p * (1 - p) / len(y)


def _overflows(x: np.ndarray, w: np.ndarray, b: float, y: np.ndarray) -> Gradients:
    z = x @ w + b
    p = np.exp(z) / (1 + np.exp(z))
    return _with(2 * (p - y) * p * (1 - p) / len(y), x)


def _at_p(x: np.ndarray, w: np.ndarray, b: float, y: np.ndarray) -> Gradients:
    p = _p(x, w, b)
    return _with(2 * (p - y) * sigmoid.derivative(p) / len(y), x)


def _z_for_p(x: np.ndarray, w: np.ndarray, b: float, y: np.ndarray) -> Gradients:
    z = x @ w + b
    return _with(2 * (sigmoid(np.asarray(z, dtype=float)) - y) * z * (1 - z) / len(y), x)


def _score_for_p(x: np.ndarray, w: np.ndarray, b: float, y: np.ndarray) -> Gradients:
    p = _p(x, w, b)
    return _with(2 * (x @ w + b - y) * p * (1 - p) / len(y), x)


neuron_gradients = Exercise(
    name="neuron_gradients",
    reference=_neuron_gradients,
    cases=_examples,
    criteria=[
        Criterion("values", 2),
        Criterion("one example or one input", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole),
        Criterion("finite at large scores", 0.5, cases=_large),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=("scipy.special.expit",),
    mistakes=[
        Mistake(
            "overflows",
            _overflows,
            "Right for ordinary scores. What is exp(1000) on a computer, and infinity divided by infinity?",
        ),
        Mistake(
            "the sigmoid's slope is missing",
            lambda x, w, b, y: _with(2 * (_p(x, w, b) - y) / len(y), x),
            "Walk from the loss back to the score: which function lies between p and z? Its slope is a factor.",
        ),
        Mistake(
            "only half of the sigmoid's slope",
            lambda x, w, b, y: _with(2 * (_p(x, w, b) - y) * _p(x, w, b) / len(y), x),
            "At z = 0 the sigmoid rises with slope 1/4. What does your factor give there?",
        ),
        Mistake(
            "the sigmoid's slope at p in place of z",
            _at_p,
            "The slope of the sigmoid is p(1 - p), or its derivative taken at z. Was the sigmoid applied twice?",
        ),
        Mistake(
            "takes z for the sigmoid's output",
            _z_for_p,
            "In p(1 - p), what is p? At z = 0 the slope is 1/4; what do you get?",
        ),
        Mistake(
            "compares the score with the truth",
            _score_for_p,
            "The loss compares the neuron's answer with y. Is its answer z, or what the sigmoid makes of z?",
        ),
        Mistake(
            "no sigmoid at all",
            lambda x, w, b, y: _with(2 * (x @ w + b - y) / len(y), x),
            "This neuron ends in a sigmoid. Where does it enter the forward pass, and where its slope the backward?",
        ),
        Mistake(
            "the 2 of the square is missing",
            lambda x, w, b, y: _with(_dz(x, w, b, y) / 2, x),
            "What is the derivative of (p - y) squared with respect to p?",
        ),
        Mistake(
            "a sum over the examples in place of the mean",
            lambda x, w, b, y: _with(_dz(x, w, b, y) * len(y), x),
            "The loss is a mean over n examples. Write every example twice: should its gradient change?",
        ),
        Mistake(
            "uphill: truth minus prediction",
            lambda x, w, b, y: _with(-_dz(x, w, b, y), x),
            "If p is above y, should the slope of the loss in p be positive or negative?",
        ),
        Mistake(
            "the inputs are missing",
            lambda x, w, b, y: (np.full(x.shape[1], _dz(x, w, b, y).sum()), _dz(x, w, b, y).sum()),
            "How much does z change when a weight does? Set one input to zero: can its weight have any effect?",
        ),
        Mistake(
            "times the weights in place of the inputs",
            lambda x, w, b, y: (_dz(x, w, b, y).sum() * w, _dz(x, w, b, y).sum()),
            "Differentiate w · x with respect to w. What is left?",
        ),
        Mistake(
            "one gradient an example, not added up",
            lambda x, w, b, y: (_dz(x, w, b, y)[:, None] * x, _dz(x, w, b, y)),
            "There is one set of weights for all examples, so there is one gradient. What happens to their shares?",
        ),
        Mistake(
            "the bias's gradient is not added up",
            lambda x, w, b, y: (_with(_dz(x, w, b, y), x)[0], _dz(x, w, b, y)),
            "There is one bias for all examples. How do their shares become one number?",
        ),
        Mistake(
            "the mean is taken twice for the bias",
            lambda x, w, b, y: (_with(_dz(x, w, b, y), x)[0], _dz(x, w, b, y).mean()),
            "The 1/n of the loss is in the slope already. Count how often you divide by n on the way to the bias.",
        ),
        Mistake(
            "the bias's gradient times the bias",
            lambda x, w, b, y: (_with(_dz(x, w, b, y), x)[0], b * _dz(x, w, b, y).sum()),
            "How much does z change when b grows by 1? Does that depend on b?",
        ),
        Mistake(
            "the bias before the weights",
            lambda x, w, b, y: _with(_dz(x, w, b, y), x)[::-1],
            "In which order are the two gradients to be handed back?",
        ),
    ],
)
