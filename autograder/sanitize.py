"""The first step of grading: a submission as it should have been handed in.

Locked cells and all that nbgrader keeps in a cell's metadata come from the gradebook, whatever the student's notebook
says. A cell that was duplicated counts once (the last one, as it runs last), a cell that was deleted is put back.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor


class RestoreCells(NbGraderPreprocessor):
    """Give every cell of the lesson its metadata back, locked ones their source too."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        course = resources["nbgrader"]
        with Gradebook(course["db_url"]) as gradebook:
            lesson = gradebook.find_notebook(course["notebook"], course["assignment"])
            points = {cell.name: cell.max_score for cell in lesson.grade_cells}
            solutions = {cell.name for cell in lesson.solution_cells}
            sources = {cell.name: cell for cell in lesson.source_cells}
            nb.cells = self._restore(nb.cells, sources, points, solutions)
        return nb, resources

    def _restore(
        self,
        cells: list[NotebookNode],
        sources: dict[str, SourceCell],
        points: dict[str, float],
        solutions: set[str],
    ) -> list[NotebookNode]:
        place: dict[str, int] = {}
        for index, cell in enumerate(cells):
            name = _grade_id(cell)
            if name in place:
                self.log.warning("cell %r is there more than once; the last one counts", name)
            if name in sources:
                place[name] = index
        restored = []
        for index, cell in enumerate(cells):
            name = _grade_id(cell)
            if place.get(name) == index:
                cell = _rebuilt(cell, sources[name], points.get(name), name in solutions)
            else:
                cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "tags"})
                _drop_tags(cell)
            restored.append(cell)
        return self._with_missing(restored, sources, points, solutions)

    def _with_missing(
        self,
        cells: list[NotebookNode],
        sources: dict[str, SourceCell],
        points: dict[str, float],
        solutions: set[str],
    ) -> list[NotebookNode]:
        before = 0
        for name, source in sources.items():
            found = next((i for i, cell in enumerate(cells) if _grade_id(cell) == name), None)
            if found is None:
                self.log.warning("cell %r was deleted; it was put back", name)
                cells.insert(before, _rebuilt(None, source, points.get(name), name in solutions))
                before += 1
            else:
                before = found + 1
        return cells


def _grade_id(cell: NotebookNode) -> str:
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def _rebuilt(cell: NotebookNode | None, source: SourceCell, points: float | None, solution: bool) -> NotebookNode:
    """The lesson's cell, with the student's text where it is theirs to write."""
    theirs = cell.source if cell is not None and not source.locked else source.source
    make = new_code_cell if source.cell_type == "code" else new_markdown_cell
    fresh = make(theirs, id=source.name)
    metadata = {
        "grade_id": source.name,
        "grade": points is not None,
        "solution": solution,
        "locked": source.locked,
        "schema_version": 3,
        "task": False,
        "cell_type": source.cell_type,
        "checksum": source.checksum,
    }
    if points is not None:
        metadata["points"] = points
    fresh.metadata = NotebookNode({"nbgrader": NotebookNode(metadata), "deletable": False})
    return fresh


def _drop_tags(cell: NotebookNode) -> None:
    """Tags that steer execution are the lesson's to give, not a submission's."""
    tags = cell.metadata.get("tags", [])
    kept = [tag for tag in tags if tag == "show"] if isinstance(tags, list) else []
    cell.metadata = NotebookNode({"tags": kept} if kept else {})
