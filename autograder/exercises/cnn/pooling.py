"""Max-pooling: of each window only the largest number is kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.cnn.windows import blocks, distinct
from autograder.exercises.convolution.windows import READY_MADE
from autograder.inputs import whole
from course.layers import MaxPool2D


def _max_pool2d(x: np.ndarray, k: int) -> np.ndarray:
    """The largest number of each k by k window: (n, h, w, c) -> (n, h // k, w // k, c)."""
    return MaxPool2D(k)(np.asarray(x, dtype=float))


def _images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield distinct(rng, 1, 4, 4, 1), 2
    yield distinct(rng, 2, 4, 6, 2), 2
    yield distinct(rng, 2, 6, 9, 3).astype(np.float32), 3


def _below_zero(rng: np.random.Generator) -> Iterator[Arguments]:
    yield distinct(rng, 1, 4, 6, 1) - 3, 2
    yield distinct(rng, 1, 6, 6, 2) - 10, 3


def _incomplete(rng: np.random.Generator) -> Iterator[Arguments]:
    for shape, k in (((1, 5, 5, 1), 2), ((2, 4, 7, 2), 3), ((1, 8, 6, 1), 4)):
        x = distinct(rng, *shape)
        x[:, -1:, :], x[:, :, -1:] = x[:, -1:, :] + 9, x[:, :, -1:] + 9  # what is dropped would win
        yield x, k


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield distinct(rng, 2, 3, 3, 2), 3
    yield distinct(rng, 1, 2, 3, 2), 1


def _whole_images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 2, 4, 4, 2), 2


def _windows_of_every_place(x: np.ndarray, k: int) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2)).max(axis=(4, 5))


def _keeps_incomplete(x: np.ndarray, k: int) -> np.ndarray:
    missing = [(0, -length % k) for length in x.shape[1:3]]
    return blocks(np.pad(x.astype(float), [(0, 0), *missing, (0, 0)], constant_values=-np.inf), k).max(axis=4)


def _interleaved(x: np.ndarray, k: int) -> np.ndarray:
    rows, columns = x.shape[1] // k, x.shape[2] // k
    return x[:, : rows * k, : columns * k].reshape(len(x), k, rows, k, columns, -1).max(axis=(1, 3))


max_pool2d = Exercise(
    name="max_pool2d",
    reference=_max_pool2d,
    cases=_images,
    criteria=[
        Criterion("values", 1.5),
        Criterion("numbers below zero", 0.5, cases=_below_zero),
        Criterion("incomplete windows are dropped", 0.5, cases=_incomplete),
        Criterion("one window, or one pixel", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole_images),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            "the mean of each window",
            lambda x, k: blocks(x, k).mean(axis=4),
            "That is average pooling. Here one number of the window survives as it is. Which?",
        ),
        Mistake(
            "the smallest number of each window",
            lambda x, k: blocks(x, k).min(axis=4),
            "Which number of a window says most clearly that a pattern was found there?",
        ),
        Mistake(
            "never below zero",
            lambda x, k: np.maximum(blocks(x, k).max(axis=4), 0),
            "What is the largest of -3, -1, -2 and -5? With which number does your search for the largest begin?",
        ),
        Mistake(
            "the largest in absolute value",
            lambda x, k: np.take_along_axis(
                blocks(x, k), np.abs(blocks(x, k)).argmax(axis=4)[..., None], axis=4
            ).squeeze(4),
            "What is the largest of -3, 1, 2 and 0?",
        ),
        Mistake(
            "the first pixel of each window",
            lambda x, k: blocks(x, k)[..., 0],
            "A stride alone takes one pixel of each window, whatever it holds. What is done with the others here?",
        ),
        Mistake(
            "windows that overlap",
            _windows_of_every_place,
            "The windows lie side by side. How far is it from the start of one to the start of the next?",
        ),
        Mistake(
            "incomplete windows are kept",
            _keeps_incomplete,
            "Five pixels hold two windows of 2, and one pixel is left over. How many numbers come out?",
        ),
        Mistake(
            "windows of pixels that are not neighbours",
            _interleaved,
            "After a reshape, which axis counts the windows and which the pixels in a window? Try it on the numbers "
            "0 to 15 in a square.",
        ),
        Mistake(
            "the largest over all channels",
            lambda x, k: blocks(x, k).max(axis=(3, 4))[..., None],
            "Each channel is pooled on its own. Over which axes is your maximum?",
        ),
        Mistake(
            "one number for a whole image",
            lambda x, k: x.max(axis=(1, 2)),
            "That is global pooling, which has its place at the end of a network. Here each window gives a number.",
        ),
        Mistake(
            "only along the rows",
            lambda x, k: blocks(x, k).reshape(*blocks(x, k).shape[:4], k, k)[..., 0, :].max(axis=4),
            "A window has k rows and k columns. How many numbers do you compare?",
        ),
        Mistake(
            "rows and columns of the output exchanged",
            lambda x, k: blocks(x, k).max(axis=4).swapaxes(1, 2),
            "The second axis of the result goes down the image, the third across. Which of your loops is which?",
        ),
    ],
)
