"""Normalization: numbers brought to mean 0 and variance 1, over the batch or over an example's own features.

Both layers then scale and shift by what they learn, gamma and beta, so that the next layer can still be given any mean
and width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from course import initializers, regularizers
from course.errors import check_flag, check_integer, check_number
from course.layers.arguments import with_batch
from course.layers.base import Layer, LayerOptions, Parameter, Shape
from course.layers.sums import as_rows, combine, mean_and_variance, row_mean_products, row_means, sums_with
from course.registry import to_config


class _Normalization(Layer):
    """What both have in common: `gamma` and `beta`, with one value for each feature along `axes`."""

    axes: tuple[int, ...]

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        where = type(self).__name__
        given = axis if isinstance(axis, (tuple, list)) else (axis,)
        self.axes = tuple(check_integer(where, "axis", one) for one in given)
        if 0 in self.axes or not self.axes:
            raise ValueError(f"{where}: axis must not be 0, along which the examples lie, nor empty, got {axis}")
        self.epsilon = check_number(where, "epsilon", epsilon, above=0)
        self.center = check_flag(where, "center", center)
        self.scale = check_flag(where, "scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)

    def build(self, input_shape: Shape) -> None:
        self.feature_shape = shape = self._features(input_shape)
        self._built = True  # also with neither gamma nor beta
        if self.scale:
            self.gamma = self.add_weight("gamma", shape, self.gamma_initializer, regularizer=self.gamma_regularizer)
        if self.center:
            self.beta = self.add_weight("beta", shape, self.beta_initializer, regularizer=self.beta_regularizer)

    def output_shape(self, input_shape: Shape) -> Shape:
        features = self._features(input_shape)
        if self.built and features != self.feature_shape:
            raise ValueError(
                f"{self.label}: was built for inputs of length {self.feature_shape} along {_along(self.axes)}, "
                f"got inputs of shape {with_batch(input_shape)}"
            )
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            "axis": self.axes[0] if len(self.axes) == 1 else list(self.axes),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": to_config(self.beta_initializer),
            "gamma_initializer": to_config(self.gamma_initializer),
            "beta_regularizer": self.beta_regularizer and to_config(self.beta_regularizer),
            "gamma_regularizer": self.gamma_regularizer and to_config(self.gamma_regularizer),
            **super().get_config(),
        }

    def _features(self, input_shape: Shape) -> tuple[int, ...]:
        """The lengths along `axes`, in the order in which the axes lie."""
        places = self._places(1 + len(input_shape))
        lengths = tuple(length for place in places for length in (input_shape[place - 1],) if length is not None)
        if isinstance(input_shape, list) or len(lengths) < len(self.axes):
            raise ValueError(
                f"{self.label}: expected one input with a fixed length along {_along(self.axes)}, "
                f"got shape {with_batch(input_shape)}"
            )
        return lengths

    def _places(self, rank: int) -> list[int]:
        """Where `axes` lie among `rank` axes, that of the batch included."""
        return sorted({axis % rank for axis in self.axes if -rank < axis < rank})

    def _features_last(self, x: np.ndarray) -> np.ndarray:
        """Move `axes` to the end."""
        return np.moveaxis(x, self._places(x.ndim), range(-len(self.axes), 0))

    def _features_back(self, y: np.ndarray) -> np.ndarray:
        """Undo `_features_last`."""
        return np.moveaxis(y, range(-len(self.axes), 0), self._places(y.ndim))


class BatchNormalization(_Normalization):
    """Give each channel mean 0 and variance 1 over the batch, then mean beta and deviation gamma, which are learned.

    In training, mean and variance are those of the batch (over all axes but the channels'), and running averages of
    them are kept; otherwise these are used, so that an example's output doesn't depend on its neighbours. With
    `trainable=False` they are used in training, too, and stay as they are, as in Keras.

    Parameters
    ----------
    axis : int
        Of the channels, counted with the batch axis as 0.
    momentum : float in [0, 1]
        running average ← momentum · running average + (1 − momentum) · the batch's.
    epsilon : float above 0
        Added to the variance under the root.
    center, scale : bool
        Whether there is a beta, a gamma.
    beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer : str or Initializer
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.

    References
    ----------
    Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(
            check_integer("BatchNormalization", "axis", axis),
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            **options,
        )
        self.momentum = check_number("BatchNormalization", "momentum", momentum, minimum=0, maximum=1)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        shape = self.feature_shape
        self.moving_mean = self.add_weight("moving_mean", shape, self.moving_mean_initializer, trainable=False)
        self.moving_variance = self.add_weight(
            "moving_variance", shape, self.moving_variance_initializer, trainable=False
        )

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """y = gamma (x − mean) / √(variance + ε) + beta, which is x · scale + shift for each channel.

        Parameters
        ----------
        x : ndarray of shape (n, …, channels), the channels along `axis`

        Returns
        -------
        y : ndarray of the same shape
        cache : (x as wide rows, mean, 1 / √(variance + ε), whether these are the batch's own)
        """
        last = self._features_last(x)
        rows = as_rows(last)
        from_batch = training and self.trainable and x.size > 0
        if from_batch:
            mean, variance = mean_and_variance(rows, last.shape[-1])
            self._follow(self.moving_mean, mean)
            self._follow(self.moving_variance, variance)
        else:
            mean, variance = (moving.value.astype(np.float64) for moving in (self.moving_mean, self.moving_variance))
        inverse = 1.0 / np.sqrt(variance + self.epsilon)
        scale = inverse * self.gamma.value if self.scale else inverse
        shift = self.beta.value - mean * scale if self.center else -mean * scale
        y = combine([(rows, scale)], shift).reshape(last.shape)
        return self._features_back(y), (rows, mean, inverse, from_batch)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """With x̂ = (x − mean) / √(variance + ε): dbeta = Σ dy, dgamma = Σ dy x̂, and, since mean and variance depend on
        x, too, dx = gamma / √(variance + ε) · (dy − ⟨dy⟩ − x̂ ⟨dy x̂⟩), where ⟨ ⟩ is the mean over the batch.
        """
        rows, mean, inverse, from_batch = cache
        last = self._features_last(dy)
        dy_rows = last.reshape(rows.shape)
        dbeta, products = sums_with(dy_rows, rows, len(mean))
        dgamma = (products - mean * dbeta) * inverse
        if self.center:
            self.beta.grad += dbeta
        if self.scale:
            self.gamma.grad += dgamma
        scale = inverse * self.gamma.value if self.scale else inverse
        if from_batch:
            count = rows.size // len(mean)
            slope = inverse * dgamma / count  # x̂ ⟨dy x̂⟩ = (x − mean) · slope
            dx = combine([(dy_rows, scale), (rows, -scale * slope)], scale * (mean * slope - dbeta / count))
        else:
            dx = combine([(dy_rows, scale)])
        return self._features_back(dx.reshape(last.shape))

    def get_config(self) -> dict[str, Any]:
        return {
            "momentum": self.momentum,
            "moving_mean_initializer": to_config(self.moving_mean_initializer),
            "moving_variance_initializer": to_config(self.moving_variance_initializer),
            **super().get_config(),
        }

    def _follow(self, moving: Parameter, of_batch: np.ndarray) -> None:
        moving.value *= self.momentum
        moving.value += (1.0 - self.momentum) * of_batch


class LayerNormalization(_Normalization):
    """Give each example mean 0 and variance 1 over its own features, then scale by gamma and shift by beta.

    It needs no batch and no running averages, and does the same in training and afterwards. In an array (n, h, w, c)
    with `axis=-1` every pixel is normalized over its channels, as in Keras.

    Parameters
    ----------
    axis : int or tuple of int
        Over which mean and variance are taken, and along which gamma and beta differ; counted with the batch axis
        as 0.
    epsilon : float above 0
        Added to the variance under the root.
    center, scale : bool
        Whether there is a beta, a gamma.
    beta_initializer, gamma_initializer : str or Initializer
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.

    References
    ----------
    Ba, Kiros & Hinton 2016, arXiv:1607.06450.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """x̂ = (x − ⟨x⟩) / √(⟨(x − ⟨x⟩)²⟩ + ε), where ⟨ ⟩ is the mean over an example's features; y = gamma x̂ + beta.

        Parameters
        ----------
        x : ndarray of shape (n, …, features)

        Returns
        -------
        y : ndarray of the same shape
        cache : (x̂ as rows of shape (n · …, features), 1 / √(variance + ε) of each row)
        """
        last = self._features_last(x)
        rows = last.reshape(-1, math.prod(self.feature_shape))
        normalized = rows - row_means(rows)
        inverse = 1.0 / np.sqrt(row_mean_products(normalized, normalized) + self.epsilon)
        normalized *= inverse
        y = normalized * self.gamma.value.reshape(-1) if self.scale else normalized.copy()
        if self.center:
            y += self.beta.value.reshape(-1)
        return self._features_back(y.reshape(last.shape)), (normalized, inverse)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """dbeta = Σ dy, dgamma = Σ dy x̂ over the rows; with dx̂ = dy gamma, and ⟨ ⟩ the mean over a row,
        dx = (dx̂ − ⟨dx̂⟩ − x̂ ⟨dx̂ x̂⟩) / √(variance + ε).
        """
        normalized, inverse = cache
        last = self._features_last(dy)
        rows = last.reshape(normalized.shape)
        dbeta, dgamma = sums_with(as_rows(rows), as_rows(normalized), rows.shape[1])
        if self.center:
            self.beta.grad += dbeta.reshape(self.feature_shape)
        if self.scale:
            self.gamma.grad += dgamma.reshape(self.feature_shape)
            rows = rows * self.gamma.value.reshape(-1)
        dx = normalized * -row_mean_products(rows, normalized)
        dx += rows
        dx -= row_means(rows)
        dx *= inverse
        return self._features_back(dx.reshape(last.shape))


def _along(axes: tuple[int, ...]) -> str:
    """How messages write one axis or several."""
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {axes}"
