"""Layers that change an array's shape and none of its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from course.errors import check_integer
from course.layers.arguments import Shapes, check_axes, integers, one_input, with_batch
from course.layers.base import Layer, LayerOptions, Shape


class Flatten(Layer):
    """(n, a, b, …) → (n, a·b·…): what a dense layer needs of an image."""

    def output_shape(self, input_shape: Shape) -> Shape:
        one_input(self.label, input_shape)
        return (None if None in input_shape else math.prod(axis or 1 for axis in input_shape),)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return x.reshape(len(x), math.prod(x.shape[1:])), x.shape

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy.reshape(cache)


class Reshape(Layer):
    """(n, …) → (n, *target_shape).

    Parameters
    ----------
    target_shape : tuple of int
        Without the batch axis; one length may be -1, then it is what is left over.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(self, target_shape: Any, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.target_shape = integers("Reshape", "target_shape", target_shape)
        if any(axis < 1 and axis != -1 for axis in self.target_shape) or self.target_shape.count(-1) > 1:
            raise ValueError(
                f"Reshape: target_shape must be made of positive integers, one of them -1 at most, got {target_shape}"
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        if None in one_input(self.label, input_shape):
            return tuple(None if axis == -1 else axis for axis in self.target_shape)
        size = math.prod(axis or 1 for axis in input_shape)
        known = math.prod(axis for axis in self.target_shape if axis != -1)
        left_over = size // known if -1 in self.target_shape else 1
        if known * left_over != size:
            raise ValueError(
                f"{self.label}: inputs of shape {with_batch(input_shape)} have {size} numbers an example, "
                f"which don't fit target_shape {self.target_shape}"
            )
        return tuple(left_over if axis == -1 else axis for axis in self.target_shape)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return x.reshape(len(x), *self.output_shape(x.shape[1:])), x.shape

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy.reshape(cache)

    def get_config(self) -> dict[str, Any]:
        return {"target_shape": list(self.target_shape), **super().get_config()}


class Permute(Layer):
    """The axes in another order: `Permute((2, 1))` swaps those of (n, a, b).

    Parameters
    ----------
    dims : tuple of int
        Which of the input's axes comes first, which next …, counted from 1; the batch axis, 0, stays.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(self, dims: Sequence[int], **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        given = tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)
        self.dims = tuple(check_integer("Permute", "dims", one) for one in given)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"Permute: dims must hold each number from 1 to {len(self.dims)} once, got {dims!r}")

    def output_shape(self, input_shape: Shapes) -> Shape:
        if isinstance(input_shape, list) or len(input_shape) != len(self.dims):
            raise ValueError(
                f"{self.label}: dims {self.dims} needs one input with {len(self.dims)} axes and that of the batch, "
                f"got {with_batch(input_shape)}"
            )
        return tuple(input_shape[axis - 1] for axis in self.dims)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return x.transpose(0, *self.dims), None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy.transpose(np.argsort((0, *self.dims)))

    def get_config(self) -> dict[str, Any]:
        return {"dims": list(self.dims), **super().get_config()}


class RepeatVector(Layer):
    """The same vector at every step of a sequence: (n, features) → (n, steps, features).

    Parameters
    ----------
    n : int
        How many steps.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(self, n: int, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.n = check_integer("RepeatVector", "n", n, minimum=1)

    def output_shape(self, input_shape: Shapes) -> Shape:
        return (self.n, *check_axes(self.label, input_shape, "(n, features)"))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        return np.repeat(x[:, None], self.n, axis=1), None

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy.sum(axis=1)

    def get_config(self) -> dict[str, Any]:
        return {"n": self.n, **super().get_config()}
