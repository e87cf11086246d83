"""The exercises, one module a lesson: `neurons` holds those of `01_neurons`.

A lesson's module has a list EXERCISES. Nothing else has to be registered.
"""

from __future__ import annotations

import difflib
import pkgutil
from functools import cache
from importlib import import_module

from autograder.exercise import Exercise


def module_of(lesson: str) -> str:
    """`"01_neurons"` -> `"neurons"`."""
    return lesson.partition("_")[2]


@cache
def exercises(lesson: str) -> dict[str, Exercise]:
    """The exercises of a lesson by name, in the lesson's order.

    Raises
    ------
    ValueError
        Where there is no such lesson.
    """
    known = [module.name for module in pkgutil.iter_modules(__path__)]
    name = module_of(lesson)
    if name not in known:
        raise ValueError(f"lesson must be one with exercises ({', '.join(known)}), got {lesson!r}")
    module = import_module(f"{__name__}.{name}")
    return {exercise.name: exercise for exercise in module.EXERCISES}


@cache
def all_exercises() -> dict[str, Exercise]:
    """The exercises of all lessons by name."""
    found: dict[str, Exercise] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= exercises(f"_{module.name}")
    return found


def find(name: str) -> Exercise:
    """The exercise of that name, from whichever lesson.

    Raises
    ------
    ValueError
        Where there is none, with the nearest names.
    """
    known = all_exercises()
    if name in known:
        return known[name]
    if not name or name == "<lambda>":
        raise ValueError('check: the answer has no name of its own; say which exercise, check(answer, "name")')
    near = difflib.get_close_matches(name, known, n=3)
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(f"check: there is no exercise named {name!r}{meant}")
