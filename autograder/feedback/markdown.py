"""Markdown as inert HTML, its formulas as MathML: browsers draw that by themselves, without a script from anywhere."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from latex2mathml.converter import convert
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.feedback.inert import inert_html, plain

MAX_CHARACTERS = 20_000  # of one cell: beyond it, Markdown is shown as it was written
MAX_FORMULA = 2_000


def markdown(source: str, attachments: Any = None) -> Markup:
    """Markdown as HTML that does nothing. What can't be read as Markdown is shown as it was written."""
    if isinstance(attachments, dict) and attachments:
        return _markdown(source, attachments)
    return _cached(source)


@lru_cache(maxsize=1024)  # the lesson's own text is the same for a whole class
def _cached(source: str) -> Markup:
    return _markdown(source, {})


def _markdown(source: str, attachments: dict[str, Any]) -> Markup:
    if len(source) > MAX_CHARACTERS:
        return Markup("<pre>{}</pre>").format(plain(source))
    try:
        html = MarkdownWithMath(_Renderer(escape=False, exclude_anchor_links=True, attachments=attachments))(source)
        return inert_html(str(html))
    except Exception:  # whatever a parser makes of text that was written to break it, RecursionError included
        return Markup("<pre>{}</pre>").format(plain(source))


class _Renderer(IPythonRenderer):
    """nbconvert's, with formulas as MathML and code without colours."""

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>"

    def inline_math(self, body: str) -> str:
        return formula(body, display="inline")

    def block_math(self, body: str) -> str:
        return formula(body, display="block")

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display="block")


@lru_cache(maxsize=4096)
def formula(tex: str, display: str = "inline") -> str:
    """TeX as MathML; as the TeX itself where it can't be read. Still to be made inert."""
    if len(tex) > MAX_FORMULA:
        return f"<code>{escape(tex)}</code>"
    try:
        return convert(tex, display=display)
    except Exception:  # an unknown command, a brace too many, nested too deeply
        return f"<code>{escape(tex)}</code>"
