"""The embedding: a learned vector for each of a number of things (words, filters of a telescope, classes)."""

from __future__ import annotations

from typing import Any

import numpy as np

from course import initializers, regularizers
from course.errors import check_integer
from course.layers.arguments import Shapes, with_batch
from course.layers.base import Layer, Shape
from course.registry import to_config


class Embedding(Layer):
    """Look up the rows of a table: (n, …) whole numbers → (n, …, output_dim).

    It is a dense layer without bias on one-hot vectors, without the multiplications by zero.

    Parameters
    ----------
    input_dim : int
        How many rows the table has; inputs are whole numbers from 0 to input_dim − 1.
    output_dim : int
        The length of a row.
    embeddings_initializer : str or Initializer
        How the table of shape (input_dim, output_dim) begins.
    embeddings_regularizer : str or Regularizer, optional
    input_length : int, optional
        An old name: of `Embedding(1000, 64, input_length=10)`, as `input_shape=(10,)`.
    **options
        name, trainable, dtype, input_shape: see `Layer`.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        input_length: int | None = None,
        **options: Any,
    ) -> None:
        if input_length is not None:
            options.setdefault("input_shape", (input_length,))
        super().__init__(**options)
        self.input_dim = check_integer("Embedding", "input_dim", input_dim, minimum=1)
        self.output_dim = check_integer("Embedding", "output_dim", output_dim, minimum=1)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)

    def build(self, input_shape: Shape) -> None:
        self.embeddings = self.add_weight(
            "embeddings",
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
        )

    def output_shape(self, input_shape: Shapes) -> Shape:
        if isinstance(input_shape, list):
            raise ValueError(f"{self.label}: expected one input, got {with_batch(input_shape)}")
        return (*input_shape, self.output_dim)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """y = table[x].

        Raises
        ------
        ValueError
            When a number isn't whole, or outside the table.
        """
        numbers = self._whole_numbers(x)
        return self.embeddings.value[numbers], numbers

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Add each dy to the gradient of the row that was looked up. Whole numbers have no slope: dx is 0."""
        self.backward_parameters(dy, cache)
        return np.zeros(cache.shape, dy.dtype)

    def backward_parameters(self, dy: np.ndarray, cache: Any) -> None:
        numbers = cache.ravel()
        if numbers.size == 0:
            return
        # the rows that were looked up several times are brought together and summed at once
        order = np.argsort(numbers, kind="stable")
        found, starts = np.unique(numbers[order], return_index=True)
        self.embeddings.grad[found] += np.add.reduceat(dy.reshape(-1, self.output_dim)[order], starts, axis=0)

    def get_config(self) -> dict[str, Any]:
        return {
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": to_config(self.embeddings_initializer),
            "embeddings_regularizer": self.embeddings_regularizer and to_config(self.embeddings_regularizer),
            **super().get_config(),
        }

    def _whole_numbers(self, x: np.ndarray) -> np.ndarray:
        rounded = np.rint(x)
        # what was computed in floats may miss a whole number by a little
        whole = np.isclose(x, rounded, rtol=0.0, atol=1e-3)
        if not whole.all():
            raise ValueError(f"{self.label}: inputs must be whole numbers, got {x[~whole].flat[0]}")
        outside = (rounded < 0) | (rounded >= self.input_dim)
        if outside.any():
            raise ValueError(
                f"{self.label}: inputs must be whole numbers from 0 to {self.input_dim - 1}, for input_dim="
                f"{self.input_dim}, got {rounded[outside].flat[0]:.0f}"
            )
        return rounded.astype(np.intp)
