"""What layers and models accept for shapes, names, types and data, and how they refuse the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypedDict

import numpy as np
from numpy.typing import DTypeLike

from course.errors import check_integer, check_numbers, did_you_mean, write_shape

Shape: TypeAlias = tuple[int | None, ...]
Shapes: TypeAlias = Shape | list[Shape]
"""The shape of one input, without the batch axis; a list for a layer that takes (or gives) several."""


class LayerOptions(TypedDict, total=False):
    """The keyword arguments that every layer takes."""

    name: str | None
    trainable: bool
    dtype: DTypeLike
    input_shape: Sequence[int | None] | int | None
    input_dim: int | None


def as_numbers(where: str, name: str, value: Any, dtype: DTypeLike | None = None) -> np.ndarray:
    """`value` as an array with a batch axis, of `dtype` if given, without a copy where none is needed.

    Raises
    ------
    ValueError
        For strings, objects, complex or ragged data, and for a single number.
    """
    array = check_numbers(where, name, value)
    if array.ndim == 0:
        raise ValueError(f"{where}: {name} must have the examples along its first axis, got the number {array}")
    return array if dtype is None else array.astype(dtype, copy=False)


def as_shape(where: str, name: str, shape: Any) -> Shape:
    """A shape as a tuple; a single number stands for a tuple of one."""
    axes = (shape,) if isinstance(shape, (int, np.integer)) else shape
    whole = isinstance(axes, (tuple, list)) and all(
        axis is None or (isinstance(axis, (int, np.integer)) and not isinstance(axis, bool) and axis > 0)
        for axis in axes
    )
    if not whole:
        raise ValueError(
            f"{where}: {name} must be a tuple of positive integers, without the batch axis "
            f"(None where a length may vary), got {shape!r}"
        )
    return tuple(None if axis is None else int(axis) for axis in axes)


def declared_shape(where: str, input_shape: Any, input_dim: int | None) -> Shape | None:
    """What a first layer is told about its input: `input_dim=3` is `input_shape=(3,)`."""
    if input_shape is not None and input_dim is not None:
        raise ValueError(f"{where}: give input_shape or input_dim, not both, got {input_shape} and {input_dim}")
    if input_dim is not None:
        return as_shape(where, "input_dim", (input_dim,))
    return None if input_shape is None else as_shape(where, "input_shape", input_shape)


def float_type(where: str, dtype: DTypeLike) -> np.dtype:
    """float32 or float64."""
    try:
        kind = np.dtype(dtype)
    except (TypeError, ValueError):
        kind = None
    if dtype is None or kind not in (np.float32, np.float64):
        raise ValueError(f"{where}: dtype must be 'float32' or 'float64', got {dtype!r}")
    return np.dtype(dtype)


def layer_name(where: str, name: Any) -> str:
    """A name that can be part of a key in a weight file."""
    if not isinstance(name, str) or not name or "/" in name:
        raise ValueError(f"{where}: name must be a string without '/', got {name!r}")
    return name


def refuse_options(where: str, unknown: dict[str, Any], known: Sequence[str]) -> None:
    """Refuse a keyword argument that nobody takes, with the nearest that somebody does."""
    option, value = next(iter(unknown.items()))
    raise TypeError(f"{where}: unknown argument {option}={value!r}{did_you_mean(option, known)}")


def one_input(where: str, input_shape: Shapes) -> Shape:
    """The shape of the input, if there is only one."""
    if isinstance(input_shape, list):
        raise ValueError(f"{where}: expected one input, got a list of shapes {with_batch(input_shape)}")
    return input_shape


def integers(where: str, name: str, value: Any, minimum: int | None = None) -> tuple[int, ...]:
    """One whole number or several, as a tuple."""
    several = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(check_integer(where, name, one, minimum=minimum) for one in several)


def check_axes(where: str, input_shape: Shapes, axes: str) -> Shape:
    """The shape of one input, if it has as many axes as `axes`, which is written as in "(n, h, w, channels)"."""
    if isinstance(input_shape, list) or 1 + len(input_shape) != len(axes.split(", ")):
        raise ValueError(f"{where}: expected one input of shape {axes}, got {with_batch(input_shape)}")
    return input_shape


def with_batch(shape: Shapes) -> str:
    """A shape for a message, with the batch axis in front: `(n, 28, 28)`; a list of shapes as a list."""
    if isinstance(shape, list):
        return "[" + ", ".join(with_batch(one) for one in shape) + "]"
    return write_shape((None, *shape))
