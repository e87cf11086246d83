"""A function as an argument of an exercise: by its text, so that it can travel, and be read in a report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Formula:
    """A function that is called as any other.

    Parameters
    ----------
    text : str
        A lambda expression, in which only `np` is known: `"lambda x: (x ** 2).sum()"`.

    Raises
    ------
    ValueError
        Where the text is something else.
    """

    text: str

    def __post_init__(self) -> None:
        if not self.text.startswith("lambda "):
            raise ValueError(f"Formula: text must be a lambda expression, got {self.text!r}")

    def __call__(self, *arguments: Any) -> Any:
        return self._function(*arguments)

    def __repr__(self) -> str:
        return self.text

    @cached_property
    def _function(self) -> Any:
        return eval(self.text, {"np": np})  # an exercise's own text, never a student's: see wire.decode
