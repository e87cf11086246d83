"""The formgrader's page of a submission, without what a student's HTML could do there: press the grader's buttons."""

from __future__ import annotations

from html import escape
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder import report
from autograder.feedback.inert import plain
from autograder.feedback.markdown import markdown
from autograder.feedback.outputs import Allowance, as_text, outputs_html
from autograder.feedback.page import marks
from autograder.reported import checked

# What Markdown would read once more in HTML that is finished.
_TO_MARKDOWN = {ord(sign): f"&#{ord(sign)};" for sign in "$\\`*_[]\n"}


class Inert(Preprocessor):
    """Makes all that a student wrote inert before the formgrader's own template shows it.

    For `c.HTMLExporter.preprocessors`: the formgrader has no other hook.
    """

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        self._allowance = Allowance()
        nb.metadata = NotebookNode({"language_info": {"name": "python"}})
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        given = marks(cell)
        if cell.cell_type == "markdown":
            html = markdown(as_text(cell.source), cell.get("attachments"))
            cell.source = f"<div>{str(html).translate(_TO_MARKDOWN)}</div>"
        elif cell.cell_type == "code":
            cell.source = plain(as_text(cell.source))
            cell.outputs = self._outputs(cell, given)
        else:
            cell.source = escape(plain(as_text(cell.source)))
        cell.metadata = NotebookNode({"nbgrader": given} if given else {})
        cell.pop("attachments", None)
        return cell, resources

    def _outputs(self, cell: NotebookNode, given: Any) -> list[NotebookNode]:
        is_check = given.get("grade") and not given.get("solution")
        reports = [found for found in map(checked, cell.outputs) if found] if is_check else []
        blocks = [report.html_of(found) for found in reports] or outputs_html(cell.outputs, self._allowance)
        return [new_output("display_data", data={"text/html": str(block)}) for block in blocks]
