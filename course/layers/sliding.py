"""Arguments of layers that slide over images or sequences: a number for each axis, and how the axes are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.errors import check_choice, check_integer
from course.layers.arguments import Shapes, check_axes, with_batch
from course.shapes import Axis, Window

AXES = {1: "(n, steps, channels)", 2: "(n, h, w, channels)"}


def sizes(where: str, name: str, value: Any, rank: int, minimum: int = 1) -> tuple[int, ...]:
    """One whole number for all axes, or one for each."""
    each = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value,) * rank
    if len(each) != rank:
        wanted = "one integer" if rank == 1 else f"one integer, or {rank} of them"
        raise ValueError(f"{where}: {name} must be {wanted}, got {value!r}")
    return tuple(check_integer(where, name, one, minimum=minimum) for one in each)


def check_padding(where: str, padding: Any) -> str:
    """ "valid" or "same", in upper or lower case."""
    return check_choice(where, "padding", padding.lower() if isinstance(padding, str) else padding, ["valid", "same"])


def check_data_format(where: str, data_format: Any) -> None:
    """The channels are last, always."""
    if data_format not in (None, "channels_last"):
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
