"""The command line: `autograder build`, `autograder grade LESSON`, `autograder report LESSON`, `autograder demo`."""

from __future__ import annotations

import contextlib
import gc
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from autograder.errors import CourseError

# Where it finds this, jsonschema spends a second on a grammar of international addresses, which no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

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
errors = Console(stderr=True, markup=False, highlight=False)
SHOWN_PAGES = 20
Lesson = Annotated[str, typer.Argument(metavar="LESSON", help="A lesson's name, such as 01_neurons.")]
Unsandboxed = Annotated[
    bool, typer.Option("--unsandboxed", help="Run students' code without the sandbox: it can do all that you can.")
]


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
    student: Annotated[
        list[str] | None, typer.Option("--student", help="Only this student; may be given several times.")
    ] = None,
    students: Annotated[str | None, typer.Option("--students", help="Only these, separated by commas.")] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Submissions at once; as many as there are cores without it.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="tcp://…", help="Grade on the Dask cluster of this scheduler.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be graded, and why.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Grade also what did not change since it was graded.")] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Draw the inputs from this seed, as a result or page names it.")
    ] = None,
    feedback: Annotated[bool, typer.Option("--feedback/--no-feedback", help="Write the feedback pages.")] = True,
    unsandboxed: Unsandboxed = False,
    as_json_lines: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a student instead of a table.")
    ] = False,
) -> None:
    """Grade submitted/STUDENT/LESSON/ of every student and write the feedback pages.

    What was graded before is left as it is, unless the submission, the lesson, its exercises or the grader changed: so
    a grading that was stopped goes on where it was. A submission that can't be graded gets a line that says why and
    what to do; the others are graded all the same.

    The exit code is 1 where there was such a submission, 2 where nothing could be graded at all, 130 after Ctrl-C,
    else 0.
    """
    if not (unsandboxed or scheduler or dry_run):
        _start_sandbox()
    with _imports():
        from autograder.grade import Options, choose, grade, plan
        from autograder.progress import GradingProgress

    course = _course()
    if unsandboxed:
        course.config.Verdict.sandboxed = False
        _print("without the sandbox students' code can read, write and send all that you can")
    if seed is not None:
        course.config.Verdict.seed = seed
    named = [*(student or []), *filter(None, (name.strip() for name in (students or "").split(",")))]
    graded: list[Graded] = []
    try:
        if dry_run:
            print_plan(plan(course, lesson, named, force), as_json_lines)
            return
        chosen = choose(course, lesson, named)
        with GradingProgress(len(chosen)) as progress, _ctrl_c() as came:
            options = Options(workers=workers, scheduler=scheduler, force=force, feedback=feedback)
            for submission in grade(course, lesson, chosen, options):
                graded.append(submission)
                progress.done(submission)
                if as_json_lines:
                    print_json(submission)
                if came:
                    raise KeyboardInterrupt
    except CourseError as error:
        _stop(error)
    except KeyboardInterrupt:
        _print(f"stopped: {len(graded)} of {len(chosen)} are done and recorded; the same command goes on from there")
        raise typer.Exit(130) from None
    graded.sort(key=lambda submission: chosen.index(submission.student))
    if not as_json_lines:
        print_grades(graded, course.root, f"Submissions of {lesson}")
    if any(submission.problem for submission in graded):
        raise typer.Exit(1)


@app.command()
def report(
    lesson: Lesson,
    as_text: Annotated[bool, typer.Option("--text", help="Print it instead of writing a page.")] = False,
    as_json_object: Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")] = False,
) -> None:
    """Write reports/LESSON.html: how the class did, which mistakes it makes, and what needs a person's eye."""
    from autograder import classreport

    course = _course()
    try:
        if as_json_object:
            print(json.dumps(classreport.as_dict(course, lesson)))
        elif as_text:
            print(classreport.as_text(course, lesson, console.width))
        else:
            page = classreport.write(course, lesson)
            console.print(f"wrote {page.relative_to(course.root)}", highlight=False, soft_wrap=True)
    except CourseError as error:
        _stop(error)


@app.command()
def demo(unsandboxed: Unsandboxed = False) -> None:
    """Grade three made-up submissions of the first lesson: a right one, one with a mistake, one that cheats.

    Everything lands in build/demo/, with a gradebook of its own. The exit code is 1 where grading did not work.
    """
    from autograder.demo import run

    try:
        root = _course().root
        graded = sorted(run(root, not unsandboxed), key=lambda one: one.student)
        print_grades(graded, root, "Three submissions of 01_neurons")
    except CourseError as error:
        _stop(error)
    ada, *_ = graded
    if any(each.problem for each in graded) or ada.points != ada.max_points:
        _print("the right submission should have got all points, and each of the three a result")
        raise typer.Exit(1)


def print_grades(graded: list[Graded], root: Path, title: str) -> None:
    """The table, and below it where the feedback pages are."""
    from autograder.table import grades_table

    console.print(grades_table(graded, title))
    pages = [submission.feedback for submission in graded if submission.feedback]
    if pages:
        console.print("Feedback pages:")
        for page in pages[:SHOWN_PAGES]:
            console.print(f"  {page.relative_to(root)}", highlight=False, soft_wrap=True)
    if len(pages) > SHOWN_PAGES:
        console.print(f"  and {len(pages) - SHOWN_PAGES} more beside them", highlight=False)


def print_json(submission: Graded) -> None:
    """One line for a program."""
    from autograder.table import as_json

    print(json.dumps(as_json(submission)), flush=True)


def print_plan(planned: dict[str, str], as_json_lines: bool) -> None:
    """What would be done with each submission."""
    for student, what in planned.items():
        if as_json_lines:
            print(json.dumps({"student": student, "plan": what}))
        else:
            console.print(f"{student}: {what}", markup=False, highlight=False, soft_wrap=True)
    if not as_json_lines:
        to_do = sum(what in ("new", "changed", "forced") for what in planned.values())
        console.print(f"{to_do} of {len(planned)} would be graded", highlight=False)


def main() -> None:
    """The command. Ctrl-C stops it, but not what it does then: to end all that it started takes a tenth of a second."""
    try:
        app(prog_name="autograder")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _start_sandbox() -> None:
    """Start it while nbgrader is imported: each takes a second."""
    from autograder.kernel import sandbox

    with contextlib.suppress(CourseError):  # grading says it, where it needs one
        sandbox.running()


@contextlib.contextmanager
def _ctrl_c() -> Iterator[list[int]]:
    """Where Ctrl-C was noted, which Python otherwise loses when it comes while an object is removed."""
    came: list[int] = []

    def stop(signum: int, _: object) -> None:
        came.append(signum)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _imports() -> Iterator[None]:
    """Import a lot: none of it is garbage, now or when the process ends, or is to be copied by a fork that looks."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _course() -> Course:
    from autograder.coursedir import Course

    try:
        return Course.find()
    except CourseError as error:
        _stop(error)
        raise


def _print(message: object) -> None:
    errors.print(f"autograder: {message}", style="bold", soft_wrap=True)


def _stop(error: Exception) -> None:
    _print(error)
    raise typer.Exit(2)
