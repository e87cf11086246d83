"""`nbgrader autograde` and the formgrader's button: nbgrader's own steps, on submissions that are read by value.

nbgrader itself follows links when it copies a submission, waits for ever at a pipe, copies whatever size it finds, and
fails at a byte order mark or at a timestamp that is none. Here it gets a copy of what `grading.submission` read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbgrader import converters
from nbgrader.converters.base import NbGraderException

from autograder.errors import CourseError
from autograder.grading.execute import parse
from autograder.grading.lock import only_grader
from autograder.grading.submission import TIMESTAMP, lay, read


class Autograde(converters.Autograde):
    """Grades submissions one after another, while nobody else grades their lessons."""

    _copies: str | None = None
    _events: Sequence[dict[str, str]] = ()

    @property
    def _input_directory(self) -> str:
        return self._copies if self._sanitizing and self._copies else super()._input_directory

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """What the steps are told: with what became of the submission when it was read."""
        return {**super().init_single_notebook_resources(notebook_filename), "events": self._events}

    def convert_notebooks(self) -> None:
        """Convert each submission from a copy; one that can't be read gets a line, and the others are graded."""
        named = re.compile(self._format_source("(?P<lesson>.*)", "(?P<student>.*)", escape=True))
        found = {folder: match for folder in sorted(self.assignments) if (match := named.match(folder))}
        autograded = Path(self.coursedir.root) / self.coursedir.autograded_directory
        with ExitStack() as held:
            try:
                for lesson in sorted({match["lesson"] for match in found.values()}):
                    held.enter_context(only_grader(autograded, lesson))
            except CourseError as error:
                self.log.error(str(error))
                raise NbGraderException(str(error)) from None
            failed = [match["student"] for folder, match in found.items() if not self._graded(folder, match)]
        if failed:
            raise NbGraderException(f"not graded: {', '.join(failed)}; the log says why")

    def _graded(self, folder: str, named: re.Match[str]) -> bool:
        lesson, student = named["lesson"], named["student"]
        try:
            submission = read(Path(folder), student, lesson)
            notebook = nbformat.writes(parse(submission.notebook))
        except (CourseError, OSError) as error:
            self.log.error("%s: %s", Path(folder) / f"{lesson}.ipynb", error)
            return False
        for event in submission.events:
            self.log.warning("%s: %s", folder, event["message"])
        files = {**submission.files, f"{lesson}.ipynb": notebook.encode()}
        if submission.timestamp is None:
            files.pop(TIMESTAMP, None)
        with TemporaryDirectory(prefix="submitted-") as copies:
            place = Path(self.coursedir.format_path(copies, student, lesson))
            lay(files, place)
            self._events = submission.events
            self._copies, self.assignments = copies, {str(place): [str(place / f"{lesson}.ipynb")]}
            try:
                super().convert_notebooks()
            except NbGraderException:
                return False
            finally:
                self._copies = None
        return True


def install() -> None:
    """Have nbgrader's command, its API and the formgrader use it."""
    for module in (nbgrader.apps.api, nbgrader.apps.autogradeapp):
        setattr(module, "Autograde", Autograde)  # noqa: B010  (which a type checker would refuse)
