"""Answers that are probabilities: softmax, and the perceptron."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.neurons.linear import narrow_neuron_inputs, neuron_inputs, whole_neuron_inputs
from autograder.inputs import tenths, whole
from course import activations


def _softmax(z: np.ndarray) -> np.ndarray:
    return activations.softmax(np.asarray(z, dtype=float))


def _rows(rng: np.random.Generator) -> Iterator[Arguments]:
    # with n = m a sum that lost its axis still divides, but by the wrong rows
    yield (tenths(rng, 2, 2),)
    yield (tenths(rng, 3, 4),)
    yield (tenths(rng, 4, 3).astype(np.float32),)


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (tenths(rng, 1, 3),)
    yield (tenths(rng, 3, 1),)


def _whole(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (whole(rng, 2, 3),)


def _extreme(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (np.array([[1000.0, 999.0], [1.0, 2.0]]),)
    # a row far below the other: what saves one must not drown the other
    yield (np.array([1000.0, -1000.0])[:, None] + tenths(rng, 2, 3),)
    yield (np.array([[100.0, 99.0, -100.0]], dtype=np.float32),)


def _exponentials(z: np.ndarray) -> np.ndarray:
    return np.exp(z - np.max(z, axis=1, keepdims=True))


softmax = Exercise(
    name="softmax",
    reference=_softmax,
    cases=_rows,
    criteria=[
        Criterion("values", 1.5),
        Criterion("one example or one class", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole),
        Criterion("leaves its input alone", 0.5, unmodified=True),
        Criterion("finite at ±1000", 1, cases=_extreme),
    ],
    rules_out=("scipy.special.softmax", "scipy.special.log_softmax"),
    mistakes=[
        Mistake(
            "overflows",
            lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
            "Right for ordinary numbers. Add 5 to every number of a row: does its softmax change? "
            "Use that to keep the exponents small.",
        ),
        Mistake(
            "one shift for all rows",
            lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True),
            "Right for ordinary numbers. Take a row of large and a row of very small numbers: "
            "what is left of the second after your shift?",
        ),
        Mistake(
            "the sum over a row lost its axis",
            lambda z: np.exp(z) / np.exp(z).sum(axis=1),
            "Write the shapes beside each other: (n, m) divided by (n,). Which axis does NumPy match? See `keepdims`.",
        ),
        Mistake(
            "the largest of a row lost its axis",
            lambda z: np.exp(z - z.max(axis=1)) / np.exp(z - z.max(axis=1)).sum(axis=1, keepdims=True),
            "Write the shapes beside each other: (n, m) minus (n,). Which axis does NumPy match? See `keepdims`.",
        ),
        Mistake(
            "each column adds up to 1",
            lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
            "A row is one example, and its probabilities add up to 1. Add up your rows and your columns.",
        ),
        Mistake(
            "the whole batch adds up to 1",
            lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
            "A row is one example, and its probabilities add up to 1. What do all your numbers add up to?",
        ),
        Mistake(
            "not divided by the sum",
            _exponentials,
            "The probabilities of a row add up to 1. What do yours add up to?",
        ),
        Mistake(
            "a plain exponential",
            lambda z: np.exp(z),
            "The probabilities of a row add up to 1. What do yours add up to?",
        ),
        Mistake(
            "a mean instead of the sum",
            lambda z: _exponentials(z) / _exponentials(z).mean(axis=1, keepdims=True),
            "The probabilities of a row add up to 1. What do yours add up to?",
        ),
        Mistake(
            "divides without the exponential",
            lambda z: z / z.sum(axis=1, keepdims=True),
            "A probability is never negative. What makes every number positive before it is divided?",
        ),
        Mistake(
            "the sign of the exponent",
            lambda z: _softmax(-np.asarray(z)),
            "The largest number of a row should get the largest probability. Does it?",
        ),
        Mistake(
            "the sigmoid instead",
            lambda z: activations.sigmoid(z),
            "The classes of a row compete: when one number grows, the other probabilities fall. Do yours?",
        ),
        Mistake(
            "the logarithm of it",
            lambda z: activations.log_softmax(z),
            "A probability lies between 0 and 1. What would undo your last step?",
        ),
        Mistake(
            "all to the largest",
            lambda z: (z == z.max(axis=1, keepdims=True)) * 1.0,
            "Softmax is soft: the second largest gets a share too. What share in a row of two equal numbers?",
        ),
    ],
)


def _perceptron(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """σ(x · w + b) for each row of x: (n, d), (d,), () -> (n,)."""
    return activations.sigmoid(_score(x, w, b))


def _score(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return np.asarray(x, dtype=float) @ w + b


def _large_scores(rng: np.random.Generator) -> Iterator[Arguments]:
    x = 1000.0 * np.abs(whole(rng, 2, 2))
    yield np.concatenate([x, -x, np.zeros((1, 2))]), np.abs(whole(rng, 2)), float(tenths(rng))


perceptron = Exercise(
    name="perceptron",
    reference=_perceptron,
    cases=neuron_inputs,
    criteria=[
        Criterion("values", 1),
        Criterion("one example or one input", 0.5, cases=narrow_neuron_inputs),
        Criterion("whole numbers", 0.5, cases=whole_neuron_inputs),
        Criterion("finite at large scores", 0.5, cases=_large_scores),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=("scipy.special.expit",),
    mistakes=[
        Mistake(
            "overflows",
            lambda x, w, b: np.exp(_score(x, w, b)) / (1 + np.exp(_score(x, w, b))),
            "Right for ordinary scores. What is exp(1000) on a computer, and infinity divided by infinity?",
        ),
        Mistake(
            "the score, not yet a probability",
            _score,
            "A probability lies between 0 and 1. What takes any number there?",
        ),
        Mistake(
            "forgot the bias",
            lambda x, w, b: _perceptron(x, w, 0.0),
            "With all inputs zero, the bias alone decides. Does it in your answer?",
        ),
        Mistake(
            "adds the bias after the sigmoid",
            lambda x, w, b: _perceptron(x, w, 0.0) + b,
            "A probability lies between 0 and 1. On which side of the sigmoid does the bias stand?",
        ),
        Mistake(
            "the sigmoid before the weights",
            lambda x, w, b: activations.sigmoid(x) @ w + b,
            "Which comes first: the weighted sum or the activation? The last step must give a probability.",
        ),
        Mistake(
            "the probability of the other class",
            lambda x, w, b: 1 - _perceptron(x, w, b),
            "A large positive score should give nearly 1. Look at the sign of the exponent.",
        ),
        Mistake(
            "subtracts the bias",
            lambda x, w, b: _perceptron(x, w, -b),
            "With all inputs zero and a bias of 3, should the probability be above or below 1/2?",
        ),
        Mistake(
            "a class, not a probability",
            lambda x, w, b: np.where(_score(x, w, b) > 0, 1.0, 0.0),
            "The answer is how sure the perceptron is. What should it be right on the dividing line?",
        ),
        Mistake(
            "tanh instead of the sigmoid",
            lambda x, w, b: np.tanh(_score(x, w, b)),
            "A probability is never negative. Between what does your activation lie?",
        ),
        Mistake(
            "ReLU instead of the sigmoid",
            lambda x, w, b: np.maximum(_score(x, w, b), 0),
            "A probability is never larger than 1. Between what does your activation lie?",
        ),
        Mistake(
            "softmax over the examples",
            lambda x, w, b: _softmax(_score(x, w, b)[None])[0],
            "Each example is judged alone. Does your first probability change when another example does?",
        ),
        Mistake(
            "one probability per input",
            lambda x, w, b: activations.sigmoid(x * w + b),
            "There are as many numbers per example as inputs. What happens to the products before the sigmoid?",
        ),
    ],
)
