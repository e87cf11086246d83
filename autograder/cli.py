"""The command line: `autograder build`, `autograder grade LESSON`, `autograder demo`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.errors import CourseError

if TYPE_CHECKING:  # nbgrader takes two seconds to import; `--help` answers before that
    from autograder.coursedir import Course
    from autograder.grade import Graded

app = typer.Typer(
    help="Build the lessons of this course and grade what students hand in.\n\n"
    "Run it anywhere inside the course's folder. Everything that it does goes through nbgrader, so `nbgrader` "
    "and the formgrader see the same lessons, grades and feedback.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
console = Console(width=None if sys.stdout.isatty() else 112)
Lesson = Annotated[str, typer.Argument(metavar="LESSON", help="A lesson's name, such as 01_neurons.")]


@app.command()
def build(
    lessons: Annotated[
        list[str] | None, typer.Argument(metavar="[LESSON]...", help="Only these; all of them without it.")
    ] = None,
) -> None:
    """Make the lessons' notebooks from their sources.

    solutions/LESSON/LESSON.py becomes a notebook beside it, and by nbgrader's generate_assignment the student's
    lessons/LESSON/LESSON.ipynb. The same source gives the same bytes every time.
    """
    course = _course()
    try:
        for path in course.build(lessons):
            console.print(f"built {path.relative_to(course.root)}", highlight=False, soft_wrap=True)
    except (CourseError, ValueError) as error:
        _stop(error)


@app.command("grade")
def grade_command(
    lesson: Lesson,
    students: Annotated[
        list[str] | None, typer.Option("--student", help="Only this student; may be given several times.")
    ] = None,
    as_json_lines: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a student instead of a table.")
    ] = False,
) -> None:
    """Grade submitted/STUDENT/LESSON/ of every student and write the feedback pages.

    A submission that can't be graded gets a line that says why and what to do; the others are graded all the same.
    The exit code is 1 where there was such a submission, else 0.
    """
    from autograder.grade import grade
    from autograder.table import as_json

    course = _course()
    graded: list[Graded] = []
    try:
        for submission in grade(course, lesson, students):
            graded.append(submission)
            if as_json_lines:
                print(json.dumps(as_json(submission)), flush=True)
    except CourseError as error:
        _stop(error)
    if not as_json_lines:
        print_grades(graded, course.root, f"Submissions of {lesson}")
    if any(submission.problem for submission in graded):
        raise typer.Exit(1)


@app.command()
def demo() -> None:
    """Grade three made-up submissions of the first lesson: a right one, one with a mistake, one that cheats.

    Everything lands in build/demo/, with a gradebook of its own.
    """
    from autograder.demo import run

    try:
        root = _course().root
        print_grades(list(run(root)), root, "Three submissions of 01_neurons")
    except CourseError as error:
        _stop(error)


def print_grades(graded: list[Graded], root: Path, title: str) -> None:
    """The table, and below it the feedback pages."""
    from autograder.table import grades_table

    console.print(grades_table(graded, title))
    pages = [submission.feedback for submission in graded if submission.feedback]
    if pages:
        console.print("Feedback pages:")
        for page in pages:
            console.print(f"  {page.relative_to(root)}", highlight=False, soft_wrap=True)


def _course() -> Course:
    from autograder.coursedir import Course

    try:
        return Course.find()
    except CourseError as error:
        _stop(error)
        raise


def _stop(error: Exception) -> None:
    Console(stderr=True).print(f"autograder: {error}", style="bold", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)
