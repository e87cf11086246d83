"""Activation functions and their derivatives.

Each class is one function: the formula in `__call__`, its derivative right under it. `backward` is the chain
rule, dz = dy · f'(z), written with whichever of z and y = f(z) makes it cheapest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course.activations.base import Activation, Elementwise, as_float
from course.errors import check_number
from course.registry import Registry


class Linear(Activation):
    """f(z) = z: the output of a regression. Returns its input itself, not a copy."""

    name = "linear"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return as_float(z)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        return np.ones_like(as_float(z))

    def backward(self, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy


class ReLU(Activation):
    """f(z) = max(z, 0). The derivative at the kink, z = 0, is taken as 0."""

    name = "relu"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return np.maximum(as_float(z), 0.0)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        return (z > 0).astype(z.dtype)

    def backward(self, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * (y > 0)


class LeakyReLU(Activation):
    """f(z) = z above zero, negative_slope · z below (Maas et al. 2013)."""

    name = "leaky_relu"

    def __init__(self, negative_slope: float = 0.2) -> None:
        self.negative_slope = check_number("LeakyReLU", "negative_slope", negative_slope)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        return np.maximum(z, 0.0) + self.negative_slope * np.minimum(z, 0.0)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        return np.where(z > 0, z.dtype.type(1), z.dtype.type(self.negative_slope))

    def get_config(self) -> dict[str, Any]:
        return {"negative_slope": self.negative_slope}


class PReLU(Activation):
    """f(z) = z above zero, alpha · z below, with an alpha that is learned (He et al. 2015, arXiv:1502.01852).

    alpha is a number or an array that broadcasts against z; 0.25 is the paper's first value.
    """

    name = "prelu"

    def __init__(self, alpha: float | np.ndarray = 0.25) -> None:
        self.alpha = alpha

    def __call__(self, z: np.ndarray, alpha: float | np.ndarray | None = None) -> np.ndarray:
        z = as_float(z)
        return np.maximum(z, 0.0) + self._alpha(alpha, z) * np.minimum(z, 0.0)

    def derivative(self, z: np.ndarray, alpha: float | np.ndarray | None = None) -> np.ndarray:
        z = as_float(z)
        return np.where(z > 0, z.dtype.type(1), self._alpha(alpha, z))

    def alpha_derivative(self, z: np.ndarray) -> np.ndarray:
        """Return dy/dalpha = min(z, 0), of z's shape."""
        return np.minimum(as_float(z), 0.0)

    def _alpha(self, alpha: float | np.ndarray | None, z: np.ndarray) -> np.ndarray:
        return np.asarray(self.alpha if alpha is None else alpha, dtype=z.dtype)

    def get_config(self) -> dict[str, Any]:
        return {"alpha": np.asarray(self.alpha).tolist()}


class ELU(Activation):
    """f(z) = z above zero, alpha · (eᶻ − 1) below (Clevert et al. 2015, arXiv:1511.07289)."""

    name = "elu"

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = check_number("ELU", "alpha", alpha)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        # eᶻ is asked for negative z alone: for a large z it would overflow
        return np.maximum(z, 0.0) + self.alpha * np.expm1(np.minimum(z, 0.0))

    def derivative(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        return np.where(z > 0, z.dtype.type(1), self.alpha * np.exp(np.minimum(z, 0.0)))

    def get_config(self) -> dict[str, Any]:
        return {"alpha": self.alpha}


class SELU(Activation):
    """f(z) = scale · elu(z, alpha); its two constants keep mean 0 and variance 1 from layer to layer.

    Klambauer et al. 2017, arXiv:1706.02515.
    """

    name = "selu"
    alpha = 1.6732632423543772
    scale = 1.0507009873554805

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return self.scale * ELU(self.alpha)(z)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        return self.scale * ELU(self.alpha).derivative(z)


class Softplus(Activation):
    """f(z) = log(1 + eᶻ): a smooth ReLU, and an output that must be positive."""

    name = "softplus"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        # the same as log(1 + eᶻ), with an exponent that is never positive, so that it can't overflow
        return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))

    def derivative(self, z: np.ndarray) -> np.ndarray:
        return sigmoid(z)


class Sigmoid(Activation):
    """f(z) = 1 / (1 + e⁻ᶻ): the probability of one of two classes, from its logit z."""

    name = "sigmoid"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        # far below zero e⁻ᶻ overflows to infinity, and 1 / (1 + ∞) = 0 is right
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + np.exp(-as_float(z)))

    def derivative(self, z: np.ndarray) -> np.ndarray:
        y = self(z)
        return y * (1.0 - y)

    def backward(self, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * y * (1.0 - y)


class Tanh(Activation):
    """f(z) = tanh(z), between −1 and 1."""

    name = "tanh"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return np.tanh(as_float(z))

    def derivative(self, z: np.ndarray) -> np.ndarray:
        return 1.0 - np.tanh(as_float(z)) ** 2

    def backward(self, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * (1.0 - y * y)


class SiLU(Activation):
    """f(z) = z · sigmoid(z), also called swish (Elfwing et al. 2017, arXiv:1702.03118)."""

    name = "silu"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return as_float(z) * sigmoid(z)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        probability = sigmoid(z)
        return probability * (1.0 + as_float(z) * (1.0 - probability))


class Exponential(Activation):
    """f(z) = eᶻ."""

    name = "exponential"

    def __call__(self, z: np.ndarray) -> np.ndarray:
        return np.exp(as_float(z))

    def derivative(self, z: np.ndarray) -> np.ndarray:
        return np.exp(as_float(z))


class Softmax(Activation):
    """yᵢ = exp(zᵢ) / Σⱼ exp(zⱼ) along one axis: the probabilities of the classes, from their logits z.

    The one function here that isn't elementwise: each yᵢ depends on every zⱼ of its row.
    """

    name = "softmax"

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def __call__(self, z: np.ndarray) -> np.ndarray:
        z = as_float(z)
        if _short_rows(z, self.axis):
            return _turned(Softmax(axis=0)(_turned(z)))
        # a number subtracted from a whole row cancels; the row's largest leaves no exponent above zero
        exponentials = np.exp(z - z.max(axis=self.axis, keepdims=True))
        return exponentials / exponentials.sum(axis=self.axis, keepdims=True)

    def derivative(self, z: np.ndarray) -> np.ndarray:
        """Return ∂yᵢ/∂zᵢ = yᵢ(1 − yᵢ), the diagonal of the Jacobian; `backward` uses all of it."""
        y = self(z)
        return y * (1.0 - y)

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """Return J[…, i, j] = ∂yᵢ/∂zⱼ = yᵢ(δᵢⱼ − yⱼ) for rows along the last axis: (…, k) → (…, k, k)."""
        y = Softmax()(z)
        return y[..., :, None] * (np.eye(y.shape[-1], dtype=y.dtype) - y[..., None, :])

    def backward(self, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        # dzⱼ = Σᵢ dyᵢ yᵢ(δᵢⱼ − yⱼ) = yⱼ (dyⱼ − Σᵢ dyᵢ yᵢ)
        return y * (dy - (dy * y).sum(axis=self.axis, keepdims=True))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


def log_softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return log(softmax(z)) = z − log Σ exp(z) along an axis, finite for any finite z."""
    z = as_float(z)
    if _short_rows(z, axis):
        return _turned(log_softmax(_turned(z), axis=0))
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _short_rows(z: np.ndarray, axis: int) -> bool:
    """Whether z is faster worked on turned, classes first: NumPy takes up each short row anew, at a cost."""
    return z.ndim == 2 and axis == -1 and z.shape[1] <= 32 < z.shape[0]


def _turned(z: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(z.T)


linear = Linear()
relu = ReLU()
leaky_relu = LeakyReLU()
prelu = PReLU()
elu = ELU()
selu = SELU()
softplus = Softplus()
sigmoid = Sigmoid()
tanh = Tanh()
silu = swish = SiLU()
exponential = Exponential()
softmax = Softmax()

_REGISTRY: Registry[Activation] = Registry(
    "activation",
    {
        "linear": linear,
        "relu": relu,
        "leaky_relu": leaky_relu,
        "prelu": prelu,
        "elu": elu,
        "selu": selu,
        "softplus": softplus,
        "sigmoid": sigmoid,
        "tanh": tanh,
        "silu": silu,
        "swish": silu,
        "exponential": exponential,
        "softmax": softmax,
    },
)


def get(identifier: str | dict[str, Any] | Callable[..., Any] | None) -> Activation:
    """Return the activation that an argument means.

    Parameters
    ----------
    identifier : None, str, dict, Activation or callable
        None is linear; a name ("relu"); what `course.registry.to_config` wrote; an activation itself; or any
        function of an array, which becomes an `Elementwise`.

    Raises
    ------
    ValueError
        When the name isn't known; the nearest is suggested.
    TypeError
        When it is none of these.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, Activation):
        return identifier
    if isinstance(identifier, str):
        return _REGISTRY.find(identifier)
    if isinstance(identifier, dict):
        return _REGISTRY.from_config(identifier)
    if callable(identifier) and not isinstance(identifier, type):
        return Elementwise(identifier)
    raise _REGISTRY.wrong_type(identifier)
