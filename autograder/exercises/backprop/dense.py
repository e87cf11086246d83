"""The backward pass of one dense layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole
from course.layers import Dense

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


def _dense_backward(dy: np.ndarray, x: np.ndarray, W: np.ndarray) -> Gradients:
    """dx, dW, db by the layer of `course`: (n, m), (n, d), (d, m) -> (n, d), (d, m), (m,)."""
    layer = Dense(W.shape[1], dtype="float64", name="dense_backward")
    layer.ensure_built((W.shape[0],))
    layer.kernel.value[...] = W
    _, cache = layer.forward(np.asarray(x, dtype=float))
    dx = layer.backward(np.asarray(dy, dtype=float), cache)
    return dx, layer.kernel.grad.copy(), layer.bias.grad.copy()


def _layers(rng: np.random.Generator) -> Iterator[Arguments]:
    # with n = d = m no shape gives a mistake away, only the numbers do
    yield tenths(rng, 2, 2), tenths(rng, 2, 2), tenths(rng, 2, 2)
    yield tenths(rng, 4, 2), tenths(rng, 4, 3), tenths(rng, 3, 2)
    yield tenths(rng, 3, 3), tenths(rng, 3, 3), tenths(rng, 3, 3)
    yield tuple(tenths(rng, *shape).astype(np.float32) for shape in ((2, 5), (2, 3), (3, 5)))


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    for n, d, m in ((1, 3, 2), (3, 1, 2), (3, 2, 1)):
        yield tenths(rng, n, m), tenths(rng, n, d), tenths(rng, d, m)


def _whole(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 3, 2), whole(rng, 3, 4), whole(rng, 4, 2)
    yield tenths(rng, 3, 4), whole(rng, 3, 2), tenths(rng, 2, 4)


dense_backward = Exercise(
    name="dense_backward",
    reference=_dense_backward,
    cases=_layers,
    criteria=[
        Criterion("values", 2.5),
        Criterion("one example, one input or one neuron", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "the biases' gradient is not added up over the batch",
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy),
            "There is one bias a neuron, and all n examples use it. How do n shares become one?",
        ),
        Mistake(
            "a row in place of a vector for the biases",
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(axis=0, keepdims=True)),
            "A gradient has the shape of what it belongs to. Which shape has the bias?",
        ),
        Mistake(
            "the biases' gradient is a mean",
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.mean(axis=0)),
            "The 1/n of the loss is in dy already. What does the layer itself do with the shares of the examples?",
        ),
        Mistake(
            "means over the batch for weights and biases",
            lambda dy, x, W: (dy @ W.T, x.T @ dy / len(x), dy.mean(axis=0)),
            "The 1/n of the loss is in dy already. What happens when layers after this one divide by n as well?",
        ),
        Mistake(
            "a mean over the batch for the weights",
            lambda dy, x, W: (dy @ W.T, x.T @ dy / len(x), dy.sum(axis=0)),
            "The 1/n of the loss is in dy already. Are weights and biases treated alike in your answer?",
        ),
        Mistake(
            "everything divided by n",
            lambda dy, x, W: (dy @ W.T / len(x), x.T @ dy / len(x), dy.sum(axis=0) / len(x)),
            "The 1/n of the loss is in dy already, and dx belongs to single examples: nothing is averaged there.",
        ),
        Mistake(
            "the biases' gradient is added up over the neurons",
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(axis=1)),
            "Each neuron has a bias of its own, and its gradient has m numbers. Which axis of dy must survive?",
        ),
        Mistake(
            "one number for all biases",
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum()),
            "Each neuron has a bias of its own. How many numbers has its gradient?",
        ),
        Mistake(
            "ones for the biases: dy is missing",
            lambda dy, x, W: (dy @ W.T, x.T @ dy, np.ones(W.shape[1])),
            "That is how y changes with b. How does the loss change with y, and how do the two combine?",
        ),
        Mistake(
            "the weights' gradient transposed",
            lambda dy, x, W: (dy @ W.T, dy.T @ x, dy.sum(axis=0)),
            "A gradient has the shape of what it belongs to: a row an input, a column a neuron. What has yours?",
        ),
        Mistake(
            "the weights not transposed for the inputs",
            lambda dy, x, W: (dy @ W, x.T @ dy, dy.sum(axis=0)),
            "dy has a column a neuron, W a column a neuron. Over what do you add up to get from neurons to inputs?",
        ),
        Mistake(
            "the weights before the slopes",
            lambda dy, x, W: (W @ dy, x.T @ dy, dy.sum(axis=0)),
            "dx has a row for each example, as dy has. Which of the factors stands first then?",
        ),
        Mistake(
            "the inputs not transposed for the weights",
            lambda dy, x, W: (dy @ W.T, x @ dy, dy.sum(axis=0)),
            "The examples are what is added up: their axis must be the inner one of the product. Is it?",
        ),
        Mistake(
            "only the last example counts",
            lambda dy, x, W: (dy @ W.T, np.outer(x[-1], dy[-1]), dy[-1]),
            "Follow the loop over the examples by hand: what happens to the gradient so far when the next one comes?",
        ),
        Mistake(
            "a ReLU that isn't there",
            lambda dy, x, W: (dy @ W.T * (x > 0), x.T @ dy, dy.sum(axis=0)),
            "This layer is linear. A negative input has an effect on the loss as well.",
        ),
        Mistake(
            "weights, inputs, biases: another order",
            lambda dy, x, W: (x.T @ dy, dy @ W.T, dy.sum(axis=0)),
            "In which order are the three gradients to be handed back?",
        ),
        Mistake(
            "the gradient of the inputs is missing",
            lambda dy, x, W: (x.T @ dy, dy.sum(axis=0)),
            "The layer before this one waits for something. What does it get from you?",
        ),
        Mistake(
            "opposite sign",
            lambda dy, x, W: (-dy @ W.T, -x.T @ dy, -dy.sum(axis=0)),
            "The gradient points uphill. The step downhill is taken later, by whoever uses it.",
        ),
    ],
)
