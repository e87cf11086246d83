"""What layers that slide over images or sequences share: their arguments, and the pixels seen through each tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from course.convolution import threads
from course.errors import check_choice, check_integer
from course.layers.arguments import Shapes, check_axes, with_batch
from course.shapes import Axis, Window

BLOCK = 2**17
"""Numbers of an array that are worked on at a time, so that they stay in the cache."""

View: TypeAlias = tuple[tuple[slice, ...], tuple[slice, ...]]
"""Of one tap: which outputs see a pixel through it, and which pixels these are."""

AXES = {1: "(n, steps, channels)", 2: "(n, h, w, channels)"}


def sizes(where: str, name: str, value: Any, rank: int, minimum: int = 1) -> tuple[int, ...]:
    """One whole number for all axes, or one for each."""
    several = isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim == 1)
    each = tuple(value) if several else (value,) * rank
    if len(each) != rank:
        wanted = "one integer" if rank == 1 else f"one integer, or {rank} of them"
        raise ValueError(f"{where}: {name} must be {wanted}, got {value!r}")
    return tuple(check_integer(where, name, one, minimum=minimum) for one in each)


def check_padding(where: str, padding: Any) -> str:
    """ "valid" or "same", in upper or lower case."""
    return check_choice(where, "padding", padding.lower() if isinstance(padding, str) else padding, ["valid", "same"])


def check_data_format(where: str, data_format: Any) -> None:
    """The channels are last, always."""
    if data_format is not None and not (isinstance(data_format, str) and data_format == "channels_last"):
        raise ValueError(
            f"{where}: data_format must be 'channels_last' (or left out), got {data_format!r}; "
            f"np.moveaxis(x, 1, -1) moves the channels to the end"
        )


def lengths_and_channels(where: str, input_shape: Shapes, rank: int) -> tuple[list[int | None], int]:
    """The lengths along the axes, and the channels, which must be known."""
    *lengths, channels = check_axes(where, input_shape, AXES[rank])
    if channels is None:
        raise ValueError(f"{where}: the number of channels must be known, got shape {with_batch(input_shape)}")
    return lengths, channels


def as_images(x: np.ndarray) -> np.ndarray:
    """A batch of images as it is, one of sequences as images of one row."""
    return x[:, None] if x.ndim == 3 else x


def as_window(axes: Sequence[Axis]) -> Window:
    """The axes of an image as they are, that of a sequence as the columns of an image of one row."""
    return (axes[0], axes[1]) if len(axes) == 2 else (ONE_ROW, axes[0])


ONE_ROW = Axis(size=1, kernel=1, stride=1, dilation=1, before=0, output=1)


@lru_cache
def views(window: Window) -> list[View]:
    """What is seen through each tap, row by row."""
    down, across = window
    everything = slice(None)
    taps: list[View] = []
    for i in range(down.kernel):
        for j in range(across.kernel):
            (from_rows, rows), (from_columns, columns) = down.seen_through(i), across.seen_through(j)
            taps.append(((everything, from_rows, from_columns), (everything, rows, columns)))
    return taps


def each_block(work: Callable[[slice], None], x: np.ndarray) -> None:
    """Work on a few examples of x at a time, on all threads where there is enough to do."""
    some = max(BLOCK * len(x) // max(x.size, 1), 1)

    def part(examples: slice) -> None:
        for start in range(examples.start, examples.stop, some):
            work(slice(start, min(start + some, examples.stop)))

    threads.run(part, threads.split(len(x), threads.threads() if x.size > 2 * BLOCK else 1))
