"""What all activation functions share, and how any function of one number becomes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Activation:
    """A function y = f(z), elementwise except where said.

    A float32 input gives a float32 output; whole numbers become float64. Inputs are never written to.
    """

    name = "activation"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Return y = f(z), of z's shape."""
        raise NotImplementedError

    def derivative(self, z: np.ndarray) -> np.ndarray:
        """Return dy/dz at each z, of z's shape."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss's gradient with respect to z, given its gradient `dy` with respect to y = f(z)."""
        return dy * self.derivative(z)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this function again."""
        return {}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class Elementwise(Activation):
    """Any function of one number, applied to each element, as an activation.

    Parameters
    ----------
    function : callable
        Takes an array, returns one of the same shape; each output depends on its own input alone.
    derivative : callable, optional
        Its derivative, of the same kind. Without one, `function.derivative` is used if it exists, else the
        central difference (f(z + h) − f(z − h)) / 2h in float64 with h = 1e-5: slow, right to about 1e-10.
    """

    def __init__(
        self,
        function: Callable[[np.ndarray], np.ndarray],
        derivative: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        self._derivative = derivative or getattr(function, "derivative", None)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        return np.asarray(self.function(z), dtype=z.dtype)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        if self._derivative is not None:
            return np.asarray(self._derivative(z), dtype=z.dtype)
        wide = z.astype(np.float64)
        self._check_elementwise(wide)
        step = 1e-5
        difference = np.asarray(self.function(wide + step)) - np.asarray(self.function(wide - step))
        return (difference / (2 * step)).astype(z.dtype)

    def _check_elementwise(self, z: np.ndarray) -> None:
        straight = np.asarray(self.function(z))
        reversed_ = np.asarray(self.function(z.ravel()[::-1]))
        if straight.shape != z.shape or not np.allclose(straight.ravel(), reversed_[::-1], equal_nan=True):
            raise ValueError(
                f"activation {self.name}: without a derivative it must act on each element alone and keep the"
                " shape; otherwise write a subclass of Activation with a backward"
            )

    def get_config(self) -> dict[str, Any]:
        return {"function": self.function, "derivative": self._derivative}


def as_float(z: np.ndarray) -> np.ndarray:
    """Return z as an array of floats: itself if it is one, else a float64 copy."""
    z = np.asarray(z)
    return z if z.dtype.kind == "f" else z.astype(np.float64)
