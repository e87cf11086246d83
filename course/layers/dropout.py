"""Dropout: neurons switched off at random while training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from course.errors import check_integer, check_number
from course.layers.arguments import as_shape, check_axes
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import AXES, check_data_format


class Dropout(Layer):
    """Set a fraction of the inputs to zero and scale the rest up, so that the mean stays; only while training.

    Parameters
    ----------
    rate : float in [0, 1]
        The probability with which an input is set to zero. The others are multiplied by 1 / (1 − rate).
    noise_shape : tuple, optional
        The shape of the mask, batch axis included; 1 for an axis along which all are kept or dropped together,
        None for the input's own length.
    seed : int, optional
        For a mask that doesn't descend from the model's seed.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.

    References
    ----------
    Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting, JMLR 15.
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        self.rate = check_number(type(self).__name__, "rate", rate, minimum=0, maximum=1)
        self.noise_shape = None if noise_shape is None else as_shape(type(self).__name__, "noise_shape", noise_shape)
        self.seed = None if seed is None else check_integer(type(self).__name__, "seed", seed, minimum=0)
        if seed is not None:
            self.rng = np.random.default_rng(seed)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        if not training or self.rate == 0.0:
            return x, None
        kept = self.rng.random(self._mask_shape(x.shape), dtype=np.float32) >= self.rate
        # rate 1 keeps nothing: the scale would be 1 / 0
        mask = kept * x.dtype.type(1.0 / (1.0 - self.rate) if self.rate < 1.0 else 0.0)
        return x * mask, mask

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy if cache is None else dy * cache

    def get_config(self) -> dict[str, Any]:
        noise_shape = None if self.noise_shape is None else list(self.noise_shape)
        return {"rate": self.rate, "noise_shape": noise_shape, "seed": self.seed, **super().get_config()}

    def _mask_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.noise_shape is None:
            return shape
        if len(self.noise_shape) != len(shape):
            raise ValueError(
                f"{self.label}: noise_shape must have one length an axis of the input, batch axis included; "
                f"got {self.noise_shape} for inputs of shape {shape}"
            )
        return tuple(own if own is not None else axis for own, axis in zip(self.noise_shape, shape, strict=True))


class SpatialDropout1D(Dropout):
    """Drop whole channels of a sequence (n, steps, channels), each with probability `rate`; only while training.

    Neighbours in a sequence or an image are alike, so that a number that is dropped can be guessed from those beside
    it; a channel that is dropped can't.

    Parameters
    ----------
    rate : float in [0, 1]
    seed : int, optional
    **options
        As for `Dropout`.

    References
    ----------
    Tompson et al. 2015, arXiv:1411.4280.
    """

    _axes = AXES[1]

    def __init__(self, rate: float, seed: int | None = None, **options: Unpack[LayerOptions]) -> None:
        super().__init__(rate, seed=seed, **options)

    def output_shape(self, input_shape: Shape) -> Shape:
        return check_axes(self.label, input_shape, self._axes)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["noise_shape"]
        return config

    def _mask_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (shape[0], *(1 for _ in shape[1:-1]), shape[-1])


class SpatialDropout2D(SpatialDropout1D):
    """Drop whole channels of images (n, h, w, channels), as `SpatialDropout1D` does of sequences."""

    _axes = AXES[2]

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        check_data_format("SpatialDropout2D", data_format)
        super().__init__(rate, seed=seed, **options)
