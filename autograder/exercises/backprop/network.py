"""The backward pass through a whole network, by the recursion over its layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.backprop.neglect import backward, forward
from autograder.inputs import tenths, whole
from course.layers import Dense, Input
from course.losses import MeanSquaredError
from course.models import Sequential

Arrays = list[np.ndarray]


def _mlp_backward(x: np.ndarray, y: np.ndarray, weights: Arrays, biases: Arrays) -> tuple[Arrays, Arrays]:
    """The gradients of the mean squared error by `course`: of each layer's weights, of each layer's biases."""
    *hidden, last = (len(b) for b in biases)
    options: dict[str, Any] = {"dtype": "float64"}
    layers = [Dense(units, activation="relu", name=f"hidden_{i}", **options) for i, units in enumerate(hidden)]
    inputs = Input((weights[0].shape[0],), dtype="float64")
    model = Sequential([inputs, *layers, Dense(last, name="output", **options)], name="mlp_backward")
    model.set_weights([array for pair in zip(weights, biases, strict=True) for array in pair])
    p, cache = model.forward(np.asarray(x, dtype=float))
    _, dp = MeanSquaredError().value_and_gradient(np.asarray(y, dtype=float), p)
    model.backward(dp, cache)
    found = [parameter.grad.copy() for parameter in model.parameters.values()]
    return found[::2], found[1::2]


def _network(rng: np.random.Generator, n: int, sizes: list[int], draw: Callable[..., np.ndarray] = tenths) -> Arguments:
    """n examples and a network in which, in each hidden layer, some neurons are active and others are not.

    No score lies near the kink, where the slope is a matter of taste, and every weight has an effect on the loss.
    """
    while True:
        x, y = draw(rng, n, sizes[0]), draw(rng, n, sizes[-1])
        weights, biases = [draw(rng, *shape) for shape in pairwise(sizes)], [draw(rng, size) for size in sizes[1:]]
        scores, _ = forward(x, weights, biases)
        telling = all(np.abs(z).min() > 0.05 and (z > 0).any() and (z < 0).any() for z in scores[:-1])
        dW = backward(x, y, weights, biases)[0][0]
        if telling and np.count_nonzero(dW) and (scores[-1] > 0).any() and (scores[-1] < 0).any():
            return x, y, weights, biases


def _networks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 2, [2, 2, 2])
    yield _network(rng, 4, [3, 4, 4, 2])
    # layers of one size: no shape gives a mistake away, only the numbers do
    yield _network(rng, 3, [3, 3, 3, 3])
    x, y, weights, biases = _network(rng, 5, [2, 4, 3])
    single = np.float32
    yield x.astype(single), y.astype(single), [W.astype(single) for W in weights], [b.astype(single) for b in biases]


def _shallow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 2, [3, 2])
    yield _network(rng, 4, [2, 2])


def _single(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 1, [2, 3, 2])
    yield _network(rng, 3, [1, 3, 1])


def _whole(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 3, [2, 3, 2], whole)


mlp_backward = Exercise(
    name="mlp_backward",
    reference=_mlp_backward,
    cases=_networks,
    criteria=[
        Criterion("values", 3),
        Criterion("no hidden layer", 0.5, cases=_shallow),
        Criterion("one example, one input or one output", 0.5, cases=_single),
        Criterion("whole numbers", 0.5, cases=_whole),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "ReLU's slope is missing",
            lambda *arguments: backward(*arguments, gate=lambda dh, z, h: dh),
            "A neuron that was silent in the forward pass had no effect on the loss. Does it get a gradient in yours?",
        ),
        Mistake(
            "ReLU is applied to the gradient",
            lambda *arguments: backward(*arguments, gate=lambda dh, z, h: np.maximum(dh, 0)),
            "A gradient may be negative. What decides whether it passes: its own sign, or the score's going forward?",
        ),
        Mistake(
            "multiplies by the neuron's output in place of ReLU's slope",
            lambda *arguments: backward(*arguments, gate=lambda dh, z, h: dh * h),
            "How steep is ReLU at z = 2, and how steep at z = 3? Is it the height?",
        ),
        Mistake(
            "the gate stands open where the neuron was silent",
            lambda *arguments: backward(*arguments, gate=lambda dh, z, h: dh * (z < 0)),
            "On which side of zero is ReLU flat? What is the slope of a flat line?",
        ),
        Mistake(
            "ReLU at the output too",
            lambda *arguments: backward(*arguments, gated_output=True),
            "The network may answer with negative numbers. Does every output pass its gradient on in your answer?",
        ),
        Mistake(
            "the sigmoid's slope in place of ReLU's",
            lambda *arguments: backward(*arguments, gate=lambda dh, z, h: dh * h * (1 - h)),
            "Which activation do the hidden layers have here, and how steep is it at z = 2?",
        ),
        Mistake(
            "the 2 of the square is missing",
            lambda *arguments: backward(*arguments, factor=0.5),
            "What is the derivative of (p - y) squared with respect to p?",
        ),
        Mistake(
            "a mean over the examples alone",
            lambda x, y, *network: backward(x, y, *network, factor=y.shape[1]),
            "The loss is a mean over all n times k numbers. What do you divide by?",
        ),
        Mistake(
            "a sum in place of the mean",
            lambda x, y, *network: backward(x, y, *network, factor=y.size),
            "The loss is a mean over all n times k numbers. Write every example twice: should the gradient change?",
        ),
        Mistake(
            "half a sum: neither the 2 nor the mean",
            lambda x, y, *network: backward(x, y, *network, factor=y.size / 2),
            "The loss is the mean of the squares. Write its derivative with respect to one of the predictions.",
        ),
        Mistake(
            "uphill: truth minus prediction",
            lambda *arguments: backward(*arguments, factor=-1),
            "If a prediction is above its truth, should the slope of the loss in it be positive or negative?",
        ),
        Mistake(
            "divided by n again in every layer",
            lambda x, *rest: backward(x, *rest, share=len(x)),
            "The 1/n of the loss is in the gradient that comes in. How often do you divide by it?",
        ),
        Mistake(
            "every layer's gradient with the network's input",
            lambda *arguments: backward(*arguments, inputs="x"),
            "A weight's gradient needs what went into its layer. What went into the second one?",
        ),
        Mistake(
            "the scores in place of the outputs",
            lambda *arguments: backward(*arguments, inputs="z"),
            "A weight's gradient needs what went into its layer. Is that before or after the ReLU of the one before?",
        ),
        Mistake(
            "the gradient is passed on without the weights",
            lambda *arguments: backward(*arguments, passing="as it is"),
            "How much does the next layer's score change when this layer's output does?",
        ),
        Mistake(
            "the weights not transposed on the way back",
            lambda *arguments: backward(*arguments, passing="not transposed"),
            "On the way back the sum is over the neurons of the later layer. Which axis of W is theirs?",
        ),
        Mistake(
            "the biases' gradient is not added up",
            lambda *arguments: backward(*arguments, shared_bias=False),
            "There is one bias a neuron, and all n examples use it. How do n shares become one?",
        ),
        Mistake(
            "the last layer first",
            lambda *arguments: tuple(found[::-1] for found in backward(*arguments)),
            "You find the gradients from the end to the beginning. In which order are they to be handed back?",
        ),
        Mistake(
            "pairs layer by layer in place of two lists",
            lambda *arguments: list(zip(*backward(*arguments), strict=True)),
            "Two lists are asked for: the weights' gradients of all layers, then the biases'.",
        ),
        Mistake(
            "only the last layer",
            lambda *arguments: tuple(found[-1:] for found in backward(*arguments)),
            "How many layers have weights, and how many gradients do you hand back?",
        ),
    ],
)
