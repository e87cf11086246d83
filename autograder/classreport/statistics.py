"""Numbers about a class: how the marks lie, how hard an exercise was, what it tells apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 5  # submissions for a correlation to be worth showing


@dataclass(frozen=True)
class Spread:
    """How the marks lie.

    Parameters
    ----------
    count : int
    mean, deviation : float
        The standard deviation is the sample's (n - 1).
    quartiles : tuple of 5 floats
        The lowest mark, the quartiles, the highest.
    """

    count: int
    mean: float
    deviation: float
    quartiles: tuple[float, float, float, float, float]


def spread(marks: Sequence[float]) -> Spread | None:
    """How the marks lie; None where there are none."""
    if not len(marks):
        return None
    values = np.asarray(marks, dtype=float)
    deviation = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    low, first, middle, third, high = np.percentile(values, [0, 25, 50, 75, 100]).tolist()
    return Spread(len(values), float(values.mean()), deviation, (low, first, middle, third, high))


def histogram(marks: Sequence[float], highest: float, bins: int = 10) -> list[int]:
    """How many marks lie in each of `bins` equal parts of 0 … `highest`.

    A mark on a border counts above it, the highest one in the last part; what lies outside counts at the end.
    """
    counts = [0] * bins
    for mark in marks:
        part = int(mark / highest * bins + 1e-9) if highest > 0 else bins - 1
        counts[min(max(part, 0), bins - 1)] += 1
    return counts


def discrimination(points: Sequence[float], totals: Sequence[float]) -> float | None:
    """The corrected item-total correlation of an exercise.

    Pearson's correlation, over the submissions, of the exercise's points with the points of all *other* exercises.
    Where an exercise is only right or wrong this is the point-biserial correlation.

    Parameters
    ----------
    points : sequence of float
        What each submission earned in this exercise.
    totals : sequence of float
        What it earned in all exercises, this one included.

    Returns
    -------
    float or None
        -1 … 1; None with fewer than `FEWEST` submissions, or where one of the two never varies.

    References
    ----------
    Allen and Yen, Introduction to Measurement Theory, 1979, chapter 6.
    """
    item = np.asarray(points, dtype=float)
    rest = np.asarray(totals, dtype=float) - item
    if len(item) < FEWEST or np.ptp(item) < 1e-9 or np.ptp(rest) < 1e-9:
        return None
    return float(np.corrcoef(item, rest)[0, 1])
