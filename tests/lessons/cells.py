"""A lesson's source cell by cell, and what of it is prose: text that a student reads."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from autograder.build import lesson_sources
from tests.coursecopy import ROOT

SOURCES = {path.stem: path for path in lesson_sources(ROOT / "solutions")}

# a lesson's tests go to one worker, which runs the lesson once for all of them
each_lesson = pytest.mark.parametrize(
    "lesson", [pytest.param(lesson, marks=pytest.mark.xdist_group(lesson)) for lesson in SOURCES]
)

NOT_PROSE = re.compile(
    r"^ *[\w, *]+ : [^\n]*$"  # a parameter and its type
    r"|```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)?\$"  # code and formulas
    r"|\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)|https?://\S+|<[^<>]+>"  # addresses and tags
    r"|\b(?:arXiv|doi):[^\s,;]+",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson's source.

    Parameters
    ----------
    place : str
        Where it stands, for messages: its first line that says something.
    kind : "markdown" or "code"
    source : str
    grade_id : str
        nbgrader's name of it; empty for a cell that nbgrader doesn't know.
    """

    place: str
    kind: str
    source: str
    grade_id: str = ""

    @property
    def prose(self) -> str:
        """The words in it: all of a markdown cell but code and formulas; a code cell's comments and texts."""
        text = self.source if self.kind == "markdown" else "\n".join(texts_of_code(self.source))
        if text.startswith("## Where to read on"):
            text = re.sub(r"\b[^\W\d_a-z]\w+", " ", text)  # names of people
        return NOT_PROSE.sub(" ", text)


@cache
def cells_of(lesson: str) -> list[Cell]:
    """The cells of a lesson's source in their order."""
    import jupytext

    notebook = jupytext.read(SOURCES[lesson], fmt="py:percent")
    return [
        Cell(
            place=next((line.strip() for line in cell.source.splitlines() if line.strip()), "an empty cell")[:60],
            kind=cell.cell_type,
            source=cell.source,
            grade_id=cell.metadata.get("nbgrader", {}).get("grade_id", ""),
        )
        for cell in notebook.cells
    ]


def texts_of_code(source: str) -> Iterator[str]:
    """Comments, and strings of several words: titles, captions, docstrings."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith("###"):
            yield token.string.lstrip("# ")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield node.value
