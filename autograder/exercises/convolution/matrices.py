"""The convolution as one matrix, which takes a whole image to a whole image."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.convolution.windows import READY_MADE, convolve, taps
from autograder.inputs import whole


def _conv_matrix(w: np.ndarray, height: int, width: int) -> np.ndarray:
    """M with M x.ravel() the convolution of the image x: (k, k) -> (h'·w', height·width)."""
    k = len(w)
    each = np.eye(height * width).reshape(-1, height, width, 1)  # one image for every pixel
    y = convolve(each, np.reshape(w, (k, k, 1, 1)))
    return y.reshape(height * width, -1).T


def _placed(w: np.ndarray, rows: int, columns: int, pixel: Callable[..., int], pixels: int) -> np.ndarray:
    """A matrix with w[a, b] in the column `pixel(row, column, a, b)`, as mistaken answers place it."""
    matrix = np.zeros((rows * columns, pixels))
    for row, column, a, b in np.ndindex(rows, columns, *w.shape):
        matrix[row * columns + column, pixel(row, column, a, b)] += w[a, b]
    return matrix


def _sizes(w: np.ndarray, height: int, width: int) -> tuple[int, int]:
    return height - len(w) + 1, width - len(w) + 1


def _by_the_output_s_width(w: np.ndarray, height: int, width: int) -> np.ndarray:
    rows, columns = _sizes(w, height, width)
    return _placed(w, rows, columns, lambda r, c, a, b: (r + a) * columns + c + b, height * width)


def _without_skipping(w: np.ndarray, height: int, width: int) -> np.ndarray:
    rows, columns = _sizes(w, height, width)
    return _placed(w, rows, columns, lambda r, c, a, b: r * columns + c + a * width + b, height * width)


def _column_by_column(w: np.ndarray, height: int, width: int) -> np.ndarray:
    rows, columns = _sizes(w, height, width)
    matrix = _conv_matrix(w, height, width).reshape(rows, columns, height, width)
    return matrix.transpose(1, 0, 3, 2).reshape(rows * columns, height * width)


def _periodic(w: np.ndarray, height: int, width: int) -> np.ndarray:
    return _placed(w, height, width, lambda r, c, a, b: (r + a) % height * width + (c + b) % width, height * width)


def _zero_padded(w: np.ndarray, height: int, width: int) -> np.ndarray:
    k, before = len(w), (len(w) - 1) // 2
    wide = _conv_matrix(w, height + k - 1, width + k - 1)
    inside = np.zeros((height + k - 1, width + k - 1), bool)
    inside[before : before + height, before : before + width] = True
    return wide[:, inside.ravel()]


def _side_by_side(w: np.ndarray, height: int, width: int) -> np.ndarray:
    k, (rows, columns) = len(w), _sizes(w, height, width)
    wide = _placed(w, rows, columns, lambda r, c, a, b: r * width + c + a * k + b, height * width + w.size)
    return wide[:, : height * width]


def _first_window(w: np.ndarray, height: int, width: int) -> np.ndarray:
    matrix = np.zeros_like(_conv_matrix(w, height, width))
    matrix[:, : w.size] = w.ravel()
    return matrix


def _ones(w: np.ndarray, height: int, width: int) -> np.ndarray:
    return (_conv_matrix(np.ones(w.shape), height, width) != 0) * 1.0


def _kernels(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _taps(rng, 2), 3, 3
    yield _taps(rng, 2), 3, 4
    yield _taps(rng, 3), 5, 4


def _more_kernels(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _taps(rng, 2).astype(np.float32), 4, 3
    yield _taps(rng, 2) / 10, 2, 5


def _narrow(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _taps(rng, 3), 3, 3
    yield np.array([[float(whole(rng))]]), 2, 3


def _taps(rng: np.random.Generator, k: int) -> np.ndarray:
    return taps(rng, k, k, draw=whole)


conv_matrix = Exercise(
    name="conv_matrix",
    reference=_conv_matrix,
    cases=_kernels,
    criteria=[
        Criterion("values", 2),
        Criterion("fractions, and images of other sizes", 0.5, cases=_more_kernels),
        Criterion("one window, or one weight", 0.5, cases=_narrow),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rules_out=READY_MADE,
    mistakes=[
        Mistake(
            "kernel flipped",
            lambda w, height, width: _conv_matrix(w[::-1, ::-1], height, width),
            "Which weight does the upper left pixel of a window meet? Look at the first row of your matrix.",
        ),
        Mistake(
            "rows and columns of the kernel exchanged",
            lambda w, height, width: _conv_matrix(w.T, height, width),
            "The kernel's first axis goes down the image, its second across. Which is the second number in the first "
            "row of your matrix?",
        ),
        Mistake(
            "the transpose",
            lambda w, height, width: _conv_matrix(w, height, width).T,
            "The matrix stands before the image and gives the output. How many rows and how many columns does it need?",
        ),
        Mistake(
            "height and width exchanged",
            lambda w, height, width: _conv_matrix(w, width, height),
            "One row further down in the image, how many pixels further on is that in the flattened image?",
        ),
        Mistake(
            "column by column",
            _column_by_column,
            "Which pixel comes second when an image is flattened: the right neighbour of the first, or the one below?",
        ),
        Mistake(
            "the output's width for the image's",
            _by_the_output_s_width,
            "One row further down in the image, how many pixels further on is that in the flattened image? The output "
            "is narrower.",
        ),
        Mistake(
            "windows that reach around the edge",
            _without_skipping,
            "Where does the first window of the second row begin? Each row of the image has more pixels than windows.",
        ),
        Mistake(
            "the image as if it closed in a ring",
            _periodic,
            "A window has to lie on the image entirely. How many of them are there, and how many rows has the matrix?",
        ),
        Mistake(
            "zeros around the image",
            _zero_padded,
            "No padding here: a window has to lie on the image entirely. How many rows has the matrix then?",
        ),
        Mistake(
            "the kernel's numbers side by side",
            _side_by_side,
            "The second row of a window lies one image row further down. Where is that in the flattened image?",
        ),
        Mistake(
            "the first window in every row",
            _first_window,
            "Each row of the matrix stands for a window of its own. What changes from one row to the next?",
        ),
        Mistake(
            "ones in place of the weights",
            _ones,
            "The ones say which pixels a window sees. What is each of these pixels multiplied by?",
        ),
    ],
)
