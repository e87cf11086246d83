"""A student's own convolution, run beside the stepper and held against its numbers."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def compare(
    conv: Callable[..., Any],
    image: np.ndarray,
    kernel: np.ndarray,
    settings: Mapping[str, Any],
    expected: np.ndarray,
) -> dict[str, Any]:
    """Run `conv(image, kernel)` with those of `settings` that it takes, on copies.

    Parameters
    ----------
    image : ndarray of shape (h, w, channels)
    kernel : ndarray of shape (kh, kw, channels, filters)
    settings : stride, padding and dilation.
    expected : ndarray of shape (h', w', filters)

    Returns
    -------
    dict
        "words", what to say, and "differ", a list of [row, column, filter] where numbers differ.
    """
    flat = kernel.shape[2:] == (1, 1)
    if flat:
        image, kernel, expected = image[:, :, 0], kernel[:, :, 0, 0], expected[:, :, 0]
    taken = {name: value for name, value in settings.items() if _takes(conv, name)}
    left_out = [name for name in settings if name not in taken and settings[name] not in (1, "valid")]
    note = f" (it takes no {' and no '.join(left_out)})" if left_out else ""
    try:
        came = np.asarray(conv(image.copy(), kernel.copy(), **taken), dtype=np.float64)
    except Exception as error:
        return _say(f"raised {type(error).__name__}: {error}{note}")
    if came.shape != expected.shape:
        return _say(f"gave shape {came.shape}, expected {expected.shape}{note}")
    wrong = ~np.isclose(came, expected, rtol=1e-4, atol=1e-5)
    if not wrong.any():
        return {"words": f"✓ your conv gives the same {came.size} numbers", "differ": []}
    at = [tuple(map(int, index)) for index in np.argwhere(wrong)]
    first = at[0]
    words = f"{len(at)} of {came.size} numbers differ: y{list(first)} is {came[first]:g}, not {expected[first]:g}{note}"
    return {"words": f"≠ your conv: {words}", "differ": [[*index, *([0] if flat else [])] for index in at]}


def _say(words: str) -> dict[str, Any]:
    return {"words": f"✗ your conv {words}", "differ": []}


def _takes(function: Callable[..., Any], name: str) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(each.kind is each.VAR_KEYWORD for each in parameters.values())
