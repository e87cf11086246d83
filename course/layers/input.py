"""Where data enter a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from course.layers.arguments import as_shape, declared_shape
from course.layers.base import Layer
from course.layers.symbol import Node, Symbol


class InputLayer(Layer):
    """The layer behind an `Input`: it passes on what it gets.

    Parameters
    ----------
    shape : tuple of int
        Of one example; None for a length that may vary. `input_shape` is its old name.
    dtype : "float32" or "float64"
        What data are converted to before they enter.
    name : str, optional
    """

    def __init__(
        self,
        shape: Sequence[int | None] | int | None = None,
        *,
        input_shape: Sequence[int | None] | int | None = None,
        dtype: DTypeLike = "float32",
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        given = declared_shape("InputLayer", input_shape, None) if shape is None else shape
        self.shape = as_shape("Input", "shape", given)
        self.symbol: Symbol = Node(self, [], takes_list=False, output_shapes=self.shape).outputs[0]

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return x, None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy

    def get_config(self) -> dict[str, Any]:
        return {"shape": list(self.shape), **super().get_config()}


def Input(shape: Sequence[int | None] | int, *, name: str | None = None, dtype: DTypeLike = "float32") -> Symbol:
    """The symbol that a network begins with.

    Parameters
    ----------
    shape : tuple of int
        Of one example, without the batch axis: `(784,)`, `(28, 28, 1)`. None for a length that may vary.
    name : str, optional
    dtype : "float32" or "float64"
        What data are converted to before they enter.

    Examples
    --------
    >>> from course import Input, Model, layers
    >>> x = Input((3,))
    >>> model = Model(x, layers.Dense(2)(x))
    >>> model.count_params()
    8
    """
    return InputLayer(shape, name=name, dtype=dtype).symbol
