"""What a person sees of a result: in the notebook, in the feedback page, in the terminal. One result, two forms."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from autograder.assess import Failure, Result
from autograder.compare import describe

MAX_VALUES = 60  # numbers of one array that are shown
MAX_LINES = 12  # of printed text


def points(value: float) -> str:
    """2.0 -> "2", 0.5 -> "0.5"."""
    return f"{value:.4g}"


def as_text(result: Result) -> str:
    """The report in plain text, for the terminal and for a notebook without HTML."""
    lines = [f"{result.exercise}: {points(result.points)} of {points(result.max_points)} points"]
    if not result.written:
        return "\n".join([*lines, *_diagnosis_lines(result)])
    width = max(len(criterion.name) for criterion in result.criteria)
    for criterion in result.criteria:
        mark = "ok " if criterion.passed else "NOT"
        line = f"  {mark} {criterion.name:<{width}}  {points(criterion.earned)}/{points(criterion.points)}"
        lines.append(line if criterion.passed else f"{line}  {criterion.message}")
    if result.failure:
        lines.append("For example, with")
        lines += _named([*result.failure.arguments])
        lines += _named([("expected", result.failure.expected), ("got", _got(result.failure))])
        if result.failure.answer.printed:
            lines += ["  printed:", *_indented(result.failure.answer.printed)]
    return "\n".join(lines + _diagnosis_lines(result))


def as_html(result: Result) -> str:
    """The report as HTML: inert whatever the student's code said, legible on light and on dark ground."""
    rows = "".join(
        f'<tr><td style="{_CELL}color:{_GOOD if c.passed else _BAD}">{"✓" if c.passed else "✗"}</td>'
        f'<td style="{_CELL}">{escape(c.name)}</td>'
        f'<td style="{_CELL}text-align:right">{points(c.earned)} / {points(c.points)}</td>'
        f'<td style="{_CELL}">{escape(c.message)}</td></tr>'
        for c in result.criteria
    )
    head = (
        f"<strong><code>{escape(result.exercise)}</code>: "
        f"{points(result.points)} of {points(result.max_points)} points</strong>"
    )
    table = f'<table style="{_TABLE}margin:6px 0">{rows}</table>'
    details = table + _failure_html(result.failure) if result.written else ""
    body = head + details + _diagnosis_html(result)
    side = _GOOD if result.passed else _BAD
    return (
        f'<div class="autograder-report" style="border-left:4px solid {side};padding:4px 12px;margin:4px 0;'
        f'color:var(--jp-content-font-color1,inherit)">{body}</div>'
    )


def as_dict(result: Result) -> dict[str, Any]:
    """The report as plain JSON values."""
    diagnosis = result.diagnosis
    return {
        "exercise": result.exercise,
        "points": result.points,
        "max_points": result.max_points,
        "passed": result.passed,
        "summary": result.summary,
        "mistake": diagnosis.name if diagnosis else None,
        "hint": diagnosis.hint if diagnosis else None,
        "seed": result.seed,
        "criteria": [
            {"name": c.name, "points": c.points, "earned": c.earned, "message": c.message} for c in result.criteria
        ],
        "report": as_text(result),
    }


_GOOD = "#009E73"  # Okabe and Ito's bluish green and vermilion; ✓ and ✗ say the same without colour
_BAD = "#D55E00"
_TABLE = "border-collapse:collapse;font-size:inherit;"
_PRE = "margin:0;padding:0;border:none;background:none"
_CELL = "text-align:left;padding:1px 10px 1px 0;border:none;background:none;"


def _failure_html(failure: Failure | None) -> str:
    if failure is None:
        return ""
    given = [(name, show(value)) for name, value in failure.arguments]
    shown = given + [("expected", show(failure.expected)), ("got", show(_got(failure)))]
    if failure.answer.printed:
        shown.append(("printed", "\n".join(_indented(failure.answer.printed, ""))))
    rows = "".join(
        f'<tr><td style="{_CELL}vertical-align:top"><code>{escape(name)}</code></td>'
        f'<td style="{_CELL}"><pre style="{_PRE}">{escape(text)}</pre></td></tr>'
        for name, text in shown
    )
    table = f'<table style="{_TABLE}margin:2px 0 6px">{rows}</table>'
    return f"<div>For example, with</div>{table}"


def _diagnosis_lines(result: Result) -> list[str]:
    if result.diagnosis is None:
        return []
    hint = [f"Hint: {result.diagnosis.hint}"] if result.diagnosis.hint else []
    return [f"{_likely(result)}.", *hint]


def _likely(result: Result) -> str:
    """The diagnosis in a few words; that nothing was written is no guess."""
    name = result.diagnosis.name if result.diagnosis else ""
    return f"Likely: {name}" if result.written else name.capitalize()


def _diagnosis_html(result: Result) -> str:
    if result.diagnosis is None:
        return ""
    hint = f"<div>{escape(result.diagnosis.hint)}</div>" if result.diagnosis.hint else ""
    return f"<div><strong>{escape(_likely(result))}.</strong></div>{hint}"


def show(value: Any) -> str:
    """A value as a person reads it: few digits, and the shape of what is too large to print."""
    if isinstance(value, (list, tuple)) and any(isinstance(item, (np.ndarray, list, tuple)) for item in value):
        return "\n".join(show(item) for item in value) or repr(value)
    if isinstance(value, np.ndarray) and value.size > MAX_VALUES:
        return f"{describe(value)}: {np.array2string(value.ravel()[:4], precision=4)[:-1]} …]"
    if isinstance(value, (np.ndarray, np.generic)):
        return np.array2string(np.asarray(value), precision=4, suppress_small=False, separator=", ")
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) < 500 else text[:500] + " …"


def _got(failure: Failure) -> Any:
    if failure.answer.outcome == "returned":
        return failure.answer.value
    return _Verbatim(failure.answer.error)


class _Verbatim(str):
    """Text that stands for itself in a report, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _named(pairs: list[tuple[str, Any]]) -> list[str]:
    lines = []
    for name, value in pairs:
        first, *rest = show(value).splitlines() or [""]
        lines.append(f"  {name} = {first}")
        lines += [" " * (len(name) + 5) + line for line in rest]
    return lines


def _indented(text: str, indent: str = "    ") -> list[str]:
    lines = text.splitlines()
    kept = [indent + line for line in lines[:MAX_LINES]]
    return kept if len(lines) <= MAX_LINES else [*kept, f"{indent}… {len(lines) - MAX_LINES} more lines"]
