"""Grading one submission as a pure function: values in, values out.

There is no gradebook here, no course folder, no network. So it can be done in another process or on another machine,
in any order, and again after a crash.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.errors import CourseError
from autograder.grading.lesson import Lesson
from autograder.grading.submission import Submission, lay
from autograder.oneline import one_line
from autograder.reported import checked, events_of
from autograder.sanitize import RestoreCells

NEEDS_GRADEBOOK = ("SaveAutoGrades", "AssignLatePenalties")
"""Steps of the configuration that `record` does afterwards."""

RECORD = "autograder"


@dataclass(frozen=True)
class Job:
    """All that is needed to grade a submission.

    Parameters
    ----------
    submission : Submission
    lesson : Lesson
    config : dict
        nbgrader's configuration: which steps, and how.
    fingerprint : str
        Of all that the grade depends on.
    """

    submission: Submission
    lesson: Lesson
    config: Mapping[str, Any]
    fingerprint: str = ""


@dataclass(frozen=True)
class Outcome:
    """A graded submission, or why there is none.

    Parameters
    ----------
    student : str
    notebook : str or None
        The autograded notebook, as JSON.
    results : list of dict
        One for each exercise, as `report.as_dict` writes it.
    written : list of str
        The answers that a person has to read.
    events : list of dict
        What a person should look at.
    seed : int or None
    seconds : float
    problem : str or None
    """

    student: str
    notebook: str | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    seed: int | None = None
    seconds: float = 0.0
    problem: str | None = None


def execute(job: Job) -> Outcome:
    """Sanitize a submission, run it, and judge its answers."""
    started = time.perf_counter()
    student = job.submission.student
    try:
        nb = _processed(parse(job.submission.notebook), job)
    except CourseError as error:
        return Outcome(student, problem=str(error))
    except Exception as error:  # a submission must not stop the others, whatever it found
        return Outcome(student, problem=f"could not be graded: {type(error).__name__}: {one_line(error)}")
    record = nb.metadata.setdefault(RECORD, NotebookNode())
    record.fingerprint = job.fingerprint
    results, written = results_of(nb)
    return Outcome(
        student,
        notebook=nbformat.writes(nb),
        results=results,
        written=written,
        events=events_of(nb),
        seed=record.get("seed"),
        seconds=round(time.perf_counter() - started, 3),
    )


def parse(content: bytes) -> NotebookNode:
    """A submitted notebook.

    Raises
    ------
    CourseError
        Where it is none, with what to do about it.
    """
    again = "ask the student to submit it again"
    try:
        if not isinstance(raw := json.loads(content.decode("utf-8-sig")), dict):
            raise CourseError(f"is not a notebook (its JSON is a {type(raw).__name__}, not an object); {again}")
        # half a surrogate pair, which JSON can hold, could be sent to no kernel and written to no file
        text = json.dumps(raw, ensure_ascii=False).encode(errors="replace").decode()
        nb = nbformat.convert(nbformat.reader.reads(text), 4)
        nbformat.validate(nb)
    except UnicodeDecodeError as error:
        raise CourseError(f"is not UTF-8 text (byte {error.start}); {again}") from None
    except json.JSONDecodeError as error:
        raise CourseError(f"is not JSON (line {error.lineno}: {error.msg}); {again}") from None
    except CourseError:
        raise
    except Exception:  # whatever nbformat makes of JSON that is no notebook
        raise CourseError(f"is not a notebook (what it holds is not where a notebook has it); {again}") from None
    return nb


def results_of(nb: NotebookNode) -> tuple[list[dict[str, Any]], list[str]]:
    """The results in an autograded notebook, and the names of the answers that a person reads."""
    results, written = [], []
    for cell in nb.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade") and metadata.get("solution"):
            written.append(metadata["grade_id"])
        elif metadata.get("grade"):
            results += [found for found in map(checked, cell.get("outputs", [])) if found]
    return results, written


def _processed(nb: NotebookNode, job: Job) -> NotebookNode:
    config = Config(job.config)
    names = {"assignment": job.lesson.name, "notebook": job.lesson.name, "student": job.submission.student}
    with tempfile.TemporaryDirectory(prefix="submission-") as folder:
        lay({**job.submission.files, **job.lesson.files}, Path(folder))
        resources = {
            "nbgrader": names,
            "metadata": {"path": folder},
            "shown_cells": job.lesson.shown,
            "events": job.submission.events,
        }
        for step in [*config.Autograde.sanitize_preprocessors, *config.Autograde.autograde_preprocessors]:
            if step.rpartition(".")[2] not in NEEDS_GRADEBOOK:
                preprocessor = import_item(step)(config=config)
                if isinstance(preprocessor, RestoreCells):
                    preprocessor.lesson = job.lesson
                if preprocessor.enabled:
                    nb, resources = preprocessor.preprocess(nb, resources)
    return nb
