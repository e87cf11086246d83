"""What an exercise is.

It is declared once and used three times: by the student's `check`, by the grader, and by the project's own tests.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.compare import Difference, describe, differ

Arguments = tuple[Any, ...]
Cases = Callable[[np.random.Generator], Iterable[Arguments]]
Accepts = Callable[[Arguments, Any], str | None]

QUICK = 10.0  # seconds

STUDENT_SEED = 2026  # what `check` draws its inputs from; the grader draws a fresh seed for every submission


@dataclass(frozen=True)
class Criterion:
    """One line of the report: a property of the answer, and the points it is worth.

    Parameters
    ----------
    name : str
        What is asked, in a few words: "values", "finite at ±1000", "leaves its input alone".
    points : float
        All of them are earned when every case passes, none otherwise.
    cases : rng -> iterable of argument tuples, optional
        The inputs that show it. Without it, the exercise's own cases serve.
    unmodified : bool
        Also ask that the answer writes into none of its arguments.
    accepts : (arguments, got) -> str or None, optional
        Where several answers are right: None for one of these, else what is wrong with it, in one line. Where this line
        is the name of one of the exercise's mistakes, that is the diagnosis. Without it, `got` has to be the
        reference's answer.
    """

    name: str
    points: float
    cases: Cases | None = None
    unmodified: bool = False
    accepts: Accepts | None = None


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give.

    Parameters
    ----------
    name : str
        What was done, as it stands in the class report: "forgot the bias".
    wrong : callable
        The answer with that mistake. Where it reproduces the student's results, the mistake is named.
    hint : str
        What leads the student on without giving the answer away.
    """

    name: str
    wrong: Callable[..., Any]
    hint: str


@dataclass(frozen=True)
class Trial:
    """One call that the answer has to get right."""

    criterion: Criterion
    arguments: Arguments


@dataclass(frozen=True)
class Exercise:
    """A function that a student writes, and all that is needed to judge it.

    Parameters
    ----------
    name : str
        The name of the student's function.
    reference : callable
        The right answer, from `course` wherever it is there.
    cases : rng -> iterable of argument tuples
        Ordinary inputs. The generator is the only source of chance, so a seed tells the inputs.
    criteria : sequence of Criterion
        Together they hold the exercise's points.
    mistakes : sequence of Mistake
        Tried in this order, so the more specific one comes first.
    rules_out : sequence of str
        Dotted names of ready-made answers (`"scipy.special.expit"`) that earn nothing when they are called.
    uses_course : bool
        Whether an answer may call `course`. Where not, every call of it is ruled out.
    rtol, atol : float
        Tolerance relative to each number and to the largest one. A right answer in float32 must pass.
    seconds : float
        That one call may take. An answer that may take longer than `QUICK` is one that trains: its mistakes are known
        by what a criterion says of it, as computing each of them would take too long.
    """

    name: str
    reference: Callable[..., Any]
    cases: Cases
    criteria: Sequence[Criterion]
    mistakes: Sequence[Mistake] = ()
    rules_out: Sequence[str] = ()
    uses_course: bool = False
    rtol: float = 1e-4
    atol: float = 1e-5
    seconds: float = QUICK

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the arguments, from the reference's signature."""
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def points(self) -> float:
        """What a right answer earns."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """What an answer must not call."""
        library = () if self.uses_course else ("course",)
        return ("autograder.exercises", "autograder.exercise", "autograder.check", *library, *self.rules_out)

    @property
    def trains(self) -> bool:
        """Whether an answer takes its time."""
        return self.seconds > QUICK

    def trials(self, seed: int = STUDENT_SEED) -> list[Trial]:
        """The calls that the answer must get right, drawn from `seed`."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        return [
            Trial(criterion, tuple(arguments))
            for criterion in self.criteria
            for arguments in (criterion.cases or self.cases)(rng)
        ]

    def expected(self, arguments: Arguments) -> Any:
        """The reference's answer. Overflow on extreme inputs is its own affair: no warnings."""
        with np.errstate(all="ignore"):
            return self.reference(*copies(arguments))

    def differ(self, got: Any, expected: Any) -> Difference | None:
        """How `got` differs from `expected` beyond this exercise's tolerance, or None."""
        return differ(got, expected, rtol=self.rtol, atol=self.atol)

    def wrong(self, trial: Trial, got: Any, expected: Any) -> str | None:
        """What is wrong with an answer to `trial`, in one line, or None where it is right."""
        if trial.criterion.accepts is None:
            difference = self.differ(got, expected)
            return difference.message if difference else None
        try:
            return trial.criterion.accepts(copies(trial.arguments), got)
        except Exception:  # of a shape or kind that it is not made for
            return f"returned {describe(got)}, which is not what was asked for"


def copies(arguments: Arguments) -> Arguments:
    """The arguments again, so that whoever gets them may write into them."""
    return tuple(copy_tree(argument) for argument in arguments)


def copy_tree(value: Any) -> Any:
    """A copy of arrays and random generators in lists, tuples and dicts; anything else as it is."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, np.random.Generator):
        return copy.deepcopy(value)  # so that every call draws the same numbers from it
    if isinstance(value, (list, tuple)):
        return type(value)(copy_tree(item) for item in value)
    if isinstance(value, dict):
        return {key: copy_tree(item) for key, item in value.items()}
    return value
