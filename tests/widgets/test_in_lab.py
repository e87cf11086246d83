"""The neuron and the playground in real notebooks, with a kernel behind them."""

import pytest

from tests.widgets.notebooks import in_both, marks

pytestmark = marks

NEURON = "from course.widgets import NeuronExplorer\nneuron = NeuronExplorer()\nneuron"
PLAYGROUND = "from course.widgets import Playground\nplayground = Playground()\nplayground"
EPOCH = "Number(document.querySelector('.losses b')?.textContent)"


def test_neuron(open_notebook):
    notebook = open_notebook(NEURON)
    page, cells = notebook.page, "jupyterapp.shell.currentWidget.content.model.cells.length"
    before = page.evaluate(cells)
    page.get_by_label("w₁").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")  # inserts a cell where the shortcut isn't held back
    page.wait_for_function("document.querySelector('.formula').textContent.includes('1.1·x₁')")
    assert page.evaluate(cells) == before
    notebook.wait_until("neuron.weights", "[1.1, -1.0]")
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520

    ground = "getComputedStyle(document.querySelector('.explorable')).backgroundColor"
    light = page.evaluate(ground)
    notebook.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function(f"{ground} !== '{light}'")
    assert sum(map(int, page.evaluate(ground)[4:-1].split(","))) < 150


@in_both
def test_playground(open_notebook, front):
    notebook = open_notebook(PLAYGROUND, front=front)
    page = notebook.page
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"{EPOCH} > 20")
    # the kernel is free for other work while it trains
    assert notebook.ask("playground.playing") == "True"
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play").wait_for()
    page.wait_for_function(f"{EPOCH} === {notebook.ask('playground.epoch')}")
    epoch = page.evaluate(EPOCH)
    page.get_by_role("button", name="Step").click()
    page.wait_for_function(f"{EPOCH} === {epoch + 1}")

    page.get_by_label("one neuron more in layer 2").click()
    page.wait_for_function("document.querySelectorAll('.node').length === 12")
    assert notebook.ask("playground.hidden") == "[4, 5]"
    page.get_by_role("combobox", name="weight", exact=True).select_option("x₁ → neuron 1.1")
    page.get_by_label("value").fill("2.5")
    page.wait_for_function("document.querySelector('.state input').value.includes('weights=')")
    assert notebook.ask("playground.parameters[0][0][0]") == "2.5"

    page.locator(".map").click(position={"x": 20, "y": 20})
    page.wait_for_function("document.querySelector('.state input').value.includes('points=')")
    assert notebook.ask("playground.data, len(playground.train)") == "('own', 201)"
    field = page.get_by_label("state")
    field.fill("data=xor&hidden=2,2,2")
    field.press("Enter")
    page.wait_for_function("document.querySelectorAll('.node').length === 9")
    assert notebook.ask("playground.data, playground.hidden") == "('xor', [2, 2, 2])"
    field.fill("data=circle")
    field.press("Enter")
    page.get_by_text("data must be 'moons'").first.wait_for()


def test_training_stops_when_the_output_is_cleared(open_notebook):
    notebook = open_notebook(PLAYGROUND)
    notebook.page.get_by_role("button", name="Play").click()
    notebook.page.get_by_role("button", name="Pause").wait_for()
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.page.locator(".explorable").wait_for(state="detached")
    notebook.wait_until("playground.playing", "False")


@in_both
def test_comes_back_after_a_reload_and_says_so_after_a_restart(open_notebook, front):
    notebook = open_notebook(PLAYGROUND, NEURON, front=front)
    page = notebook.page
    page.get_by_role("button", name="Step").click()
    page.get_by_label("w₁").fill("2")
    notebook.wait_until("playground.epoch, neuron.weights", "(1, [2.0, -1.0])")
    notebook.reload()
    page.wait_for_function(f"{EPOCH} === 1")
    page.wait_for_function("document.querySelector('.formula')?.textContent.includes('2.0·x₁')")
    page.get_by_role("button", name="Step").click()
    page.wait_for_function(f"{EPOCH} === 2")
    assert page.locator(".lost:visible").count() == 0

    notebook.restart()
    page.wait_for_function("[...document.querySelectorAll('.lost')].filter((each) => each.offsetHeight).length === 2")
    assert page.locator(".lost").first.inner_text() == "The kernel has ended or restarted: run the cell again."
    page.get_by_label("w₁").fill("3")  # what needs no kernel goes on
    page.wait_for_function("document.querySelector('.formula').textContent.includes('3.0·x₁')")
    notebook.run_all()
    page.wait_for_function(f"{EPOCH} === 0")
    page.wait_for_function("document.querySelector('.formula')?.textContent.includes('1.0·x₁')")
    assert page.locator(".explorable").count() == 2
    assert page.locator(".lost:visible").count() == 0


@pytest.mark.parametrize("end", ["import os; os.kill(os.getpid(), 9)", None], ids=["killed", "shut down"])
def test_says_when_the_kernel_has_ended(open_notebook, end):
    notebook = open_notebook(NEURON)
    if end:
        notebook.run_below(end)
    else:
        notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.page.locator(".lost").wait_for()
