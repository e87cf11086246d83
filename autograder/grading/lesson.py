"""A released lesson as grading needs it: what its cells are and are worth, whatever a submission says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook


@dataclass(frozen=True)
class LessonCell:
    """A cell that nbgrader knows.

    Parameters
    ----------
    name : str
        Its grade_id.
    kind : str
        "code" or "markdown".
    source, checksum : str
    locked, solution : bool
    points : float or None
        Where it is graded.
    """

    name: str
    kind: str
    source: str
    checksum: str
    locked: bool
    solution: bool
    points: float | None


@dataclass(frozen=True)
class Lesson:
    """A lesson, by value.

    Parameters
    ----------
    name : str
    cells : tuple of LessonCell
        In their order.
    kernelspec : dict
        As the notebook's metadata say.
    shown : frozenset of str
        Sources of the cells that only show something.
    files : dict of str to bytes
        What lies beside its source and is laid over a submission's files, by path.
    """

    name: str
    cells: tuple[LessonCell, ...]
    kernelspec: Mapping[str, Any]
    shown: frozenset[str] = frozenset()
    files: Mapping[str, bytes] = field(default_factory=dict)


def lesson_of(gradebook: Gradebook, lesson: str, notebook: str, released: Path | None = None) -> Lesson:
    """The lesson as it was released.

    Parameters
    ----------
    gradebook : Gradebook
    lesson, notebook : str
        nbgrader's names of the assignment and of its notebook.
    released : Path, optional
        The released notebook, where `shown` is asked for.

    Raises
    ------
    nbgrader.api.MissingEntry
        Where it was never built.
    """
    found = gradebook.find_notebook(notebook, lesson)
    points = {cell.name: cell.max_score for cell in found.grade_cells}
    solutions = {cell.name for cell in found.solution_cells}
    cells = tuple(
        LessonCell(
            cell.name,
            cell.cell_type,
            cell.source,
            cell.checksum,
            cell.locked,
            cell.name in solutions,
            points.get(cell.name),
        )
        for cell in found.source_cells
    )
    kernelspec = json.loads(found.kernelspec) if found.kernelspec else {}
    return Lesson(lesson, cells, kernelspec, shown_cells(released) if released else frozenset())


def shown_cells(released: Path) -> frozenset[str]:
    """The sources of the cells that only show something, in a released notebook."""
    if not released.exists():
        return frozenset()
    cells = nbformat.read(released, as_version=4).cells
    return frozenset(cell.source for cell in cells if "show" in cell.metadata.get("tags", []))
