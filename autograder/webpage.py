"""A page that stands alone: no script, no request, nothing that its own stylesheet did not bring."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder import report

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """A template of autograder/templates/, filled in.

    Every value is escaped, unless it is Markup. The policy in the page's head allows the two stylesheets by their
    hash and pictures inside the page, and nothing else: what slipped through is dead.

    Returns
    -------
    str
        That can be encoded, whatever was in the values.
    """
    styles = [_read("page.css"), _read(template.replace(".html", ".css"))]
    hashes = " ".join(f"'sha256-{_sha256(style)}'" for style in styles)
    policy = f"default-src 'none'; style-src {hashes}; img-src data:; base-uri 'none'; form-action 'none'"
    page = _environment().get_template(template).render(policy=policy, styles=[Markup(s) for s in styles], **values)
    return page.encode("utf-8", "replace").decode("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = report.points
    return environment


@cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
