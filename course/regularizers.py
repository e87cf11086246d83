"""Regularizers: a penalty on large weights that is added to the loss, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.errors import check_number
from course.registry import Registry


class Regularizer:
    """A penalty that is a function of one array of weights. A subclass gives both methods."""

    def __call__(self, w: np.ndarray) -> float:
        """Return the penalty on an array of any shape."""
        raise NotImplementedError

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the penalty's gradient, of w's shape and type."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this regularizer again."""
        return {}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class L1L2(Regularizer):
    """l1 · Σ|w| + l2 · Σw².

    Parameters
    ----------
    l1, l2 : float, at least 0
        The strength of each part. (The name `"l1_l2"` means 0.01 for both.)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = check_number(type(self).__name__, "l1", l1, minimum=0)
        self.l2 = check_number(type(self).__name__, "l2", l2, minimum=0)

    def __call__(self, w: np.ndarray) -> float:
        penalty = 0.0
        if self.l1:
            penalty += self.l1 * float(np.abs(w).sum())
        if self.l2:
            penalty += self.l2 * float(np.square(w).sum())
        return penalty

    def gradient(self, w: np.ndarray) -> np.ndarray:
        # the slope of |w| at 0 is taken as 0
        gradient = (2.0 * self.l2) * w
        if self.l1:
            gradient += self.l1 * np.sign(w)
        return gradient

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """l1 · Σ|w|: drives weights that don't help to exactly 0."""

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(L1L2):
    """l2 · Σw²: keeps all weights small; the prior that they are Gaussian."""

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Return both penalties, by the name and with the defaults that Keras gave them."""
    return L1L2(l1, l2)


l1, l2 = L1, L2

_CLASSES: dict[str, type[L1L2]] = {"l1": L1, "l2": L2, "l1_l2": L1L2}
_REGISTRY = Registry("regularizer", _CLASSES)


def get(identifier: str | dict[str, Any] | Regularizer | None) -> Regularizer | None:
    """Return the regularizer that an argument means, or None for None.

    Raises
    ------
    ValueError
        When the name isn't known; the nearest is suggested.
    TypeError
        When it is none of these.
    """
    if identifier is None or isinstance(identifier, Regularizer):
        return identifier
    if isinstance(identifier, str):
        found = _REGISTRY.find(identifier)
        return l1_l2() if found is L1L2 else found()
    if isinstance(identifier, dict):
        return _REGISTRY.from_config(identifier)
    raise _REGISTRY.wrong_type(identifier)
