"""The gradients of a convolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.convolution.windows import READY_MADE, Draw, taps, windows
from autograder.inputs import tenths, whole
from course.convolution import naive
from course.shapes import axis

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


def _conv2d_backward(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int) -> Gradients:
    """(dx, dw, db), summed over batch and places: (n, h', w', m), (n, h, w, c), (k, k, c, m)."""
    down, across = (axis(length, len(w), stride) for length in x.shape[1:3])
    dx, dw = naive.backward(dy, np.asarray(x, dtype=float), np.asarray(w, dtype=float), (down, across))
    return dx, dw, dy.sum(axis=(0, 1, 2))


def _layer(
    rng: np.random.Generator, image: tuple[int, ...], k: int, filters: int, stride: int, draw: Draw = tenths
) -> Arguments:
    down, across = (axis(length, k, stride).output for length in image[1:3])
    x, w = draw(rng, *image), taps(rng, k, k, image[3], filters, draw=draw)
    return draw(rng, image[0], down, across, filters), x, w, stride


def _layers(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _layer(rng, (1, 3, 3, 1), 2, 1, 1)
    # as many channels as filters, so that only the numbers tell them apart
    yield _layer(rng, (2, 4, 5, 2), 2, 2, 1)
    *arrays, stride = _layer(rng, (3, 5, 4, 2), 3, 3, 1)
    yield *(array.astype(np.float32) for array in arrays), stride


def _strided(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _layer(rng, (1, 5, 5, 1), 3, 1, 2)
    # a row and two columns that no window sees
    yield _layer(rng, (2, 6, 8, 2), 3, 2, 2)
    yield _layer(rng, (2, 6, 7, 1), 2, 2, 3)


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _layer(rng, (2, 3, 3, 2), 3, 2, 1)
    yield _layer(rng, (1, 2, 3, 2), 1, 3, 1)


def _whole_layers(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _layer(rng, (2, 3, 4, 1), 2, 2, 1, draw=whole)
    dy, x, w, stride = _layer(rng, (2, 4, 3, 2), 2, 2, 1)
    yield dy, np.rint(10 * x).astype(int), w, stride


def _spread(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, add: bool = True, move: int = 0) -> np.ndarray:
    """dx by loops over the places, added up or overwritten, the windows `stride` apart or `move`."""
    dx, step, k = np.zeros(x.shape), move or stride, len(w)
    for row, column in np.ndindex(*dy.shape[1:3]):
        window = (slice(None), slice(row * step, row * step + k), slice(column * step, column * step + k))
        share = np.einsum("nm,abcm->nabc", dy[:, row, column], w)
        dx[window] = dx[window] + share if add else share
    return dx


def _dw(dy: np.ndarray, x: np.ndarray, k: int, stride: int) -> np.ndarray:
    seen = windows(x, k, stride)[:, : dy.shape[1], : dy.shape[2]]
    return np.einsum("nijabc,nijm->abcm", seen, dy)


def _last_window(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    return np.einsum("nabc,nm->abcm", windows(x, len(w), stride)[:, -1, -1], dy[:, -1, -1])


def _with(
    dx: np.ndarray | None = None, dw: np.ndarray | None = None, db: np.ndarray | None = None, *, of: Arguments
) -> Gradients:
    """The right gradients, but for those given."""
    right = _conv2d_backward(*of)
    return tuple(r if g is None else g for g, r in zip((dx, dw, db), right, strict=True))  # type: ignore[return-value]


def _averaged(of: Arguments, *names: str) -> Gradients:
    """The right gradients, those of these names divided by the number of images."""
    named = zip(("dx", "dw", "db"), _conv2d_backward(*of), strict=True)
    return tuple(g / len(of[0]) if name in names else g for name, g in named)  # type: ignore[return-value]


conv2d_backward = Exercise(
    name="conv2d_backward",
    reference=_conv2d_backward,
    cases=_layers,
    criteria=[
        Criterion("values", 3),
        Criterion("stride", 1, cases=_strided),
        Criterion("one window, or one pixel", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole_layers),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            "windows overwrite each other in dx",
            lambda dy, x, w, s: _with(dx=_spread(dy, x, w, s, add=False), of=(dy, x, w, s)),
            "A pixel lies in several windows, and each of them hands it a share. What do you do with the share that is "
            "there already?",
        ),
        Mistake(
            "kernel flipped in dx",
            lambda dy, x, w, s: _with(dx=_spread(dy, x, w[::-1, ::-1], s), of=(dy, x, w, s)),
            "Which weight did the upper left pixel of a window meet on the way forward? It meets it again.",
        ),
        Mistake(
            "only the last window counts in dw",
            lambda dy, x, w, s: _with(dw=_last_window(dy, x, w, s), of=(dy, x, w, s)),
            "The kernel is used in every window. What happens to its gradient so far when the next window comes?",
        ),
        Mistake(
            "the stride is ignored",
            lambda dy, x, w, s: _with(_spread(dy, x, w, s, move=1), _dw(dy, x, len(w), 1), of=(dy, x, w, s)),
            "With a stride of 2, which window made the second number of the output?",
        ),
        Mistake(
            "the stride is ignored in dx",
            lambda dy, x, w, s: _with(dx=_spread(dy, x, w, s, move=1), of=(dy, x, w, s)),
            "With a stride of 2, which window made the second number of the output? dx hands its share back to that.",
        ),
        Mistake(
            "dw averaged over the batch",
            lambda *of: _averaged(of, "dw"),
            "All images use the same kernel. Does the loss divide by their number, or was that done before dy came?",
        ),
        Mistake(
            "db averaged over the batch",
            lambda *of: _averaged(of, "db"),
            "All images use the same bias. Does the loss divide by their number, or was that done before dy came?",
        ),
        Mistake(
            "dw and db averaged over the batch",
            lambda *of: _averaged(of, "dw", "db"),
            "All images use the same kernel. Does the loss divide by their number, or was that done before dy came?",
        ),
        Mistake(
            "db averaged over batch and places",
            lambda *of: _with(db=of[0].mean(axis=(0, 1, 2)), of=of),
            "The bias is added at every place of every image. If it grows a little, by how much does the sum of all "
            "outputs grow?",
        ),
        Mistake(
            "a bias gradient for every place",
            lambda *of: _with(db=of[0].sum(axis=0), of=of),
            "A filter has one bias for all places. Which shape has its gradient?",
        ),
        Mistake(
            "db for each image",
            lambda *of: _with(db=of[0].sum(axis=(1, 2)), of=of),
            "A filter has one bias for all images. Which shape has its gradient?",
        ),
        Mistake(
            "only the first image in dw",
            lambda dy, x, w, s: _with(dw=_dw(dy[:1], x[:1], len(w), s), of=(dy, x, w, s)),
            "All images of the batch use the same kernel. Which of them does your gradient come from?",
        ),
        Mistake(
            "dw and dx exchanged",
            lambda *of: tuple(_conv2d_backward(*of)[i] for i in (1, 0, 2)),
            "In which order are the three gradients to be returned? Compare their shapes with those of x, w and b.",
        ),
        Mistake(
            "in the order of a layer's parameters",
            lambda *of: tuple(_conv2d_backward(*of)[i] for i in (1, 2, 0)),
            "In which order are the three gradients to be returned? Compare their shapes with those of x, w and b.",
        ),
        Mistake(
            "no gradient for the bias",
            lambda *of: _conv2d_backward(*of)[:2],
            "The layer has three inputs that a gradient can be asked for: image, kernel and bias.",
        ),
    ],
)
