"""Pooling: of each window only the largest number is kept, or the mean, in every channel on its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Unpack

import numpy as np

from course.convolution import memory
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import (
    as_images,
    as_window,
    check_data_format,
    check_padding,
    each_block,
    lengths_and_channels,
    sizes,
    views,
)
from course.shapes import Axis, Window, axis


class _Pooling(Layer):
    rank: int

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        where = type(self).__name__
        self.pool_size = sizes(where, "pool_size", pool_size, self.rank)
        self.strides = self.pool_size if strides is None else sizes(where, "strides", strides, self.rank)
        self.padding = check_padding(where, padding)
        check_data_format(where, data_format)

    def output_shape(self, input_shape: Shape) -> Shape:
        lengths, channels = lengths_and_channels(self.label, input_shape, self.rank)
        known = self._axes([length or 10_000 for length in lengths])
        return (*(length and axis.output for length, axis in zip(lengths, known, strict=True)), channels)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """One number for each window of x.

        Parameters
        ----------
        x : ndarray of shape (n, h, w, channels), or (n, steps, channels)

        Returns
        -------
        y : ndarray of shape (n, h', w', channels), or (n, steps', channels)
        cache : (x, y)
        """
        images, window = as_images(x), as_window(self._axes(x.shape[1:-1]))
        y = memory.empty((len(x), window[0].output, window[1].output, x.shape[-1]), x.dtype)
        each_block(lambda block: self.pool(images[block], window, y[block]), images)
        y = y[:, 0] if self.rank == 1 else y
        return y, (x, y)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Each dy goes to the pixels of its window that made y."""
        x, y, slopes = as_images(cache[0]), as_images(cache[1]), as_images(dy)
        window = as_window(self._axes(cache[0].shape[1:-1]))
        dx = memory.empty(x.shape, dy.dtype)
        each_block(lambda block: self.unpool(slopes[block], x[block], y[block], window, dx[block]), x)
        return dx.reshape(cache[0].shape)

    def pool(self, x: np.ndarray, window: Window, y: np.ndarray) -> None:
        """Fill `y` from some images."""
        raise NotImplementedError

    def unpool(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray, window: Window, dx: np.ndarray) -> None:
        """Fill `dx` for some images."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return {
            "pool_size": list(self.pool_size),
            "strides": list(self.strides),
            "padding": self.padding,
            **super().get_config(),
        }

    def _axes(self, lengths: Any) -> list[Axis]:
        each = zip(lengths, self.pool_size, self.strides, strict=True)
        return [axis(length, k, s, self.padding, where=self.label) for length, k, s in each]


class _MaxPooling(_Pooling):
    def pool(self, x: np.ndarray, window: Window, y: np.ndarray) -> None:
        first, *others = views(window)
        if any(axis.before or axis.after for axis in window):
            y.fill(-np.inf)
            others = views(window)
        else:
            y[...] = x[first[1]]
        for outputs, inputs in others:
            np.maximum(y[outputs], x[inputs], out=y[outputs])

    def unpool(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray, window: Window, dx: np.ndarray) -> None:
        give = _giver(window, dx)
        # of several pixels that are the largest the first takes all
        taken = np.zeros(y.shape, bool)
        for outputs, inputs in views(window):
            largest = x[inputs] == y[outputs]
            give(inputs, dy[outputs], largest > taken[outputs])
            taken[outputs] |= largest


class _AveragePooling(_Pooling):
    def pool(self, x: np.ndarray, window: Window, y: np.ndarray) -> None:
        y.fill(0)
        for outputs, inputs in views(window):
            y[outputs] += x[inputs]
        y *= _weights(window, y.dtype)

    def unpool(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray, window: Window, dx: np.ndarray) -> None:
        give, weights = _giver(window, dx), _weights(window, dy.dtype)
        for outputs, inputs in views(window):
            give(inputs, dy[outputs], weights[outputs[1:]])


class MaxPooling2D(_MaxPooling):
    """The largest number of each window: (n, h, w, channels) → (n, h', w', channels).

    Parameters
    ----------
    pool_size : int or (int, int)
        Rows and columns of the window.
    strides : int or (int, int), optional
        The step from one window to the next; `pool_size` if left out, so that windows lie side by side.
    padding : "valid" or "same"
        Whether windows that reach over the edge are left out, or taken with the pixels they have.
    data_format : "channels_last", optional
    **options
        name, trainable, dtype, input_shape: see `Layer`.
    """

    rank = 2


class AveragePooling2D(_AveragePooling):
    """The mean of each window: (n, h, w, channels) → (n, h', w', channels). The parameters are `MaxPooling2D`'s."""

    rank = 2


class MaxPooling1D(_MaxPooling):
    """The largest number of each window: (n, steps, channels) → (n, steps', channels).

    The parameters are `MaxPooling2D`'s, with one number where it takes two.
    """

    rank = 1


class AveragePooling1D(_AveragePooling):
    """The mean of each window: (n, steps, channels) → (n, steps', channels).

    The parameters are `MaxPooling2D`'s, with one number where it takes two.
    """

    rank = 1


MaxPool2D, MaxPool1D, AvgPool2D, AvgPool1D = MaxPooling2D, MaxPooling1D, AveragePooling2D, AveragePooling1D


def _giver(window: Window, dx: np.ndarray) -> Callable[[tuple[slice, ...], np.ndarray, np.ndarray], None]:
    """What gives slope · share to some pixels of dx: by adding it, or by writing it where a pixel has one window."""
    if all(axis.kernel == axis.stride and axis.size == axis.output * axis.stride for axis in window):

        def write(pixels: tuple[slice, ...], slope: np.ndarray, share: np.ndarray) -> None:
            np.multiply(slope, share, out=dx[pixels])

        return write

    def add(pixels: tuple[slice, ...], slope: np.ndarray, share: np.ndarray) -> None:
        dx[pixels] += slope * share

    dx.fill(0)
    return add


@lru_cache
def _weights(window: Window, dtype: np.dtype) -> np.ndarray:
    """One over the number of pixels in each window: (h', w', 1)."""
    down, across = ([_inside(axis, output) for output in range(axis.output)] for axis in window)
    weights = (1.0 / np.multiply.outer(down, across)[:, :, None]).astype(dtype)
    weights.flags.writeable = False
    return weights


def _inside(axis: Axis, output: int) -> int:
    """How many pixels of a window aren't padding."""
    first = output * axis.stride - axis.before
    return min(first + axis.kernel, axis.size) - max(first, 0)
