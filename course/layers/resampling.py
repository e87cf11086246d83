"""Larger images and sequences from smaller ones, with nothing to learn: pixels repeated, or lines between them."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np

from course.errors import check_choice, check_integer
from course.layers.arguments import Shapes, check_axes
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import AXES, check_data_format, sizes


class _UpSampling(Layer):
    """What both have in common: each axis between the batch and the channels is stretched, one after the other."""

    axes: str
    factors: tuple[int, ...]
    interpolation: str = "nearest"

    def output_shape(self, input_shape: Shapes) -> Shape:
        *lengths, channels = check_axes(self.label, input_shape, self.axes)
        longer = (length and factor * length for factor, length in zip(self.factors, lengths, strict=True))
        return (*longer, channels)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        stretch = _repeat if self.interpolation == "nearest" else _interpolate
        # the last axis first: the largest array is then made of the longest rows
        for axis, factor in reversed(list(enumerate(self.factors, start=1))):
            if factor > 1:
                y = stretch(_as_lines(x, axis), factor)
                x = y.reshape(*x.shape[:axis], factor * x.shape[axis], *x.shape[axis + 1 :])
        return x, None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Each pixel gathers the gradients of those that were made of it, with the weights that it had there."""
        gather = _repeat_backward if self.interpolation == "nearest" else _interpolate_backward
        for axis, factor in enumerate(self.factors, start=1):
            if factor > 1:
                length = dy.shape[axis] // factor
                lines = _as_lines(dy, axis)
                dx = gather(lines.reshape(len(lines), length, factor, lines.shape[2]))
                dy = dx.reshape(*dy.shape[:axis], length, *dy.shape[axis + 1 :])
        return dy


class UpSampling1D(_UpSampling):
    """Repeat each step of a sequence: (n, steps, channels) → (n, size · steps, channels).

    Parameters
    ----------
    size : int
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    axes = AXES[1]

    def __init__(self, size: int = 2, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.size = check_integer("UpSampling1D", "size", size, minimum=1)
        self.factors = (self.size,)

    def get_config(self) -> dict[str, Any]:
        return {"size": self.size, **super().get_config()}


class UpSampling2D(_UpSampling):
    """Larger images: (n, h, w, channels) → (n, size[0] · h, size[1] · w, channels).

    Parameters
    ----------
    size : int or (int, int)
        How many times higher and wider.
    data_format : "channels_last", optional
    interpolation : "nearest" or "bilinear"
        Each pixel becomes a block of its copies; or each new pixel lies on the straight line between the centres of
        the old ones beside it (beyond the outermost centres it is theirs).
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    axes = AXES[2]

    def __init__(
        self,
        size: int | tuple[int, int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        check_data_format("UpSampling2D", data_format)
        self.factors = self.size = sizes("UpSampling2D", "size", size, 2)
        self.interpolation = check_choice("UpSampling2D", "interpolation", interpolation, ("nearest", "bilinear"))

    def get_config(self) -> dict[str, Any]:
        return {"size": list(self.size), "interpolation": self.interpolation, **super().get_config()}


def _as_lines(x: np.ndarray, axis: int) -> np.ndarray:
    """(…, length, …) -> (lines, length, what lies behind the axis)."""
    return x.reshape(math.prod(x.shape[:axis]), x.shape[axis], math.prod(x.shape[axis + 1 :]))


def _repeat(lines: np.ndarray, factor: int) -> np.ndarray:
    """(lines, length, inner) -> (lines, length, factor, inner): each entry `factor` times."""
    outer, length, inner = lines.shape
    y = np.empty((outer, length, factor, inner), lines.dtype)
    y[...] = lines[:, :, None]
    return y


def _repeat_backward(dy: np.ndarray) -> np.ndarray:
    """The sum over the copies: (lines, length, factor, inner) -> (lines, length, inner)."""
    dx = dy[:, :, 0] + dy[:, :, 1]
    for copy in range(2, dy.shape[2]):
        dx += dy[:, :, copy]
    return dx


def _interpolate(lines: np.ndarray, factor: int) -> np.ndarray:
    """(lines, length, inner) -> (lines, length, factor, inner): around each entry, on the way to its neighbours."""
    outer, length, inner = lines.shape
    y = np.empty((outer, length, factor, inner), lines.dtype)
    for place, way in enumerate(_ways(factor)):
        new = np.multiply(lines, 1.0 - abs(way), out=y[:, :, place])
        share = abs(way) * lines
        if way < 0:
            new[:, 1:] += share[:, :-1]
            new[:, 0] += share[:, 0]
        else:
            new[:, :-1] += share[:, 1:]
            new[:, -1] += share[:, -1]
    return y


def _interpolate_backward(dy: np.ndarray) -> np.ndarray:
    """What each entry gave to the new ones around it and around its neighbours; the outermost are their own."""
    dx = np.zeros((dy.shape[0], dy.shape[1], dy.shape[3]), dy.dtype)
    for place, way in enumerate(_ways(dy.shape[2])):
        dx += (1.0 - abs(way)) * dy[:, :, place]
        share = abs(way) * dy[:, :, place]
        if way < 0:
            dx[:, :-1] += share[:, 1:]
            dx[:, 0] += share[:, 0]
        else:
            dx[:, 1:] += share[:, :-1]
            dx[:, -1] += share[:, -1]
    return dx


def _ways(factor: int) -> list[float]:
    """How far from an old entry the new ones around it lie, in distances between old ones: for 2, −¼ and ¼."""
    return [(place + 0.5) / factor - 0.5 for place in range(factor)]
