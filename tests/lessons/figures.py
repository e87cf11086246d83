"""What every figure of a lesson must have: a title, named axes with units, and a description.

A lesson is run with `WATCH` before its first cell. Each figure it then shows carries what is wrong with it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import nbformat
from nbclient import NotebookClient

from autograder.build import notebook_text
from tests.coursecopy import ROOT
from tests.lessons.cells import SOURCES

WATCH = f"import sys; sys.path.append({str(ROOT)!r}); from tests.lessons.figures import watch; watch()"
FAULTS = "faults"  # in the metadata of a figure's output

UNITS = re.compile(
    r"\([^()]*[^()\s][^()]*\)"  # in brackets: (mag), (pixels), (no unit)
    r"|^\$[^$]+\$$|^\w$"  # a symbol that the text explains
    # numbers without a unit, and things that are counted
    r"|\b(magnitude|redshift|standardized|log|probability|share|ratio|rate|accuracy|acc|auc|iou|loss|score|norm"
    r"|relative|value|answer|function|derivative|gradient|number|count|index|class|digit|epochs?|rounds|steps?|layers?|neurons?"
    r"|weights?|parameters?|examples?|batch|pixels?|rows?|columns?|input|output)\b",
    re.IGNORECASE,
)


def watch() -> None:
    """From now on each figure that is shown says what is wrong with it. Called in the lesson's kernel."""
    from course.plots.figures import _lesson_figure_class

    figure_class = _lesson_figure_class()
    show = figure_class._repr_mimebundle_

    def show_with_faults(self: Any, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data, metadata = show(self, include, exclude)
        metadata["image/png"][FAULTS] = list(faults(self))
        return data, metadata

    figure_class._repr_mimebundle_ = show_with_faults


def faults(figure: Any) -> Iterator[str]:
    """What a figure lacks, in words."""
    heading = figure.get_suptitle()
    name = heading or next((ax.get_title() for ax in figure.axes if ax.get_title()), "a figure")
    if len(getattr(figure, "alt", "").split()) < 4:
        yield f"{name!r} has no description: set its `alt`"
    for ax in figure.axes:
        if not ax.get_visible() or ax.get_label() == "<colorbar>":
            continue
        if not heading and not ax.get_title():
            yield f"{name!r}: axes without a title"
        if ax.axison and ax.has_data():
            yield from _unnamed(ax, name)


def _unnamed(ax: Any, name: str) -> Iterator[str]:
    name = ax.get_title() or name
    for which in ("x", "y"):
        label, axis = getattr(ax, f"get_{which}label")(), getattr(ax, f"{which}axis")
        if not axis.get_visible() or not axis.get_ticklocs().size:
            continue  # a sketch has no numbers to read off
        in_words, is_matrix = _says_words(axis), bool(ax.images)
        if not label and not _labelled_at_the_edge(ax, which) and not in_words:
            yield f"{name!r}: the {which} axis has no label"
        if label and not in_words and not is_matrix and not UNITS.search(label):
            yield f"{name!r}: the {which} axis {label!r} has no unit; say '(no unit)' if it has none"


def _says_words(axis: Any) -> bool:
    """Whether the ticks have names, so that the axis needs none."""
    return any(any(character.isalpha() for character in tick.get_text()) for tick in axis.get_ticklabels())


def _labelled_at_the_edge(ax: Any, which: str) -> bool:
    """Whether another plot of the same column (or row), on the same scale, carries the label for all of them."""
    place = ax.get_subplotspec()
    if place is None:
        return False
    for other in ax.figure.axes:
        theirs = other.get_subplotspec()
        line = ("colspan", "rowspan")[which == "y"]
        if (
            theirs is not None
            and getattr(theirs, line) == getattr(place, line)
            and getattr(other, f"get_{which}label")()
            and getattr(other, f"get_{which}lim")() == getattr(ax, f"get_{which}lim")()
        ):
            return True
    return False


@cache
def run(lesson: str) -> nbformat.NotebookNode:
    """The lesson with its solutions, run in an empty folder, each figure with its faults: once for all tests."""
    notebook = nbformat.reads(notebook_text(SOURCES[lesson]), as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(WATCH))
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=180, resources={"metadata": {"path": folder}}).execute()
    return notebook


def faults_in(notebook: nbformat.NotebookNode) -> list[str]:
    """What is wrong with the figures that a lesson showed."""
    found: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" not in output.get("data", {}) or "application/vnd.jupyter.widget-view+json" in output.data:
                continue
            told = output.metadata.get("image/png", {}).get(FAULTS)
            found += ["a figure that isn't of course.plots, without a description"] if told is None else told
    return found
