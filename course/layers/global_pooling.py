"""Global pooling: one number for each channel, over all pixels or steps."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course.errors import check_flag
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import check_data_format, lengths_and_channels


class _GlobalPooling(Layer):
    rank: int

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        check_data_format(type(self).__name__, data_format)
        self.keepdims = check_flag(type(self).__name__, "keepdims", keepdims)

    def output_shape(self, input_shape: Shape) -> Shape:
        lengths, channels = lengths_and_channels(self.label, input_shape, self.rank)
        return (*(1 for _ in lengths), channels) if self.keepdims else (channels,)

    def get_config(self) -> dict[str, Any]:
        return {"keepdims": self.keepdims, **super().get_config()}

    def _kept(self, y: np.ndarray) -> np.ndarray:
        """(n, 1, channels) → (n, channels), or with an axis of length 1 for each that is gone."""
        return y.reshape(len(y), *(1,) * self.rank * self.keepdims, y.shape[-1])


class _GlobalAverage(_GlobalPooling):
    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        pixels = np.ascontiguousarray(_pixels(x))
        # a product of matrices, since NumPy's mean is slow on many short rows
        weights = np.full((1, pixels.shape[1]), 1.0 / pixels.shape[1], x.dtype)
        return self._kept(weights @ pixels), x.shape

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        n, *lengths, channels = cache
        share = dy.reshape(n, *(1 for _ in lengths), channels) * (1.0 / np.prod(lengths, dtype=int).item())
        return np.broadcast_to(share, cache).copy()


class _GlobalMax(_GlobalPooling):
    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        largest = _pixels(x).max(axis=1, keepdims=True)
        return self._kept(largest), (x, largest)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        x, largest = cache
        winners = _pixels(x) == largest
        # pixels that are equally large share
        share = dy.reshape(largest.shape) / winners.sum(axis=1, keepdims=True).astype(dy.dtype)
        return (share * winners).reshape(x.shape)


class GlobalAveragePooling2D(_GlobalAverage):
    """The mean over all pixels: (n, h, w, channels) → (n, channels).

    Parameters
    ----------
    data_format : "channels_last", optional
    keepdims : bool
        Whether the output is (n, 1, 1, channels).
    **options
        name, trainable, dtype, input_shape: see `Layer`.
    """

    rank = 2


class GlobalMaxPooling2D(_GlobalMax):
    """The largest number over all pixels: (n, h, w, channels) → (n, channels). See `GlobalAveragePooling2D`."""

    rank = 2


class GlobalAveragePooling1D(_GlobalAverage):
    """The mean over all steps: (n, steps, channels) → (n, channels). See `GlobalAveragePooling2D`."""

    rank = 1


class GlobalMaxPooling1D(_GlobalMax):
    """The largest number over all steps: (n, steps, channels) → (n, channels). See `GlobalAveragePooling2D`."""

    rank = 1


GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D


def _pixels(x: np.ndarray) -> np.ndarray:
    """(n, h, w, channels) or (n, steps, channels) → (n, pixels, channels)."""
    return x.reshape(len(x), -1, x.shape[-1]) if len(x) else x.reshape(0, 1, x.shape[-1])
