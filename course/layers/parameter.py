"""A parameter: an array that a layer learns or keeps, and the gradient of the loss with respect to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


class Parameter:
    """An array that training changes, or that a layer keeps beside its weights (`trainable=False`: a running mean).

    Attributes
    ----------
    value : ndarray
        Written in place when it changes, so that an optimizer may lay many parameters out in one vector.
    grad : ndarray, same shape
        The gradient of the loss. Each `backward` adds to it; the training step sets it to zero before.
    name : str
    trainable : bool
    regularizer : Regularizer or None
        Its penalty on `value` is part of the loss.
    """

    def __init__(self, value: np.ndarray, name: str, trainable: bool = True, regularizer: Any = None) -> None:
        self.value = value
        self.grad = np.zeros_like(value)
        self.name = name
        self.trainable = trainable
        self.regularizer = regularizer

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def dtype(self) -> np.dtype:
        return self.value.dtype

    def numpy(self) -> np.ndarray:
        """A copy of the value, by the name that Keras's variables have for it."""
        return self.value.copy()

    def assign(self, value: ArrayLike) -> None:
        """Write `value`, of the same shape, over this parameter's."""
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ValueError(f"{self.name}: value must have shape {self.shape}, got {array.shape}")
        np.copyto(self.value, array, casting="unsafe")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.value, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        return f"<Parameter {self.name} {self.shape} {self.dtype}>"
