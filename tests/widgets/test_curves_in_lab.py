"""The live curves in real notebooks: they move while fit holds the kernel, and what a hand does arrives."""

from tests.widgets.notebooks import in_both, marks

pytestmark = marks

SETTING = """
import numpy as np
from course import Sequential, layers
from course.widgets.curves import LiveCurves
x = np.random.default_rng(0).normal(size=(640, 8)).astype(np.float32)
y = x[:, :1] * x[:, 1:2]
curves = LiveCurves()
curves
"""
TRAINING = """
model = Sequential([layers.Input((8,)), layers.Dense(16, activation="tanh"), layers.Dense(1)], seed=0)
model.compile("sgd", "mse")
model.fit(x, y, epochs=10**6, validation_split=0.5, verbose=0, callbacks=[curves])
after = "fit has returned"
"""

# the kinds of what stands below the last cell
OUTPUTS = """jupyterapp.shell.currentWidget.content.activeCell.model.outputs.toJSON()
  .map((output) => Object.keys(output.data ?? {}).sort())"""
REACHED = "Number(document.querySelector('.curves tbody td:nth-child(2)').textContent)"


@in_both
def test_live_curves(open_notebook, front):
    notebook = open_notebook(SETTING, front=front)
    page = notebook.page
    page.get_by_text("No training yet").first.wait_for()
    notebook.run_below(TRAINING)
    page.wait_for_function(f"document.querySelector('.curves tbody td') && {REACHED} > 5")
    epoch = page.evaluate(REACHED)
    page.wait_for_function(f"{REACHED} > {epoch}")
    # the picture stands below the cell that trains, too, and is the same
    page.wait_for_function("document.querySelectorAll('.curves .losses .lines .run0 .validation').length === 2")
    assert page.evaluate(OUTPUTS) == [["application/vnd.jupyter.widget-view+json", "text/plain"]]

    page.get_by_label("learning rate").last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.curves .rates .lines path').getAttribute('d').includes('L')")
    page.get_by_role("button", name="Stop").last.click()
    page.wait_for_function("document.querySelector('.curves .says').textContent.includes('was stopped')")
    assert notebook.ask("after, model.optimizer.learning_rate") == "('fit has returned', 0.011)"

    page.wait_for_function(f"{OUTPUTS}.flat().includes('image/png')")
    assert page.locator(".curves").count() == 2
    assert page.get_by_role("button", name="Stop").last.is_disabled()
