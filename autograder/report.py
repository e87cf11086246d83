"""What a person sees of a result: in the notebook, in the feedback page, in the terminal.

A result becomes a dict of plain JSON values first; text and HTML are made from that, so all of them say the same.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from autograder import image
from autograder.assess import Failure, Result
from autograder.compare import describe
from autograder.oneline import one_line

MAX_VALUES = 60  # numbers of one array that are shown
MAX_LINES = 12  # of printed text
MAX_CHARACTERS = 2000  # of one value


def points(value: float) -> str:
    """2.0 -> "2", 0.5 -> "0.5"."""
    return f"{value:.4g}"


def as_dict(result: Result) -> dict[str, Any]:
    """The report as plain JSON values."""
    diagnosis = result.diagnosis
    report: dict[str, Any] = {
        "exercise": result.exercise,
        "points": result.points,
        "max_points": result.max_points,
        "passed": result.passed,
        "written": result.written,
        "summary": one_line(result.summary),
        "mistake": one_line(diagnosis.name) if diagnosis else None,
        "hint": diagnosis.hint if diagnosis else None,
        "seed": result.seed,
        "criteria": [
            {"name": c.name, "points": c.points, "earned": c.earned, "passed": c.passed, "message": one_line(c.message)}
            for c in result.criteria
        ],
        "failure": _failure(result.failure) if result.failure and result.written else None,
    }
    return {**report, "report": text_of(report)}


def as_text(result: Result) -> str:
    """The report in plain text, for the terminal and for a notebook without HTML."""
    return text_of(as_dict(result))


def as_html(result: Result) -> str:
    """The report as HTML: inert whatever the student's code said, legible on light and on dark ground."""
    return html_of(as_dict(result))


def text_of(report: dict[str, Any]) -> str:
    """The text of a report that `as_dict` made."""
    lines = [f"{report['exercise']}: {points(report['points'])} of {points(report['max_points'])} points"]
    if not report["written"]:
        return "\n".join([*lines, *_diagnosis_lines(report)])
    width = max(len(criterion["name"]) for criterion in report["criteria"])
    for criterion in report["criteria"]:
        mark = "ok " if criterion["passed"] else "NOT"
        share = f"{points(criterion['earned'])}/{points(criterion['points'])}"
        line = f"  {mark} {criterion['name']:<{width}}  {share}"
        lines.append(line if criterion["passed"] else f"{line}  {criterion['message']}")
    if failure := report["failure"]:
        lines.append("For example, with")
        for name, text in shown_values(failure, printed=False):
            lines += _named(name, text)
        if failure["printed"]:
            lines += ["  printed:", *(f"    {line}" for line in failure["printed"].splitlines())]
    return "\n".join(lines + _diagnosis_lines(report))


def html_of(report: dict[str, Any]) -> str:
    """The HTML of a report that `as_dict` made."""
    rows = "".join(
        f'<tr><td style="{_CELL}color:{_GOOD if c["passed"] else _BAD}">{"✓" if c["passed"] else "✗"}</td>'
        f'<td style="{_CELL}">{escape(c["name"])}</td>'
        f'<td style="{_CELL}text-align:right;white-space:nowrap">{points(c["earned"])} / {points(c["points"])}</td>'
        f'<td style="{_CELL}">{escape(c["message"])}</td></tr>'
        for c in report["criteria"]
    )
    head = (
        f"<strong><code>{escape(report['exercise'])}</code>: "
        f"{points(report['points'])} of {points(report['max_points'])} points</strong>"
    )
    table = f'<table style="{_TABLE}margin:6px 0">{rows}</table>'
    details = table + _failure_html(report["failure"]) if report["written"] else ""
    side = _GOOD if report["passed"] else _BAD
    return (
        f'<div class="autograder-report" style="border-left:4px solid {side};padding:4px 12px;margin:4px 0;'
        f'color:var(--jp-content-font-color1,inherit)">{head + details + _diagnosis_html(report)}</div>'
    )


def shown_values(failure: dict[str, Any], *, printed: bool = True) -> list[tuple[str, str]]:
    """The failing case line by line: its inputs, what was expected, what came, what was printed."""
    lines = [(argument["name"], argument["value"]) for argument in failure["arguments"]]
    lines += [("one right answer" if failure.get("one_of_several") else "expected", failure["expected"])]
    lines += [("got", failure["got"])]
    return [*lines, ("printed", failure["printed"])] if printed and failure["printed"] else lines


def shown_in_html(failure: dict[str, Any]) -> list[tuple[str, str]]:
    """The failing case as `shown_values` has it, in HTML: images as such, all else as text."""
    images = image.images_of(failure)
    shown = []
    for label, text in shown_values(failure):
        if rows := images.get("expected" if label == "one right answer" else label):
            shape = f'<div style="font-size:smaller">{escape(text.partition(":")[0])}</div>'
            html = shape + image.as_html(rows, images.get("expected") if label == "got" else None)
        else:
            html = f'<pre style="{_PRE}">{escape(text)}</pre>'
        shown.append((label, html))
    return shown


def likely(report: dict[str, Any]) -> str:
    """The diagnosis in a few words; that nothing was written is no guess."""
    name = report["mistake"] or ""
    return f"Likely: {name}" if report["written"] else name.capitalize()


def show(value: Any) -> str:
    """A value as a person reads it: few digits, and the shape of what is too large to print."""
    if isinstance(value, (list, tuple)) and any(isinstance(item, (np.ndarray, list, tuple)) for item in value):
        return "\n".join(show(item) for item in value) or repr(value)
    if isinstance(value, np.ndarray) and image.rows_of(value):
        return f"{describe(value)}:\n{show(value.squeeze())}"
    if isinstance(value, np.ndarray) and value.size > MAX_VALUES:
        return f"{describe(value)}: {np.array2string(value.ravel()[:4], precision=4)[:-1]} …]"
    if isinstance(value, (np.ndarray, np.generic)):
        return np.array2string(np.asarray(value), precision=4, suppress_small=False, separator=", ")
    if isinstance(value, np.random.Generator):
        return "a random generator"
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) < 500 else text[:500] + " …"


_GOOD = "#009E73"  # Okabe and Ito's bluish green and vermilion; ✓ and ✗ say the same without colour
_BAD = "#D55E00"
_TABLE = "border-collapse:collapse;font-size:inherit;"
_PRE = "margin:0;padding:0;border:none;background:none"
_CELL = "text-align:left;padding:1px 10px 1px 0;border:none;background:none;"


def _failure(failure: Failure) -> dict[str, Any]:
    came_back = failure.answer.outcome == "returned"
    values = [*failure.arguments, ("expected", failure.expected), ("got", failure.answer.value)]
    return {
        "arguments": [{"name": name, "value": _short(show(value))} for name, value in failure.arguments],
        "expected": _short(show(failure.expected)),
        "one_of_several": failure.one_of_several,
        "got": _short(show(failure.answer.value) if came_back else str(failure.answer.error)),
        "printed": _first_lines(_short(failure.answer.printed)),
        "images": {name: rows for name, value in values if (rows := image.rows_of(value))},
    }


def _failure_html(failure: dict[str, Any] | None) -> str:
    if failure is None:
        return ""
    rows = "".join(
        f'<tr><td style="{_CELL}vertical-align:top"><code>{escape(name)}</code></td>'
        f'<td style="{_CELL}">{value}</td></tr>'
        for name, value in shown_in_html(failure)
    )
    table = f'<table style="{_TABLE}margin:2px 0 6px">{rows}</table>'
    return f"<div>For example, with</div>{table}"


def _diagnosis_lines(report: dict[str, Any]) -> list[str]:
    if report["mistake"] is None:
        return []
    hint = [f"Hint: {report['hint']}"] if report["hint"] else []
    return [f"{likely(report)}.", *hint]


def _diagnosis_html(report: dict[str, Any]) -> str:
    if report["mistake"] is None:
        return ""
    hint = f"<div>{escape(report['hint'])}</div>" if report["hint"] else ""
    return f"<div><strong>{escape(likely(report))}.</strong></div>{hint}"


def _named(name: str, text: str) -> list[str]:
    first, *rest = text.splitlines() or [""]
    return [f"  {name} = {first}", *(" " * (len(name) + 5) + line for line in rest)]


def _first_lines(text: str) -> str:
    lines = text.splitlines()
    more = [f"… {len(lines) - MAX_LINES} more lines"] if len(lines) > MAX_LINES else []
    return "\n".join([*lines[:MAX_LINES], *more])


def _short(text: str) -> str:
    more = len(text) - MAX_CHARACTERS
    return text if more <= 0 else f"{text[:MAX_CHARACTERS]} … {more} more characters"
