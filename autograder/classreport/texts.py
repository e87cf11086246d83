"""The class report for a terminal and for programs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.classreport.survey import Row, Survey
from autograder.feedback.inert import plain
from autograder.report import points

MAX_MISTAKES = 15
MAX_NAMES = 12


def text(found: Survey, width: int = 112) -> str:
    """The report in plain text, `width` columns wide."""
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False)
    console.print(f"{found.lesson} · {found.time:%Y-%m-%d %H:%M} UTC")
    console.print(_opening(found))
    if found.graded:
        console.print()
        _histogram(console, found)
        console.print()
        console.print(_exercises(found.rows))
    if found.mistakes:
        console.print("\nThe most common mistakes")
        for exercise, mistake, students in found.mistakes[:MAX_MISTAKES]:
            console.print(f"  {len(students):>4}  {exercise}: {plain(mistake)}")
    if found.concerns:
        console.print("\nTo be looked at")
        for kind, concerns in found.concerns.items():
            console.print(f"  {plain(kind)} ({len(concerns)})")
            for concern in concerns[:MAX_NAMES]:
                console.print(f"    {plain(concern.student)}  {plain(concern.text)}")
            if len(concerns) > MAX_NAMES:
                console.print(f"    and {len(concerns) - MAX_NAMES} more")
    _alike(console, found)
    if found.missing:
        console.print(f"\nNothing handed in ({len(found.missing)}): {_some([name for name, _ in found.missing])}")
    return console.file.getvalue()  # type: ignore[attr-defined]


def values(found: Survey) -> dict[str, Any]:
    """The report as plain JSON values."""
    return {
        "lesson": found.lesson,
        "time": found.time.isoformat(timespec="seconds"),
        "submissions": len(found.submissions),
        "graded": len(found.graded),
        "max_points": found.max_points,
        "mean": found.marks.mean if found.marks else None,
        "deviation": found.marks.deviation if found.marks else None,
        "quartiles": list(found.marks.quartiles) if found.marks else None,
        "histogram": found.histogram,
        "marks": {submission.student: submission.mark for submission in found.graded},
        "exercises": [
            {
                "exercise": row.name,
                "points": row.points,
                "mean": row.mean,
                "passed": row.passed,
                "partly": row.partly,
                "wrong": row.wrong,
                "not_written": row.not_written,
                "pass_rate": row.pass_rate,
                "discrimination": row.discrimination,
                "mistakes": [{"mistake": name, "students": students} for name, students in row.mistakes],
            }
            for row in found.rows
        ],
        "mistakes": [
            {"exercise": exercise, "mistake": mistake, "students": len(students)}
            for exercise, mistake, students in found.mistakes
        ],
        "missing": [student for student, _ in found.missing],
        "concerns": {
            kind: [{"student": concern.student, "text": concern.text} for concern in concerns]
            for kind, concerns in found.concerns.items()
        },
        "alike": [
            {
                "first": pair.first,
                "second": pair.second,
                "weight": pair.weight,
                "exercises": {alike.exercise: alike.share for alike in pair.exercises},
            }
            for pair in [*found.alike, *found.like_solution]
        ],
    }


def _opening(found: Survey) -> str:
    line = f"{len(found.submissions)} submissions, {len(found.graded)} graded, {len(found.missing)} missing"
    if found.marks is None:
        return line
    low, first, middle, third, high = (points(value) for value in found.marks.quartiles)
    return (
        f"{line}. Of {points(found.max_points)} points: mean {points(found.marks.mean)}, median {middle}, "
        f"half of them from {first} to {third}, all from {low} to {high}."
    )


def _histogram(console: Console, found: Survey) -> None:
    step, tallest = found.max_points / len(found.histogram), max([*found.histogram, 1])
    for index, count in enumerate(found.histogram):
        bar = "█" * round(count / tallest * 40)
        console.print(f"  {points(index * step):>5} – {points((index + 1) * step):<5} {bar} {count}")


def _exercises(rows: Sequence[Row]) -> Table:
    table = Table(show_lines=False)
    table.add_column("exercise", no_wrap=True)
    for column in ("all right", "partly", "wrong", "not written", "mean", "discrimination"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        tells = "–" if row.discrimination is None else f"{row.discrimination:+.2f}"
        numbers = [f"{row.passed} ({row.pass_rate:.0%})", str(row.partly), str(row.wrong), str(row.not_written)]
        table.add_row(row.name, *numbers, f"{points(row.mean)} / {points(row.points)}", tells)
    return table


def _alike(console: Console, found: Survey) -> None:
    if not found.alike and not found.like_solution:
        return
    console.print("\nAnswers that are alike (look, don't conclude; the page has them side by side)")
    for pair in [*found.alike, *found.like_solution]:
        exercises = ", ".join(f"{alike.exercise} {alike.share:.0%}" for alike in pair.exercises)
        console.print(f"  {plain(pair.first)} and {plain(pair.second)}: {exercises}")


def _some(names: Sequence[str]) -> str:
    more = len(names) - 3 * MAX_NAMES
    return ", ".join(plain(name) for name in names[: 3 * MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
