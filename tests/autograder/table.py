"""The exercises in a table: what each is worth, and what the tests know about right and wrong answers to it.

`python -m tests.autograder.table` asks the grader about every known mistake and every right variant, and ends with
1 where a mistake is not rejected and named, or a right answer doesn't earn all points. `--lesson 05` asks for one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from autograder.build import lesson_sources
from autograder.exercise import Exercise
from autograder.exercises import exercises, module_of
from autograder.report import points
from tests.autograder.test_exercises import judge, right_answers
from tests.coursecopy import ROOT

SEED = 7


@dataclass(frozen=True)
class Row:
    """An exercise, and how many of its mistakes and right variants the grader takes for what they are."""

    lesson: str
    exercise: Exercise
    named: int
    right: int
    accepted: int

    @property
    def sound(self) -> bool:
        return self.named == len(self.exercise.mistakes) >= 5 and self.accepted == self.right >= 3


def rows(lessons: Iterable[str]) -> Iterable[Row]:
    """A row for each exercise of these lessons."""
    for lesson in lessons:
        variants = right_answers(module_of(lesson))
        for name, exercise in exercises(lesson).items():
            answers = variants.get(name, [])
            named = sum(is_named(exercise, mistake) for mistake in exercise.mistakes)
            accepted = sum(judge(exercise, answer, SEED).passed for answer in answers)
            yield Row(lesson, exercise, named, len(answers), accepted)


def is_named(exercise: Exercise, mistake) -> bool:
    """Whether an answer with that mistake is rejected, with the mistake's name."""
    result = judge(exercise, mistake.wrong, SEED)
    return not result.passed and result.diagnosis is not None and result.diagnosis.name == mistake.name


def as_table(found: list[Row]) -> Table:
    table = Table(title="Exercises", title_justify="left")
    for column in ("lesson", "exercise", "points", "criteria", "mistakes named", "right answers accepted"):
        table.add_column(column, justify="left" if column in ("lesson", "exercise") else "right", no_wrap=True)
    for row, before in zip(found, [None, *found], strict=False):
        new = before is None or row.lesson != before.lesson
        if new and before:
            table.add_section()
        style = "" if row.sound else "bold red"
        table.add_row(row.lesson if new else "", row.exercise.name, *_counts([row]), style=style)
    table.add_section()
    table.add_row("together", f"{len(found)} exercises", *_counts(found), style="bold")
    return table


def _counts(found: list[Row]) -> tuple[str, ...]:
    """Points, criteria, mistakes and right answers of some exercises together."""
    mistakes = sum(len(row.exercise.mistakes) for row in found)
    return (
        points(sum(row.exercise.points for row in found)),
        str(sum(len(row.exercise.criteria) for row in found)),
        f"{sum(row.named for row in found)} of {mistakes}",
        f"{sum(row.accepted for row in found)} of {sum(row.right for row in found)}",
    )


def main(arguments: list[str] | None = None) -> int:
    known = [path.stem for path in lesson_sources(ROOT / "solutions")]
    parser = argparse.ArgumentParser(prog="python -m tests.autograder.table", description=__doc__)
    parser.add_argument("--lesson", help="the lesson's name or its beginning, as in 05", default="")
    chosen = [lesson for lesson in known if lesson.startswith(parser.parse_args(arguments).lesson)]
    if not chosen:
        parser.error(f"there is no such lesson; there are {', '.join(known)}")
    found = list(rows(chosen))
    Console(width=None if sys.stdout.isatty() else 120).print(as_table(found))
    return 0 if all(row.sound for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
