"""The forward pass through many layers, and what it is without activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.inputs import tenths, whole

Arrays = list[np.ndarray]
Function = Callable[[np.ndarray], np.ndarray]


def _relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def _mlp_forward(x: np.ndarray, weights: Arrays, biases: Arrays) -> np.ndarray:
    """A network's output, ReLU in the hidden layers, none at the end: (n, d) -> (n, k)."""
    return _run(x, weights, biases, _relu)


def _run(x: np.ndarray, weights: Arrays, biases: Arrays, activation: Function) -> np.ndarray:
    h = np.asarray(x, dtype=float)
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        h = activation(h @ W + b)
    return h @ weights[-1] + biases[-1]


def _network(rng: np.random.Generator, n: int, sizes: list[int], draw: Callable[..., np.ndarray] = tenths) -> Arguments:
    """n inputs, and the weights and biases of layers of these sizes."""
    weights = [draw(rng, *shape) for shape in pairwise(sizes)]
    return draw(rng, n, sizes[0]), weights, [draw(rng, size) for size in sizes[1:]]


def _networks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 2, [2, 2, 2])
    yield _network(rng, 4, [3, 4, 4, 1])
    # layers of one size: no shape gives a mistake away, only the numbers do
    yield _network(rng, 6, [3, 3, 3, 3])
    x, weights, biases = _network(rng, 5, [2, 5, 3])
    yield x.astype(np.float32), [W.astype(np.float32) for W in weights], [b.astype(np.float32) for b in biases]


def _shallow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 2, [3, 2])
    yield _network(rng, 4, [2, 2])


def _single(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 1, [2, 3, 2])
    yield _network(rng, 1, [1, 2, 1])


def _whole_networks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _network(rng, 3, [2, 3, 2], whole)
    x, weights, biases = _network(rng, 3, [4, 3, 2])
    yield (10 * x).astype(int), weights, biases


def _bias_after_activation(x: np.ndarray, weights: Arrays, biases: Arrays) -> np.ndarray:
    h = x
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        h = _relu(h @ W) + b
    return h @ weights[-1] + biases[-1]


def _last_hidden_linear(x: np.ndarray, weights: Arrays, biases: Arrays) -> np.ndarray:
    h = x
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        h = h @ W + b
        if i < len(weights) - 2:
            h = _relu(h)
    return h


def _returns_in_the_loop(x: np.ndarray, weights: Arrays, biases: Arrays) -> np.ndarray:
    first = x @ weights[0] + biases[0]
    return _relu(first) if len(weights) > 1 else first


mlp_forward = Exercise(
    name="mlp_forward",
    reference=_mlp_forward,
    cases=_networks,
    criteria=[
        Criterion("values", 2),
        Criterion("no hidden layer", 0.5, cases=_shallow),
        Criterion("one example", 0.5, cases=_single),
        Criterion("whole numbers", 0.5, cases=_whole_networks),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "ReLU at the output too",
            lambda x, weights, biases: _relu(_mlp_forward(x, weights, biases)),
            "The network may answer with negative numbers. Which layer must be treated unlike the others?",
        ),
        Mistake(
            "no ReLU before the output layer",
            _last_hidden_linear,
            "Count the layers: with three of them, how many have an activation, and how many have one in yours?",
        ),
        Mistake(
            "ReLU at the input too",
            lambda x, weights, biases: _mlp_forward(_relu(x), weights, biases),
            "An input may be negative, and the first layer should see it. In which order do product and ReLU come?",
        ),
        Mistake(
            "no activation",
            lambda x, weights, biases: _run(x, weights, biases, lambda z: z),
            "What stands between two layers, without which they would be one?",
        ),
        Mistake(
            "forgot the biases",
            lambda x, weights, biases: _mlp_forward(x, weights, [0 * b for b in biases]),
            "Set all inputs to zero. What should reach the first hidden layer, and what does in yours?",
        ),
        Mistake(
            "no bias at the output",
            lambda x, weights, biases: _mlp_forward(x, weights, [*biases[:-1], 0 * biases[-1]]),
            "How many weights and how many biases did you use? Count the last layer's.",
        ),
        Mistake(
            "adds the bias after ReLU",
            _bias_after_activation,
            "A hidden neuron's output is never negative. Is yours? Which belongs inside the activation?",
        ),
        Mistake(
            "every layer sees the network's input",
            lambda x, weights, biases: x @ weights[-1] + biases[-1],
            "Follow the loop by hand for two layers: what does the second one get?",
        ),
        Mistake(
            "stops after the first layer",
            _returns_in_the_loop,
            "How often does your loop run before the function ends?",
        ),
        Mistake(
            "the output layer is left out",
            lambda x, weights, biases: _relu(_mlp_forward(x, weights[:-1], biases[:-1])) if weights[1:] else x,
            "How many columns has your result, and how many output neurons are there?",
        ),
        Mistake(
            "transposes the weights",
            lambda x, weights, biases: _mlp_forward(x, [W.T for W in weights], biases),
            "Write the shapes beside each other: (n, d) and (d, m). Do the inner ones agree as they are?",
        ),
        Mistake(
            "a sigmoid in place of ReLU",
            lambda x, weights, biases: _run(x, weights, biases, lambda z: 1 / (1 + np.exp(-z))),
            "Which activation do the hidden layers have here? It has no upper bound.",
        ),
        Mistake(
            "tanh in place of ReLU",
            lambda x, weights, biases: _run(x, weights, biases, np.tanh),
            "Which activation do the hidden layers have here? It is never negative.",
        ),
    ],
)


def _collapse(W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The one layer that two linear layers are: (d, h), (h,), (h, m), (m,) -> (d, m), (m,)."""
    return W1 @ W2, b1 @ W2 + b2


def _pairs(rng: np.random.Generator) -> Iterator[Arguments]:
    # with d = h = m no shape gives a mistake away, only the numbers do
    yield _pair(rng, 2, 2, 2)
    yield _pair(rng, 3, 4, 2)
    yield tuple(array.astype(np.float32) for array in _pair(rng, 2, 3, 5))


def _narrow_pairs(rng: np.random.Generator) -> Iterator[Arguments]:
    for sizes in ((1, 3, 2), (3, 1, 2), (3, 2, 1)):
        yield _pair(rng, *sizes)


def _whole_pairs(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _pair(rng, 3, 2, 4, draw=whole)


def _pair(rng: np.random.Generator, d: int, h: int, m: int, draw: Callable[..., np.ndarray] = tenths) -> Arguments:
    return draw(rng, d, h), draw(rng, h), draw(rng, h, m), draw(rng, m)


collapse = Exercise(
    name="collapse",
    reference=_collapse,
    cases=_pairs,
    criteria=[
        Criterion("values", 1.5),
        Criterion("one input, one hidden neuron or one output", 0.5, cases=_narrow_pairs),
        Criterion("whole numbers", 0.5, cases=_whole_pairs),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "the first bias skips the second layer",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "Send the input zero through both layers on paper. What happens to the first bias on its way?",
        ),
        Mistake(
            "forgot the first bias",
            lambda W1, b1, W2, b2: (W1 @ W2, b2),
            "Send the input zero through both layers on paper. Is what comes out your bias?",
        ),
        Mistake(
            "forgot the second bias",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "Send the input zero through both layers on paper. Is what comes out your bias?",
        ),
        Mistake(
            "the second bias goes through the weights too",
            lambda W1, b1, W2, b2: (W1 @ W2, (b1 + b2) @ W2),
            "Which of the two biases is there already when the second layer multiplies?",
        ),
        Mistake(
            "the first bias goes through the first layer's weights",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W1 + b2),
            "The first bias is added after the first weights. Which weights does it still meet?",
        ),
        Mistake(
            "the weights times the bias",
            lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
            "The first bias takes the way of an example, as a row. On which side of the weights does a row stand?",
        ),
        Mistake(
            "the weights in the wrong order",
            lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
            "With one example a row, x meets the first weights first. Write both products down with their shapes.",
        ),
        Mistake(
            "multiplies the weights elementwise",
            lambda W1, b1, W2, b2: (W1 * W2, b1 @ W2 + b2),
            "A path from an input to an output may pass through any hidden neuron. What adds up over all of them?",
        ),
        Mistake(
            "adds the weights",
            lambda W1, b1, W2, b2: (W1 + W2, b1 + b2),
            "Take layers of one neuron each: 2 times 3 times x. Which single weight does the same?",
        ),
        Mistake(
            "the weights transposed",
            lambda W1, b1, W2, b2: ((W1 @ W2).T, b1 @ W2 + b2),
            "The new weights take d inputs to m outputs. Which shape has a layer's W in this course?",
        ),
        Mistake(
            "the bias before the weights",
            lambda W1, b1, W2, b2: (b1 @ W2 + b2, W1 @ W2),
            "In which order are weights and bias to be returned?",
        ),
        Mistake(
            "ReLU between the layers",
            lambda W1, b1, W2, b2: (W1 @ W2, _relu(b1) @ W2 + b2),
            "These layers have no activation: that is why they can be one. Where is yours?",
        ),
        Mistake(
            "only the weights",
            lambda W1, b1, W2, b2: W1 @ W2,
            "A layer is weights and bias. What does the new layer answer at x = 0?",
        ),
    ],
)
