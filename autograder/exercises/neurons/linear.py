"""One neuron and one layer of neurons, before any activation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole


def _neuron(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """f(x) = x · w + b for each row of x: (n, d), (d,), () -> (n,)."""
    return np.asarray(x, dtype=float) @ w + b


def neuron_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    """x (n, d), w (d,), b (): what `neuron` and `perceptron` take."""
    yield tenths(rng, 2, 2), tenths(rng, 2), float(tenths(rng))
    # two opposite rows and a negative bias: one of their sums is negative, so that an activation shows
    x = tenths(rng, 2, 3)
    yield np.concatenate([x, -x]), tenths(rng, 3), -float(tenths(rng))
    yield tenths(rng, 5, 4).astype(np.float32), tenths(rng, 4).astype(np.float32), float(tenths(rng))


def narrow_neuron_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    """One example, one input, both."""
    for n, d in ((1, 3), (3, 1), (1, 1)):
        yield tenths(rng, n, d), tenths(rng, d), float(tenths(rng))


def whole_neuron_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    """Whole numbers everywhere, or in x alone, as in an image."""
    yield whole(rng, 2, 3), whole(rng, 3), int(whole(rng))
    yield whole(rng, 3, 2), tenths(rng, 2), float(tenths(rng))


neuron = Exercise(
    name="neuron",
    reference=_neuron,
    cases=neuron_inputs,
    criteria=[
        Criterion("values", 1.5),
        Criterion("one example or one input", 0.5, cases=narrow_neuron_inputs),
        Criterion("whole numbers", 0.5, cases=whole_neuron_inputs),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "forgot the bias",
            lambda x, w, b: x @ w,
            "Set all inputs to zero. What should the neuron answer, and what does yours?",
        ),
        Mistake(
            "subtracts the bias",
            lambda x, w, b: x @ w - b,
            "Set all inputs to zero and the bias to 2. What should come out?",
        ),
        Mistake(
            "adds the bias to the inputs",
            lambda x, w, b: (x + b) @ w,
            "Set all weights to zero. What is left of the bias, and what should be?",
        ),
        Mistake(
            "adds the bias once per input",
            lambda x, w, b: (x * w + b).sum(axis=1),
            "Work out one example with three inputs on paper. How often does the bias enter?",
        ),
        Mistake(
            "only the last input counts",
            lambda x, w, b: x[:, -1] * w[-1] + b,
            "Follow the loop over the inputs by hand: what happens to the sum so far when the next product comes?",
        ),
        Mistake(
            "multiplies without adding up",
            lambda x, w, b: x * w + b,
            "There are as many numbers per example as inputs, but a neuron has one output. What is left to do?",
        ),
        Mistake(
            "adds up the examples instead of the inputs",
            lambda x, w, b: (x * w).sum(axis=0) + b,
            "The result should have one number per row of x. Along which axis do the products of one row lie?",
        ),
        Mistake(
            "adds up everything",
            lambda x, w, b: (x * w).sum() + b,
            "All examples ended up in one number. Which axis must survive?",
        ),
        Mistake(
            "a mean instead of a sum",
            lambda x, w, b: (x * w).mean(axis=1) + b,
            "Copy one of the two inputs, weight and all. Should the weighted sum stay as it is?",
        ),
        Mistake(
            "only the first example",
            lambda x, w, b: x[0] @ w + b,
            "x holds n examples, one per row. How many of them does your answer use?",
        ),
        Mistake(
            "applies ReLU",
            lambda x, w, b: np.maximum(x @ w + b, 0),
            "This neuron is linear: its output may be negative. The activation comes later.",
        ),
        Mistake(
            "applies a sigmoid",
            lambda x, w, b: 1 / (1 + np.exp(-(x @ w + b))),
            "This neuron is linear: its output may be larger than 1. The activation comes later.",
        ),
    ],
)


def _linear_layer(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """x W + b: (n, d), (d, m), (m,) -> (n, m)."""
    return np.asarray(x, dtype=float) @ W + b


def _layer_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    # with n = d = m no shape gives a mistake away, only the numbers do
    yield tenths(rng, 2, 2), tenths(rng, 2, 2), tenths(rng, 2)
    yield tenths(rng, 4, 3), tenths(rng, 3, 2), tenths(rng, 2)
    yield tuple(tenths(rng, *shape).astype(np.float32) for shape in ((2, 3), (3, 5), (5,)))


def _narrow_layer_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    for n, d, m in ((1, 3, 2), (3, 1, 2), (3, 2, 1)):
        yield tenths(rng, n, d), tenths(rng, d, m), tenths(rng, m)


def _whole_layer_inputs(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 2, 3), whole(rng, 3, 4), whole(rng, 4)
    yield whole(rng, 3, 2), tenths(rng, 2, 4), tenths(rng, 4)


linear_layer = Exercise(
    name="linear_layer",
    reference=_linear_layer,
    cases=_layer_inputs,
    criteria=[
        Criterion("values", 1.5),
        Criterion("one example, one input or one neuron", 0.5, cases=_narrow_layer_inputs),
        Criterion("whole numbers", 0.5, cases=_whole_layer_inputs),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "forgot the bias",
            lambda x, W, b: x @ W,
            "Set all inputs to zero. What should each neuron answer, and what does yours?",
        ),
        Mistake(
            "one bias for all neurons",
            lambda x, W, b: x @ W + b[0],
            "b has m numbers. Which neuron does each of them belong to?",
        ),
        Mistake(
            "adds all biases to every neuron",
            lambda x, W, b: x @ W + b.sum(),
            "b has m numbers. Which neuron does each of them belong to?",
        ),
        Mistake(
            "adds the bias once per input",
            lambda x, W, b: x @ W + x.shape[1] * b,
            "Work out one neuron with three inputs on paper. How often does its bias enter?",
        ),
        Mistake(
            "adds the bias along the examples",
            lambda x, W, b: x @ W + b[:, None],
            "Each column of the result is one neuron, each row one example. Which of the two shares a bias?",
        ),
        Mistake(
            "only the last input counts",
            lambda x, W, b: x[:, -1:] * W[-1:] + b,
            "Follow the loop over the inputs by hand: what happens to the sum so far when the next product comes?",
        ),
        Mistake(
            "transposes the weights",
            lambda x, W, b: x @ W.T + b,
            "Write the shapes beside each other: (n, d) and (d, m). Do the inner ones agree as they are?",
        ),
        Mistake(
            "the weights before the examples",
            lambda x, W, b: W.T @ x + b,
            "Each row of x is one example, and the result has a row for each. Which factor stands first then?",
        ),
        Mistake(
            "multiplies elementwise",
            lambda x, W, b: x * W + b,
            "`*` multiplies number by number. Which operation multiplies rows by columns and adds up?",
        ),
        Mistake(
            "only the first neuron",
            lambda x, W, b: x @ W[:, 0] + b[0],
            "Each column of W holds one neuron's weights. How many columns does your answer use?",
        ),
        Mistake(
            "adds up the neurons",
            lambda x, W, b: (x @ W + b).sum(axis=1),
            "A layer of m neurons gives m numbers for each example. Where do yours become one?",
        ),
        Mistake(
            "applies ReLU",
            lambda x, W, b: np.maximum(x @ W + b, 0),
            "This layer is linear: its outputs may be negative. The activation comes later.",
        ),
    ],
)
