"""Decides a grade outside the student's process.

An nbgrader preprocessor in the place of Execute. The student's cells run in a kernel in the sandbox; the check cells
don't. For each of these the grader draws fresh inputs, asks the kernel for the student's answers to them, reads these
as plain arrays and compares them here. What the student's process prints, patches or rewrites has no part in it.
"""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Dict, Float, Integer, Unicode

from autograder import report
from autograder.assess import Result, assess, nothing
from autograder.build import CHECK
from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.exercises import exercises
from autograder.grading.lesson import shown_cells
from autograder.kernel.bubblewrap import missing
from autograder.kernel.limits import Limits
from autograder.kernel.packages import FULL, PLAIN
from autograder.kernel.session import Session
from autograder.oneline import one_line
from autograder.probe import SECONDS, Answer, read_reply
from autograder.reported import RESULT_MIME
from autograder.wire import encode

RECORD = "autograder"
"""Where the notebook's metadata keep the seed, the seconds that it took, and what a person should look at."""


class Verdict(NbGraderPreprocessor):
    """Run a submission and grade it.

    Every check cell's output becomes the report of its exercise, with the points as nbgrader reads them.
    """

    sandboxed = Bool(True, help="Whether students' code runs in the sandbox; without it, it can do what you can.").tag(
        config=True
    )
    limits = Dict(help="Limits that differ from the defaults, by name; see autograder.kernel.limits.").tag(config=True)
    leave_out_shown = Bool(True, help="Leave out untouched cells that only show something.").tag(config=True)
    seconds_per_call = Float(
        SECONDS, help="For one call of a student's function; one that trains gets more, in proportion."
    ).tag(config=True)
    seed = Integer(
        None, allow_none=True, help="What the fresh inputs are drawn from; without it, a new one each time."
    ).tag(config=True)
    release_directory = Unicode(
        "lessons", help="Where the lessons lie as released, to know an untouched cell from a changed one."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Run and judge.

        Raises
        ------
        CourseError
            Where there can be no sandbox here.
        """
        if self.sandboxed and (reason := missing()):
            raise CourseError(f"{reason}; or grade with --unsandboxed: students' code can then do all that you can")
        lesson, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
        seed = secrets.randbits(32) if self.seed is None else self.seed
        asked = exercises(lesson)
        started = time.perf_counter()
        untouched = resources.get("shown_cells")
        if untouched is None:
            untouched = shown_cells(Path(self.release_directory) / lesson / f"{name}.ipynb")
        events: list[dict[str, str]] = [*resources.get("events", ())]  # of reading it
        for room, names in self._rooms(asked).items():
            run = _Run(self, nb, {name: asked[name] for name in names}, seed, room)
            run.leave_out = untouched if self.leave_out_shown or room == PLAIN else frozenset()
            run.all(Path(resources["metadata"]["path"]))
            events += [event for event in run.events if event not in events]
        nb.metadata[RECORD] = {"seed": seed, "seconds": round(time.perf_counter() - started, 3), "events": events}
        return nb, resources

    def _rooms(self, asked: dict[str, Exercise]) -> dict[str, list[str]]:
        """What is judged in which room; the outputs that are kept are the last one's."""
        if not self.sandboxed:
            return {FULL: list(asked)}
        uses = {name for name, exercise in asked.items() if exercise.uses_course}
        rooms = {PLAIN: [name for name in asked if name not in uses], FULL: [name for name in asked if name in uses]}
        return {room: names for room, names in rooms.items() if names or (room == FULL and not self.leave_out_shown)}


class _Run:
    """A notebook in one room, from its first cell to its last."""

    def __init__(self, verdict: Verdict, nb: NotebookNode, asked: dict[str, Exercise], seed: int, room: str) -> None:
        self.events: list[dict[str, str]] = []
        self.leave_out: frozenset[str] = frozenset()
        self._verdict, self._nb, self._asked, self._seed, self._room = verdict, nb, asked, seed, room
        self._limits = Limits.of(verdict.limits)
        self._over = False  # no time is left for this notebook
        self._ran: list[str] = []  # what a kernel that is started again has to run again
        self._failed: dict[str, str] = {}  # grade_id -> how that cell failed

    def all(self, folder: Path) -> None:
        """Run the cells and judge the answers."""
        bars = sorted({name for exercise in self._asked.values() for name in exercise.rules_out if _of_numpy(name)})
        self._session = Session(folder, self._limits, sandboxed=self._verdict.sandboxed, room=self._room, bars=bars)
        try:
            self._session.start()
            for index, cell in enumerate(self._nb.cells):
                if cell.cell_type == "code":
                    self._one(index, cell)
        finally:
            self._session.close()

    def _one(self, index: int, cell: NotebookNode) -> None:
        if is_grade(cell) and not is_solution(cell):
            name = cell.metadata["nbgrader"]["grade_id"].removeprefix(CHECK)
            if name in self._asked:
                cell.outputs = [self._report(self._asked[name])]
        elif cell.source.strip() and cell.source not in self.leave_out:
            self._run(cell, cell.metadata.get("nbgrader", {}).get("grade_id", ""), index)

    def _run(self, cell: NotebookNode, grade_id: str, index: int) -> None:
        """Run one of the student's cells; whatever it does, the next one finds a kernel that answers."""
        if self._session.time_left <= 0:
            reason = f"the notebook took longer than {self._limits.notebook_seconds:g} s; the rest was not run"
            self._failed[grade_id] = f"was not run: {reason}"
            if not self._over:
                self._note("timed out", reason)
            self._over = True
            return
        ran = self._session.run(cell.source)
        cell.outputs = ran.outputs
        if ran.ended == "raised":
            self._failed[grade_id] = f"raised {ran.message}"
        elif ran.ended != "ok":
            self._failed[grade_id] = f"was stopped: {ran.message}"
            self._note(ran.ended, f"cell {grade_id or index + 1}: {ran.message}")
        if self._session.alive:
            self._ran.append(cell.source)
        else:
            self._recover()

    def _report(self, exercise: Exercise) -> NotebookNode:
        try:
            return _output(self._judge(exercise))
        except CourseError:
            raise
        except Exception as error:  # what comes from a student's process can be stranger than a comparison expects
            self._note("unjudged", f"{exercise.name}: {one_line(error)}")
            return _output(self._nothing(exercise, f"the answer can't be judged: {one_line(error)}"))

    def _judge(self, exercise: Exercise) -> Result:
        trials = exercise.trials(self._seed)
        seconds = self._verdict.seconds_per_call * exercise.seconds / SECONDS
        # in the plain room there is no `course` to call, and what stands there for it says what was called
        rules_out = [name for name in exercise.ruled_out if name != "course" or self._room == FULL]
        request = {"inputs": [trial.arguments for trial in trials], "rules_out": rules_out, "seconds": seconds}
        ask = f"__import__('autograder.probe').probe.reply({exercise.name}, {encode(request)!r})"
        if not self._session.alive:
            return self._nothing(exercise, "there is no kernel any more to ask")
        ran, answer = self._session.ask(ask, seconds * 2)
        if ran.ended != "ok":
            self._note(ran.ended, f"{exercise.name}: {ran.message}")
            if not self._session.alive:
                self._recover()
            return self._nothing(exercise, f"its call was stopped: {ran.message}")
        if answer.get("status") != "ok":
            return self._nothing(exercise, self._why_unasked(exercise.name, answer))
        try:
            answers = [_without_ready_made(a) for a in read_reply(_unquoted(answer["data"]["text/plain"]))]
        except Exception as error:  # it may be anything: the student's process wrote it
            self._note("lied", f"{exercise.name}: the kernel's reply is none")
            return self._nothing(exercise, f"the kernel's reply can't be read: {one_line(error)}")
        result = assess(exercise, trials, answers, self._seed)
        if any(one.outcome == "ruled out" for one in answers):
            self._note("ruled out", f"{exercise.name}: {result.summary}")
        return result

    def _nothing(self, exercise: Exercise, reason: str) -> Result:
        return nothing(exercise, reason, seed=self._seed)

    def _why_unasked(self, name: str, answer: dict[str, Any]) -> str:
        """Why the kernel could not even call the answer."""
        if name in self._failed:
            return f"the answer's cell {self._failed[name]}"
        kind, said = str(answer.get("ename", "no reply")), one_line(answer.get("evalue", ""))
        if kind == "NameError" and f"'{name}'" in said:
            return f"{name} is not defined: its cell is missing, or the name is another"
        return f"{name} can't be called: {said or kind}"

    def _note(self, what: str, message: str) -> None:
        self.events.append({"what": what, "message": message})

    def _recover(self) -> None:
        """A new kernel in the state of the old one, without the cell that broke it."""
        self._verdict.log.warning("the kernel was started again")
        self._session.start()
        for source in self._ran:
            if not self._session.alive:
                return
            self._session.run(source)


def _without_ready_made(answer: Answer) -> Answer:
    """An answer that wanted what is not at hand in the plain room is one that calls a ready-made answer."""
    if answer.outcome == "raised" and (wanted := re.match(r"NotAtHand: (course[\w.]*)", answer.error)):
        return Answer("ruled out", error=wanted.group(1))
    return answer


def _unquoted(shown: str) -> str:
    """The text of which this is the repr, as long as it is one that `encode` makes: nothing is evaluated."""
    if not isinstance(shown, str) or not re.fullmatch(r"'[A-Za-z0-9+/=]*'", shown):
        raise ValueError("it is not an encoded text")
    return shown[1:-1]


def _of_numpy(name: str) -> bool:
    return name.startswith("numpy.")


def _output(result: Result) -> NotebookNode:
    """A check cell's output: nbgrader reads the points off the text, a person reads the HTML."""
    data = {
        "text/plain": report.points(result.points),
        "text/html": report.as_html(result),
        RESULT_MIME: report.as_dict(result),
    }
    return new_output("execute_result", data=data)
