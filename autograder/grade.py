"""A class of submissions: each is graded by nbgrader, and what can't be graded gets a line that says why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import parse_utc

from autograder.coursedir import Course
from autograder.errors import CourseError
from autograder.verdict import RESULT_MIME


@dataclass(frozen=True)
class Graded:
    """One submission and what it got.

    Parameters
    ----------
    student, lesson : str
    results : list of dict
        One for each exercise, as `report.as_dict` writes it.
    written : list of str
        The answers that a person has to read.
    feedback : Path or None
        The page for the student.
    problem : str or None
        Why it could not be graded, and what to do.
    """

    student: str
    lesson: str
    results: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    feedback: Path | None = None
    problem: str | None = None

    @property
    def points(self) -> float:
        return sum(result["points"] for result in self.results)

    @property
    def max_points(self) -> float:
        return sum(result["max_points"] for result in self.results)


def grade(course: Course, lesson: str, students: Iterable[str] | None = None) -> Iterator[Graded]:
    """Grade the submissions of a lesson, one after another.

    Parameters
    ----------
    course : Course
    lesson : str
    students : iterable of str, optional
        Only these; everybody who submitted without it.

    Yields
    ------
    Graded
        One for each student, whatever the submission is like.

    Raises
    ------
    CourseError
        Where there is no such lesson, nobody submitted it, or a named student didn't.
    """
    course.lesson(lesson)
    submitted = course.students(lesson)
    chosen = list(students) if students else submitted
    if not chosen:
        where = course.folder("submitted", "STUDENT", lesson)
        raise CourseError(f"nobody has submitted {lesson}; submissions are read from {where}/")
    if missing := [student for student in chosen if student not in submitted]:
        raise CourseError(f"no submission of {lesson} from {', '.join(missing)}; there are {', '.join(submitted)}")
    return (_grade_one(course, lesson, student) for student in chosen)


def _grade_one(course: Course, lesson: str, student: str) -> Graded:
    path = course.folder("submitted", student, lesson) / f"{lesson}.ipynb"
    shown = path.relative_to(course.root)
    if problem := what_is_wrong(path):
        return Graded(student, lesson, problem=f"{shown}: {problem}")
    try:
        course.autograde(lesson, student)
        feedback = course.generate_feedback(lesson, student)
    except CourseError as error:
        return Graded(student, lesson, problem=f"{shown}: {error}")
    graded = course.folder("autograded", student, lesson) / f"{lesson}.ipynb"
    results, written = read_results(graded)
    return Graded(student, lesson, results, written, feedback)


def what_is_wrong(path: Path) -> str | None:
    """Why a submitted notebook can't be graded, with what to do about it; None where it can."""
    if not path.exists():
        others = sorted(other.name for other in path.parent.glob("*.ipynb"))
        found = f"found {', '.join(others)}: rename it to {path.name}" if others else "ask the student for it"
        return f"there is no such notebook; {found}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise TypeError(f"its JSON is a {type(content).__name__}, not an object")
        nbformat.validate(nbformat.from_dict(content))
    except UnicodeDecodeError as error:
        return f"is not UTF-8 text (byte {error.start}); ask the student to submit it again"
    except json.JSONDecodeError as error:
        return f"is not JSON (line {error.lineno}: {error.msg}); ask the student to submit it again"
    except Exception as error:  # whatever nbformat makes of JSON that is no notebook
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"is not a notebook ({reason}); ask the student to submit it again"
    return _what_is_wrong_with_time(path.with_name("timestamp.txt"))


def _what_is_wrong_with_time(path: Path) -> str | None:
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    try:
        parse_utc(text)
    except (ValueError, OverflowError):
        return f"its {path.name} is no time ({text[:40]!r}); write it as 2026-11-21 12:00:00 UTC, or delete it"
    return None


def read_results(notebook: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The results in an autograded notebook, and the names of the answers that a person reads."""
    results, written = [], []
    for cell in nbformat.read(notebook, as_version=4).cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade") and metadata.get("solution"):
            written.append(metadata["grade_id"])
        elif metadata.get("grade"):
            results += [output.data[RESULT_MIME] for output in cell.outputs if RESULT_MIME in output.get("data", {})]
    return results, written
