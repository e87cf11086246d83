"""A class as grading leaves it behind, without running anything: gradebook, autograded notebooks, feedback pages."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.assess import Result, assess
from autograder.coursedir import Course
from autograder.exercises import exercises
from autograder.probe import observe_all
from autograder.report import as_dict, points
from autograder.reported import RESULT_MIME

Answer = Callable[..., Any]


def answered(lesson: str, answers: Mapping[str, Answer], seed: int = 1) -> dict[str, Result]:
    """The results of `answers`; of the exercises that they leave out, the reference's."""
    results = {}
    for name, exercise in exercises(lesson).items():
        trials = exercise.trials(seed)
        given = observe_all(answers.get(name, exercise.reference), [trial.arguments for trial in trials])
        results[name] = assess(exercise, trials, given, seed)
    return results


def mistaken(lesson: str, **mistakes: str) -> dict[str, Answer]:
    """Answers with mistakes that have a name."""
    declared = exercises(lesson)
    return {
        name: next(each.wrong for each in declared[name].mistakes if each.name == mistake)
        for name, mistake in mistakes.items()
    }


def hand_in(
    course: Course,
    lesson: str,
    student: str,
    results: Mapping[str, Result],
    sources: Mapping[str, str] | None = None,
    events: list[dict[str, Any]] | None = None,
    handed_in: datetime | None = None,
    **person: str,
) -> None:
    """Record a submission and its results as the grader does."""
    with warnings.catch_warnings(), Gradebook(course.directory.db_url) as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own, as in Course
        gradebook.update_or_create_student(student, **person)
        submission = gradebook.add_submission(lesson, student)
        submission.timestamp = handed_in
        for grade in submission.notebooks[0].grades:
            result = results.get(grade.name.removeprefix("check-"))
            grade.auto_score = result.points if result else None
            grade.needs_manual_grade = result is None
        gradebook.db.commit()
    notebook = released(course, lesson)
    notebook["metadata"]["autograder"] = {"seed": 1, "seconds": 1.0, "events": events or []}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in (sources or {}):
            cell["source"] = sources[name]
        if name.removeprefix("check-") in results and name.startswith("check-"):
            cell["outputs"] = [output(results[name.removeprefix("check-")])]
    for step, suffix, text in (
        ("submitted", "ipynb", json.dumps(notebook)),
        ("autograded", "ipynb", json.dumps(notebook)),
        ("feedback", "html", "<!DOCTYPE html>"),
    ):
        folder = course.folder(step, student, lesson)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{lesson}.{suffix}").write_text(text, encoding="utf-8")


def released(course: Course, lesson: str) -> dict[str, Any]:
    """The lesson as students get it."""
    return json.loads((course.folder("release", ".", lesson) / f"{lesson}.ipynb").read_text(encoding="utf-8"))


def output(result: Result) -> dict[str, Any]:
    """A check cell's output."""
    data = {"text/plain": points(result.points), RESULT_MIME: as_dict(result)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
