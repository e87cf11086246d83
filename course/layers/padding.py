"""Images and sequences with an edge of zeros added, or with their edge cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, Unpack

import numpy as np

from course.errors import check_integer
from course.layers.arguments import Shapes, check_axes, with_batch
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import AXES, check_data_format

Sides: TypeAlias = int | Sequence[int] | Sequence[Sequence[int]]


class _Edges(Layer):
    """What all have in common: how many entries lie before and behind, along each axis but the batch and channels."""

    axes: str
    sides: tuple[tuple[int, int], ...]

    @property
    def around(self) -> list[tuple[int, int]]:
        """The sides for all axes, as `np.pad` takes them."""
        return [(0, 0), *self.sides, (0, 0)]


class _ZeroPadding(_Edges):
    def output_shape(self, input_shape: Shapes) -> Shape:
        *lengths, channels = check_axes(self.label, input_shape, self.axes)
        longer = (length and length + sum(sides) for length, sides in zip(lengths, self.sides, strict=True))
        return (*longer, channels)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return np.pad(x, self.around), None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy[_within(dy.shape, self.around)]


class _Cropping(_Edges):
    def output_shape(self, input_shape: Shapes) -> Shape:
        *lengths, channels = check_axes(self.label, input_shape, self.axes)
        left = tuple(length and length - sum(sides) for length, sides in zip(lengths, self.sides, strict=True))
        if any(length is not None and length < 1 for length in left):
            raise ValueError(
                f"{self.label}: cropping {self.sides} leaves nothing of inputs of shape {with_batch(input_shape)}"
            )
        return (*left, channels)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return x[_within(x.shape, self.around)], None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return np.pad(dy, self.around)


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and behind a sequence: (n, steps, channels) → (n, left + steps + right, channels).

    Parameters
    ----------
    padding : int or (int, int)
        How many on both sides, or (left, right).
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    axes = AXES[1]

    def __init__(self, padding: Sides = 1, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.sides = (_both("ZeroPadding1D", "padding", padding),)

    def get_config(self) -> dict[str, Any]:
        return {"padding": list(self.sides[0]), **super().get_config()}


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images: (n, h, w, channels) → (n, top + h + bottom, left + w + right, channels).

    Parameters
    ----------
    padding : int, (int, int) or ((int, int), (int, int))
        How many on all sides; (above and below, left and right); or ((top, bottom), (left, right)).
    data_format : "channels_last", optional
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    axes = AXES[2]

    def __init__(
        self, padding: Sides = (1, 1), data_format: str | None = None, **options: Unpack[LayerOptions]
    ) -> None:
        super().__init__(**options)
        check_data_format("ZeroPadding2D", data_format)
        self.sides = _all_four("ZeroPadding2D", "padding", padding)

    def get_config(self) -> dict[str, Any]:
        return {"padding": [list(sides) for sides in self.sides], **super().get_config()}


class Cropping1D(_Cropping):
    """Cut a sequence at both ends: (n, steps, channels) → (n, steps − left − right, channels).

    Parameters
    ----------
    cropping : int or (int, int)
        How many on both sides, or (left, right).
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    axes = AXES[1]

    def __init__(self, cropping: Sides = (1, 1), **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.sides = (_both("Cropping1D", "cropping", cropping),)

    def get_config(self) -> dict[str, Any]:
        return {"cropping": list(self.sides[0]), **super().get_config()}


class Cropping2D(_Cropping):
    """Cut the edge off images: (n, h, w, channels) → (n, h − top − bottom, w − left − right, channels).

    Parameters
    ----------
    cropping : int, (int, int) or ((int, int), (int, int))
        How many on all sides; (above and below, left and right); or ((top, bottom), (left, right)).
    data_format : "channels_last", optional
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    axes = AXES[2]

    def __init__(
        self, cropping: Sides = ((0, 0), (0, 0)), data_format: str | None = None, **options: Unpack[LayerOptions]
    ) -> None:
        super().__init__(**options)
        check_data_format("Cropping2D", data_format)
        self.sides = _all_four("Cropping2D", "cropping", cropping)

    def get_config(self) -> dict[str, Any]:
        return {"cropping": [list(sides) for sides in self.sides], **super().get_config()}


def _within(shape: tuple[int, ...], around: list[tuple[int, int]]) -> tuple[slice, ...]:
    """What is left of an array of `shape` without its edges."""
    return tuple(slice(before, length - behind) for length, (before, behind) in zip(shape, around, strict=True))


def _both(where: str, name: str, value: Any) -> tuple[int, int]:
    """One number for both sides, or one for each."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{where}: {name} must hold one number for each of two sides, got {value!r}")
        before, behind = (check_integer(where, name, one, minimum=0) for one in value)
        return before, behind
    both = check_integer(where, name, value, minimum=0)
    return both, both


def _all_four(where: str, name: str, value: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """One number for all sides, one for each of two axes, or one for each of four sides."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{where}: {name} must hold a number, or two, for each of two axes, got {value!r}")
        rows, columns = (_both(where, name, one) for one in value)
        return rows, columns
    both = _both(where, name, value)
    return both, both
