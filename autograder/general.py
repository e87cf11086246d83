"""The mistakes that can be made anywhere: a sign, a factor, a transposed array, a result that was printed.

Each function looks at the failing calls only, and answers None where its mistake does not explain all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from autograder.compare import as_array, count, differ
from autograder.diagnosis import Diagnosis, Observation, reproduces
from autograder.exercise import Exercise
from autograder.raised import meaning


def _timed_out(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    if any(o.answer.outcome == "timed out" for o in failing):
        return Diagnosis("does not come back", "Look for a loop whose end is never reached.")
    return None


def _raised(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    meanings = {meaning(o.answer.error) if o.answer.outcome == "raised" else None for o in failing}
    found = meanings.pop()
    return Diagnosis(*found) if found and not meanings else None


def _returned_nothing(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    if not all(o.answer.outcome == "returned" and o.answer.value is None for o in failing):
        return None
    if all(o.answer.printed for o in failing):
        return Diagnosis(
            "printed instead of returned",
            "The function prints its result. Hand it back with `return`, so that others can use it.",
        )
    return Diagnosis("nothing returned", "The function ends without `return`, so its answer is None.")


def _modified(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    if all(o.answer.modified for o in failing) and not any(_values_differ(exercise, o) for o in failing):
        return Diagnosis(
            "changes its input",
            "The numbers are right, but an argument was written into. Work on a copy, or make a new array.",
        )
    return None


def _not_finite(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    arrays = _arrays(failing)
    if arrays is None or not all(np.isfinite(e).all() and not np.isfinite(g).all() for g, e in arrays):
        return None
    kind = "NaN" if any(np.isnan(g).any() for g, _ in arrays) else "infinity"
    return Diagnosis(
        f"the result has {kind} in it",
        "Find the step that overflows or divides by zero: print what goes into exp, log and / there.",
    )


def _column_for_vector(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    arrays = _arrays(failing)
    if arrays and all(g.size == e.size and g.ndim == e.ndim + 1 and g.shape[-1] == 1 for g, e in arrays):
        n = arrays[0][1].shape
        return Diagnosis(
            f"a column of shape {arrays[0][0].shape} for {n}",
            "The result has one axis of length 1 too many. A vector of weights of shape (d,) gives (n,).",
        )
    if arrays and all(g.size == e.size and g.ndim + 1 == e.ndim and e.shape[-1] == 1 for g, e in arrays):
        return Diagnosis("the last axis of length 1 is missing", "Keep the axis: see `keepdims`.")
    return None


def _transposed(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    return _explained(
        exercise,
        failing,
        lambda got: got.T if got.ndim == 2 else None,
        "transposed",
        "Rows and columns are exchanged. Write the shapes beside each product: (n, d) times (d, m) is (n, m).",
    )


def _sign(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    return _explained(exercise, failing, lambda got: -1.0 * got, "opposite sign", "Every number has the wrong sign.")


def _factor(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    ratios = []
    for observation in failing:
        pairs = _pairs(observation.answer.value, observation.expected)
        if pairs is None or any(g.dtype.kind == "c" for g, _ in pairs):
            return None
        got = np.concatenate([g.ravel().astype(float) for g, _ in pairs])
        expected = np.concatenate([e.ravel().astype(float) for _, e in pairs])
        norm = float(expected @ expected)
        if norm == 0 or not np.isfinite(got).all():
            return None
        ratio = float(got @ expected) / norm
        if ratio in (0.0, 1.0) or differ(got, ratio * expected, rtol=1e-3, atol=1e-5):
            return None
        ratios.append((ratio, observation))
    if not ratios or (any(count(o.expected) < 2 for _, o in ratios[:1]) and len(ratios) < 2):
        return None
    sizes = [_leading_size(o) for _, o in ratios]
    if all(size and abs(ratio - size) < 1e-3 * size for (ratio, _), size in zip(ratios, sizes, strict=True)):
        return Diagnosis("the factor 1/n is missing", "The result is n times too large: a sum, not a mean.")
    if all(size and abs(ratio * size - 1) < 1e-3 for (ratio, _), size in zip(ratios, sizes, strict=True)):
        return Diagnosis("a factor 1/n too many", "The result is n times too small: a mean, not a sum.")
    first = ratios[0][0]
    if all(abs(ratio - first) < 1e-3 * abs(first) for ratio, _ in ratios):
        return Diagnosis(
            f"a constant factor: {first:.4g} times the expected numbers",
            "The form is right. Look for a factor that was left out or counted twice.",
        )
    return None


def _integers(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    arrays = _arrays(failing)
    if arrays is None or not all(g.dtype.kind in "iu" and e.dtype.kind == "f" for g, e in arrays):
        return None
    if not all(g.shape == e.shape and np.array_equal(g, np.trunc(e)) for g, e in arrays):
        return None
    if not any(g.any() for g, _ in arrays) and not all(_given_whole_numbers(o) for o in failing):
        return None  # all zeros, for whatever reason
    return Diagnosis(
        "whole numbers where fractions were expected",
        "The result was stored in an array of integers and lost what follows the point. "
        "Make the array with dtype=float.",
    )


def _argument_order(exercise: Exercise, failing: Sequence[Observation]) -> Diagnosis | None:
    count = len(failing[0].trial.arguments)
    if not 2 <= count <= 4:
        return None
    for order in list(permutations(range(count)))[1:]:

        def swapped(*arguments: Any, order: tuple[int, ...] = order) -> Any:
            return exercise.reference(*(arguments[i] for i in order))

        if reproduces(exercise, swapped, failing):
            names = exercise.parameter_names
            took = ", ".join(names[i] for i in order)
            return Diagnosis(
                "arguments in another order",
                f"The numbers come out as if the arguments were ({took}) and not ({', '.join(names[:count])}).",
            )
    return None


GENERAL = (
    _timed_out,
    _raised,
    _returned_nothing,
    _modified,
    _not_finite,
    _column_for_vector,
    _integers,
    _transposed,
    _sign,
    _argument_order,
    _factor,
)


def _values_differ(exercise: Exercise, observation: Observation) -> bool:
    return exercise.wrong(observation.trial, observation.answer.value, observation.expected) is not None


def _explained(
    exercise: Exercise,
    failing: Sequence[Observation],
    repair: Callable[[np.ndarray], np.ndarray | None],
    name: str,
    hint: str,
) -> Diagnosis | None:
    """The diagnosis, where `repair` makes every failing answer right."""
    for observation in failing:
        pairs = _pairs(observation.answer.value, observation.expected, same_shape=False)
        if pairs is None:
            return None
        for got, expected in pairs:
            repaired = repair(got)
            if repaired is None or exercise.differ(repaired, expected):
                return None
    return Diagnosis(name, hint)


def _arrays(failing: Sequence[Observation]) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """(got, expected) of all parts of all failing answers, or None where one is no array."""
    collected: list[tuple[np.ndarray, np.ndarray]] = []
    for observation in failing:
        pairs = _pairs(observation.answer.value, observation.expected, same_shape=False)
        if pairs is None:
            return None
        collected += pairs
    return collected


def _pairs(got: Any, expected: Any, same_shape: bool = True) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """The arrays of two trees side by side, or None where the trees don't match."""
    if (isinstance(expected, (list, tuple)) and as_array(expected) is None) or isinstance(expected, tuple):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return None
        parts = [_pairs(g, e, same_shape) for g, e in zip(got, expected, strict=True)]
        return None if any(p is None for p in parts) else [pair for p in parts for pair in p or []]
    mine, theirs = as_array(got), as_array(expected)
    if mine is None or theirs is None or (same_shape and mine.shape != theirs.shape):
        return None
    return [(mine, theirs)]


def _given_whole_numbers(observation: Observation) -> bool:
    return any(isinstance(a, np.ndarray) and a.dtype.kind in "iu" for a in observation.trial.arguments)


def _leading_size(observation: Observation) -> int:
    """n, the length of the first argument's first axis."""
    for argument in observation.trial.arguments:
        if isinstance(argument, np.ndarray) and argument.ndim:
            return len(argument)
    return 0
