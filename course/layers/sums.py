"""Sums over large arrays and combinations of them, for each channel or for each row, as fast as NumPy does them.

The channels lie last, and there are few: NumPy is slow on many short rows. So k neighbouring pixels are laid in one
row, (pixels, channels) -> (pixels / k, k · channels), which costs nothing; factors are repeated k times, and sums are
folded back. Rows are taken in blocks that stay in the cache, several at once where there are threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from course.convolution import memory
from course.convolution.threads import run, split, threads

WIDTH = 8192
"""The longest row, in numbers."""
BLOCK = 2**17
"""Numbers in a block: half a megabyte in float32."""

Result = TypeVar("Result")


def as_rows(x: np.ndarray) -> np.ndarray:
    """(n, …, channels) -> (rows, k · channels), with the largest k that fits."""
    channels = x.shape[-1]
    pixels = x.size // channels
    k = next((k for k in range(WIDTH // channels, 1, -1) if pixels % k == 0), 1)
    return x.reshape(pixels // k, k * channels)


def mean_and_variance(rows: np.ndarray, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each channel, in float64.

    With d = x − the mean of the first block, ⟨x⟩ comes from ⟨d⟩, and the variance is ⟨d²⟩ − ⟨d⟩². Of x itself that
    difference would have no digits left in float32 where the mean is large beside the width; of d it does, since a
    first block far from the others makes the width large, too.
    """
    first = rows[_blocks(rows)[0]]
    origin = _repeat(_fold(first.sum(axis=0, dtype=np.float64), channels) * (channels / first.size), rows)

    def sums(block: slice) -> tuple[np.ndarray, np.ndarray]:
        distance = rows[block] - origin
        return distance.sum(axis=0), np.einsum("rc,rc->c", distance, distance)

    count = rows.size // channels
    offset, square = (_fold(total, channels) / count for total in _add_up(sums, rows))
    return origin[:channels] + offset, np.maximum(square - offset**2, 0.0)


def sums_with(dy: np.ndarray, x: np.ndarray, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Σ dy and Σ dy · x of each channel, in float64."""

    def sums(block: slice) -> tuple[np.ndarray, np.ndarray]:
        return dy[block].sum(axis=0), np.einsum("rc,rc->c", dy[block], x[block])

    total, products = (_fold(total, channels) for total in _add_up(sums, dy))
    return total, products


def combine(terms: list[tuple[np.ndarray, np.ndarray]], shift: np.ndarray | None = None) -> np.ndarray:
    """Σ rows · factor + shift, with a factor and a shift for each channel."""
    (rows, factor), *others = [(rows, _repeat(factor, rows)) for rows, factor in terms]
    columns = None if shift is None else _repeat(shift, rows)
    y = memory.empty(rows.shape, rows.dtype)

    def fill(block: slice) -> None:
        part = np.multiply(rows[block], factor, out=y[block])
        for other, other_factor in others:
            part += other[block] * other_factor
        if columns is not None:
            part += columns

    _each_block(fill, rows)
    return y


def row_means(rows: np.ndarray) -> np.ndarray:
    """(rows, features) -> (rows, 1), as a product of matrices: NumPy's own mean is slow on many short rows."""
    features = rows.shape[1]
    return rows @ np.full((features, 1), 1.0 / features, rows.dtype)


def row_mean_products(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The mean of first · second over each row: (rows, features) -> (rows, 1)."""
    return np.einsum("rf,rf->r", first, second)[:, None] / first.shape[1]


def _each_block(work: Callable[[slice], Result], rows: np.ndarray) -> list[Result]:
    blocks = _blocks(rows)
    shares = run(lambda share: [work(block) for block in blocks[share]], split(len(blocks), threads()))
    return [result for share in shares for result in share]


def _add_up(sums: Callable[[slice], tuple[np.ndarray, ...]], rows: np.ndarray) -> list[np.ndarray]:
    """The sums of all blocks, added in their order, so that the last bits don't depend on the threads."""
    return [np.add.reduce(parts, dtype=np.float64) for parts in zip(*_each_block(sums, rows), strict=True)]


def _blocks(rows: np.ndarray) -> list[slice]:
    step = max(1, BLOCK // rows.shape[1])
    return [slice(start, start + step) for start in range(0, max(len(rows), 1), step)]


def _repeat(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """One value a channel -> one value a column, in the type of the rows."""
    return np.tile(values.astype(rows.dtype), rows.shape[1] // len(values))


def _fold(columns: np.ndarray, channels: int) -> np.ndarray:
    """One sum a column -> one sum a channel."""
    return columns.reshape(-1, channels).sum(axis=0)
