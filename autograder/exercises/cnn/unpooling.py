"""The gradient of max-pooling: all of a window's slope goes to the pixel that won."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.cnn.windows import blocks, distinct, images_of
from autograder.exercises.convolution.windows import READY_MADE
from autograder.inputs import tenths, whole
from course.layers import MaxPool2D

EVERY_TIE = "the whole slope to every tie"


def _max_pool2d_backward(dy: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    """dx of max-pooling: (n, h', w', c), (n, h, w, c) -> (n, h, w, c)."""
    layer = MaxPool2D(k)
    _, cache = layer.forward(np.asarray(x, dtype=float))
    return layer.backward(np.asarray(dy, dtype=float), cache)


def _with_slopes(rng: np.random.Generator, x: np.ndarray, k: int) -> Arguments:
    return tenths(rng, len(x), x.shape[1] // k, x.shape[2] // k, x.shape[3]), x, k


def _images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _with_slopes(rng, distinct(rng, 1, 4, 4, 1), 2)
    yield _with_slopes(rng, distinct(rng, 2, 4, 6, 2), 2)
    dy, x, k = _with_slopes(rng, distinct(rng, 2, 6, 9, 3), 3)
    yield dy.astype(np.float32), x.astype(np.float32), k


def _incomplete(rng: np.random.Generator) -> Iterator[Arguments]:
    for shape, k in (((1, 5, 5, 1), 2), ((2, 4, 7, 2), 3)):
        yield _with_slopes(rng, distinct(rng, *shape), k)


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _with_slopes(rng, distinct(rng, 2, 3, 3, 2), 3)
    yield _with_slopes(rng, distinct(rng, 1, 2, 3, 2), 1)


def _whole_images(rng: np.random.Generator) -> Iterator[Arguments]:
    x = np.rint(10 * distinct(rng, 2, 4, 4, 2)).astype(int)
    yield whole(rng, 2, 2, 2, 2), x, 2
    yield _with_slopes(rng, x, 2)


def _ties(rng: np.random.Generator) -> Iterator[Arguments]:
    x = distinct(rng, 1, 4, 4, 1)
    x[0, 0, :2, 0] = 3  # two winners in the first window, four in the second
    x[0, :2, 2:, 0] = 0
    yield _with_slopes(rng, x, 2)
    yield _with_slopes(rng, np.maximum(distinct(rng, 2, 4, 6, 2) - 0.6, 0), 2)  # after a ReLU


def _accepts_ties(arguments: Arguments, got: np.ndarray) -> str | None:
    """None where each window's slope went to one winner, or in equal parts to all of them."""
    dy, x, k = arguments
    got = np.asarray(got)
    if got.shape != x.shape:
        return f"expected an array of shape {x.shape}, got an array of shape {got.shape}"
    seen, shares, slopes = blocks(x, k), blocks(got, k), dy[..., None]
    winners = seen == seen.max(axis=4, keepdims=True)
    even = np.isclose(shares, winners * slopes / winners.sum(axis=4, keepdims=True), atol=1e-5).all(axis=4)
    one = np.isclose(np.sort(np.abs(shares), axis=4)[..., :-1], 0, atol=1e-5).all(axis=4)
    one &= np.isclose((shares * winners).sum(axis=4), dy, rtol=1e-4, atol=1e-5)
    right = even | one
    if right.all():
        return None
    if np.allclose(shares, winners * slopes, atol=1e-5):
        return EVERY_TIE
    place = ", ".join(str(index) for index in np.argwhere(~right)[0])
    return f"the slope of window [{place}] does not go to its largest numbers, in equal parts or to one of them"


def _shared(dy: np.ndarray, x: np.ndarray, k: int, shares: np.ndarray) -> np.ndarray:
    """dx where the pixels of each window get these shares (…, k·k) of its slope."""
    return images_of(dy[..., None] * shares, k, x.shape)


def _winners(x: np.ndarray, k: int) -> np.ndarray:
    seen = blocks(x, k)
    return (seen == seen.max(axis=4, keepdims=True)) * 1.0


def _first_pixel(dy: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    return _shared(dy, x, k, np.arange(k * k) == 0)


def _cropped(dy: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    return _max_pool2d_backward(dy, x, k)[:, : dy.shape[1] * k, : dy.shape[2] * k]


def _over_all_channels(dy: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    seen = blocks(x, k)
    flat = seen.reshape(*seen.shape[:3], -1)  # (n, h', w', c·k·k)
    one = np.eye(flat.shape[-1])[flat.argmax(axis=-1)]
    return _shared(dy, x, k, one.reshape(seen.shape))


def _incomplete_too(dy: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    """The last slope also for the pixels behind the last complete window."""
    dx = _max_pool2d_backward(dy, x, k)
    rows, columns = dy.shape[1] * k, dy.shape[2] * k
    dx[:, rows:, :columns] = dy[:, -1:, :].repeat(k, axis=2)
    dx[:, :, columns:] = dy[:, -1:, -1:]
    return dx


max_pool2d_backward = Exercise(
    name="max_pool2d_backward",
    reference=_max_pool2d_backward,
    cases=_images,
    criteria=[
        Criterion("values", 2),
        Criterion("incomplete windows", 0.5, cases=_incomplete),
        Criterion("equal numbers", 0.5, cases=_ties, accepts=_accepts_ties),
        Criterion("one window, or one pixel", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole_images),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            EVERY_TIE,
            lambda dy, x, k: _shared(dy, x, k, _winners(x, k)),
            "Where two pixels of a window are equally large, the output grows by as much as one of them does, not "
            "twice that. How much of the slope is there to hand out?",
        ),
        Mistake(
            "an equal share for every pixel",
            lambda dy, x, k: _shared(dy, x, k, np.full(k * k, 1 / (k * k))),
            "That is average pooling's gradient. Raise a pixel that did not win by a little: does the output change?",
        ),
        Mistake(
            "the whole slope to every pixel",
            lambda dy, x, k: _shared(dy, x, k, np.ones(k * k)),
            "Raise a pixel that did not win by a little: does the output change?",
        ),
        Mistake(
            "the first pixel of each window",
            _first_pixel,
            "The slope goes to the pixel that won, and this one can lie anywhere in its window. Where is x asked?",
        ),
        Mistake(
            "ones for the winners",
            lambda dy, x, k: images_of(_winners(x, k), k, x.shape),
            "That says who won. By how much does the loss change with each of them? What came in for that?",
        ),
        Mistake(
            "the winner's value times the slope",
            lambda dy, x, k: _shared(dy, x, k, _winners(x, k) * blocks(x, k)),
            "If the winner grows by 1, the output grows by 1, however large it is. So what is the factor?",
        ),
        Mistake(
            "the smallest pixel of each window",
            lambda dy, x, k: _shared(dy, x, k, (blocks(x, k) == blocks(x, k).min(axis=4, keepdims=True)) * 1.0),
            "Which pixel of the window made the output?",
        ),
        Mistake(
            "all losers get the slope",
            lambda dy, x, k: _shared(dy, x, k, 1 - _winners(x, k)),
            "Which pixel of the window made the output? Where is your condition true?",
        ),
        Mistake(
            "smaller than the image",
            _cropped,
            "There is a gradient for every pixel of x, also for those at the edge that no window saw. Which is it?",
        ),
        Mistake(
            "pixels that no window saw get a slope",
            _incomplete_too,
            "Change a pixel at the edge that is in no complete window: does any output change?",
        ),
        Mistake(
            "one winner for all channels",
            _over_all_channels,
            "Each channel is pooled on its own, so each has a winner. Over which axes is your maximum?",
        ),
        Mistake(
            "the gradient of the first image for all",
            lambda dy, x, k: np.repeat(_max_pool2d_backward(dy[:1], x[:1], k), len(x), axis=0),
            "Each image of the batch has winners of its own. Which of the images do you look at?",
        ),
    ],
)
