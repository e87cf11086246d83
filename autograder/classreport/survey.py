"""What the class report says, as plain values: page, text and JSON are made from it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.classreport.gather import Gathered, Submission, answer_cells, gather, read_notebook
from autograder.classreport.statistics import Spread, discrimination, histogram, spread
from autograder.coursedir import Course
from autograder.diagnosis import NOT_WRITTEN
from autograder.exercises import exercises
from autograder.report import points
from autograder.similarity import Likeness, find_alike

UNNAMED = "wrong in a way without a name"
_RULED_OUT = re.compile(r"calls .+ instead of answering", re.DOTALL)
_DETAIL = re.compile(r"\([\d, ]*\)|[-−]?\d+(\.\d+)?(e[-+]?\d+)?")


@dataclass(frozen=True)
class Row:
    """One exercise over the class.

    Parameters
    ----------
    name : str
    points : float
    mean : float
        The mean points, over the graded submissions.
    passed, partly, wrong, not_written : int
        How many submissions earned all points, some, none with an answer, none without.
    discrimination : float or None
    mistakes : list of (str, list of str)
        Each mistake with the students who made it, the most common first.
    """

    name: str
    points: float
    mean: float
    passed: int
    partly: int
    wrong: int
    not_written: int
    discrimination: float | None
    mistakes: list[tuple[str, list[str]]]

    @property
    def pass_rate(self) -> float:
        """The share of the graded submissions that earned all points."""
        count = self.passed + self.partly + self.wrong + self.not_written
        return self.passed / count if count else 0.0


@dataclass(frozen=True)
class Concern:
    """Something that a person should look at."""

    kind: str
    student: str
    text: str = ""


@dataclass(frozen=True)
class Survey:
    """All that the report says.

    Parameters
    ----------
    mistakes : list of (exercise, mistake, students)
        Over all exercises, the most common first.
    concerns : dict
        Kind -> list of Concern, the most pressing kind first.
    alike, like_solution : list of Likeness
    """

    lesson: str
    time: datetime
    submissions: list[Submission]
    max_points: float
    marks: Spread | None
    histogram: list[int]
    rows: list[Row]
    mistakes: list[tuple[str, str, list[str]]]
    missing: list[tuple[str, str]]
    concerns: dict[str, list[Concern]] = field(default_factory=dict)
    alike: list[Likeness] = field(default_factory=list)
    like_solution: list[Likeness] = field(default_factory=list)

    @property
    def graded(self) -> list[Submission]:
        """The submissions with grades."""
        return [submission for submission in self.submissions if submission.graded]


def survey(course: Course, lesson: str, now: datetime | None = None) -> Survey:
    """Look at a lesson's class.

    Parameters
    ----------
    course : Course
    lesson : str
    now : datetime, optional
        The report's time.

    Raises
    ------
    CourseError
        Where there is no such lesson.
    """
    found = gather(course, lesson)
    graded = [submission for submission in found.submissions if submission.graded]
    marks = [submission.mark for submission in graded]
    highest = sum(found.exercises.values()) + sum(found.written.values())
    rows = [_row(name, worth, graded, found) for name, worth in found.exercises.items()]
    mistakes = [(row.name, mistake, students) for row in rows for mistake, students in row.mistakes]
    answers = {submission.student: submission.answers for submission in found.submissions if submission.answers}
    released = _answers(course.folder("release", ".", lesson) / f"{lesson}.ipynb")
    solution = _answers(course.folder("source", ".", lesson) / f"{lesson}.ipynb")
    alike, like_solution = find_alike(answers, released, solution)
    return Survey(
        lesson=lesson,
        time=now or datetime.now(UTC),
        submissions=found.submissions,
        max_points=highest,
        marks=spread(marks),
        histogram=histogram(marks, highest),
        rows=rows,
        mistakes=sorted(mistakes, key=lambda found: (found[1] == UNNAMED, -len(found[2]))),
        missing=found.missing,
        concerns=_concerns(found.submissions),
        alike=alike,
        like_solution=like_solution,
    )


def _row(name: str, worth: float, graded: list[Submission], found: Gathered) -> Row:
    earned = [submission.points.get(name, 0.0) for submission in graded]
    totals = [sum(submission.points.get(other, 0.0) for other in found.exercises) for submission in graded]
    empty = sum(_not_written(submission, name) for submission in graded)
    passed = sum(value >= worth - 1e-9 for value in earned)
    partly = sum(0 < value < worth - 1e-9 for value in earned)
    return Row(
        name=name,
        points=worth,
        mean=sum(earned) / len(earned) if earned else 0.0,
        passed=passed,
        partly=partly,
        wrong=len(earned) - passed - partly - empty,
        not_written=empty,
        discrimination=discrimination(earned, totals),
        mistakes=_mistakes(found.lesson, name, graded),
    )


def _not_written(submission: Submission, exercise: str) -> bool:
    report = submission.reports.get(exercise)
    return bool(report) and report["mistake"] == NOT_WRITTEN and submission.points.get(exercise, 0.0) == 0  # type: ignore[index]


def _mistakes(lesson: str, exercise: str, graded: Iterable[Submission]) -> list[tuple[str, list[str]]]:
    declared = exercises(lesson).get(exercise)
    known = {mistake.name for mistake in declared.mistakes} if declared else set()
    made: dict[str, list[str]] = defaultdict(list)
    for submission in graded:
        report = submission.reports.get(exercise)
        if report and not report["passed"] and report["mistake"] != NOT_WRITTEN:
            name = report["mistake"] or UNNAMED
            # a general mistake has the numbers and shapes of that student in its name
            made[name if name in known else _DETAIL.sub("…", name)[:200]].append(submission.student)
    return sorted(made.items(), key=lambda item: (item[0] == UNNAMED, -len(item[1]), item[0]))


def _concerns(submissions: Iterable[Submission]) -> dict[str, list[Concern]]:
    found: dict[str, list[Concern]] = {"could not be graded": [], "used what is ruled out": []}
    for submission in submissions:
        for concern in _of_one(submission):
            found.setdefault(concern.kind, []).append(concern)
    last = ("written answers to read", "late")
    order = [kind for kind in found if kind not in last] + list(last)
    return {kind: found[kind] for kind in order if found.get(kind)}


def _of_one(submission: Submission) -> Iterable[Concern]:
    student = submission.student
    if submission.problem:
        yield Concern(
            "could not be graded" if not submission.graded else "to be graded again", student, submission.problem
        )
    called = {name: report["mistake"] for name, report in submission.reports.items() if _cheated(report)}
    for exercise, mistake in called.items():
        yield Concern("used what is ruled out", student, f"{exercise}: {mistake}")
    for event in submission.events:
        if event["what"] != "ruled out" or not called:
            kind = "used what is ruled out" if event["what"] == "ruled out" else event["what"] or "something happened"
            yield Concern(kind, student, ": ".join(part for part in (event["cell"], event["message"]) if part))
    if submission.graded and submission.unread:
        yield Concern("written answers to read", student, ", ".join(submission.unread))
    if submission.seconds_late:
        days = submission.seconds_late / 86400
        penalty = f", {points(submission.late_penalty)} points less" if submission.late_penalty else ""
        late = f"{days:.1f} days" if days >= 1 else f"{submission.seconds_late / 3600:.1f} hours"
        yield Concern("late", student, late + penalty)


def _cheated(report: dict) -> bool:
    return bool(report["mistake"] and _RULED_OUT.match(report["mistake"]))


def _answers(path: Path) -> dict[str, str]:
    notebook = read_notebook(path)
    return {} if isinstance(notebook, str) else answer_cells(notebook)
