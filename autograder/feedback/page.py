"""An autograded notebook as a page: the points on top, what went wrong first, then each answer with its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.build import CHECK
from autograder.feedback.inert import plain
from autograder.feedback.markdown import markdown
from autograder.feedback.outputs import Allowance, as_text, note, outputs_html
from autograder.report import likely, shown_in_html
from autograder.reported import RESULT_MIME, checked, events_of
from autograder.webpage import render

MAX_CELLS = 1000
MAX_SOURCE = 20_000  # characters of one cell


@dataclass(frozen=True)
class About:
    """What a page says of a submission as a whole.

    Parameters
    ----------
    lesson, student : str
    name : str
        The student's name, where the gradebook knows it.
    score, max_score : float, optional
        Before the penalty.
    late_penalty : float
        In points.
    submitted : datetime, optional
        In UTC.
    seconds_late : float
    """

    lesson: str
    student: str
    name: str = ""
    score: float | None = None
    max_score: float | None = None
    late_penalty: float = 0.0
    submitted: datetime | None = None
    seconds_late: float = 0.0


@dataclass
class Line:
    """One line of the table on top: an exercise, or a written answer."""

    name: str
    anchor: str
    score: float
    max_score: float
    status: str  # "wrong", "unread", "right"
    summary: str
    report: dict[str, Any] | None = None
    by_hand: bool = False


@dataclass
class Block:
    """A part of the page: an answer, the report of a check, or a run of the lesson's other cells."""

    kind: str
    title: str = ""
    anchor: str = ""
    source: Markup | None = None
    outputs: list[Markup] = field(default_factory=list)
    comment: Markup | None = None
    line: Line | None = None
    cells: list[Block] = field(default_factory=list)
    loud: bool = False


def feedback_page(notebook: Any, about: About) -> str:
    """The page of an autograded notebook, whatever is in it.

    Parameters
    ----------
    notebook : NotebookNode
        With "score", "points", "comment" and "unread" in the cells' nbgrader metadata, as `Grades` puts them there.
    about : About

    Returns
    -------
    str
        HTML that needs nothing from elsewhere and runs nothing.
    """
    cells = notebook.cells[:MAX_CELLS]
    allowance = Allowance()
    blocks = _fold([_block(cell, index, allowance) for index, cell in enumerate(cells)])
    if len(notebook.cells) > MAX_CELLS:
        left = note(f"… {len(notebook.cells) - MAX_CELLS:,} more cells are not shown")
        blocks.append(Block("lesson", "The rest", outputs=[left]))
    lines = [block.line for block in blocks if block.line]
    order = {"wrong": 0, "unread": 1, "right": 2}
    score = about.score if about.score is not None else sum(line.score for line in lines)
    possible = about.max_score if about.max_score is not None else sum(line.max_score for line in lines)
    return render(
        "feedback.html",
        about=about,
        student=plain(about.student),
        name=plain(about.name),
        score=max(0.0, score - about.late_penalty),
        raw_score=score,
        max_score=possible,
        late=_late(about.seconds_late),
        lines=sorted(lines, key=lambda line: order[line.status]),
        blocks=blocks,
        events=events_of(notebook),
        shown_in_html=shown_in_html,
        likely=likely,
    )


def marks(cell: Any) -> Mapping[str, Any]:
    """A cell's nbgrader metadata; empty where there is none, or it is something else."""
    found = cell.get("metadata", {}).get("nbgrader")
    return found if isinstance(found, Mapping) else {}


def _block(cell: Any, index: int, allowance: Allowance) -> Block:
    given = marks(cell)
    name = as_text(given.get("grade_id", ""))
    anchor = f"cell-{index}"
    if given.get("grade") and not given.get("solution"):
        return _check_block(cell, name.removeprefix(CHECK), anchor, allowance)
    block = Block("lesson", name, anchor, source=_source(cell), outputs=_outputs(cell, allowance))
    if given.get("solution") or given.get("task"):
        block.kind = "answer"
        block.comment = markdown(as_text(given["comment"])) if given.get("comment") else None
    if given.get("grade") or given.get("task"):
        block.line = _written_line(given, name, anchor)
    elif block.kind == "lesson":
        block.title = _first_heading(cell)
        block.loud = any(_is_error(output) for output in cell.get("outputs", []))
    return block


def _check_block(cell: Any, name: str, anchor: str, allowance: Allowance) -> Block:
    given = marks(cell)
    report = next(filter(None, (checked(output) for output in cell.get("outputs", []))), None)
    score = _number(given.get("score"), report["points"] if report else 0.0)
    possible = _number(given.get("points"), report["max_points"] if report else 0.0)
    line = Line(
        name=name,
        anchor=anchor,
        score=score,
        max_score=possible,
        status="right" if score >= possible > 0 else "wrong",
        summary=report["summary"] if report else "",
        report=report,
        by_hand=report is not None and abs(score - report["points"]) > 1e-9,
    )
    if line.status == "right":
        line.summary = "all right"
    elif line.by_hand:
        line.summary = "points given by hand"
    return Block("check", name, anchor, outputs=[] if report else _outputs(cell, allowance), line=line)


def _written_line(given: Mapping[str, Any], name: str, anchor: str) -> Line:
    score, possible = _number(given.get("score"), 0.0), _number(given.get("points"), 0.0)
    status = "unread" if given.get("unread") else ("right" if score >= possible else "wrong")
    summary = {"unread": "a written answer, not read yet", "wrong": "a written answer", "right": "a written answer"}
    return Line(name, anchor, score, possible, status, summary[status])


def _fold(blocks: Iterable[Block]) -> list[Block]:
    """Runs of cells that are not answers become one block each."""
    folded: list[Block] = []
    for block in blocks:
        if block.kind != "lesson":
            folded.append(block)
            continue
        if not folded or folded[-1].kind != "lesson":
            folded.append(Block("lesson", anchor=block.anchor))
        run = folded[-1]
        run.cells.append(block)
        run.title = run.title or block.title
        run.loud = run.loud or block.loud
    return folded


def _source(cell: Any) -> Markup:
    source = as_text(cell.get("source", ""))
    if cell.get("cell_type") == "markdown":
        return Markup('<div class="rich">{}</div>').format(markdown(source, cell.get("attachments")))
    shown = _code(source[:MAX_SOURCE]) if cell.get("cell_type") == "code" else plain(source[:MAX_SOURCE])
    block = Markup('<pre class="code">{}</pre>').format(shown) if shown else Markup("")
    left = len(source) - MAX_SOURCE
    return block + note(f"… {left:,} more characters are not shown") if left > 0 else block


@lru_cache(maxsize=512)
def _code(source: str) -> Markup:
    return Markup(highlight(plain(source), PythonLexer(), HtmlFormatter(nowrap=True)))


def _outputs(cell: Any, allowance: Allowance) -> list[Markup]:
    visible = [output for output in cell.get("outputs", []) if RESULT_MIME not in (output.get("data") or {})]
    return outputs_html(visible, allowance)


def _is_error(output: Any) -> bool:
    return isinstance(output, Mapping) and output.get("output_type") == "error"


def _first_heading(cell: Any) -> str:
    if cell.get("cell_type") != "markdown":
        return ""
    lines = (line.strip() for line in as_text(cell.get("source", ""))[:5000].splitlines())
    return next((plain(line.lstrip("#").strip())[:100] for line in lines if line.startswith("#")), "")


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) else otherwise


def _late(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute" if seconds > 0 else ""
