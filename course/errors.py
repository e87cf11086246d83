"""Checks of arguments: every refusal names who refuses, the argument, what came and what was expected."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np


def check_choice(where: str, name: str, value: Any, allowed: Sequence[Any]) -> Any:
    """Return `value` if it is one of `allowed`.

    Raises
    ------
    ValueError
        `Conv2D: padding must be 'valid' or 'same', got 'full'`, with the nearest spelling where one is near.
    """
    if not any(value is choice or (type(value) is type(choice) and value == choice) for choice in allowed):
        raise ValueError(f"{where}: {name} must be {either(allowed)}, got {value!r}{did_you_mean(value, allowed)}")
    return value


def check_integer(where: str, name: str, value: Any, *, minimum: int | None = None) -> int:
    """Return `value` as an int if it is a whole number, not below `minimum`.

    Raises
    ------
    TypeError
        `Dense: units must be an integer, got 2.5`. True and False aren't integers here.
    ValueError
        `Dense: units must be an integer of at least 1, got 0`.
    """
    expected = "an integer" if minimum is None else f"an integer of at least {minimum}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{where}: {name} must be {expected}, got {value!r}")
    if minimum is not None and value < minimum:
        raise ValueError(f"{where}: {name} must be {expected}, got {value!r}")
    return int(value)


def check_number(
    where: str,
    name: str,
    value: Any,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    above: float | None = None,
    below: float | None = None,
) -> float:
    """Return `value` as a float if it is a finite real number within the bounds.

    `minimum` and `maximum` belong to the allowed range, `above` and `below` don't.

    Raises
    ------
    TypeError
        When it isn't a number: `Adam: learning_rate must be a number of at least 0, got 'fast'`.
    ValueError
        When it is outside the range, infinite or not a number.
    """
    bounds = []
    if above is not None:
        bounds.append(f"above {above:g}")
    elif minimum > -math.inf:
        bounds.append(f"of at least {minimum:g}")
    if below is not None:
        bounds.append(f"below {below:g}")
    elif maximum < math.inf:
        bounds.append(f"at most {maximum:g}")
    expected = " ".join(["a number", " and ".join(bounds)]).strip()

    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{where}: {name} must be {expected}, got {value!r}")
    number = float(value)
    inside = minimum <= number <= maximum and (above is None or number > above) and (below is None or number < below)
    if not inside or math.isinf(number):
        raise ValueError(f"{where}: {name} must be {expected}, got {value!r}")
    return number


def check_positive(where: str, name: str, value: Any) -> float:
    """Return `value` as a float if it is a number above zero (see `check_number`)."""
    return check_number(where, name, value, above=0)


def check_flag(where: str, name: str, value: Any) -> bool:
    """Return `value` as a bool if it is True or False, or 1 or 0.

    Raises
    ------
    TypeError
        `Dense: use_bias must be True or False, got 'no'`, which Python would take for true.
    """
    if not isinstance(value, (bool, np.bool_, numbers.Integral)) or value not in (0, 1):
        raise TypeError(f"{where}: {name} must be True or False, got {value!r}")
    return bool(value)


def check_text(where: str, name: str, value: Any) -> str:
    """Return `value` if it is a string that isn't empty.

    Raises
    ------
    TypeError
        `Adam: name must be a string, got 3`.
    """
    if not isinstance(value, str) or not value:
        raise TypeError(f"{where}: {name} must be a string, got {value!r}")
    return value


def check_numbers(where: str, name: str, value: Any) -> np.ndarray:
    """Return `value` as an array of real numbers, of any shape, without a copy where none is needed.

    Raises
    ------
    ValueError
        For strings, objects, complex or ragged data.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{where}: {name} must be one array of numbers, but its rows differ in shape") from error
    if array.dtype.kind not in "fiub":
        kind = {"U": "strings", "S": "strings", "O": "Python objects", "c": "complex numbers"}.get(array.dtype.kind)
        raise ValueError(f"{where}: {name} must hold real numbers, got {kind or 'values'} of dtype {array.dtype}")
    return array


def check_shape(where: str, name: str, shape: Sequence[int], expected: Sequence[int | None]) -> None:
    """Refuse `shape` if it isn't `expected`, in which None stands for any length.

    Raises
    ------
    ValueError
        `Dense: x must have shape (n, 3), got (5, 4)`: None is written `n`.
    """
    fits = len(shape) == len(expected) and all(
        wanted is None or length == wanted for length, wanted in zip(shape, expected, strict=True)
    )
    if not fits:
        raise ValueError(f"{where}: {name} must have shape {write_shape(expected)}, got {tuple(shape)}")


def write_shape(shape: Sequence[int | None]) -> str:
    """Write a shape as in `(n, 3)`: a length that is None, any, is `n`."""
    lengths = ["n" if length is None else str(length) for length in shape]
    return f"({lengths[0]},)" if len(lengths) == 1 else f"({', '.join(lengths)})"


def either(choices: Iterable[Any]) -> str:
    """Write choices as in `'valid' or 'same'`, `1, 2 or 3`."""
    written = [repr(choice) for choice in choices]
    if len(written) < 2:
        return "".join(written)
    return f"{', '.join(written[:-1])} or {written[-1]}"


def did_you_mean(value: Any, known: Iterable[Any]) -> str:
    """Write `; did you mean 'softmax'?` if a known name is spelt nearly like `value`, else nothing."""
    names = {str(name).lower(): name for name in known if isinstance(name, str)}
    nearest = difflib.get_close_matches(str(value).lower(), names, n=1, cutoff=0.6)
    return f"; did you mean {names[nearest[0]]!r}?" if nearest else ""
