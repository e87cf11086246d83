"""im2col: every window of an image as a row of numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.convolution.windows import READY_MADE, windows
from autograder.inputs import tenths, whole


def _im2col(x: np.ndarray, k: int, stride: int) -> np.ndarray:
    """The windows of images, each as one row of row, column, channel: (n, h, w, c) -> (n, h', w', k·k·c)."""
    return _flat(windows(np.asarray(x, dtype=float), k, stride))


def _flat(seen: np.ndarray) -> np.ndarray:
    return seen.reshape(*seen.shape[:3], -1)


def _images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 1, 3, 3, 1), 2, 1
    yield tenths(rng, 2, 3, 4, 2), 2, 1
    yield tenths(rng, 1, 5, 4, 3).astype(np.float32), 3, 1


def _strided(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 1, 5, 6, 1), 2, 2
    yield tenths(rng, 2, 7, 8, 2), 3, 2
    yield tenths(rng, 1, 7, 9, 1), 2, 3


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 3, 3, 2), 3, 1
    yield tenths(rng, 1, 2, 3, 2), 1, 1


def _whole_images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 1, 4, 3, 2), 2, 1


def _one_short(x: np.ndarray, k: int, stride: int) -> np.ndarray:
    rows, columns = (len(range(0, length - k, stride)) for length in x.shape[1:3])
    return _im2col(x, k, stride)[:, :rows, :columns]


im2col = Exercise(
    name="im2col",
    reference=_im2col,
    cases=_images,
    criteria=[
        Criterion("values", 1.5),
        Criterion("stride", 0.5, cases=_strided),
        Criterion("one window, or one pixel", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole_images),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            "channel, row, column",
            lambda x, k, stride: _flat(np.moveaxis(windows(x, k, stride), -1, 3)),
            "In the result the numbers of one pixel, all its channels, stand side by side. Print the shape before you "
            "flatten: which axis is the last?",
        ),
        Mistake(
            "column, row, channel",
            lambda x, k, stride: _flat(windows(x, k, stride).swapaxes(3, 4)),
            "After the upper left pixel of a window comes its right neighbour. Which of your loops is the inner one?",
        ),
        Mistake(
            "the window read backwards",
            lambda x, k, stride: _flat(windows(x, k, stride)[:, :, :, ::-1, ::-1]),
            "Which pixel of the window comes first? The kernel is not turned round in neural networks.",
        ),
        Mistake(
            "the windows are not flattened",
            lambda x, k, stride: windows(x, k, stride),
            "The result has four axes. Which of yours have to become one?",
        ),
        Mistake(
            "one row for each window of all images",
            lambda x, k, stride: _flat(windows(x, k, stride)).reshape(-1, k * k * x.shape[3]),
            "That is the matrix, and the place of each window is lost in it. Which four axes has the result to have?",
        ),
        Mistake(
            "the windows of an image in one axis",
            lambda x, k, stride: (lambda y: y.reshape(len(y), -1, y.shape[-1]))(_flat(windows(x, k, stride))),
            "Windows lie in rows and columns, as the output's pixels will. Which four axes has the result to have?",
        ),
        Mistake(
            "rows and columns of the output exchanged",
            lambda x, k, stride: _im2col(x, k, stride).swapaxes(1, 2),
            "The second axis of the result goes down the image, the third across. Which of your loops is which?",
        ),
        Mistake(
            "the stride is ignored",
            lambda x, k, stride: _im2col(x, k, 1),
            "With a stride of 2, where does the second window begin?",
        ),
        Mistake(
            "the stride goes into the window",
            lambda x, k, stride: _flat(windows(x, k, 1, dilation=stride)),
            "The stride is the step from one window to the next. Within a window the pixels are neighbours.",
        ),
        Mistake(
            "windows side by side",
            lambda x, k, stride: _im2col(x, k, k),
            "How far is it from the start of one window to the start of the next: the stride, or the kernel's size?",
        ),
        Mistake(
            "one window too few",
            _one_short,
            "An image of 3 by 3 has four windows of 2 by 2. How many do you find, and where does the last one begin?",
        ),
        Mistake(
            "only the first channel",
            lambda x, k, stride: _im2col(x[..., :1], k, stride),
            "How many numbers has a window of 2 by 2 in an image of three channels?",
        ),
    ],
)
