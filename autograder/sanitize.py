"""The first step of grading: a submission as it should have been handed in.

Locked cells and all that nbgrader keeps in metadata come from the lesson, whatever the student's notebook says. A cell
that was duplicated counts once (the last one, as it runs last), a cell that was deleted is put back.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Instance

from autograder.grading.lesson import Lesson, LessonCell, lesson_of


class RestoreCells(NbGraderPreprocessor):
    """Give every cell of the lesson its metadata back, locked ones their source too."""

    lesson = Instance(Lesson, allow_none=True, help="The lesson; read from the gradebook where it isn't given.")

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        lesson = self.lesson or _from_gradebook(resources["nbgrader"])
        nb.metadata = NotebookNode({"kernelspec": dict(lesson.kernelspec)} if lesson.kernelspec else {})
        nb.cells = self._with_missing(self._restored(nb.cells, lesson), lesson)
        return nb, resources

    def _restored(self, cells: list[NotebookNode], lesson: Lesson) -> list[NotebookNode]:
        known = {cell.name: cell for cell in lesson.cells}
        place: dict[str, int] = {}
        for index, cell in enumerate(cells):
            name = _grade_id(cell)
            if name in place:
                self.log.warning("cell %r is there more than once; the last one counts", name)
            if name in known:
                place[name] = index
        return [
            _rebuilt(cell, known[name]) if place.get(name := _grade_id(cell)) == index else _stripped(cell)
            for index, cell in enumerate(cells)
        ]

    def _with_missing(self, cells: list[NotebookNode], lesson: Lesson) -> list[NotebookNode]:
        before = 0
        for known in lesson.cells:
            found = next((i for i, cell in enumerate(cells) if _grade_id(cell) == known.name), None)
            if found is None:
                self.log.warning("cell %r was deleted; it was put back", known.name)
                cells.insert(before, _rebuilt(None, known))
                before += 1
            else:
                before = found + 1
        return cells


def _from_gradebook(course: dict[str, Any]) -> Lesson:
    with Gradebook(course["db_url"]) as gradebook:
        return lesson_of(gradebook, course["assignment"], course["notebook"])


def _grade_id(cell: NotebookNode) -> str:
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def _rebuilt(cell: NotebookNode | None, known: LessonCell) -> NotebookNode:
    """The lesson's cell, with the student's text where it is theirs to write."""
    theirs = cell.source if cell is not None and not known.locked else known.source
    make = new_code_cell if known.kind == "code" else new_markdown_cell
    fresh = make(theirs, id=known.name)
    metadata = {
        "grade_id": known.name,
        "grade": known.points is not None,
        "solution": known.solution,
        "locked": known.locked,
        "schema_version": 3,
        "task": False,
        "cell_type": known.kind,
        "checksum": known.checksum,
    }
    if known.points is not None:
        metadata["points"] = known.points
    fresh.metadata = NotebookNode({"nbgrader": NotebookNode(metadata), "deletable": False})
    return fresh


def _stripped(cell: NotebookNode) -> NotebookNode:
    """A cell of the student's own: tags that steer execution are the lesson's to give."""
    tags = cell.metadata.get("tags", [])
    kept = [tag for tag in tags if tag == "show"] if isinstance(tags, list) else []
    cell.metadata = NotebookNode({"tags": kept} if kept else {})
    return cell
