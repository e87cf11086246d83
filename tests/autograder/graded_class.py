"""A small class that hands in a lesson, and what a grading of it left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.coursedir import Course
from autograder.demo import answered, model_answers, submit

LESSON = "02_mlp"
SEED = 2026
WRONG = {"collapse": "def collapse(W1, b1, W2, b2):\n    return W1 @ W2, b1 + b2\n"}


def hand_in(course: Course, students: int, lesson: str = LESSON) -> list[str]:
    """The right answers, one mistake, and nothing at all, in turns."""
    released = course.folder("release", ".", lesson) / f"{lesson}.ipynb"
    model = model_answers(course, lesson)
    kinds = [model, {**model, **WRONG}, {}]
    names = [f"student{number:02d}" for number in range(students)]
    for number, name in enumerate(names):
        submit(course, lesson, name, answered(released, kinds[number % len(kinds)]))
    return names


def recorded(course: Course, lesson: str = LESSON) -> dict[str, Any]:
    """All that the gradebook has of a lesson's submissions, and every feedback page."""
    found: dict[str, Any] = {}
    with Gradebook(course.directory.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(lesson):
            (notebook,) = submission.notebooks
            found[submission.student.id] = {
                "timestamp": submission.timestamp,
                "penalty": notebook.late_submission_penalty,
                "grades": {
                    grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for grade in notebook.grades
                },
                "comments": {comment.name: comment.comment for comment in notebook.comments},
                "page": page_of(course, submission.student.id, lesson).read_text(encoding="utf-8"),
            }
    return found


def page_of(course: Course, student: str, lesson: str = LESSON) -> Path:
    return course.folder("feedback", student, lesson) / f"{lesson}.html"


def autograder(course: Course, *words: str) -> subprocess.Popen[str]:
    """The command line, in the course's folder."""
    command = [sys.executable, "-m", "autograder", *words]
    marked = {**os.environ, "GRADES_FOR": str(course.root)}
    return subprocess.Popen(
        command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=marked
    )


def left_running(course: Course, seconds: float = 5.0) -> list[str]:
    """Processes that a command line started, and that are still there after a while."""
    mark = f"GRADES_FOR={course.root}".encode()
    ends = time.monotonic() + seconds
    while True:
        found = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit() and _carries(entry, mark)]
        if not found or time.monotonic() > ends:
            return found
        time.sleep(0.1)


def _carries(process: Path, mark: bytes) -> bool:
    try:
        return mark in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
