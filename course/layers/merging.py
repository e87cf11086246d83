"""Layers that make one array of several: where branches of a network meet.

Each is also a function: `add([a, b])` is `Add()([a, b])`.
"""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course.errors import check_integer
from course.layers.arguments import Shapes, with_batch
from course.layers.base import Layer, LayerOptions, Shape


class Merge(Layer):
    """What the elementwise ones share: inputs of shapes that broadcast, as NumPy's arrays do."""

    fewest: int = 1
    most: int | None = None

    def output_shape(self, input_shape: Shapes) -> Shape:
        shapes = input_shape if isinstance(input_shape, list) else []
        if len(shapes) < self.fewest or (self.most is not None and len(shapes) > self.most):
            count = f"a list of {self.most}" if self.most else "a list of"
            raise ValueError(f"{self.label}: expected {count} inputs, got {with_batch(input_shape)}")
        if len({len(shape) for shape in shapes}) > 1:
            raise ValueError(f"{self.label}: inputs must have equally many axes, got {with_batch(input_shape)}")
        return tuple(self._common_length(axis, input_shape) for axis in zip(*shapes, strict=True))

    def _common_length(self, lengths: tuple[int | None, ...], input_shape: Shapes) -> int | None:
        fixed = {length for length in lengths if length not in (1, None)}
        if len(fixed) > 1:
            raise ValueError(f"{self.label}: inputs must have one shape, got {with_batch(input_shape)}")
        if fixed:
            return fixed.pop()
        return None if None in lengths else 1


class Add(Merge):
    """The sum of the inputs."""

    def forward(self, x: list[np.ndarray], training: bool = False) -> tuple[np.ndarray, Any]:
        y = x[0]
        for other in x[1:]:
            y = y + other
        return y, [array.shape for array in x]

    def backward(self, dy: np.ndarray, cache: Any) -> list[np.ndarray]:
        return [_unbroadcast(dy, shape) for shape in cache]


class Subtract(Merge):
    """The first input minus the second."""

    fewest, most = 2, 2

    def forward(self, x: list[np.ndarray], training: bool = False) -> tuple[np.ndarray, Any]:
        return x[0] - x[1], (x[0].shape, x[1].shape)

    def backward(self, dy: np.ndarray, cache: Any) -> list[np.ndarray]:
        return [_unbroadcast(dy, cache[0]), _unbroadcast(-dy, cache[1])]


class Multiply(Merge):
    """The product of the inputs."""

    def forward(self, x: list[np.ndarray], training: bool = False) -> tuple[np.ndarray, Any]:
        return _product(x), x

    def backward(self, dy: np.ndarray, cache: Any) -> list[np.ndarray]:
        others = [cache[:index] + cache[index + 1 :] for index in range(len(cache))]
        return [_unbroadcast(_product([dy, *rest]), x.shape) for rest, x in zip(others, cache, strict=True)]


class Average(Merge):
    """The mean of the inputs."""

    def forward(self, x: list[np.ndarray], training: bool = False) -> tuple[np.ndarray, Any]:
        y = x[0]
        for other in x[1:]:
            y = y + other
        return y * (1.0 / len(x)), [array.shape for array in x]

    def backward(self, dy: np.ndarray, cache: Any) -> list[np.ndarray]:
        return [_unbroadcast(dy * (1.0 / len(cache)), shape) for shape in cache]


class _Extremum(Merge):
    """The largest or smallest input; where several are, the first of them receives the gradient."""

    def forward(self, x: list[np.ndarray], training: bool = False) -> tuple[np.ndarray, Any]:
        stacked = np.stack(np.broadcast_arrays(*x))  # (inputs, n, …)
        winner = self.choose(stacked)
        y = np.take_along_axis(stacked, winner[None], axis=0)[0]
        return y, (winner, [array.shape for array in x])

    def backward(self, dy: np.ndarray, cache: Any) -> list[np.ndarray]:
        winner, shapes = cache
        return [_unbroadcast(dy * (winner == index), shape) for index, shape in enumerate(shapes)]

    def choose(self, stacked: np.ndarray) -> np.ndarray:
        """The number of the input that wins, at each place."""
        raise NotImplementedError


class Maximum(_Extremum):
    """The largest of the inputs, at each place."""

    def choose(self, stacked: np.ndarray) -> np.ndarray:
        return stacked.argmax(axis=0)


class Minimum(_Extremum):
    """The smallest of the inputs, at each place."""

    def choose(self, stacked: np.ndarray) -> np.ndarray:
        return stacked.argmin(axis=0)


class Concatenate(Layer):
    """The inputs one after the other along an axis: (n, 2), (n, 3) → (n, 5).

    Parameters
    ----------
    axis : int
        Counted with the batch axis as 0; -1 is the last (the channels).
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def __init__(self, axis: int = -1, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.axis = check_integer("Concatenate", "axis", axis)
        if axis == 0:
            raise ValueError("Concatenate: axis must not be 0, along which the examples lie, got 0")

    def output_shape(self, input_shape: Shapes) -> Shape:
        if not isinstance(input_shape, list) or not input_shape:
            raise ValueError(f"{self.label}: expected a list of inputs, got {with_batch(input_shape)}")
        rank = len(input_shape[0])
        axis = self.axis - 1 if self.axis > 0 else self.axis + rank
        others = [shape[:axis] + shape[axis + 1 :] for shape in input_shape]
        if not 0 <= axis < rank or any(other != others[0] for other in others) or {*map(len, input_shape)} != {rank}:
            raise ValueError(
                f"{self.label}: inputs must have one shape but for axis {self.axis}, got {with_batch(input_shape)}"
            )
        lengths = [shape[axis] for shape in input_shape]
        total = None if None in lengths else sum(length or 0 for length in lengths)
        return (*input_shape[0][:axis], total, *input_shape[0][axis + 1 :])

    def forward(self, x: list[np.ndarray], training: bool = False) -> tuple[np.ndarray, Any]:
        return np.concatenate(x, axis=self.axis), [array.shape[self.axis] for array in x]

    def backward(self, dy: np.ndarray, cache: Any) -> list[np.ndarray]:
        return np.split(dy, np.cumsum(cache)[:-1], axis=self.axis)

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis, **super().get_config()}


def add(inputs: list[Any], **options: Unpack[LayerOptions]) -> Any:
    """`Add(**options)(inputs)`."""
    return Add(**options)(inputs)


def subtract(inputs: list[Any], **options: Unpack[LayerOptions]) -> Any:
    """`Subtract(**options)(inputs)`."""
    return Subtract(**options)(inputs)


def multiply(inputs: list[Any], **options: Unpack[LayerOptions]) -> Any:
    """`Multiply(**options)(inputs)`."""
    return Multiply(**options)(inputs)


def average(inputs: list[Any], **options: Unpack[LayerOptions]) -> Any:
    """`Average(**options)(inputs)`."""
    return Average(**options)(inputs)


def maximum(inputs: list[Any], **options: Unpack[LayerOptions]) -> Any:
    """`Maximum(**options)(inputs)`."""
    return Maximum(**options)(inputs)


def minimum(inputs: list[Any], **options: Unpack[LayerOptions]) -> Any:
    """`Minimum(**options)(inputs)`."""
    return Minimum(**options)(inputs)


def concatenate(inputs: list[Any], axis: int = -1, **options: Unpack[LayerOptions]) -> Any:
    """`Concatenate(axis, **options)(inputs)`."""
    return Concatenate(axis, **options)(inputs)


def _product(arrays: list[np.ndarray]) -> np.ndarray:
    y = arrays[0]
    for other in arrays[1:]:
        y = y * other
    return y


def _unbroadcast(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum over the axes along which an input of `shape` was repeated: each copy passes its gradient back."""
    repeated = tuple(axis for axis, length in enumerate(shape) if length == 1 and dy.shape[axis] != 1)
    return dy.sum(axis=repeated, keepdims=True) if repeated else dy
