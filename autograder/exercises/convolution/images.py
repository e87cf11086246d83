"""Convolution of images: channels, filters, stride, padding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.convolution.windows import READY_MADE, Draw, convolve, taps, windows
from autograder.inputs import tenths, whole
from course.shapes import padding_sizes


def _conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    """x ∗ w + b: (n, h, w, c), (k, k, c, m), (m,) -> (n, h', w', m)."""
    return convolve(x, w, stride, padding) + b


def _layer(
    rng: np.random.Generator, image: tuple[int, ...], k: int, filters: int, draw: Draw = tenths
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images of shape (n, h, w, c), kernels and biases."""
    return draw(rng, *image), taps(rng, k, k, image[3], filters, draw=draw), draw(rng, filters)


def _images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield *_layer(rng, (1, 3, 4, 1), 2, 1), 1, "valid"
    # as many channels as filters, so that only the numbers tell them apart
    yield *_layer(rng, (2, 5, 4, 2), 3, 2), 1, "valid"
    yield *(array.astype(np.float32) for array in _layer(rng, (2, 4, 5, 3), 2, 4)), 1, "valid"


def _strided(rng: np.random.Generator) -> Iterator[Arguments]:
    yield *_layer(rng, (1, 5, 6, 1), 2, 2), 2, "valid"
    yield *_layer(rng, (2, 7, 8, 2), 3, 2), 2, "valid"
    yield *_layer(rng, (1, 8, 7, 1), 3, 1), 3, "valid"


def _padded(rng: np.random.Generator) -> Iterator[Arguments]:
    yield *_layer(rng, (1, 4, 3, 1), 3, 1), 1, "same"
    yield *_layer(rng, (1, 3, 4, 2), 2, 2), 1, "same"
    yield *_layer(rng, (2, 6, 4, 1), 3, 2), 2, "same"
    yield *_layer(rng, (1, 7, 5, 2), 4, 2), 3, "same"


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield *_layer(rng, (2, 3, 3, 2), 3, 2), 1, "valid"
    yield *_layer(rng, (1, 2, 3, 2), 1, 3), 1, "same"
    yield *_layer(rng, (1, 1, 1, 1), 3, 1), 1, "same"


def _whole_images(rng: np.random.Generator) -> Iterator[Arguments]:
    yield *_layer(rng, (1, 4, 3, 2), 2, 2, draw=whole), 1, "valid"
    yield whole(rng, 1, 5, 4, 1), *_layer(rng, (1, 5, 4, 1), 3, 2)[1:], 2, "same"


def _padded_by(x: np.ndarray, before: int, after: int, mode: str = "constant") -> np.ndarray:
    return np.pad(x, ((0, 0), (before, after), (before, after), (0, 0)), mode=mode)  # type: ignore[call-overload]


def _as_much_on_both_sides(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    p = (len(w) - 1) // 2 if padding == "same" else 0
    return _conv2d(_padded_by(x, p, p), w, b, stride, "valid")


def _around(x: np.ndarray, w: np.ndarray, stride: int, mode: str = "constant", swapped: bool = False) -> np.ndarray:
    """The image with the zeros of "same" padding: its usual ones, or the edge's values, or the odd zero in front."""
    sides = [padding_sizes(length, len(w), stride, "same") for length in x.shape[1:3]]
    sides = [side[::-1] if swapped else side for side in sides]
    return np.pad(x, ((0, 0), *sides, (0, 0)), mode=mode)  # type: ignore[call-overload]


def _edge_repeated(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    return _conv2d(_around(x, w, stride, "edge") if padding == "same" else x, w, b, stride, "valid")


def _odd_zero_in_front(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    return _conv2d(_around(x, w, stride, swapped=True) if padding == "same" else x, w, b, stride, "valid")


def _all_zeros_behind(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    if padding == "same":
        sides = [(0, sum(padding_sizes(length, len(w), stride, "same"))) for length in x.shape[1:3]]
        x = np.pad(x, ((0, 0), *sides, (0, 0)))
    return _conv2d(x, w, b, stride, "valid")


def _dilated(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    if padding == "same":
        x = _around(x, w, stride)
    return np.einsum("nijabc,abcm->nijm", windows(x, len(w), 1, dilation=stride), w) + b


def _one_short(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, padding: str) -> np.ndarray:
    if padding == "same":
        x = _around(x, w, stride)
    return _conv2d(x, w, b, stride, "valid")[:, : _fewer(x, w, stride, 1), : _fewer(x, w, stride, 2)]


def _fewer(x: np.ndarray, w: np.ndarray, stride: int, axis: int) -> int:
    return len(range(0, x.shape[axis] - len(w), stride))


conv2d = Exercise(
    name="conv2d",
    reference=_conv2d,
    cases=_images,
    criteria=[
        Criterion("values", 2),
        Criterion("stride", 1, cases=_strided),
        Criterion('"same" padding', 1, cases=_padded),
        Criterion("one window, or one pixel", 0.5, cases=_narrow),
        Criterion("whole numbers", 0.5, cases=_whole_images),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            "kernel flipped",
            lambda x, w, b, stride, padding: _conv2d(x, w[::-1, ::-1], b, stride, padding),
            "Which weight does the upper left pixel of the window meet? In mathematics a convolution turns the kernel "
            "round; in neural networks it doesn't.",
        ),
        Mistake(
            "rows and columns of the kernel exchanged",
            lambda x, w, b, stride, padding: _conv2d(x, w.swapaxes(0, 1), b, stride, padding),
            "The kernel's first axis goes down the rows of the image, its second along the columns. Do yours?",
        ),
        Mistake(
            "forgot the bias",
            lambda x, w, b, stride, padding: _conv2d(x, w, 0 * b, stride, padding),
            "Take an image of zeros. What should each filter answer, and what does yours?",
        ),
        Mistake(
            "adds the bias once per channel",
            lambda x, w, b, stride, padding: _conv2d(x, w, b * w.shape[2], stride, padding),
            "How often does the bias enter the sum that makes one number of the output? Look at where your loops end.",
        ),
        Mistake(
            "adds the bias once per pixel of the window",
            lambda x, w, b, stride, padding: _conv2d(x, w, b * w[..., 0].size, stride, padding),
            "How often does the bias enter the sum that makes one number of the output? Look at where your loops end.",
        ),
        Mistake(
            "one bias for all filters",
            lambda x, w, b, stride, padding: _conv2d(x, w, b[:1], stride, padding),
            "b has m numbers. Which filter does each of them belong to?",
        ),
        Mistake(
            "the stride is ignored",
            lambda x, w, b, stride, padding: _conv2d(x, w, b, 1, padding),
            "With a stride of 2, where does the second window begin?",
        ),
        Mistake(
            "the stride goes into the window",
            _dilated,
            "The stride is the step from one window to the next. Within a window the pixels are neighbours.",
        ),
        Mistake(
            "padding is ignored",
            lambda x, w, b, stride, padding: _conv2d(x, w, b, stride, "valid"),
            "With padding and stride 1 the output has the size of the image. Has yours?",
        ),
        Mistake(
            "the same padding on both sides, always",
            _as_much_on_both_sides,
            "How many zeros does a kernel of 2 need in all, for the size to stay? And with a stride of 2?",
        ),
        Mistake(
            "the odd zero in front",
            _odd_zero_in_front,
            "When the number of zeros is odd, one side gets one more. Which one, in TensorFlow's convention?",
        ),
        Mistake(
            "all zeros at one end",
            _all_zeros_behind,
            "On how many sides of the image do zeros stand? How are they shared out between the two ends of an axis?",
        ),
        Mistake(
            "pads with the pixels at the edge",
            _edge_repeated,
            "What is there outside the image? In this padding it is the same number everywhere.",
        ),
        Mistake(
            "one window too few",
            _one_short,
            "Work out an image of 3 by 4 with a kernel of 2 by 2 on paper. Where does the last window begin?",
        ),
        Mistake(
            "only the first channel",
            lambda x, w, b, stride, padding: _conv2d(x[..., :1], w[:, :, :1], b, stride, padding),
            "A filter has weights for each channel of its window. Which of them does your sum leave out?",
        ),
        Mistake(
            "the mean over the channels",
            lambda x, w, b, stride, padding: _conv2d(x, w / w.shape[2], b, stride, padding),
            "The products of all channels go into one sum. Is it divided by anything?",
        ),
        Mistake(
            "only the first filter",
            lambda x, w, b, stride, padding: _conv2d(x, w[..., :1], b[:1], stride, padding),
            "The last axis of w counts the filters. How many channels has the output to have?",
        ),
        Mistake(
            "applies ReLU",
            lambda x, w, b, stride, padding: np.maximum(_conv2d(x, w, b, stride, padding), 0),
            "The output may be negative here. The activation comes later.",
        ),
    ],
)
