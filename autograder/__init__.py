"""Checks an answer, grades a class.

A student needs one name of it: `check(function)` says what is right and what is wrong with an answer to an exercise.
"""

from autograder.check import CheckFailed, check

__all__ = ["CheckFailed", "check"]
