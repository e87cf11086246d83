"""Counting: how large the output of a convolution is, and how many numbers it learns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from course import shapes


def _output_size(i: int, k: int, s: int, p: int) -> int:
    """⌊(i + 2p − k) / s⌋ + 1, from `course`."""
    return shapes.output_size(i, k, s, p)


def _sizes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (7, 3, 1, 0)
    yield (8, 3, 2, 1)
    # remainders 0, 1 and 2 at stride 3, and a padding that no other number equals
    for remainder in rng.permutation(3):
        outputs, k, p = int(rng.integers(4, 9)), int(rng.integers(4, 8)), int(rng.integers(2, 4))
        yield (3 * (outputs - 1) + k - 2 * p + int(remainder), k, 3, p)


def _plain_sizes(rng: np.random.Generator) -> Iterator[Arguments]:
    i, k = int(rng.integers(9, 40)), int(rng.integers(2, 8))
    yield (i, k, 1, 0)
    yield (k, k, 1, 0)


def _strides_larger_than_the_kernel(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (int(rng.integers(10, 20)), 2, 5, 0)
    yield (224, 7, 2, 3)


output_size = Exercise(
    name="output_size",
    reference=_output_size,
    cases=_sizes,
    criteria=[
        Criterion("values", 1, unmodified=True),
        Criterion("no padding, stride 1", 0.5, cases=_plain_sizes),
        Criterion("large images and large strides", 0.5, cases=_strides_larger_than_the_kernel),
    ],
    rtol=0,
    atol=1e-9,
    mistakes=[
        Mistake(
            "forgot the + 1",
            lambda i, k, s, p: (i + 2 * p - k) // s,
            "Lay a window of 3 on an input of 3. In how many places can it lie, and what does your formula say?",
        ),
        Mistake(
            "counts the first window before dividing",
            lambda i, k, s, p: (i + 2 * p - k + 1) // s,
            "The first window needs no step. Is it divided by the stride in yours?",
        ),
        Mistake(
            "pads on one side only",
            lambda i, k, s, p: (i + p - k) // s + 1,
            "How many zeros are there in all, when there are p at each end?",
        ),
        Mistake(
            "forgot the padding",
            lambda i, k, s, p: max(i - k, 0) // s + 1,
            "With zeros around it, how long is what the window slides over?",
        ),
        Mistake(
            "forgot the stride",
            lambda i, k, s, p: i + 2 * p - k + 1,
            "With a stride of 2, how many of the places for a window are left out?",
        ),
        Mistake(
            "forgot the kernel",
            lambda i, k, s, p: (i + 2 * p) // s + 1,
            "The window must lie on the input with all of its pixels. Where can its first pixel lie at most?",
        ),
        Mistake(
            "rounds up",
            lambda i, k, s, p: -(-(i + 2 * p - k) // s) + 1,
            "The last step has to end inside the input. What happens to pixels at the end that are too few for a step?",
        ),
        Mistake(
            "a fraction",
            lambda i, k, s, p: (i + 2 * p - k) / s + 1,
            "There are no half windows. What becomes of a step that does not fit entirely?",
        ),
        Mistake(
            "rounds to the nearest",
            lambda i, k, s, p: int((i + 2 * p - k) / s + 0.5) + 1,
            "The last step has to fit entirely. Does three quarters of a step count?",
        ),
        Mistake(
            "twice the padding, times the stride",
            lambda i, k, s, p: (i + 2 * p * s - k) // s + 1,
            "The zeros are there before the window begins to move. Does their number depend on the stride?",
        ),
        Mistake(
            'the size of "same" padding',
            lambda i, k, s, p: -(-i // s),
            "Here the padding is given as a number, and it need not be the one that keeps the size.",
        ),
    ],
)


def _conv_parameters(k: int, c_in: int, c_out: int) -> int:
    """A kernel of k·k·c_in weights and a bias for each of c_out filters."""
    return int(np.zeros((k, k, c_in, c_out)).size) + c_out


def _layers(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (3, 2, 4)
    for _ in range(2):
        k, c_in, c_out = (int(number) for number in rng.choice(np.arange(2, 12), size=3, replace=False))
        yield (k, c_in, c_out)


def _narrow_layers(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (5, 1, int(rng.integers(8, 20)))
    yield (1, int(rng.integers(8, 20)), 3)


conv_parameters = Exercise(
    name="conv_parameters",
    reference=_conv_parameters,
    cases=_layers,
    criteria=[
        Criterion("values", 1.5, unmodified=True),
        Criterion("one channel, or a kernel of one pixel", 0.5, cases=_narrow_layers),
    ],
    rtol=0,
    atol=1e-9,
    mistakes=[
        Mistake(
            "forgot the biases",
            lambda k, c_in, c_out: k * k * c_in * c_out,
            "A filter is a neuron: it multiplies, adds up, and then adds one number more.",
        ),
        Mistake(
            "one bias for the layer",
            lambda k, c_in, c_out: k * k * c_in * c_out + 1,
            "Every filter is a neuron of its own. How many of them are there?",
        ),
        Mistake(
            "a bias for each input channel",
            lambda k, c_in, c_out: k * k * c_in * c_out + c_in,
            "The bias is added to a filter's sum, once all input channels are in it. So how many biases are there?",
        ),
        Mistake(
            "a bias for each pair of channels",
            lambda k, c_in, c_out: (k * k + 1) * c_in * c_out,
            "How often is a bias added in the sum that makes one number of the output?",
        ),
        Mistake(
            "a bias for each weight",
            lambda k, c_in, c_out: 2 * k * k * c_in * c_out,
            "How often is a bias added in the sum that makes one number of the output?",
        ),
        Mistake(
            "the kernel has only k weights a channel",
            lambda k, c_in, c_out: k * c_in * c_out + c_out,
            "A kernel for images has rows and columns. How many pixels has a window of 3 by 3?",
        ),
        Mistake(
            "forgot the input channels",
            lambda k, c_in, c_out: (k * k + 1) * c_out,
            "A filter looks at all channels of its window. Has it the same weights for red as for blue?",
        ),
        Mistake(
            "counts one filter",
            lambda k, c_in, c_out: k * k * c_in + 1,
            "That is one filter. How many channels has the output, and what makes each of them?",
        ),
        Mistake(
            "a filter for each input channel",
            lambda k, c_in, c_out: k * k * c_in + c_in,
            "The number of filters is chosen freely: it becomes the number of output channels. Where does it enter?",
        ),
        Mistake(
            "adds the channels",
            lambda k, c_in, c_out: k * k * (c_in + c_out) + c_out,
            "Each filter has weights for each input channel. What do you do with two numbers that combine freely?",
        ),
    ],
)
