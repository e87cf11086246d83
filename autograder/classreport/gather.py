"""What there is to say about a class: from the gradebook, the autograded notebooks and the folders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from autograder.build import CHECK
from autograder.coursedir import Course
from autograder.reported import checked, events_of


@dataclass
class Submission:
    """One student's submission.

    Parameters
    ----------
    student, name : str
    graded : bool
        Whether the gradebook has its grades.
    points : dict
        Exercise or written answer -> points, as the gradebook has them.
    late_penalty : float
    seconds_late : float
    unread : list of str
        The written answers that wait for a person.
    reports : dict
        Exercise -> the grader's report, as `report.as_dict` writes it.
    events : list of dict
        What happened while it ran.
    answers : dict
        Exercise -> the text of the student's answer cell.
    problem : str
        Why it is not graded, or can't be read; empty where all is well.
    feedback : Path or None
    """

    student: str
    name: str = ""
    graded: bool = False
    points: dict[str, float] = field(default_factory=dict)
    late_penalty: float = 0.0
    seconds_late: float = 0.0
    unread: list[str] = field(default_factory=list)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    feedback: Path | None = None

    @property
    def mark(self) -> float:
        """All points, less the penalty for being late."""
        return max(0.0, sum(self.points.values()) - self.late_penalty)


@dataclass
class Gathered:
    """A lesson's class as it was found.

    Parameters
    ----------
    lesson : str
    exercises, written : dict
        Name -> points, in the lesson's order: what the grader judges, and what a person reads.
    submissions : list of Submission
        By student.
    missing : list of (student, name)
        Those in the gradebook, or with a submission of another lesson, who handed in nothing.
    """

    lesson: str
    exercises: dict[str, float]
    written: dict[str, float]
    submissions: list[Submission]
    missing: list[tuple[str, str]]


def gather(course: Course, lesson: str) -> Gathered:
    """Read all that is known of a lesson's submissions. Nothing that is damaged stops it.

    Raises
    ------
    CourseError
        Where there is no such lesson.
    """
    course.lesson(lesson)
    with Gradebook(course.directory.db_url) as gradebook:
        names = _student_names(gradebook)
        points = _grade_cells(gradebook, lesson)
        submissions = _graded(gradebook, lesson)
    handed_in = course.students(lesson)
    for student in handed_in:
        submissions.setdefault(student, Submission(student))
    for student, submission in submissions.items():
        submission.name = names.get(student, "")
        _read_files(course, lesson, submission)
    everybody = {*names, *_students_with_folders(course)}
    order = _order(course.folder("release", ".", lesson) / f"{lesson}.ipynb", points)
    return Gathered(
        lesson=lesson,
        exercises={name.removeprefix(CHECK): points[name] for name in order if name.startswith(CHECK)},
        written={name: points[name] for name in order if not name.startswith(CHECK)},
        submissions=[submissions[student] for student in sorted(submissions)],
        missing=[(student, names.get(student, "")) for student in sorted(everybody - set(submissions))],
    )


def read_notebook(path: Path) -> dict[str, Any] | str:
    """A notebook's JSON, or why it can't be read."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return "it is no notebook"
    notebook["cells"] = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    if not isinstance(notebook.get("metadata"), dict):
        notebook["metadata"] = {}
    return notebook


def answer_cells(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The text of a notebook's answer cells that hold code, by grade_id."""
    answers = {}
    for cell in notebook["cells"]:
        marks = _marks(cell)
        if cell.get("cell_type") == "code" and marks.get("solution"):
            source = cell.get("source", "")
            answers[str(marks.get("grade_id"))] = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return answers


def _marks(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return marks if isinstance(marks, Mapping) else {}


def _student_names(gradebook: Gradebook) -> dict[str, str]:
    rows = gradebook.db.query(Student.id, Student.first_name, Student.last_name)
    return {student: " ".join(part for part in (first, last) if part) for student, first, last in rows}


def _grade_cells(gradebook: Gradebook, lesson: str) -> dict[str, float]:
    query = gradebook.db.query(GradeCell.name, GradeCell.max_score)
    rows = query.join(Notebook, GradeCell.notebook_id == Notebook.id).join(Assignment).filter(Assignment.name == lesson)
    return {name: float(points or 0) for name, points in rows}


def _graded(gradebook: Gradebook, lesson: str) -> dict[str, Submission]:
    submissions: dict[str, Submission] = {}
    columns = (SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
    query = gradebook.db.query(*columns, Assignment.duedate, SubmittedNotebook.late_submission_penalty)
    query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    query = query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    for student, handed_in, extension, due, penalty in query.filter(Assignment.name == lesson):
        submission = submissions.setdefault(student, Submission(student))
        submission.late_penalty += float(penalty or 0)
        submission.seconds_late = _seconds_late(handed_in, due + extension if due and extension else due)
    grades = gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade.score, Grade.needs_manual_grade)
    grades = grades.select_from(Grade).join(BaseCell, Grade.cell_id == BaseCell.id)
    grades = grades.join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
    grades = grades.join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    grades = grades.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    for student, cell, score, unread in grades.filter(Assignment.name == lesson):
        submission = submissions.setdefault(student, Submission(student))
        submission.graded = True
        submission.points[cell.removeprefix(CHECK)] = float(score or 0)
        if unread:
            submission.unread.append(cell)
    return submissions


def _seconds_late(handed_in: datetime | None, due: datetime | None) -> float:
    return max(0.0, (handed_in - due).total_seconds()) if handed_in and due else 0.0


def _read_files(course: Course, lesson: str, submission: Submission) -> None:
    page = course.folder("feedback", submission.student, lesson) / f"{lesson}.html"
    submission.feedback = page if page.exists() else None
    path = course.folder("autograded", submission.student, lesson) / f"{lesson}.ipynb"
    if not path.exists():
        submission.problem = _why_not_graded(course, lesson, submission.student)
        return
    notebook = read_notebook(path)
    if isinstance(notebook, str):
        submission.problem = f"its autograded notebook can't be read ({notebook}); grade it again"
        return
    submission.events = events_of(notebook)
    submission.answers = answer_cells(notebook)
    for cell in notebook["cells"]:
        outputs = cell.get("outputs")
        if _marks(cell).get("grade") and not _marks(cell).get("solution") and isinstance(outputs, list):
            for report in filter(None, map(checked, outputs)):
                submission.reports[report["exercise"]] = report
    if not submission.graded:
        submission.problem = "it was run, but the gradebook has no grades of it; grade it again"
    elif _handed_in_again(course, lesson, submission.student):
        submission.problem = "it was handed in again since it was graded; grade it again"


def _why_not_graded(course: Course, lesson: str, student: str) -> str:
    path = course.folder("submitted", student, lesson) / f"{lesson}.ipynb"
    if not path.parent.exists():
        return "the gradebook knows it, but its folders are gone"
    if not path.exists():
        return f"there is no {path.name} in its folder"
    notebook = read_notebook(path)
    if isinstance(notebook, str):
        return f"its notebook can't be read ({notebook}); ask the student to submit it again"
    return "it is not graded yet"


def _handed_in_again(course: Course, lesson: str, student: str) -> bool:
    times = []
    for step in ("submitted", "autograded"):
        path = course.folder(step, student, lesson) / "timestamp.txt"
        times.append(path.read_bytes()[:100].strip() if path.exists() else b"")
    return all(times) and times[0] != times[1]


def _students_with_folders(course: Course) -> list[str]:
    submitted = course.root / course.directory.submitted_directory
    return [path.name for path in submitted.iterdir() if path.is_dir()] if submitted.is_dir() else []


def _order(released: Path, points: Mapping[str, float]) -> list[str]:
    """The names of the grade cells, as they stand in the lesson."""
    notebook = read_notebook(released)
    cells = [] if isinstance(notebook, str) else notebook["cells"]
    standing = [str(_marks(cell).get("grade_id")) for cell in cells]
    return sorted(points, key=lambda name: (standing.index(name) if name in standing else len(standing), name))
