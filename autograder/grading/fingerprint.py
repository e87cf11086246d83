"""What a grade depends on, as a hash: where none of it changed, a submission need not be graded again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import autograder
import course
from autograder.grading.lesson import Lesson
from autograder.grading.submission import Submission

SECTIONS = ("Autograde", "Verdict", "ClearMetadataPreprocessor", "IgnorePattern", "LimitOutput", "AssignLatePenalties")
"""Those of nbgrader's configuration that a grade depends on."""


def fingerprint(submission: Submission, grading: str) -> str:
    """The hash of a submission and of what it is graded by.

    Parameters
    ----------
    submission : Submission
    grading : str
        From `grading_fingerprint`.
    """
    parts = [grading.encode(), os.fsencode(submission.student), submission.notebook]
    for name, content in sorted(submission.files.items()):
        parts += [os.fsencode(name), content]
    return _hash(parts)


def grading_fingerprint(lesson: Lesson, config: Mapping[str, Any]) -> str:
    """The hash of a lesson, of the code that grades it, and of how that is configured."""
    cells = [asdict(cell) for cell in lesson.cells]
    settings = {name: {key: value for key, value in config.get(name, {}).items() if key != "seed"} for name in SECTIONS}
    said = [lesson.name, cells, dict(lesson.kernelspec), sorted(lesson.shown), settings]
    text = json.dumps(said, sort_keys=True, default=lambda value: sorted(map(str, value)))
    files = [part for name, content in sorted(lesson.files.items()) for part in (name.encode(), content)]
    return _hash([_code().encode(), text.encode(), *files])


@cache
def _code() -> str:
    """The hash of the sources of both packages."""
    folders = (Path(autograder.__file__).parent, Path(course.__file__).parent)
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return _hash(part for path in files for part in (path.name.encode(), path.read_bytes()))


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))  # so that what ends one part can't begin the next
        digest.update(part)
    return digest.hexdigest()
