"""Lessons from their source: solutions/LESSON/LESSON.py -> a notebook with solutions -> lessons/LESSON/LESSON.ipynb.

The first step is jupytext's, the second nbgrader's own generate_assignment. Both give the same bytes every time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from autograder.exercises import exercises

CHECK = "check-"  # a check cell's grade_id is this and the name of its exercise


class SourceError(ValueError):
    """A lesson's source can't be built as it is."""


def lesson_sources(folder: Path) -> list[Path]:
    """The lessons' sources in `folder` (solutions/), in their order."""
    return sorted(path for path in folder.glob("[0-9][0-9]_*/*.py") if path.stem == path.parent.name)


def write_solution_notebooks(folder: Path) -> list[Path]:
    """Make the notebook beside each source, where the source or its exercises are newer.

    Returns
    -------
    list of Path
        The notebooks that were written.
    """
    exercise_files = (Path(__file__).parent / "exercises").rglob("*.py")
    newest_exercise = max(path.stat().st_mtime for path in [Path(__file__), *exercise_files])
    written = []
    for source in lesson_sources(folder):
        target = source.with_suffix(".ipynb")
        changed = max(source.stat().st_mtime, newest_exercise)
        if not target.exists() or target.stat().st_mtime <= changed:
            target.write_text(notebook_text(source), encoding="utf-8")
            written.append(target)
    return written


def refresh(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before generate_assignment: the notebooks as their sources are now."""
    for notebook in notebooks:
        write_solution_notebooks(Path(notebook).parent.parent)


def notebook_text(source: Path) -> str:
    """The notebook with solutions, as text that is the same on every build.

    Raises
    ------
    SourceError
        Where a cell's metadata can't be right: an unknown exercise, a repeated grade_id.
    """
    import jupytext
    import nbformat

    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's note to itself
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] = _complete(cell, source)
            cell.id = cell.metadata["nbgrader"]["grade_id"]
        else:
            cell.id = f"{index:03d}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
        if cell.id in seen:
            raise SourceError(f"{source.name}: the grade_id {cell.id!r} stands on two cells; give one another name")
        seen.add(cell.id)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _complete(cell: Any, source: Path) -> dict[str, Any]:
    """nbgrader's metadata in full: what the source leaves out follows from what the cell is."""
    given = dict(cell.metadata["nbgrader"])
    if "grade_id" not in given:
        raise SourceError(f"{source.name}: a cell with nbgrader metadata has no grade_id: {cell.source[:60]!r}")
    solution, grade = given.get("solution", False), given.get("grade", False)
    full = {"schema_version": 3, "solution": solution, "grade": grade, "locked": not solution, "task": False}
    if cell.cell_type == "code" and grade:
        full["points"] = _points(given["grade_id"], source)
    return {**full, **given}


def _points(grade_id: str, source: Path) -> float:
    name = grade_id.removeprefix(CHECK)
    known = exercises(source.stem)
    if not grade_id.startswith(CHECK) or name not in known:
        names = ", ".join(known)
        raise SourceError(
            f"{source.name}: a check cell's grade_id is {CHECK}NAME, NAME one of {names}; got {grade_id!r}"
        )
    return known[name].points
