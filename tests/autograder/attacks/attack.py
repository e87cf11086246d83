"""What an attack is: a submission that wants points, or trouble, and the line that must be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from nbformat import NotebookNode

LESSON = "01_neurons"
LATE = r"longer than|does not come back"  # said of what took its time, as anything may do on a busy machine
NOTHING = r"not written|differ|expected|finite|wrong|zeros|shape|numbers?"  # said of an answer that is no answer


@dataclass(frozen=True)
class Attack:
    """A hostile submission of lesson 01_neurons.

    In its text `@MARK@` stands for a word found nowhere else on the machine, `@COURSE@` for the course's folder,
    `@REPO@` for this repository, `@PORT@` for a port on which the host listens.

    Parameters
    ----------
    name : str
        The student's name too.
    told : str
        A regular expression for the line that must be said of it.
    answers : mapping of str to str
        Cells by grade_id; "first" is a cell of the student's own before all others.
    costs : tuple of str, optional
        With it, all the rest is answered rightly, and only these exercises must be lost. Without it, all the rest is
        left as released, and nothing must be gained.
    notebook, folder : callable, optional
        What else is done to the notebook, and to the folder that is handed in.
    partner : bool
        Whether it only helps another attack and earns its points rightly.
    """

    name: str
    told: str
    answers: Mapping[str, str] = field(default_factory=dict)
    costs: tuple[str, ...] | None = None
    notebook: Callable[[NotebookNode], None] | None = None
    folder: Callable[[Path], None] | None = None
    partner: bool = False


def gains_nothing(name: str, told: str, code: str = "", *, exercise: str = "neuron", **options: object) -> Attack:
    """Nothing is answered rightly: whoever gets a point has forged it."""
    answers = {exercise: dedent(code)} if code else {}
    return Attack(name, told, answers, **options)  # type: ignore[arg-type]


def costs_itself(name: str, told: str, code: str, *, exercise: str = "neuron", **options: object) -> Attack:
    """One cell makes trouble, all others are right: its own points are lost, and no others."""
    return Attack(name, told, {exercise: dedent(code)}, costs=(exercise,), **options)  # type: ignore[arg-type]


def makes_trouble_first(name: str, told: str, code: str, **options: object) -> Attack:
    """A cell before all others makes trouble; the answers after it are right and keep their points."""
    return Attack(name, told, {"first": dedent(code)}, costs=(), **options)  # type: ignore[arg-type]


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with that grade_id."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
