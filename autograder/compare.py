"""How two answers differ: the first thing that is wrong, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Difference:
    """What sets an answer apart from the expected one.

    Parameters
    ----------
    kind : str
        "type", "length", "shape", "not finite" or "values": from the coarsest to the finest.
    message : str
        One line for the student.
    """

    kind: str
    message: str


def differ(got: Any, expected: Any, *, rtol: float, atol: float, where: str = "") -> Difference | None:
    """Compare two trees of numbers and arrays.

    Parameters
    ----------
    got, expected : number, ndarray, or (nested) list, tuple, dict of them
        A list of numbers counts as an array; a 0-d array as a number.
    rtol, atol : float
        `|got - expected| <= rtol |expected| + atol max(1, max |expected|)` is equal.
    where : str
        Which part of the answer this is ("dW", "item 2"); stands before the message.

    Returns
    -------
    Difference or None
        None where they are equal.
    """
    if is_numeric(expected):
        return _differ_arrays(got, np.asarray(expected), rtol, atol, where)
    if isinstance(expected, dict):
        return _differ_dicts(got, expected, rtol, atol, where)
    if isinstance(expected, (list, tuple)):
        return _differ_sequences(got, expected, rtol, atol, where)
    if type(got) is not type(expected) or got != expected:
        return Difference("values", f"{_at(where)}expected {expected!r}, got {got!r}")
    return None


def is_numeric(value: Any) -> bool:
    """Whether `value` is a number, an array of numbers, or nested lists of numbers that make one."""
    if isinstance(value, (bool, int, float, complex, np.number, np.bool_)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc"
    if isinstance(value, list) and value:
        return as_array(value) is not None
    return False


def as_array(value: Any) -> np.ndarray | None:
    """`value` as an array of numbers, or None where it is not one (None, text, ragged lists, objects)."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    return array if array.dtype.kind in "biufc" else None


def count(value: Any) -> int:
    """How many numbers there are in a tree of numbers and arrays."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return sum(count(item) for item in value)
    return int(np.size(value))


def describe(value: Any) -> str:
    """What `value` is, in a few words: "an array of shape (4, 1)", "None", "text"."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (list, tuple, dict)) and not is_numeric(value):
        return f"a {type(value).__name__} of {len(value)}"
    array = as_array(value)
    if array is None:
        return f"an object of type {type(value).__name__}"
    return "a single number" if array.ndim == 0 else f"an array of shape {array.shape}"


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def _differ_arrays(got: Any, expected: np.ndarray, rtol: float, atol: float, where: str) -> Difference | None:
    array = as_array(got)
    if array is None:
        return Difference("type", f"{_at(where)}expected {describe(expected)}, got {describe(got)}")
    if array.shape != expected.shape:
        return Difference("shape", f"{_at(where)}expected {describe(expected)}, got {describe(array)}")
    if expected.size == 0:
        return None
    strange = ~np.isfinite(array) & ~((array == expected) | (np.isnan(array) & np.isnan(expected)))
    if strange.any():
        value = array[strange].flat[0]
        share = f"{strange.sum()} of {array.size} values are" if array.ndim else "the value is"
        return Difference("not finite", f"{_at(where)}{share} not finite ({value})")
    with np.errstate(all="ignore"):
        finite = np.where(np.isfinite(expected), np.abs(expected), 0)
        tolerance = rtol * finite + atol * max(1.0, float(finite.max()))
        error = np.abs(array.astype(complex) - expected) if array.dtype.kind == "c" else _gap(array, expected)
        wrong = ~(error <= tolerance)  # a NaN is wrong too
    if not wrong.any():
        return None
    return Difference("values", _at(where) + _say_worst(array, expected, error, wrong))


def _gap(array: np.ndarray, expected: np.ndarray) -> np.ndarray:
    gap = np.abs(array.astype(np.float64) - expected.astype(np.float64))
    same = (array == expected) | (np.isnan(array.astype(np.float64)) & np.isnan(expected.astype(np.float64)))
    return np.where(same, 0.0, gap)


def _say_worst(array: np.ndarray, expected: np.ndarray, error: np.ndarray, wrong: np.ndarray) -> str:
    if array.ndim == 0:
        return f"expected {expected:.6g}, got {array:.6g}"
    worst = np.unravel_index(int(np.argmax(np.where(wrong, error, -1))), array.shape)
    place = "[" + ", ".join(str(int(i)) for i in worst) + "]"
    return (
        f"{wrong.sum()} of {wrong.size} values differ, most at {place}: "
        f"expected {expected[worst]:.6g}, got {array[worst]:.6g}"
    )


def _differ_sequences(got: Any, expected: list | tuple, rtol: float, atol: float, where: str) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim > 0:
        got = list(got)
    if not isinstance(got, (list, tuple)):
        return Difference("type", f"{_at(where)}expected {len(expected)} results, got {describe(got)}")
    if len(got) != len(expected):
        return Difference("length", f"{_at(where)}expected {len(expected)} results, got {len(got)}")
    for index, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        place = f"{where}[{index}]" if where else f"result {index + 1}"
        if found := differ(mine, theirs, rtol=rtol, atol=atol, where=place):
            return found
    return None


def _differ_dicts(got: Any, expected: dict, rtol: float, atol: float, where: str) -> Difference | None:
    if not isinstance(got, dict):
        return Difference("type", f"{_at(where)}expected a dict of {list(expected)}, got {describe(got)}")
    if set(got) != set(expected):
        return Difference("length", f"{_at(where)}expected the keys {list(expected)}, got {list(got)}")
    for key, theirs in expected.items():
        if found := differ(got[key], theirs, rtol=rtol, atol=atol, where=f"{where}[{key!r}]"):
            return found
    return None
