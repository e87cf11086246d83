"""A class in which everybody but three attacks, and what came of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from autograder.coursedir import Course
from autograder.demo import BEN, model_answers, submit
from autograder.exercises import exercises
from autograder.grade import Graded, grade
from autograder.kernel.limits import MEGABYTE
from tests.autograder.attacks import outside
from tests.autograder.attacks.attack import LESSON, Attack, cell_of

NEIGHBOURS = ("a_neighbour", "m_neighbour", "z_neighbour")  # first, in the middle, and last in the order of names
SECONDS_PER_CALL = 0.5
LIMITS = {  # small ones, so that attacks meet them soon; honest work must fit on a busy machine
    "memory": 800 * MEGABYTE,
    "processes": 60,
    "file_size": 20 * MEGABYTE,
    "disk": 50 * MEGABYTE,
    "cpu_seconds": 20,
    "cell_seconds": 2.0,
    "notebook_seconds": 30.0,
    "cell_output": MEGABYTE // 4,
    "notebook_output": MEGABYTE,
    "reply": 50 * MEGABYTE,
}


@dataclass(frozen=True)
class Scene:
    """One class, graded.

    Parameters
    ----------
    graded : dict of str to Graded
        By the attack's or the neighbour's name.
    changed : list of str
        Files outside the submissions' own that are not as they were, and files with the mark.
    rewritten : list of str
        Whose grades, or the lesson's, changed in the gradebook without having been graded.
    left : list of str
        Processes that outlived the run.
    heard : list of str
        What reached the host.
    recorded : dict of str to float
        Points in the gradebook.
    seconds : float
    """

    graded: dict[str, Graded]
    changed: list[str]
    rewritten: list[str]
    left: list[str]
    heard: list[str]
    recorded: dict[str, float]
    seconds: float


class Stage:
    """A course of its own, with its lesson built, in which class after class is graded."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.mark = f"mark{uuid.uuid4().hex[:12]}"
        self.listener = outside.Listener(self.mark, course.root)
        self.model = model_answers(course, LESSON)
        self.released = (course.folder("release", ".", LESSON) / f"{LESSON}.ipynb").read_text(encoding="utf-8")
        course.config.Verdict.seconds_per_call = SECONDS_PER_CALL
        course.config.Verdict.limits = LIMITS
        outside.adopt_orphans(True)

    def close(self) -> None:
        """Leave this process as it was."""
        outside.adopt_orphans(False)
        self.listener.close()

    @cached_property
    def undisturbed(self) -> dict[str, Graded]:
        """What the neighbours get when they are among themselves."""
        return self._grade([self._neighbour("quiet", name) for name in NEIGHBOURS])

    def play(self, name: str, attacks: Iterable[Attack]) -> Scene:
        """Grade attacks and three neighbours, as a class of that name."""
        students = [self._neighbour(name, neighbour) for neighbour in NEIGHBOURS]
        students += [self._submit(f"{name}_{attack.name}", attack) for attack in attacks]
        files, book = outside.files(self.course.root, students), outside.gradebook(self._gradebook)
        before, heard = outside.processes(), len(self.listener.heard)
        started = time.monotonic()
        graded = self._grade(students)
        seconds = time.monotonic() - started
        after, rows = outside.files(self.course.root, students), outside.gradebook(self._gradebook)
        changed = [path for path in sorted({*files, *after}) if files.get(path) != after.get(path)]
        return Scene(
            graded={student.removeprefix(f"{name}_"): one for student, one in graded.items()},
            changed=changed + outside.named(self.mark),
            rewritten=[who for who in book if who not in students and book[who] != rows.get(who)],
            left=outside.left_behind(before, self.mark),
            heard=self.listener.heard[heard:],
            recorded={
                student.removeprefix(f"{name}_"): sum((row[0] or 0) + (row[1] or 0) for row in rows.get(student, []))
                for student in students
            },
            seconds=seconds,
        )

    @property
    def _gradebook(self) -> Path:
        return self.course.root / "gradebook.db"

    def _grade(self, students: list[str]) -> dict[str, Graded]:
        return {graded.student: graded for graded in grade(self.course, LESSON, sorted(students))}

    def _neighbour(self, name: str, neighbour: str) -> str:
        answers = {"a": self.model, "m": {**self.model, **BEN}, "z": {}}[neighbour[0]]
        return self._submit(f"{name}_{neighbour}", Attack(neighbour, "", answers))

    def _submit(self, student: str, attack: Attack) -> str:
        notebook = nbformat.reads(self.released, as_version=4)
        answers = dict(attack.answers) if attack.costs is None else {**self.model, **attack.answers}
        if "first" in answers:  # the released cells before the first answer only import and show
            notebook.cells.insert(1, new_code_cell(f"import numpy as np\n{answers.pop('first')}", id="first"))
        for grade_id, source in answers.items():
            cell_of(notebook, grade_id).source = source
        if attack.notebook:
            attack.notebook(notebook)
        path = submit(self.course, LESSON, student, notebook)
        if attack.folder:
            attack.folder(path.parent)
        for text in (path, *path.parent.glob("*.py")):
            if text.is_file() and not text.is_symlink() and text.stat().st_size < 2**20:
                text.write_bytes(self._filled_in(text.read_bytes()))
        return student

    def _filled_in(self, text: bytes) -> bytes:
        for word, meaning in {
            b"@MARK@": self.mark,
            b"@COURSE@": self.course.root,
            b"@REPO@": outside.REPO,
            b"@PORT@": self.listener.port,
            b"@SOCKET@": self.listener.path,
        }.items():
            text = text.replace(word, str(meaning).encode())
        return text


def deserved(attack: Attack) -> float:
    """The points of the same submission without its attack."""
    if attack.costs is None:
        return 0.0
    return sum(exercise.points for name, exercise in exercises(LESSON).items() if name not in attack.costs)


def lines(graded: Graded) -> list[str]:
    """All that is said of a submission that did not get all points, each in a line."""
    said = [result["summary"] for result in graded.results if not result["passed"]]
    said += [event["message"] for event in getattr(graded, "events", ())]
    return said if graded.problem is None else [graded.problem, *said]
