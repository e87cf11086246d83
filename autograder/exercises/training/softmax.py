"""The cross-entropy of many classes, from the scores before the softmax."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole
from course import activations, losses

Part = Callable[[np.ndarray, np.ndarray], Any]


def _softmax_cross_entropy(y: np.ndarray, logits: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean of −log softmax(logits) at the right classes, and its gradient: (n,), (n, m) -> (), (n, m)."""
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss.value_and_gradient(y, np.asarray(logits, dtype=float))


def _classes(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """n class numbers, the last class and one more among them as far as there is room."""
    return rng.permutation(np.append(rng.integers(0, m, size=n - 1), m - 1))


def _batches(rng: np.random.Generator) -> Iterator[Arguments]:
    # as many examples as classes: no shape gives a mistake away, only the numbers do
    yield _classes(rng, 2, 2), tenths(rng, 2, 2)
    yield _classes(rng, 3, 3), tenths(rng, 3, 3)
    yield _classes(rng, 4, 3), tenths(rng, 4, 3)
    yield _classes(rng, 2, 5), tenths(rng, 2, 5).astype(np.float32)


def _single(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _classes(rng, 1, 3), tenths(rng, 1, 3)


def _whole(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _classes(rng, 3, 4), whole(rng, 3, 4)


def _large(rng: np.random.Generator) -> Iterator[Arguments]:
    first, second = rng.permutation([0, 1])
    yield np.array([first, second]), np.array([[1000.0, 1000.0], [0.0, 1.0]])
    logits = np.array([1000.0, -1000.0, 0.0])[:, None] + tenths(rng, 3, 3)
    yield _classes(rng, 3, 3), logits
    # a surely wrong answer: its loss is 1000, or what a probability of 0 is taken for
    yield np.array([1, 0]), np.array([[1000.0, 0.0], [0.5, 0.0]])


def _finite(arguments: Arguments, got: Any) -> str | None:
    """What is wrong with large scores. Where a probability is 0, any large loss is right."""
    y, logits = arguments
    loss, slopes = float(got[0]), np.asarray(got[1], dtype=float)
    if not (np.isfinite(loss) and np.isfinite(slopes).all()):
        return f"not finite: the loss is {loss:.4g}"
    _, right = _softmax_cross_entropy(y, logits)
    if slopes.shape != right.shape or not np.allclose(slopes, right, rtol=1e-3, atol=1e-4):
        return "the gradient is wrong"
    terms = _terms(y, logits)
    low, high = np.minimum(terms, 4).mean(), terms.mean()
    if not low * (1 - 1e-3) - 1e-4 <= loss <= high * (1 + 1e-3) + 1e-4:
        return f"the loss is {loss:.4g}, expected {high:.4g}"
    return None


def _terms(y: np.ndarray, logits: np.ndarray) -> np.ndarray:
    return -activations.log_softmax(np.asarray(logits, dtype=float))[np.arange(len(y)), y]


def _p(logits: np.ndarray) -> np.ndarray:
    return activations.softmax(np.asarray(logits, dtype=float))


def _one_hot(y: np.ndarray, logits: np.ndarray) -> np.ndarray:
    return np.eye(logits.shape[1])[y]


def _loss(y: np.ndarray, logits: np.ndarray) -> float:
    return float(_terms(y, logits).mean())


def _gradient(y: np.ndarray, logits: np.ndarray) -> np.ndarray:
    return (_p(logits) - _one_hot(y, logits)) / len(y)


def _but(loss: Part = _loss, gradient: Part = _gradient) -> Part:
    return lambda y, logits: (loss(y, logits), gradient(y, logits))


def _plain(y: np.ndarray, logits: np.ndarray) -> tuple[float, np.ndarray]:
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean(), (p - _one_hot(y, logits)) / len(y)


def _over_the_examples(y: np.ndarray, logits: np.ndarray) -> tuple[float, np.ndarray]:
    p = _p(logits.T).T
    return -np.log(p[np.arange(len(y)), y]).mean(), (p - _one_hot(y, logits)) / len(y)


def _twice(y: np.ndarray, logits: np.ndarray) -> tuple[float, np.ndarray]:
    p = _p(_p(logits))
    return -np.log(p[np.arange(len(y)), y]).mean(), (p - _one_hot(y, logits)) / len(y)


softmax_cross_entropy = Exercise(
    name="softmax_cross_entropy",
    reference=_softmax_cross_entropy,
    cases=_batches,
    criteria=[
        Criterion("values", 2),
        Criterion("one example", 0.5, cases=_single),
        Criterion("whole numbers", 0.5, cases=_whole),
        Criterion("finite at ±1000", 1, cases=_large, accepts=_finite),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=(
        "scipy.special.softmax",
        "scipy.special.log_softmax",
        "scipy.special.logsumexp",
        "sklearn.metrics.log_loss",
    ),
    mistakes=[
        Mistake(
            "overflows",
            _plain,
            "Right for ordinary scores. Only differences of scores count: what can be taken from a row so that no "
            "exponent is positive? And where a probability rounds to 0, take the logarithm before the exponential.",
        ),
        Mistake(
            "a sum over the examples in place of the mean",
            _but(lambda y, z: _terms(y, z).sum(), lambda y, z: _gradient(y, z) * len(y)),
            "Write every example twice. Should the loss change?",
        ),
        Mistake(
            "the gradient is not divided by the number of examples",
            _but(gradient=lambda y, z: _gradient(y, z) * len(y)),
            "The loss is a mean over n examples. By how much does it change when one of them does?",
        ),
        Mistake(
            "a mean over examples and classes",
            _but(lambda y, z: _loss(y, z) / z.shape[1], lambda y, z: _gradient(y, z) / z.shape[1]),
            "Each example has one right class and one loss. How many losses are averaged?",
        ),
        Mistake(
            "a mean over examples and classes in the gradient",
            _but(gradient=lambda y, z: _gradient(y, z) / z.shape[1]),
            "The loss is a mean over n examples, not over n times m numbers.",
        ),
        Mistake(
            "the right class is not taken out of the gradient",
            _but(gradient=lambda y, z: _p(z) / len(y)),
            "Raise the right class's score: the loss falls. What sign must its slope have?",
        ),
        Mistake(
            "only the right class has a gradient",
            _but(gradient=lambda y, z: _one_hot(y, z) * _gradient(y, z)),
            "Raise a wrong class's score: the right one's probability falls. Does the loss notice in your answer?",
        ),
        Mistake(
            "uphill and downhill exchanged in the gradient",
            _but(gradient=lambda y, z: -_gradient(y, z)),
            "Raise the right class's score: does the loss grow or fall? What sign has the slope then?",
        ),
        Mistake(
            "the gradient in the probabilities",
            _but(gradient=lambda y, z: -_one_hot(y, z) / _p(z) / len(y)),
            "That is the slope in p. Asked for is the slope in the scores: the softmax is still to be passed.",
        ),
        Mistake(
            "the logarithm of a probability that is 0",
            _but(lambda y, z: -np.log(_p(z)[np.arange(len(y)), y]).mean()),
            "No exponential overflows, but a small one can round to 0. Take the logarithm before the exponential: "
            "of a quotient it is a difference.",
        ),
        Mistake(
            "the minus is missing in the loss",
            _but(lambda y, z: -_loss(y, z)),
            "The logarithm of a probability is negative. Should the loss be?",
        ),
        Mistake(
            "the scores in place of the probabilities",
            _but(lambda y, z: -np.mean(z[np.arange(len(y)), y])),
            "What you average is the right class's score. Add 5 to all scores of a row: should its loss change?",
        ),
        Mistake(
            "no logarithm",
            _but(lambda y, z: 1 - np.mean(_p(z)[np.arange(len(y)), y])),
            "With two equal scores the loss is 0.693. What do you get?",
        ),
        Mistake(
            "all classes count, not the right one alone",
            _but(lambda y, z: -np.log(_p(z)).sum(axis=1).mean()),
            "Which of the m probabilities of a row says how good the answer was?",
        ),
        Mistake(
            "softmax over the examples",
            _over_the_examples,
            "The probabilities of one example add up to 1. Along which axis do they lie?",
        ),
        Mistake(
            "softmax twice",
            _twice,
            "The scores have not been through a softmax yet. How often do they pass one in your answer?",
        ),
        Mistake(
            "labels counted from 1",
            _but(
                lambda y, z: _terms((y - 1) % z.shape[1], z).mean(),
                lambda y, z: _gradient((y - 1) % z.shape[1], z),
            ),
            "The first class has the number 0. Which column do you pick for it?",
        ),
        Mistake(
            "one loss for each example",
            _but(_terms),
            "A loss is one number for everything. What is left to average?",
        ),
        Mistake(
            "only the loss",
            _loss,
            "Two results are asked for: the loss, and its slope in each score.",
        ),
    ],
)
