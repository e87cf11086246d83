"""Noise while training: what a network learns from inputs that are never twice the same doesn't hang on one of them."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course.errors import check_integer, check_number
from course.layers.base import Layer, LayerOptions


class GaussianNoise(Layer):
    """Add normally distributed numbers of mean 0; only while training.

    Parameters
    ----------
    stddev : float, 0 or more
        The noise's standard deviation, in the units of the input.
    seed : int, optional
        For noise that doesn't descend from the model's seed.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(self, stddev: float, seed: int | None = None, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.stddev = check_number("GaussianNoise", "stddev", stddev, minimum=0)
        self.seed = None if seed is None else check_integer("GaussianNoise", "seed", seed, minimum=0)
        if seed is not None:
            self.rng = np.random.default_rng(seed)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        if not training or self.stddev == 0.0:
            return x, None
        return x + self.stddev * self.rng.standard_normal(x.shape, dtype=np.float32), None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy

    def get_config(self) -> dict[str, Any]:
        return {"stddev": self.stddev, "seed": self.seed, **super().get_config()}


class GaussianDropout(Layer):
    """Multiply by normally distributed numbers of mean 1; only while training.

    Their variance, rate / (1 − rate), is that of the factors 0 and 1 / (1 − rate) of `Dropout`.

    Parameters
    ----------
    rate : float in [0, 1)
    seed : int, optional
        For noise that doesn't descend from the model's seed.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.

    References
    ----------
    Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting, JMLR 15, section 10.
    """

    def __init__(self, rate: float, seed: int | None = None, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.rate = check_number("GaussianDropout", "rate", rate, minimum=0, below=1)
        self.seed = None if seed is None else check_integer("GaussianDropout", "seed", seed, minimum=0)
        if seed is not None:
            self.rng = np.random.default_rng(seed)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        if not training or self.rate == 0.0:
            return x, None
        deviation = (self.rate / (1.0 - self.rate)) ** 0.5
        factor = 1.0 + deviation * self.rng.standard_normal(x.shape, dtype=np.float32)
        return x * factor, factor

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy if cache is None else dy * cache

    def get_config(self) -> dict[str, Any]:
        return {"rate": self.rate, "seed": self.seed, **super().get_config()}
