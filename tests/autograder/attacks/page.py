"""Reads a feedback page as a browser would, and lists what would run or be fetched in it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

NEVER = {"object", "embed", "applet", "base", "form", "portal"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href", "poster", "srcset", "background", "ping"}


def alive(page: Path, mark: str) -> list[str]:
    """What in the page came from whoever wrote `mark`, and is more than text."""
    reader = _Reader(mark)
    reader.feed(page.read_text(encoding="utf-8"))
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, mark: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._mark = mark
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        caged = tag == "iframe" and "sandbox" in given and "allow-scripts" not in given["sandbox"]
        for name, value in given.items():
            address = name in ADDRESSES and (self._mark in value or value.strip().lower().startswith("javascript:"))
            marked = self._mark in value and (name.startswith("on") or (name == "srcdoc" and not caged))
            refreshed = tag == "meta" and self._mark in value
            if address or marked or refreshed or (tag in NEVER and self._mark in str(attrs)):
                self.found.append(f"<{tag} {name}={value[:80]!r}>")
        if tag in ("script", "style"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside and self._mark in data:
            self.found.append(f"<{self._inside}>{data[:80]!r}")
