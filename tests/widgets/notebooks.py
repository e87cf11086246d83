"""A notebook in a real JupyterLab or Notebook 7, with a kernel behind it.

Every step waits for what it brings about, never for a time.
"""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import pytest

FRONTS = {"lab": "lab/tree", "notebook": "notebooks"}
"""The two front ends, and where each opens a file; one server has both."""

in_both = pytest.mark.parametrize("front", FRONTS)
marks = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("notebook")]
"""What a module of such tests is marked with; the group keeps them at one server."""

CONNECTED = (
    "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
    " && jupyterapp.shell.currentWidget.content?.model?.cells?.length > 0"
)


def configure(home: Path) -> None:
    """Let tests reach into the front ends, and keep these from asking questions of their own."""
    settings = home / ".jupyter"
    (settings / "labconfig").mkdir(parents=True)
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    for name, content in {
        "jupyter_server_config.json": {"ServerApp": {"disable_check_xsrf": True}},
        "jupyter_notebook_config.json": {"JupyterNotebookApp": {"expose_app_in_browser": True}},
        "labconfig/page_config.json": quiet,
    }.items():
        (settings / name).write_text(json.dumps(content), encoding="utf-8")


def end_kernels(address: str) -> None:
    """Kernels outlive their pages."""
    with urllib.request.urlopen(f"{address}/api/sessions") as answer:
        sessions = json.load(answer)
    for session in sessions:
        request = urllib.request.Request(f"{address}/api/sessions/{session['id']}", method="DELETE")
        urllib.request.urlopen(request).close()


class Notebook:
    """An open notebook; `page` is its page in the browser."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.set_default_timeout(60_000)

    def open(self, address: str, folder: Path, front: str, cells: tuple[str, ...]) -> None:
        """Show a notebook of these cells, and run them."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / "explorable.ipynb")
        reset = "?reset" if front == "lab" else ""
        self.page.goto(f"{address}/{FRONTS[front]}/explorable.ipynb{reset}")
        self.connect()
        self.run_all()
        self.page.locator(".explorable").first.wait_for(state="attached")

    def connect(self) -> None:
        """Wait for the kernel."""
        self.page.wait_for_function(CONNECTED)

    def run_all(self) -> None:
        """Run all cells, and wait for their end."""
        self.command("notebook:run-all-cells")

    def command(self, name: str, **arguments: Any) -> None:
        """Have the front end do what a menu does."""
        self.page.evaluate("([name, arguments]) => jupyterapp.commands.execute(name, arguments)", [name, arguments])

    def run_below(self, source: str) -> None:
        """Run a new last cell, without waiting for its end."""
        self.command("notebook:insert-cell-below")
        self.page.evaluate(
            """(source) => {
              jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource(source);
              jupyterapp.commands.execute("notebook:run-cell");
            }""",
            source,
        )

    def ask(self, expression: str) -> str:
        """What the kernel answers."""
        return self.page.evaluate(
            """async (code) => {
              const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
              const future = kernel.requestExecute({ code: "", user_expressions: { answer: code } });
              return (await future.done).content.user_expressions.answer.data["text/plain"];
            }""",
            expression,
        )

    def wait_until(self, expression: str, answer: str) -> None:
        """Ask the kernel until it answers that."""
        for _ in range(600):
            if self.ask(expression) == answer:
                return
            self.page.wait_for_timeout(100)
        assert self.ask(expression) == answer

    def restart(self) -> None:
        """Restart the kernel, as the menu does after its question."""
        self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
        self.connect()

    def reload(self) -> None:
        """Save, and open the page anew."""
        self.command("docmanager:save")
        self.page.reload()
        self.connect()
