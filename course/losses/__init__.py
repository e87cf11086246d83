"""Losses: how wrong predictions are, as one number, and the gradient of that number.

A loss is a mean. The regression losses and the binary cross-entropy are a mean over every element, the
categorical ones over every example. So each class says what one element (or one row of class probabilities)
contributes and the slope of that; `Loss` weighs, averages and checks shapes for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course.losses.base import Loss, match_shape, match_weights
from course.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from course.losses.regression import Huber, MeanAbsoluteError, MeanSquaredError
from course.registry import Registry

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "FunctionLoss",
    "Huber",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "huber",
    "mae",
    "match_shape",
    "match_weights",
    "mean_absolute_error",
    "mean_squared_error",
    "mse",
    "sparse_categorical_crossentropy",
]


class FunctionLoss(Loss):
    """A function (y_true, y_pred) → (loss, gradient) as a loss: what a student writes in lesson 4."""

    def __init__(self, function: Callable[..., Any], name: str | None = None) -> None:
        super().__init__(name=name or getattr(function, "__name__", type(function).__name__))
        self.function = function

    def value_and_gradient(
        self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        if sample_weight is not None:
            raise TypeError(f"loss {self.name}: a function (y_true, y_pred) can't take a sample_weight")
        answer = self.function(y_true, y_pred)
        if not (isinstance(answer, tuple) and len(answer) == 2):
            raise TypeError(
                f"loss {self.name}: a function must return (loss, gradient with respect to y_pred),"
                f" got {type(answer).__name__}"
            )
        value, gradient = answer
        gradient = np.asarray(gradient)
        if gradient.shape != np.shape(y_pred):
            raise ValueError(
                f"loss {self.name}: the gradient must have y_pred's shape {np.shape(y_pred)}, got {gradient.shape}"
            )
        return float(value), gradient

    def per_example(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        raise TypeError(f"loss {self.name}: a function (y_true, y_pred) has no values for single examples")

    def get_config(self) -> dict[str, Any]:
        return {"function": self.function, "name": self.name}


def mean_squared_error(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Return the mean of (p − y)² over the last axis: (n, …, k) → (n, …)."""
    return MeanSquaredError().per_example(y_true, y_pred)


def mean_absolute_error(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Return the mean of |p − y| over the last axis: (n, …, k) → (n, …)."""
    return MeanAbsoluteError().per_example(y_true, y_pred)


def huber(y_true: np.ndarray, y_pred: np.ndarray, delta: float = 1.0) -> np.ndarray:
    """Return the mean of Huber's loss over the last axis: (n, …, k) → (n, …)."""
    return Huber(delta).per_example(y_true, y_pred)


def binary_crossentropy(
    y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False, label_smoothing: float = 0.0
) -> np.ndarray:
    """Return the mean of the binary cross-entropy over the last axis: (n, …, k) → (n, …)."""
    return BinaryCrossentropy(from_logits, label_smoothing).per_example(y_true, y_pred)


def categorical_crossentropy(
    y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False, label_smoothing: float = 0.0
) -> np.ndarray:
    """Return −Σⱼ yⱼ log pⱼ over the last axis: (n, …, k) → (n, …)."""
    return CategoricalCrossentropy(from_logits, label_smoothing).per_example(y_true, y_pred)


def sparse_categorical_crossentropy(y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False) -> np.ndarray:
    """Return −log p of the right classes: (n, …) class numbers and (n, …, k) probabilities → (n, …)."""
    return SparseCategoricalCrossentropy(from_logits).per_example(y_true, y_pred)


mse, mae = mean_squared_error, mean_absolute_error

_CLASSES: dict[str, type[Loss]] = {
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError,
    "huber": Huber,
    "huber_loss": Huber,
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}
_REGISTRY = Registry("loss", _CLASSES)
_FUNCTIONS: dict[Any, type[Loss]] = {
    mean_squared_error: MeanSquaredError,
    mean_absolute_error: MeanAbsoluteError,
    huber: Huber,
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
}


def get(identifier: str | dict[str, Any] | Loss | Callable[..., Any]) -> Loss:
    """Return the loss that an argument means.

    Parameters
    ----------
    identifier : str, dict, Loss or callable
        A name ("mse", "categorical_crossentropy"); what `course.registry.to_config` wrote; a loss itself;
        one of this module's functions; or a function (y_true, y_pred) → (loss, gradient).

    Raises
    ------
    ValueError
        When the name isn't known; the nearest is suggested.
    TypeError
        When it is none of these.
    """
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, str):
        return _REGISTRY.find(identifier)()
    if isinstance(identifier, dict):
        return _REGISTRY.from_config(identifier)
    if callable(identifier) and not isinstance(identifier, type):
        return _FUNCTIONS[identifier]() if identifier in _FUNCTIONS else FunctionLoss(identifier)
    raise _REGISTRY.wrong_type(identifier)
