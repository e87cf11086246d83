"""How long a student waits for `check`: right and wrong answers to every exercise, report included.

Aim: under 0.2 s at the median. A report of a wrong answer takes longer, as every known mistake is tried.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from autograder import CheckFailed, check
from autograder.build import lesson_sources, notebook_text
from autograder.exercises import all_exercises

REPEATS = 5
ROOT = Path(__file__).parents[1]


def seconds(answer: Callable[..., Any], name: str, passes: bool) -> float:
    """The time of one check, as it is called in a lesson."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            check(answer, name)
            passed = True
        except CheckFailed:
            passed = False
    taken = time.perf_counter() - start
    if passed != passes:
        raise RuntimeError(f"{name}: the answer {'passed' if passed else 'failed'}; this measures something else")
    return taken


def model_answers() -> dict[str, Callable[..., Any]]:
    """The functions in the answer cells of all lessons."""
    names: dict[str, Any] = {"np": np}
    for source in lesson_sources(ROOT / "solutions"):
        for cell in nbformat.reads(notebook_text(source), as_version=4).cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
                exec(cell.source, names)
    return names


def wrong(*arguments: Any) -> float:
    """An answer that no known mistake explains, so that all of them are tried."""
    return 0.123456


def main() -> None:
    """Print a line for each exercise and the median over all."""
    everything = []
    print(f"{'exercise':<22} {'right':>9} {'wrong':>9}")
    answers = model_answers()
    for name in all_exercises():
        right = [seconds(answers[name], name, passes=True) for _ in range(REPEATS)]
        mistaken = [seconds(wrong, name, passes=False) for _ in range(REPEATS)]
        everything += right + mistaken
        print(f"{name:<22} {statistics.median(right) * 1e3:6.1f} ms {statistics.median(mistaken) * 1e3:6.1f} ms")
    print(f"one check, median over all: {statistics.median(everything) * 1e3:.1f} ms (aim: under 200 ms)")
    print(f"the slowest: {max(everything) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
