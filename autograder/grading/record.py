"""Writes outcomes down, one after another: scores into the gradebook, then the notebook, then the feedback page.

A submission's scores are one transaction, made by nbgrader's own steps. The autograded notebook comes after them and
carries the fingerprint: where it is found, they were recorded before; the page is made from it at any time. So whatever
ends the process in between, the next one goes on. nbgrader's hooks are called, and its permissions set, as by its own
commands.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy.exc import SAWarning

from autograder.coursedir import Course
from autograder.errors import CourseError
from autograder.feedback.grades import add_grades
from autograder.feedback.page import About, feedback_page
from autograder.grading.around import Around
from autograder.grading.execute import Outcome
from autograder.grading.submission import Submission, lay

BUSY_SECONDS = 60  # how long to wait for a gradebook that somebody else writes to


class Recorder:
    """The one writer of a course's gradebook, autograded notebooks and feedback pages."""

    def __init__(self, course: Course, lesson: str) -> None:
        self._course, self._lesson = course, lesson
        self._autograding = Around(Autograde, course, lesson)
        self._feedback = Around(GenerateFeedback, course, lesson)

    def __enter__(self) -> Recorder:
        url = self._course.directory.db_url
        if url.startswith("sqlite"):
            url += f"{'&' if '?' in url else '?'}timeout={BUSY_SECONDS}"
        self.gradebook = Gradebook(url, self._course.directory.course_id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gradebook.close()

    def scores(self) -> dict[str, dict[str, float | None]]:
        """The scores of the lesson that the grader has decided: by student, then by the cell's grade_id."""
        rows = (
            self.gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade.auto_score)
            .select_from(Grade)
            .join(BaseCell, Grade.cell_id == BaseCell.id)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .filter(Assignment.name == self._lesson)
        )
        found: dict[str, dict[str, float | None]] = {}
        for student, cell, score in rows:
            found.setdefault(student, {})[cell] = score
        return found

    def disconnect(self) -> None:
        """Close the connection to the gradebook; what needs it next opens another."""
        self.gradebook.db.remove()
        self.gradebook.engine.dispose()

    def call_before(self, student: str) -> bool:
        """Call the hook before a submission is graded, which may change it; whether there is one."""
        submitted = self._course.folder("submitted", student, self._lesson) / f"{self._lesson}.ipynb"
        return self._autograding.before(student, submitted)

    def failed_hooks(self) -> list[dict[str, str]]:
        """The hooks that failed since this was last asked, as events."""
        failed = [*self._autograding.failed, *self._feedback.failed]
        self._autograding.failed, self._feedback.failed = [], []
        return failed

    def record(
        self, submission: Submission, outcome: Outcome, feedback: bool = True, files: Mapping[str, bytes] | None = None
    ) -> Path | None:
        """Write one outcome down.

        Parameters
        ----------
        submission : Submission
        outcome : Outcome
        feedback : bool
            Whether the student's page is written.
        files : mapping of str to bytes, optional
            The lesson's, which are laid over the submission's.

        Returns
        -------
        Path or None
            The feedback page.
        """
        assert outcome.notebook is not None
        nb = nbformat.reader.reads(outcome.notebook)  # it was validated when it was written
        names = {"assignment": self._lesson, "notebook": self._lesson, "student": submission.student}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own, of no consequence to a grade
            with self._transaction() as gradebook:
                row = self._save(gradebook, submission, nb, names)
                about = add_grades(nb, row, names)
        self._lay({**submission.files, **(files or {})}, submission.student, outcome.notebook)
        self._autograding.set_permissions(submission.student)
        self._autograding.after(submission.student, self._autograded(submission.student))
        return self._write_page(submission.student, nb, about) if feedback else None

    def refresh_page(self, student: str) -> Path:
        """Write the page of a submission that was recorded before: a person may have given points since."""
        nb = nbformat.reader.reads(self._autograded(student).read_text(encoding="utf-8"))
        names = {"assignment": self._lesson, "notebook": self._lesson, "student": student}
        row = self.gradebook.find_submission_notebook(self._lesson, self._lesson, student)
        about = add_grades(nb, row, names)
        self.gradebook.db.remove()
        return self._write_page(student, nb, about)

    def _autograded(self, student: str) -> Path:
        return self._course.folder("autograded", student, self._lesson) / f"{self._lesson}.ipynb"

    def _write_page(self, student: str, nb: NotebookNode, about: About) -> Path:
        page = self._course.folder("feedback", student, self._lesson) / f"{self._lesson}.html"
        content = feedback_page(nb, about).encode()
        if page.is_file() and page.read_bytes() == content:
            self._feedback.set_permissions(student)
            return page
        self._feedback.before(student, self._autograded(student))
        page.parent.mkdir(parents=True, exist_ok=True)
        _write(page, content)
        self._feedback.set_permissions(student)
        self._feedback.after(student, self._autograded(student))
        return page

    def _save(
        self, gradebook: Gradebook, submission: Submission, nb: NotebookNode, names: dict[str, str]
    ) -> SubmittedNotebook:
        student = submission.student
        if not self._course.config.Autograde.get("create_student", True) and not self._knows(student):
            raise CourseError("its student is not in the gradebook; add them: nbgrader db student add")
        gradebook.update_or_create_student(student)
        when = {"timestamp": submission.timestamp} if submission.timestamp else {}
        assignment = gradebook.update_or_create_submission(self._lesson, student, **when)
        gradebook.db.flush()
        row = next(each for each in assignment.notebooks if each.name == self._lesson)
        _complete(gradebook, row)
        loaded = _Loaded(assignment, row)
        scores = _Scores(config=self._course.config)
        scores.save(loaded, nb, names)
        gradebook.db.flush()
        gradebook.db.refresh(row)
        _Penalties(config=self._course.config).assign(loaded, names)
        return row

    def _knows(self, student: str) -> bool:
        try:
            return bool(self.gradebook.find_student(student))
        except MissingEntry:
            return False

    @contextmanager
    def _transaction(self) -> Iterator[Gradebook]:
        """One transaction, though nbgrader's methods commit at each step."""
        session = self.gradebook.db
        commit = session.commit
        session.commit = session.flush
        try:
            yield self.gradebook
            commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            del session.commit
            session.expunge_all()

    def _lay(self, files: Mapping[str, bytes], student: str, notebook: str) -> None:
        """Put the autograded notebook, and the files of the submission, where nbgrader keeps them: all or nothing."""
        place = self._autograded(student).parent
        aside = place.parent.parent / ".recording" / student
        shutil.rmtree(aside, ignore_errors=True)
        fresh, old = aside / "new", aside / "old"
        lay(files, fresh)
        _write(fresh / f"{self._lesson}.ipynb", notebook.encode())
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place.rename(old)
        fresh.rename(place)
        shutil.rmtree(aside.parent, ignore_errors=True)


def _complete(gradebook: Gradebook, row: SubmittedNotebook) -> None:
    """Give a submission the rows of cells that came into the lesson after it was first graded."""
    there = {each.cell_id for each in (*row.grades, *row.comments)}
    lesson = row.notebook
    for kind, cells in {Grade: lesson.grade_cells, Comment: lesson.solution_cells}.items():
        gradebook.db.add_all(kind(cell_id=cell.id, notebook=row) for cell in cells if cell.id not in there)
    gradebook.db.flush()


@dataclass
class _Loaded:
    """A submission's rows by their names, as nbgrader's steps ask a gradebook for them."""

    assignment: SubmittedAssignment
    notebook: SubmittedNotebook

    def __post_init__(self) -> None:
        self._grades: dict[str, Grade] = {grade.name: grade for grade in self.notebook.grades}
        self._comments: dict[str, Comment] = {comment.name: comment for comment in self.notebook.comments}
        self.db = SimpleNamespace(commit=lambda: None)

    def find_grade(self, name: str, *names: str) -> Grade:
        return self._grades[name]

    def find_comment(self, name: str, *names: str) -> Comment:
        return self._comments[name]

    def find_submission(self, *names: str) -> SubmittedAssignment:
        return self.assignment

    def find_submission_notebook(self, *names: str) -> SubmittedNotebook:
        return self.notebook


class _Scores(SaveAutoGrades):
    """nbgrader's step, on rows that are loaded."""

    def save(self, loaded: _Loaded, nb: NotebookNode, names: dict[str, str]) -> None:
        self.gradebook: Any = loaded
        self.notebook_id, self.assignment_id, self.student_id = names["notebook"], names["assignment"], names["student"]
        for index, cell in enumerate(nb.cells):
            self.preprocess_cell(cell, {}, index)


class _Penalties(AssignLatePenalties):
    """nbgrader's step, on rows that are loaded."""

    def assign(self, loaded: _Loaded, names: dict[str, str]) -> None:
        self.init_plugin()
        notebook, late = loaded.notebook, loaded.assignment.total_seconds_late
        notebook.late_submission_penalty = None
        if late > 0:
            penalty = self.plugin_inst.late_submission_penalty(names["student"], notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = self._check_late_penalty(notebook, penalty)


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(content)
    os.replace(temporary, path)
