"""A batch in blocks that fit the processor's cache: a few images at a time, or some rows of a large one."""

from __future__ import annotations

from collections.abc import Iterator

from course.convolution.threads import split

CACHE = 1_250_000
"""Bytes of work space that a block may take: more falls out of the cache, less makes too many calls."""

LEAST_ROWS = 8
"""Rows of an image below which the rows that two blocks share would be too many."""


def image_blocks(images: slice, rows: int, bytes_per_row: int) -> list[slice]:
    """As many images at a time as fit, one at least."""
    return _blocks(images, max(CACHE // (bytes_per_row * rows), 1))


def row_blocks(rows: slice, bytes_per_row: int) -> list[slice]:
    """As many rows of an image at a time as fit."""
    return _blocks(rows, max(CACHE // bytes_per_row, LEAST_ROWS))


def blocks(part: tuple[slice, slice], bytes_per_row: int) -> Iterator[tuple[slice, slice]]:
    """Images and rows, block by block; several images are always taken with all of their rows."""
    images, rows = part
    few = row_blocks(rows, bytes_per_row)
    for some in image_blocks(images, rows.stop - rows.start, bytes_per_row):
        yield from ((some, part) for part in few)


def _blocks(everything: slice, most: int) -> list[slice]:
    count = everything.stop - everything.start
    return [
        slice(everything.start + part.start, everything.start + part.stop) for part in split(count, -(-count // most))
    ]
