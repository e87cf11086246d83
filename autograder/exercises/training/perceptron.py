"""A perceptron trained by gradient descent, on numbers for paper and on two digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole
from course.activations import sigmoid
from course.data.digits import load_digits
from course.layers import Dense, Input
from course.models import Sequential
from course.optimizers import SGD

Trained = tuple[np.ndarray, float]

SEEN = 140
"""Digits of the training set that an answer is given."""

ENOUGH = 0.97
"""The share of other people's digits that a trained perceptron gets right; the reference gets 98 % of them."""


def _train_perceptron(x: np.ndarray, y: np.ndarray, lr: float, epochs: int) -> Trained:
    """Weights and bias after so many full-batch steps from zero, by `course`: (n, d), (n,) -> (d,), ()."""
    unit = Dense(1, activation="sigmoid", kernel_initializer="zeros", dtype="float64", name="neuron")
    model = Sequential([Input((x.shape[1],), dtype="float64"), unit], name="perceptron")
    model.compile(optimizer=SGD(lr), loss="binary_crossentropy")
    model.fit(np.asarray(x, dtype=float), np.asarray(y, dtype=float)[:, None], len(x), epochs, verbose=0, shuffle=False)
    w, b = model.get_weights()
    return w[:, 0], float(b[0])


def _labels(rng: np.random.Generator, n: int) -> np.ndarray:
    """Zeros and ones in random order, one zero more than ones where it can be: the bias has something to learn."""
    return rng.permutation((np.arange(n) > n // 2).astype(int))


def _small(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 3, 2), _labels(rng, 3), 0.5, 1
    yield tenths(rng, 3, 2), _labels(rng, 3), 1.0, 3
    yield tenths(rng, 4, 3).astype(np.float32), _labels(rng, 4).astype(np.float32), 0.2, 5


def _long(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 10, 3), _labels(rng, 10), 0.5, 60


def _wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 4, 2), _labels(rng, 4), 0.1, 4


def _two_digits(rng: np.random.Generator) -> Iterator[Arguments]:
    (images, digits), *_ = load_digits()
    x, y = _zeros_and_ones(images, digits)
    for _ in range(2):  # numbers drawn at random may be lucky once
        chosen = rng.permutation(len(x))[:SEEN]
        yield x[chosen], y[chosen], 1.0, 30


def _zeros_and_ones(images: np.ndarray, digits: np.ndarray) -> Arguments:
    return images[digits < 2].reshape(-1, 64), digits[digits < 2]


def _reads_others(arguments: Arguments, got: Any) -> str | None:
    """What is wrong with a perceptron that should read the zeros and ones of people who wrote none of its digits."""
    w, b = np.asarray(got[0], dtype=float), float(got[1])
    if w.shape != (64,):
        return f"the weights have shape {w.shape}, expected (64,)"
    _, *others = load_digits()
    right, count = 0, 0
    for images, digits in others:
        x, y = _zeros_and_ones(images, digits)
        right += int(((x @ w + b > 0) == y).sum())
        count += len(y)
    if right < ENOUGH * count:
        return f"{right} of {count} new zeros and ones are on their side, expected {ENOUGH:.0%} of them or more"
    return None


Slope = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _trained(
    slope: Slope = lambda p, y: (p - y) / len(y),
    *,
    activation: Callable[[np.ndarray], np.ndarray] = sigmoid,
    bias_slope: Slope | None = None,
    start: float = 0.0,
    extra: int = 0,
    once: bool = False,
) -> Callable[..., Trained]:
    """Training in which any part can be done wrongly, right as long as no option is given.

    Parameters
    ----------
    slope, bias_slope : (p, y) -> slopes of the loss in the scores, for the weights and for the bias
    start : of all weights and the bias
    extra : steps more than epochs
    once : whether the predictions are made but once, before the loop
    """

    def train(x: np.ndarray, y: np.ndarray, lr: float, epochs: int) -> Trained:
        x = np.asarray(x, dtype=float)
        w, b = np.full(x.shape[1], start), start
        first = activation(x @ w + b)
        for _ in range(epochs + extra):
            p = first if once else activation(x @ w + b)
            w, b = w - lr * (slope(p, y) @ x), b - lr * (bias_slope or slope)(p, y).sum()
        return w, b

    return train


def _one_by_one(x: np.ndarray, y: np.ndarray, lr: float, epochs: int) -> Trained:
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for row, truth in zip(np.asarray(x, dtype=float), y, strict=True):
            slope = float(sigmoid(row @ w + b)) - truth
            w, b = w - lr * slope * row, b - lr * slope
    return w, b


_right = _trained()

train_perceptron = Exercise(
    name="train_perceptron",
    reference=_train_perceptron,
    cases=_small,
    criteria=[
        Criterion("values", 2),
        Criterion("many epochs", 0.5, cases=_long),
        Criterion("whole numbers", 0.5, cases=_wholes),
        Criterion("two digits, written by others", 1.5, cases=_two_digits, accepts=_reads_others),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=("scipy.optimize", "sklearn"),
    rtol=1e-3,
    atol=1e-4,
    mistakes=[
        Mistake(
            "the bias is not trained",
            _trained(bias_slope=lambda p, y: 0 * p),
            "Without a bias the line goes through the origin for ever. Which slope moves it?",
        ),
        Mistake(
            "the mean squared error in place of the cross-entropy",
            _trained(lambda p, y: 2 * (p - y) * p * (1 - p) / len(y)),
            "That was lesson 3. With the cross-entropy, what becomes of the sigmoid's slope?",
        ),
        Mistake(
            "the sigmoid's slope is still there",
            _trained(lambda p, y: (p - y) * p * (1 - p) / len(y)),
            "With the cross-entropy something cancels. What is left as the slope in the score?",
        ),
        Mistake(
            "a sum over the examples in place of the mean",
            _trained(lambda p, y: p - y),
            "The loss is a mean. Write every example twice: should the steps become longer?",
        ),
        Mistake(
            "the sum over the examples for the bias",
            _trained(bias_slope=lambda p, y: p - y),
            "Weights and bias belong to the same loss. Is the mean taken for both?",
        ),
        Mistake(
            "the mean is taken twice for the bias",
            _trained(bias_slope=lambda p, y: (p - y) / len(y) ** 2),
            "Count how often you divide by n on the way to the bias.",
        ),
        Mistake(
            "a step after each example",
            _one_by_one,
            "That is a batch size of 1. Here a step is made from the whole batch: one an epoch.",
        ),
        Mistake(
            "uphill",
            _trained(lambda p, y: (y - p) / len(y)),
            "Is the loss smaller after a step? Look at the sign of p - y and at that of the step.",
        ),
        Mistake(
            "the predictions are made once, before the loop",
            _trained(once=True),
            "After a step the weights are new, and so are the predictions. Which lines belong into the loop?",
        ),
        Mistake(
            "a single step",
            lambda x, y, lr, epochs: _right(x, y, lr, 1),
            "How often does your loop run before the function ends?",
        ),
        Mistake(
            "one step too few",
            _trained(extra=-1),
            "How many numbers are there in a range from 1 up to, and not including, the epochs?",
        ),
        Mistake(
            "one step too many",
            _trained(extra=1),
            "Count the steps for one epoch.",
        ),
        Mistake(
            "starts from ones",
            _trained(start=1.0),
            "From where should the weights and the bias start?",
        ),
        Mistake(
            "no sigmoid",
            _trained(activation=lambda z: z),
            "The perceptron answers with a probability. What takes the score there?",
        ),
        Mistake(
            "a step in place of the sigmoid",
            _trained(activation=lambda z: (z > 0) * 1.0),
            "That is Rosenblatt's rule of 1958. Here the answer is a probability, and it is never quite sure.",
        ),
        Mistake(
            "the bias before the weights",
            lambda *arguments: _right(*arguments)[::-1],
            "In which order are weights and bias to be handed back?",
        ),
        Mistake(
            "only the weights",
            lambda *arguments: _right(*arguments)[0],
            "A perceptron is weights and bias. What does the other one need who wants to use yours?",
        ),
    ],
)
