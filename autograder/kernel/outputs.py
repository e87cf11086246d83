"""A cell's outputs, put together from a kernel's messages as a notebook shows them."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output, output_from_msg


class Outputs:
    """The outputs of one cell.

    Parameters
    ----------
    displays : dict
        Outputs of the whole notebook by their display_id, by which a later cell may change them.
    """

    def __init__(self, displays: dict[str, list[NotebookNode]]) -> None:
        self.nodes: list[NotebookNode] = []
        self._displays = displays
        self._clear = False

    def take(self, message: dict[str, Any]) -> None:
        """Add what a message shows; one that shows nothing, or is not as it should be, is passed over."""
        try:
            self._take(message["header"].get("msg_type"), message)
        except (ValueError, KeyError, TypeError, AttributeError):
            return

    def _take(self, kind: str, message: dict[str, Any]) -> None:
        content = message["content"]
        if kind == "clear_output":
            self._clear = bool(content.get("wait"))
            if not self._clear:
                self.nodes.clear()
            return
        display = (content.get("transient") or {}).get("display_id")
        if kind == "update_display_data":
            shown = output_from_msg({**message, "header": {"msg_type": "display_data"}})
            for node in self._displays.get(str(display), []):
                node.data, node.metadata = shown.data, shown.metadata
            return
        node = output_from_msg(message)
        if self._clear:
            self.nodes.clear()
            self._clear = False
        if display is not None:
            self._displays.setdefault(str(display), []).append(node)
        last = self.nodes[-1] if self.nodes else None
        if last is not None and node.output_type == last.output_type == "stream" and node.name == last.name:
            node.text = last.text + node.text
            self.nodes.pop()
        if node.output_type == "stream":
            node.text = overwritten(node.text)
        self.nodes.append(node)


def error_output(name: str, message: str) -> NotebookNode:
    """An error as a notebook keeps it."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def overwritten(text: str) -> str:
    """A stream's text as a terminal shows it: what follows a carriage return is written over the line."""
    return re.sub(r"[^\n]*\r(?=[^\n\r])", "", text)
