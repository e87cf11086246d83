"""The dense layer: every output is a neuron that sees every input."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np

from course import activations, initializers, regularizers
from course.errors import check_flag, check_integer
from course.layers.activation import absorbable
from course.layers.arguments import with_batch
from course.layers.base import Layer, LayerOptions, Shape
from course.registry import to_config


class Dense(Layer):
    """y = f(x W + b), on the last axis of x.

    Parameters
    ----------
    units : int
        How many neurons, the length of the output's last axis.
    activation : str, Activation or callable, optional
        f; the identity if left out.
    use_bias : bool
    kernel_initializer, bias_initializer : str or Initializer
        How W of shape (features, units) and b of shape (units,) begin.
    kernel_regularizer, bias_regularizer : str or Regularizer, optional
        A penalty on W or b that is added to the loss.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        self.units = check_integer("Dense", "units", units, minimum=1)
        self.activation = activations.get(activation)
        self.use_bias = check_flag("Dense", "use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, input_shape: Shape) -> None:
        features = self._features(input_shape)
        self.kernel = self.add_weight(
            "kernel", (features, self.units), self.kernel_initializer, regularizer=self.kernel_regularizer
        )
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer, regularizer=self.bias_regularizer)

    def output_shape(self, input_shape: Shape) -> Shape:
        features = self._features(input_shape)
        if self.built and features != self.kernel.shape[0]:
            wanted = self.kernel.shape[0]
            flat = math.prod(axis or 0 for axis in input_shape) == wanted
            raise ValueError(
                f"{self.label}: expected inputs with {wanted} features, got shape {with_batch(input_shape)}"
                + ("; use Flatten() first" if flat else "")
            )
        return (*input_shape[:-1], self.units)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """z = x W + b, y = f(z).

        Parameters
        ----------
        x : ndarray of shape (n, …, features)

        Returns
        -------
        y : ndarray of shape (n, …, units)
        cache : (x, z, y)
        """
        z = _rows(x) @ self.kernel.value  # (n·…, features) -> (n·…, units)
        if self.use_bias:
            z += self.bias.value
        z = z if x.ndim == 2 else z.reshape(*x.shape[:-1], self.units)
        y = self.activation(z)
        return y, (x, z, y)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """dz = dy f'(z), then dW = xᵀ dz, db = Σ dz over the batch, dx = dz Wᵀ."""
        _, z, y = cache
        return self.backward_from_logits(self.activation.backward(dy, z, y), cache)

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> np.ndarray:
        self._add_gradients(dz, cache[0])
        dx = _rows(dz) @ self.kernel.value.T  # (n·…, units) -> (n·…, features)
        return dx if dz.ndim == 2 else dx.reshape(cache[0].shape)

    def backward_parameters(self, dy: np.ndarray, cache: Any) -> None:
        x, z, y = cache
        self._add_gradients(self.activation.backward(dy, z, y), x)

    def _add_gradients(self, dz: np.ndarray, x: np.ndarray) -> None:
        dz = _rows(dz)
        self.kernel.grad += _rows(x).T @ dz  # (features, n·…) @ (n·…, units)
        if self.use_bias:
            self.bias.grad += dz.sum(axis=0)

    @property
    def final_activation(self) -> str | None:
        return absorbable(self.activation)

    def logits(self, cache: Any) -> np.ndarray:
        return cache[1]

    def get_config(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "activation": to_config(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": to_config(self.kernel_initializer),
            "bias_initializer": to_config(self.bias_initializer),
            "kernel_regularizer": self.kernel_regularizer and to_config(self.kernel_regularizer),
            "bias_regularizer": self.bias_regularizer and to_config(self.bias_regularizer),
            **super().get_config(),
        }

    def _features(self, input_shape: Shape) -> int:
        if isinstance(input_shape, list) or not input_shape or input_shape[-1] is None:
            raise ValueError(
                f"{self.label}: expected one input of shape (n, …, features) with a fixed number of features, "
                f"got {with_batch(input_shape)}"
            )
        return input_shape[-1]


def _rows(x: np.ndarray) -> np.ndarray:
    """All axes but the last as one: (n, …, features) -> (n·…, features)."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])
