"""The neuron and the playground in a real JupyterLab, with a kernel behind them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """
from course.widgets import NeuronExplorer, Playground
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab without a token, and the folder that it shows."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path_factory.mktemp("lab")
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
            *("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}"),
            "--LabApp.expose_app_in_browser=True",
        ],
        env=os.environ | {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "JupyterLab ended"
                time.sleep(0.2)
        yield address, folder
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def open_notebook(server, browser) -> Iterator[Any]:
    """`open_notebook(cells)` gives the page of a notebook whose cells have run."""
    address, folder = server
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(30_000)
    foreign = []
    page.on("request", lambda r: None if r.url.startswith((address, "blob:", "data:")) else foreign.append(r.url))

    def run(*cells: str) -> Any:
        for session in json.load(urllib.request.urlopen(f"{address}/api/sessions")):
            request = urllib.request.Request(f"{address}/api/sessions/{session['id']}", method="DELETE")
            urllib.request.urlopen(request).close()
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (SETUP, *cells)])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / "explorable.ipynb")
        page.goto(f"{address}/lab/tree/explorable.ipynb?reset")
        page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
        )
        command(page, "notebook:run-all-cells")
        page.locator(".explorable").wait_for(state="attached")
        return page

    yield run
    context.close()
    assert not foreign


def command(page: Any, name: str, **arguments: Any) -> None:
    page.evaluate("([name, arguments]) => jupyterapp.commands.execute(name, arguments)", [name, arguments])


def ask_kernel(page: Any, expression: str) -> str:
    """What the kernel answers."""
    return page.evaluate(
        """async (code) => {
          const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
          const future = kernel.requestExecute({ code: "", user_expressions: { answer: code } });
          return (await future.done).content.user_expressions.answer.data["text/plain"];
        }""",
        expression,
    )


def cells(page: Any) -> int:
    return page.evaluate("jupyterapp.shell.currentWidget.content.model.cells.length")


def test_neuron(open_notebook):
    page = open_notebook("neuron = NeuronExplorer(); neuron")
    before = cells(page)
    page.get_by_label("w₁").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")  # inserts a cell where the shortcut isn't held back
    page.wait_for_function("document.querySelector('.formula').textContent.includes('1.1·x₁')")
    assert cells(page) == before
    for _ in range(100):
        if ask_kernel(page, "neuron.weights") == "[1.1, -1.0]":
            break
        time.sleep(0.05)
    assert ask_kernel(page, "neuron.weights") == "[1.1, -1.0]"
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520

    ground = "getComputedStyle(document.querySelector('.explorable')).backgroundColor"
    light = page.evaluate(ground)
    command(page, "apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function(f"{ground} !== '{light}'")
    assert sum(map(int, page.evaluate(ground)[4:-1].split(","))) < 150


def test_playground(open_notebook):
    page = open_notebook("playground = Playground(); playground")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.losses b').textContent) > 20")
    # the kernel is free for other work while it trains
    assert ask_kernel(page, "playground.playing") == "True"
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play").wait_for()
    epoch = int(page.locator(".losses b").first.inner_text())
    assert ask_kernel(page, "playground.epoch") == str(epoch)
    page.get_by_role("button", name="Step").click()
    page.wait_for_function(f"Number(document.querySelector('.losses b').textContent) === {epoch + 1}")

    page.get_by_label("one neuron more in layer 2").click()
    page.wait_for_function("document.querySelectorAll('.node').length === 12")
    assert ask_kernel(page, "playground.hidden") == "[4, 5]"
    page.get_by_role("combobox", name="weight", exact=True).select_option("x₁ → neuron 1.1")
    page.get_by_label("value").fill("2.5")
    page.wait_for_function("document.querySelector('.state input').value.includes('weights=')")
    assert ask_kernel(page, "playground.parameters[0][0][0]") == "2.5"
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("!document.querySelector('.state input').value.includes('weights=')")


def test_training_stops_when_the_output_is_cleared(open_notebook):
    page = open_notebook("playground = Playground(); playground")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    command(page, "notebook:clear-all-cell-outputs")
    page.locator(".explorable").wait_for(state="detached")
    for _ in range(100):
        if ask_kernel(page, "playground.playing") == "False":
            break
        time.sleep(0.05)
    assert ask_kernel(page, "playground.playing") == "False"
