"""A class of submissions: what changed is graded, and what can't be graded gets a line that says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder.coursedir import Course
from autograder.errors import CourseError
from autograder.grading import batch, fingerprint
from autograder.grading.execute import Job, Outcome, parse
from autograder.grading.known import known
from autograder.grading.lesson import Lesson, lesson_of
from autograder.grading.lock import only_grader
from autograder.grading.record import Recorder
from autograder.grading.submission import Submission, read
from autograder.grading.workers import cores
from autograder.kernel import sandbox
from autograder.kernel.bubblewrap import missing
from autograder.oneline import one_line


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
    events : list of dict
        What a person should look at: "what", and "message", one line.
    seed : int or None
        What the fresh inputs were drawn from.
    seconds : float
        That grading took.
    unchanged : bool
        Whether it was graded before, and nothing changed since.
    """

    student: str
    lesson: str
    results: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    feedback: Path | None = None
    problem: str | None = None
    events: list[dict[str, str]] = field(default_factory=list)
    seed: int | None = None
    seconds: float = 0.0
    unchanged: bool = False

    @property
    def points(self) -> float:
        return sum(result["points"] for result in self.results)

    @property
    def max_points(self) -> float:
        return sum(result["max_points"] for result in self.results)


@dataclass(frozen=True)
class Options:
    """How to grade.

    Parameters
    ----------
    workers : int or None
        Processes at once; as many as there are cores without it.
    scheduler : str or None
        The address of a Dask scheduler, to grade on its cluster.
    force : bool
        Grade also what is unchanged.
    feedback : bool
        Write the feedback pages.
    """

    workers: int | None = None
    scheduler: str | None = None
    force: bool = False
    feedback: bool = True


def grade(
    course: Course, lesson: str, students: Iterable[str] | None = None, options: Options | None = None
) -> Iterator[Graded]:
    """Grade the submissions of a lesson.

    Parameters
    ----------
    course : Course
    lesson : str
    students : iterable of str, optional
        Only these; everybody who submitted without it.
    options : Options, optional

    Yields
    ------
    Graded
        One for each student, as they are done, whatever the submission is like.

    Raises
    ------
    CourseError
        Where there is no such lesson, nobody submitted it, a named student didn't, there can be no sandbox, or somebody
        else grades it.
    """
    chosen = choose(course, lesson, students)
    if course.config.Verdict.get("sandboxed", True) and (reason := missing()):
        raise CourseError(f"{reason}; or grade with --unsandboxed: students' code can then do all that you can")
    return _Run(course, lesson, options or Options()).all(chosen)


def choose(course: Course, lesson: str, students: Iterable[str] | None = None) -> list[str]:
    """Those whose submissions are to be graded; see `grade` for what it raises."""
    course.lesson(lesson)
    submitted = course.students(lesson)
    chosen = list(dict.fromkeys(students)) if students else submitted
    if not chosen:
        where = course.folder("submitted", "STUDENT", lesson)
        raise CourseError(f"nobody has submitted {lesson}; submissions are read from {where}/")
    if lacking := [student for student in chosen if student not in submitted]:
        raise CourseError(f"no submission of {lesson} from {', '.join(lacking)}; there are {', '.join(submitted)}")
    return chosen


def plan(course: Course, lesson: str, students: Iterable[str] | None = None, force: bool = False) -> dict[str, str]:
    """What `grade` would do with each submission: "new", "changed", "forced", "unchanged", or a problem."""
    with Recorder(course, lesson) as recorder:
        run = _Run(course, lesson, Options(force=force))
        run.prepare(recorder)
        said = {}
        for student in choose(course, lesson, students):
            found = run.look(student)
            if isinstance(found, Graded):
                said[student] = f"problem: {found.problem}" if found.problem else "unchanged"
            else:
                said[student] = ("forced" if force else "changed") if student in run.recorded else "new"
    return said


class _Run:
    """One grading of a class."""

    def __init__(self, course: Course, lesson: str, options: Options) -> None:
        self._course, self._name, self._options = course, lesson, options
        self._config = course.plain_config()
        self._sandboxed = course.config.Verdict.get("sandboxed", True)
        self._done: list[Graded] = []

    def all(self, students: list[str]) -> Iterator[Graded]:
        autograded = self._course.root / self._course.directory.autograded_directory
        with only_grader(autograded, self._name), Recorder(self._course, self._name) as recorder:
            self.prepare(recorder)
            recorder.disconnect()  # a fork must not share a connection
            if self._sandboxed and self._options.scheduler is None:
                sandbox.running()  # a fork must share the sandbox
            count = min(self._options.workers or len(cores()), len(students))
            jobs = self._jobs(students)
            for job, outcome in batch.outcomes(jobs, count, self._options.scheduler):
                yield from self._pop()
                yield self._record(job.submission, outcome)
            yield from self._pop()

    def prepare(self, recorder: Recorder) -> None:
        """Read the lesson, and who is graded already."""
        try:
            released = self._course.folder("release", ".", self._name) / f"{self._name}.ipynb"
            found = lesson_of(recorder.gradebook, self._name, self._name, released)
            self._lesson: Lesson = replace(found, files=self._course.lesson_files(self._name))
        except MissingEntry:
            raise CourseError(f"{self._name} is not in the gradebook; run: autograder build {self._name}") from None
        self._grading = fingerprint.grading_fingerprint(self._lesson, self._config)
        self._recorder, self.recorded = recorder, recorder.scores()

    def look(self, student: str) -> Job | Graded:
        """A job, or what became of the submission already."""
        folder = self._course.folder("submitted", student, self._name)
        try:
            submission = read(folder, student, self._name)
        except CourseError as error:
            return self._problem(student, str(error))
        except OSError as error:
            return self._problem(student, f"can't be read ({error.strerror}); see to its permissions")
        mark = fingerprint.fingerprint(submission, self._grading)
        if not self._options.force and student in self.recorded:
            path = self._course.folder("autograded", student, self._name) / f"{self._name}.ipynb"
            seed = self._config.get("Verdict", {}).get("seed")
            if before := known(path, student, mark, self.recorded[student], seed):
                page = self._course.folder("feedback", student, self._name) / f"{self._name}.html"
                return self._graded(before, page if page.is_file() else None, unchanged=True)
        return Job(submission, self._lesson, self._config, mark)

    def _jobs(self, students: list[str]) -> Iterator[Job]:
        for student in students:
            found = self.look(student)
            if not isinstance(found, Graded) and self._recorder.call_before(student):
                found = self.look(student)  # the hook may have changed it
            if isinstance(found, Graded):
                self._done.append(found)
            else:
                yield found

    def _pop(self) -> Iterator[Graded]:
        while self._done:
            graded = self._done.pop(0)
            if graded.unchanged and self._options.feedback:
                graded = replace(graded, feedback=self._recorder.refresh_page(graded.student))
            yield graded

    def _record(self, submission: Submission, outcome: Outcome) -> Graded:
        if outcome.problem:
            return self._problem(submission.student, outcome.problem)
        try:
            page = self._recorder.record(submission, outcome, self._options.feedback, self._lesson.files)
        except CourseError as error:
            return self._problem(submission.student, str(error))
        except Exception as error:  # one that can't be recorded must not stop the others
            reason = f"could not be recorded: {type(error).__name__}: {one_line(error)}"
            return self._problem(submission.student, reason)
        return self._graded(outcome, page)

    def _graded(self, outcome: Outcome, page: Path | None, *, unchanged: bool = False) -> Graded:
        return Graded(
            outcome.student,
            self._name,
            outcome.results,
            outcome.written,
            page,
            events=[*outcome.events, *self._recorder.failed_hooks()],
            seed=outcome.seed,
            seconds=outcome.seconds,
            unchanged=unchanged,
        )

    def _problem(self, student: str, problem: str) -> Graded:
        path = self._course.folder("submitted", student, self._name) / f"{self._name}.ipynb"
        return Graded(student, self._name, problem=f"{path.relative_to(self._course.root)}: {problem}")


def what_is_wrong(path: Path) -> str | None:
    """Why a submitted notebook can't be graded, with what to do about it; None where it can."""
    try:
        parse(read(path.parent, "", path.stem).notebook)
    except CourseError as error:
        return str(error)
    except OSError as error:
        return f"can't be read ({error.strerror}); see to its permissions"
    return None
