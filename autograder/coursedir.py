"""This repository as an nbgrader course: nbgrader's own steps, called from Python."""

from __future__ import annotations

import contextlib
import difflib
import logging
import os
import pickle
import sys
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from autograder.build import lesson_sources, write_solution_notebooks
from autograder.errors import CourseError

CONFIG = "nbgrader_config.py"


class Course:
    """An nbgrader course.

    Parameters
    ----------
    root : Path
        The folder with nbgrader_config.py.
    work : Path, optional
        Keep submissions, grades and feedback in this folder inside `root`, with a gradebook of its own.
    """

    def __init__(self, root: Path, work: Path | None = None) -> None:
        self.root = root.resolve()
        _put_environment_on_path()
        self.config: Config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        if work is not None:
            self.config.merge(_inside(work.resolve().relative_to(self.root), self.root))
        self.directory = CourseDirectory(config=self.config)
        self.api = NbGraderAPI(self.directory, config=self.config)
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # its log comes back with each call

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course that `start` (the working folder) lies in.

        Raises
        ------
        CourseError
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / CONFIG).exists():
                return cls(folder)
        raise CourseError(f"there is no {CONFIG} in {start} or above it; run this inside the course's folder")

    @property
    def lessons(self) -> list[str]:
        """The names of the lessons that have a source."""
        return [path.stem for path in lesson_sources(self.root / self.directory.source_directory)]

    def lesson(self, name: str) -> str:
        """`name`, if there is such a lesson.

        Raises
        ------
        CourseError
            With the nearest names where there is none.
        """
        if name in self.lessons:
            return name
        near = difflib.get_close_matches(name, self.lessons, n=1, cutoff=0.4)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise CourseError(f"LESSON must be one of {', '.join(self.lessons)}; got {name!r}{meant}")

    def folder(self, step: str, student: str, lesson: str) -> Path:
        """Where nbgrader keeps a step ("submitted", "autograded", "feedback", "release") of a student's lesson."""
        return Path(self.directory.format_path(getattr(self.directory, f"{step}_directory"), student, lesson))

    def lesson_files(self, lesson: str) -> dict[str, bytes]:
        """What lies beside the lesson's source and goes to students with it, by path: data, pictures, modules.

        Without those that are the students' to change, which the configuration says.
        """
        folder = self.root / self.directory.source_directory / lesson
        found = map(Path, find_all_files(str(folder), [*self.directory.ignore, "*.ipynb"]))
        files = {path.relative_to(folder).as_posix(): path for path in found}
        students_own = self.config.Autograde.get("exclude_overwriting", {}).get(lesson, [])
        return {name: path.read_bytes() for name, path in files.items() if name not in students_own}

    def students(self, lesson: str) -> list[str]:
        """Those who submitted the lesson, by name, but for those that the configuration excludes."""
        submitted = self.root / self.directory.submitted_directory
        excluded = self.directory.student_id_exclude.split(",")
        found = (path.parent.name for path in submitted.glob(f"*/{lesson}") if path.is_dir())
        return sorted(student for student in found if student not in excluded)

    def plain_config(self) -> dict[str, Any]:
        """The configuration as plain values, without functions and what can't travel."""
        kept: dict[str, dict[str, Any]] = {}
        for section, values in self.config.items():
            kept[section] = {}
            for name, value in dict(values).items():
                with contextlib.suppress(pickle.PicklingError, AttributeError, TypeError):
                    if not callable(value):
                        kept[section][name] = pickle.loads(pickle.dumps(value))
        return kept

    def build(self, lessons: Iterable[str] | None = None) -> list[Path]:
        """Make the notebooks of the lessons from their sources, by nbgrader's generate_assignment.

        Returns
        -------
        list of Path
            The released notebooks.

        Raises
        ------
        CourseError
            With nbgrader's own words.
        """
        write_solution_notebooks(self.root / self.directory.source_directory)
        released = []
        for lesson in [self.lesson(name) for name in lessons or self.lessons]:
            self._run(f"building {lesson}", partial(self.api.generate_assignment, lesson))
            released.append(self.folder("release", ".", lesson) / f"{lesson}.ipynb")
        return released

    def generate_feedback(self, lesson: str, student: str) -> Path:
        """Write a student's feedback page."""
        self._run(f"feedback for {student}", lambda: self.api.generate_feedback(lesson, student))
        return self.folder("feedback", student, lesson) / f"{lesson}.html"

    def _run(self, what: str, step: Callable[[], dict[str, Any]]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own, of no consequence to a grade
            outcome = step()
        if not outcome["success"]:
            raise CourseError(f"{what}: {_reason(outcome)}")


def _reason(outcome: dict[str, Any]) -> str:
    """The line that tells why, from nbgrader's log and traceback."""
    errors = [line for line in outcome.get("log", "").splitlines() if line.startswith(("[ERROR]", "[CRITICAL]"))]
    last = [line for line in outcome.get("error", "").splitlines() if line.strip()][-1:]
    causes = [line for line in outcome.get("log", "").splitlines() if "Error: " in line and line[0] not in " ["]
    return (causes[-1:] or last or errors or ["unknown reason"])[0].removeprefix("[ERROR] ").strip()


def _inside(work: Path, root: Path) -> Config:
    steps = {f"{step}_directory": str(work / step) for step in ("submitted", "autograded", "feedback")}
    return Config({"CourseDirectory": {**steps, "db_url": f"sqlite:///{root / work / 'gradebook.db'}"}})


def _put_environment_on_path() -> None:
    """nbgrader runs alembic by its bare name; it lies beside this Python."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
