"""Activations as layers of their own: they add no parameters (but for PReLU) and no depth."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course import activations, initializers, regularizers
from course.errors import check_integer, check_number
from course.layers.arguments import integers, one_input, with_batch
from course.layers.base import Layer, LayerOptions, Shape
from course.registry import to_config


def absorbable(activation: activations.Activation) -> str | None:
    """The activation's name, if it is one that a cross-entropy can be computed together with."""
    over_last_axis = type(activation) is activations.Softmax and activation.axis == -1
    return activation.name if over_last_axis or type(activation) is activations.Sigmoid else None


class Activation(Layer):
    """y = f(x), of the input's shape.

    Parameters
    ----------
    activation : str, Activation or callable
        f, as in `Dense(4, activation=f)`.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(self, activation: Any, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.activation = activations.get(activation)

    def output_shape(self, input_shape: Shape) -> Shape:
        rank = 1 + len(one_input(self.label, input_shape))
        if isinstance(self.activation, activations.Softmax):
            axis = self.activation.axis
            if not -rank < axis < rank or axis == 0:
                raise ValueError(
                    f"{self.label}: expected inputs with an axis {axis} beside that of the examples, "
                    f"got shape {with_batch(input_shape)}"
                )
        return input_shape

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        y = self.activation(x)
        return y, (x, y)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        x, y = cache
        return self.activation.backward(dy, x, y)

    @property
    def final_activation(self) -> str | None:
        return absorbable(self.activation)

    def logits(self, cache: Any) -> np.ndarray:
        return cache[0]

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> np.ndarray:
        return dz

    def get_config(self) -> dict[str, Any]:
        return {"activation": to_config(self.activation), **super().get_config()}


class LeakyReLU(Activation):
    """y = x above zero, negative_slope · x below; `alpha` is the slope's old name."""

    def __init__(
        self, negative_slope: float = 0.3, alpha: float | None = None, **options: Unpack[LayerOptions]
    ) -> None:
        slope = check_number("LeakyReLU", "negative_slope", negative_slope if alpha is None else alpha, minimum=0)
        super().__init__(activations.LeakyReLU(slope), **options)
        self.negative_slope = slope

    def get_config(self) -> dict[str, Any]:
        return {"negative_slope": self.negative_slope, **Layer.get_config(self)}


class ELU(Activation):
    """y = x above zero, alpha · (eˣ − 1) below."""

    def __init__(self, alpha: float = 1.0, **options: Unpack[LayerOptions]) -> None:
        super().__init__(activations.ELU(alpha), **options)
        self.alpha = float(alpha)

    def get_config(self) -> dict[str, Any]:
        return {"alpha": self.alpha, **Layer.get_config(self)}


class Softmax(Activation):
    """exp(x) / Σ exp(x) along one axis (the last): the probabilities of classes."""

    def __init__(self, axis: int = -1, **options: Unpack[LayerOptions]) -> None:
        self.axis = check_integer("Softmax", "axis", axis)
        super().__init__(activations.Softmax(self.axis), **options)

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis, **Layer.get_config(self)}


class ReLU(Layer):
    """y = x above the threshold, negative_slope · (x − threshold) below, and never more than max_value.

    Parameters
    ----------
    max_value : float, optional
        6 makes the ReLU6 of mobile networks.
    negative_slope, threshold : float
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        self.max_value = None if max_value is None else check_number("ReLU", "max_value", max_value, minimum=0)
        self.negative_slope = check_number("ReLU", "negative_slope", negative_slope, minimum=0)
        self.threshold = check_number("ReLU", "threshold", threshold, minimum=0)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        above = x > self.threshold
        below = 0.0 if self.negative_slope == 0.0 else self.negative_slope * (x - self.threshold)
        y = np.where(above, x, below)
        return (y if self.max_value is None else np.minimum(y, self.max_value)), (x, above)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        x, above = cache
        dx = np.where(above, dy, self.negative_slope * dy)
        return dx if self.max_value is None else dx * (x < self.max_value)

    def get_config(self) -> dict[str, Any]:
        return {
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
            **super().get_config(),
        }


class PReLU(Layer):
    """y = x above zero, alpha · x below, with an alpha that is learned (He et al. 2015, arXiv:1502.01852).

    Parameters
    ----------
    alpha_initializer, alpha_regularizer : str, Initializer, Regularizer
    shared_axes : int or tuple of int, optional
        Axes along which alpha is the same, counted with the batch axis as 0: (1, 2) learns one alpha a channel
        of an image. Without it each element has its own.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        shared_axes: Any = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.shared_axes = () if shared_axes is None else integers("PReLU", "shared_axes", shared_axes, minimum=1)

    def build(self, input_shape: Shape) -> None:
        self.alpha = self.add_weight(
            "alpha", self._alpha_shape(input_shape), self.alpha_initializer, regularizer=self.alpha_regularizer
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = self._alpha_shape(input_shape)
        if self.built and shape != self.alpha.shape:
            raise ValueError(
                f"{self.label}: was built for inputs with an alpha of shape {self.alpha.shape}, "
                f"got shape {with_batch(input_shape)}"
            )
        return input_shape

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return activations.prelu(x, self.alpha.value), x

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        x = cache
        dalpha = (dy * activations.prelu.alpha_derivative(x)).sum(axis=0)
        shared = tuple(axis - 1 for axis in self.shared_axes)
        self.alpha.grad += dalpha.sum(axis=shared, keepdims=True)
        return dy * activations.prelu.derivative(x, self.alpha.value)

    def get_config(self) -> dict[str, Any]:
        return {
            "alpha_initializer": to_config(self.alpha_initializer),
            "alpha_regularizer": self.alpha_regularizer and to_config(self.alpha_regularizer),
            "shared_axes": list(self.shared_axes) or None,
            **super().get_config(),
        }

    def _alpha_shape(self, input_shape: Shape) -> tuple[int, ...]:
        lengths = one_input(self.label, input_shape)
        shape = tuple(1 if axis + 1 in self.shared_axes else length for axis, length in enumerate(lengths))
        fixed = tuple(length for length in shape if length is not None)
        if len(fixed) < len(shape) or max(self.shared_axes, default=0) > len(shape):
            raise ValueError(
                f"{self.label}: needs a fixed length along every axis that isn't in shared_axes="
                f"{self.shared_axes}, got shape {with_batch(input_shape)}"
            )
        return fixed
