"""What a grading prints: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text

from autograder.grade import Graded
from autograder.report import points

MAX_EVENTS = 5  # in a student's rows


def grades_table(graded: Iterable[Graded], title: str) -> Table:
    """Student, exercise, points, what went wrong: one row for all that is right, one for each thing that went wrong."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for column, options in {
        "student": {"no_wrap": True},
        "exercise": {},
        "points": {"justify": "right", "no_wrap": True},
        "what went wrong": {"overflow": "fold"},
    }.items():
        table.add_column(column, **options)  # type: ignore[arg-type]
    for submission in graded:
        _add(table, submission)
    return table


def _add(table: Table, submission: Graded) -> None:
    student = Text(submission.student, style="bold")
    if submission.problem:
        table.add_row(student, "", "-", Text(f"not graded. {submission.problem}"), end_section=True)
        return
    right = [result for result in submission.results if result["passed"]]
    wrong: dict[str, list[dict[str, Any]]] = {}
    for result in submission.results:
        if not result["passed"]:
            wrong.setdefault(result["summary"], []).append(result)
    rows = []
    if right:
        rows.append((_names(right), _share(right), ""))
    rows += [(_names(results), _share(results), summary) for summary, results in wrong.items()]
    rows.append(("together", _share(submission.results), _to_see(submission)))
    for index, (exercise, share, problem) in enumerate(rows):
        last = index == len(rows) - 1
        style = "bold" if last else ""
        table.add_row(
            student if index == 0 else "",
            Text(exercise, style=style),
            Text(share, style=style),
            Text(problem),
            end_section=last,
        )


def _names(results: list[dict[str, Any]]) -> str:
    return ", ".join(result["exercise"] for result in results)


def _share(results: list[dict[str, Any]]) -> str:
    earned, possible = sum(r["points"] for r in results), sum(r["max_points"] for r in results)
    return f"{points(earned)} / {points(possible)}"


def _to_see(submission: Graded) -> str:
    """What a person has to look at, and whether it was graded just now."""
    said = [event["message"] for event in submission.events[:MAX_EVENTS]]
    if len(submission.events) > MAX_EVENTS:
        said.append(f"and {len(submission.events) - MAX_EVENTS} more to look at")
    if submission.written:
        said.append(f"to be read by a person: {', '.join(submission.written)}")
    if submission.unchanged:
        said.append("unchanged since it was graded")
    return "\n".join(said)


def as_json(submission: Graded) -> dict[str, Any]:
    """A submission's grades as plain JSON values."""
    return {
        "student": submission.student,
        "lesson": submission.lesson,
        "points": submission.points,
        "max_points": submission.max_points,
        "exercises": submission.results,
        "written": submission.written,
        "feedback": str(submission.feedback) if submission.feedback else None,
        "problem": submission.problem,
        "events": submission.events,
        "seed": submission.seed,
        "seconds": submission.seconds,
        "unchanged": submission.unchanged,
    }
