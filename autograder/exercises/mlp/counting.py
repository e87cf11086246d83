"""How many numbers a dense network learns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake


def _count_parameters(sizes: list[int]) -> int:
    """Weights and biases of the dense network with layers of these sizes, the input first."""
    return sum(inputs * neurons + neurons for inputs, neurons in pairwise(sizes))


def _sizes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield ([3, 4, 4, 1],)
    yield ([int(size) for size in rng.choice(np.arange(2, 10), size=3, replace=False)],)
    yield ([784, *(int(size) for size in rng.choice(np.arange(20, 100), size=2, replace=False)), 10],)


def _one_layer(rng: np.random.Generator) -> Iterator[Arguments]:
    for _ in range(2):
        yield ([int(size) for size in rng.choice(np.arange(2, 10), size=2, replace=False)],)


count_parameters = Exercise(
    name="count_parameters",
    reference=_count_parameters,
    cases=_sizes,
    criteria=[
        Criterion("values", 1),
        Criterion("a single layer", 0.5, cases=_one_layer),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rtol=0,
    atol=1e-9,
    mistakes=[
        Mistake(
            "forgot the biases",
            lambda sizes: sum(a * b for a, b in pairwise(sizes)),
            "Draw one neuron with three inputs. How many numbers does it hold?",
        ),
        Mistake(
            "biases for the input layer too",
            lambda sizes: _count_parameters(sizes) + sizes[0],
            "The input layer only hands its numbers on. Does it compute anything that a bias could be added to?",
        ),
        Mistake(
            "one bias per layer",
            lambda sizes: sum(a * b + 1 for a, b in pairwise(sizes)),
            "Each neuron has a bias of its own. How many neurons has the layer?",
        ),
        Mistake(
            "as many biases as inputs",
            lambda sizes: sum(a * b + a for a, b in pairwise(sizes)),
            "A layer of 4 inputs and 1 neuron: how many biases has it? Which of the two sizes tells?",
        ),
        Mistake(
            "a bias neuron in the next layer that has weights of its own",
            lambda sizes: sum((a + 1) * (b + 1) for a, b in pairwise(sizes)),
            "Seen as a neuron that always says 1, the bias has outgoing weights. Has it incoming ones?",
        ),
        Mistake(
            "no biases in the output layer",
            lambda sizes: _count_parameters(sizes) - sizes[-1],
            "An output neuron is a neuron like the others. What does it hold besides its weights?",
        ),
        Mistake(
            "the output layer is left out",
            lambda sizes: _count_parameters(sizes[:-1]),
            "How many pairs of neighbouring layers are there in a list of four sizes? How many do you count?",
        ),
        Mistake(
            "the first hidden layer is left out",
            lambda sizes: _count_parameters(sizes[1:]),
            "How many pairs of neighbouring layers are there in a list of four sizes? How many do you count?",
        ),
        Mistake(
            "only the last layer counts",
            lambda sizes: _count_parameters(sizes[-2:]),
            "Follow the loop over the layers by hand: what happens to the count so far when the next layer comes?",
        ),
        Mistake(
            "counts the neurons",
            lambda sizes: sum(sizes),
            "The sizes are numbers of neurons. How many lines lead from a layer of 3 to a layer of 4?",
        ),
        Mistake(
            "counts the neurons that compute",
            lambda sizes: sum(sizes[1:]),
            "That is the number of biases. How many lines lead from a layer of 3 to a layer of 4?",
        ),
        Mistake(
            "adds neighbouring sizes",
            lambda sizes: sum(a + b for a, b in pairwise(sizes)),
            "Draw a layer of 3 and a layer of 4 and every line between them. How many are there?",
        ),
        Mistake(
            "multiplies all sizes",
            lambda sizes: math.prod(sizes),
            "Only neighbouring layers are connected, and each pair has weights of its own. How do they combine?",
        ),
    ],
)
