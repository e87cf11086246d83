"""The outputs of a cell, of any kind, size and shape, as inert HTML."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from autograder.feedback.inert import inert_html, plain, terminal
from autograder.feedback.markdown import markdown

MAX_TEXT = 10_000  # characters of one output
MAX_LINES = 200
MAX_HTML = 100_000
MAX_PICTURE = 3_000_000
MAX_OUTPUTS = 40  # of one cell
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+\Z")
_SIGNATURES = {"image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8", "image/gif": b"GIF8"}


@dataclass
class Allowance:
    """What a whole page may still hold, so that it opens whatever was printed."""

    text: int = 1_000_000
    pictures: int = 15_000_000


def outputs_html(outputs: Any, allowance: Allowance) -> list[Markup]:
    """Each output as HTML; what is left out is said in a line."""
    shown = list(outputs) if isinstance(outputs, list) else []
    blocks = [_safely(output, allowance) for output in shown[:MAX_OUTPUTS]]
    if len(shown) > MAX_OUTPUTS:
        blocks.append(note(f"… {len(shown) - MAX_OUTPUTS:,} more outputs of this cell are not shown"))
    return blocks


def note(text: str) -> Markup:
    """A line of ours among what is the student's."""
    return Markup('<p class="note">{}</p>').format(text)


def _safely(output: Any, allowance: Allowance) -> Markup:
    try:
        return _output(output, allowance)
    except Exception as error:  # a page without one output is better than no page
        return note(f"an output that can't be shown ({type(error).__name__})")


def _output(output: Any, allowance: Allowance) -> Markup:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return _text(as_text(output.get("text", "")), allowance, name)
    if kind == "error":
        traceback = output.get("traceback")
        lines = [as_text(line) for line in traceback] if isinstance(traceback, list) else []
        said = f"{as_text(output.get('ename', ''))}: {as_text(output.get('evalue', ''))}"
        return _text("\n".join(lines) or said, allowance, "stderr")
    data = output.get("data")
    return _bundle(data, allowance) if isinstance(data, Mapping) else note("an output without content")


def _bundle(data: Mapping[str, Any], allowance: Allowance) -> Markup:
    alt = as_text(data.get("text/plain", ""))[:300]
    for kind in ("image/png", "image/jpeg", "image/gif", "image/svg+xml"):
        if kind in data and (picture := _picture(kind, data[kind], alt, allowance)):
            return picture
    if "text/html" in data and len(html := as_text(data["text/html"])) <= min(MAX_HTML, allowance.text):
        shown = inert_html(html)
        if shown.striptags() or "<img" in shown:
            allowance.text -= len(html)
            return Markup('<div class="rich">{}</div>').format(shown)
    for kind in ("text/markdown", "text/latex"):
        if kind in data and len(source := as_text(data[kind])) <= MAX_TEXT:
            return Markup('<div class="rich">{}</div>').format(markdown(source))
    if "text/plain" in data:
        return _text(as_text(data["text/plain"]), allowance)
    kinds = ", ".join(sorted(plain(str(kind))[:60] for kind in data)[:4])
    return note(f"an output that only works in Jupyter ({kinds or 'empty'})")


def _picture(kind: str, value: Any, alt: str, allowance: Allowance) -> Markup | None:
    text = as_text(value)
    if kind == "image/svg+xml" and "<svg" in text[:5000]:
        text = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if len(text) > min(MAX_PICTURE, allowance.pictures):
        return note(f"a picture of {len(text) * 3 / 4e6:.1f} MB is not shown")
    if not _BASE64.match(text) or not _begins_right(kind, text):
        return None
    allowance.pictures -= len(text)
    source = f"data:{kind};base64,{''.join(text.split())}"
    return Markup('<img src="{}" alt="{}">').format(source, plain(alt) or "a picture")


def _begins_right(kind: str, text: str) -> bool:
    signature = _SIGNATURES.get(kind, b"")
    return base64.b64decode("".join(text[:64].split())[:16] + "==").startswith(signature)


def _text(text: str, allowance: Allowance, kind: str = "result") -> Markup:
    shown = text[: max(0, min(MAX_TEXT, allowance.text))]
    lines = shown.split("\n")
    shown = "\n".join(lines[:MAX_LINES])
    allowance.text -= len(shown)
    block = Markup('<pre class="{}">{}</pre>').format(kind, terminal(shown)) if shown else Markup("")
    left = len(text) - len(shown)
    return block + note(f"… {left:,} more characters are not shown") if left > 0 else block


def as_text(value: Any) -> str:
    """Any JSON value as text: a list of lines joined, what isn't text as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        return f"({type(value).__name__})"
