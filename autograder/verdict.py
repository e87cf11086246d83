"""Decides a grade outside the student's process.

An nbgrader preprocessor in the place of Execute. The student's cells run in their kernel; the check cells don't. For
each of these the grader draws fresh inputs, asks the kernel for the student's answers to them, reads these as plain
arrays and compares them here. What the student's process prints, patches or rewrites has no part in it.
"""

from __future__ import annotations

import ast
import queue
import secrets
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Float, Integer, Unicode

from autograder import report
from autograder.assess import Result, assess, nothing
from autograder.build import CHECK
from autograder.exercise import Exercise
from autograder.exercises import exercises
from autograder.probe import read_reply
from autograder.wire import encode

RESULT_MIME = "application/vnd.autograder.result+json"


class Verdict(Execute):
    """Run a submission and grade it.

    Every check cell's output becomes the report of its exercise, with the points as nbgrader reads them.
    """

    seconds_per_call = Float(10.0, help="For one call of a student's function.").tag(config=True)
    seconds_to_recover = Float(
        5.0, help="A kernel that was interrupted and is silent for longer is started again."
    ).tag(config=True)
    seed = Integer(
        None, allow_none=True, help="What the fresh inputs are drawn from; without it, a new one each time."
    ).tag(config=True)
    release_directory = Unicode(
        "lessons", help="Where the lessons lie as released, to know an untouched cell from a changed one."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        lesson, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
        self._exercises = exercises(lesson)
        self._seed = secrets.randbits(32) if self.seed is None else self.seed
        self._untouched = _show_cells(Path(self.release_directory) / lesson / f"{name}.ipynb")
        self._ran: list[str] = []  # what a kernel that is started again has to run again
        self._failed: dict[str, str] = {}  # grade_id -> how that cell failed
        with tempfile.TemporaryDirectory(prefix="verdict-", ignore_cleanup_errors=True) as self._sockets:
            return super().preprocess(nb, resources, km)

    def create_kernel_manager(self) -> Any:
        """A kernel that is reached through sockets in a folder of its own, not through open TCP ports."""
        manager = super().create_kernel_manager()
        manager.transport = "ipc"
        manager.ip = f"{self._sockets}/k"
        manager.cache_ports = False
        return manager

    def start_new_kernel(self, **options: Any) -> None:
        """What the kernel's process says of itself is nobody's concern: it is the student's to write."""
        super().start_new_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.cell_type != "code":
            return cell, resources
        if is_grade(cell) and not is_solution(cell):
            cell.outputs = [_output(self._judge(cell.metadata["nbgrader"]["grade_id"]))]
        elif cell.source not in self._untouched:
            self._run(cell, resources, index)
        return cell, resources

    def _run(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> None:
        """Run one of the student's cells; whatever it does, the next one finds a kernel that answers."""
        try:
            super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            cell.outputs = [_error("the kernel died while it ran this cell")]
        errors = {output.ename: output.evalue for output in cell.outputs if output.output_type == "error"}
        if not errors:
            self._ran.append(cell.source)
            return
        stuck = not errors.keys().isdisjoint({"CellTimeoutError", "DeadKernelError", "KeyboardInterrupt"})
        name, said = next(iter(errors.items()))
        reason = f"ran longer than {self.timeout} s" if "CellTimeoutError" in errors else f"raised {name}: {said}"
        self._failed[cell.metadata.get("nbgrader", {}).get("grade_id", "")] = reason.rstrip(": ")
        if not stuck:
            self._ran.append(cell.source)
        elif not self._answers():
            self._restart()

    def _judge(self, grade_id: str) -> Result:
        exercise = self._exercises[grade_id.removeprefix(CHECK)]
        trials = exercise.trials(self._seed)
        request = {
            "inputs": [trial.arguments for trial in trials],
            "rules_out": list(exercise.ruled_out),
            "seconds": self.seconds_per_call,
        }
        ask = f"__import__('autograder.probe').probe.reply({exercise.name}, {encode(request)!r})"
        try:
            reply = self._request("", {"answer": ask}, self.seconds_per_call * 2)
            return self._read(exercise, trials, reply)
        except queue.Empty:
            self._restart()
            return nothing(exercise, "does not come back, and does not stop when told to", seed=self._seed)
        except DeadKernelError:
            self._restart()
            return nothing(exercise, "the kernel died while it computed the answer", seed=self._seed)
        except ValueError as error:
            return nothing(exercise, f"the kernel's reply can't be read: {error}", seed=self._seed)

    def _read(self, exercise: Exercise, trials: list, reply: dict[str, Any]) -> Result:
        answer = reply["content"].get("user_expressions", {}).get("answer", {})
        if answer.get("status") != "ok":
            return nothing(exercise, self._why_unasked(exercise.name, answer), seed=self._seed)
        text = ast.literal_eval(answer["data"]["text/plain"])
        return assess(exercise, trials, read_reply(text), self._seed)

    def _why_unasked(self, name: str, answer: dict[str, Any]) -> str:
        """Why the kernel could not even call the answer."""
        if name in self._failed:
            return f"the answer's cell {self._failed[name]}"
        kind, said = answer.get("ename", "no reply"), answer.get("evalue", "")
        if kind == "NameError" and f"'{name}'" in said:
            return f"{name} is not defined: its cell is missing, or the name is another"
        return f"{name} can't be called: {said or kind}"

    def _request(self, code: str, expressions: dict[str, str], seconds: float) -> dict[str, Any]:
        """Have the kernel evaluate something out of sight of the notebook.

        Raises
        ------
        queue.Empty
            When it is silent for so long, and then as long as `seconds_to_recover` after an interrupt.
        DeadKernelError
            When it died.
        """
        message = self.kc.execute(code, silent=True, store_history=False, user_expressions=expressions)
        waited, interrupted = 0.0, False
        while True:
            try:
                reply = run_sync(self.kc.get_shell_msg)(timeout=1)
                if reply["parent_header"].get("msg_id") == message:
                    return reply
            except queue.Empty:
                waited += 1
                if not run_sync(self.km.is_alive)():
                    raise DeadKernelError from None
                if interrupted and waited >= seconds + self.seconds_to_recover:
                    raise
                if waited >= seconds and not interrupted:
                    run_sync(self.km.interrupt_kernel)()
                    interrupted = True

    def _answers(self) -> bool:
        """Whether the kernel still does what it is told."""
        try:
            self._request("", {}, self.seconds_to_recover)
        except (queue.Empty, DeadKernelError):
            return False
        return True

    def _restart(self) -> None:
        """A new kernel in the state of the old one, without the cell that broke it."""
        self.log.warning("the kernel was started again")
        run_sync(self.km.restart_kernel)(now=True)
        run_sync(self.kc.wait_for_ready)(timeout=60)
        for source in self._ran:
            try:
                self._request(source, {}, self.timeout)
            except (queue.Empty, DeadKernelError):
                return


def _show_cells(released: Path) -> frozenset[str]:
    """The sources of the cells that only show something, as the lesson was released."""
    if not released.exists():
        return frozenset()
    cells = nbformat.read(released, as_version=4).cells
    return frozenset(cell.source for cell in cells if "show" in cell.metadata.get("tags", []))


def _output(result: Result) -> NotebookNode:
    """A check cell's output: nbgrader reads the points off the text, a person reads the HTML."""
    data = {
        "text/plain": report.points(result.points),
        "text/html": report.as_html(result),
        RESULT_MIME: report.as_dict(result),
    }
    return new_output("execute_result", data=data)


def _error(message: str) -> NotebookNode:
    return new_output("error", ename="DeadKernelError", evalue=message, traceback=[f"DeadKernelError: {message}"])
