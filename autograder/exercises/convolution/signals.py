"""Convolution in one dimension: a kernel slides along a signal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.convolution.windows import READY_MADE, convolve
from autograder.inputs import tenths, whole


def _conv1d(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    """y[i, o] = Σ over t of x[i, o · stride + t] w[t]: (n, length), (k,) -> (n, length')."""
    return convolve(x[:, None, :, None], w[None, :, None, None], stride)[:, 0, :, 0]


def _signals(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 1, 4), _taps(rng, 2), 1
    yield tenths(rng, 2, 7), _taps(rng, 3), 1
    yield tenths(rng, 3, 6).astype(np.float32), _taps(rng, 4).astype(np.float32), 1


def _strided(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 8), _taps(rng, 3), 2
    yield tenths(rng, 2, 11), _taps(rng, 2), 3
    yield tenths(rng, 1, 9), _taps(rng, 3), 3


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 4), _taps(rng, 4), 2
    yield tenths(rng, 2, 3), np.array([-0.5]), 1


def _whole_signals(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 2, 5), np.array([1, -2]), 1
    yield whole(rng, 2, 6), _taps(rng, 3), 2


def _taps(rng: np.random.Generator, k: int) -> np.ndarray:
    """A kernel that is neither its own mirror image nor the mirror image with the other sign."""
    while True:
        w = tenths(rng, k)
        if not np.allclose(np.abs(w), np.abs(w[::-1])):
            return w


def _windows(x: np.ndarray, k: int, stride: int = 1) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(x, k, axis=1)[:, ::stride]


def _dilated(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    span = stride * (len(w) - 1) + 1
    return _windows(x, span)[:, :, ::stride] @ w


def _over_the_edge(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    starts = range(0, x.shape[1], stride)
    return np.stack([(x[:, o : o + len(w)] * w[: x.shape[1] - o]).sum(axis=1) for o in starts], axis=1)


def _one_short(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    starts = range(0, x.shape[1] - len(w), stride)
    return np.array([[row[o : o + len(w)] @ w for o in starts] for row in x])


def _same(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    before = (len(w) - 1) // 2
    return _conv1d(np.pad(x, ((0, 0), (before, len(w) - 1 - before))), w, stride)


def _room_for_all(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    y = np.zeros((len(x), x.shape[1] - len(w) + 1))
    some = _conv1d(x, w, stride)
    y[:, : some.shape[1]] = some
    return y


conv1d = Exercise(
    name="conv1d",
    reference=_conv1d,
    cases=_signals,
    criteria=[
        Criterion("values", 1.5),
        Criterion("stride", 1, cases=_strided),
        Criterion("one window, or one weight", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole_signals),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            "kernel flipped",
            lambda x, w, stride: _conv1d(x, w[::-1], stride),
            "Which weight does the first number of the window meet? In mathematics a convolution turns the kernel "
            "round; in neural networks it doesn't.",
        ),
        Mistake(
            "the stride is ignored",
            lambda x, w, stride: _conv1d(x, w, 1),
            "With a stride of 2, where does the second window begin?",
        ),
        Mistake(
            "the stride goes into the window",
            _dilated,
            "The stride is the step from one window to the next. Within a window the numbers are neighbours.",
        ),
        Mistake(
            "windows side by side",
            lambda x, w, stride: _conv1d(x, w, len(w)),
            "How far is it from the start of one window to the start of the next: the stride, or the kernel's length?",
        ),
        Mistake(
            "one window too few",
            _one_short,
            "Work out the input of 4 and the kernel of 2 on paper. How many windows are there? Where does the last "
            "one begin?",
        ),
        Mistake(
            "windows that hang over the end",
            _over_the_edge,
            "The last window has to lie on the signal entirely. Where does it begin?",
        ),
        Mistake(
            "zeros around the signal",
            _same,
            "No padding here: how many windows fit into the signal itself?",
        ),
        Mistake(
            "room for all windows, with zeros at the end",
            _room_for_all,
            "With a stride there are fewer windows. Is your result as long as their number?",
        ),
        Mistake(
            "multiplies without adding up",
            lambda x, w, stride: _windows(x, len(w), stride) * w,
            "Each window gives one number. What is left to do with its products?",
        ),
        Mistake(
            "a mean instead of a sum",
            lambda x, w, stride: _conv1d(x, w, stride) / len(w),
            "Work out one window on paper. Is the sum divided by anything?",
        ),
        Mistake(
            "sums without weights",
            lambda x, w, stride: _windows(x, len(w), stride).sum(axis=2),
            "Double the kernel: every result should double. Does yours?",
        ),
        Mistake(
            "only the first signal",
            lambda x, w, stride: _conv1d(x, w, stride)[0],
            "x holds n signals, one per row. How many of them does your answer use?",
        ),
    ],
)
