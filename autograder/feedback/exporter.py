"""nbconvert's part: an exporter in the place of nbgrader's, whose page is ours."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default

from autograder.feedback.page import About, feedback_page


class FeedbackExporter(Exporter):
    """An autograded notebook as the page that its student gets back."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **options: Any) -> tuple[Any, dict[str, Any]]:
        nb, resources = super().from_notebook_node(nb, resources, **options)
        given = resources.get("nbgrader", {})
        about = resources.get("autograder") or About(given.get("assignment", ""), given.get("student", ""))
        return feedback_page(nb, about), resources
