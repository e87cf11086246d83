"""The live curves in a real JupyterLab: they move while fit holds the kernel, and what a hand does arrives."""

import time

import pytest

from tests.widgets.test_in_lab import ask_kernel, command, open_notebook, server  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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

REACHED = "Number(document.querySelector('.curves tbody td:nth-child(2)').textContent)"


def test_live_curves(open_notebook):  # noqa: F811
    page = open_notebook(SETTING)
    page.get_by_text("No training yet").first.wait_for()
    command(page, "notebook:insert-cell-below")
    # not waited for: the command ends when the cell does
    page.evaluate(
        """(code) => {
          const { content } = jupyterapp.shell.currentWidget;
          content.activeCell.model.sharedModel.setSource(code);
          jupyterapp.commands.execute("notebook:run-cell");
        }""",
        TRAINING,
    )
    page.wait_for_function(f"document.querySelector('.curves tbody td') && {REACHED} > 5")
    epoch = page.evaluate(REACHED)
    page.wait_for_function(f"{REACHED} > {epoch}")
    # the picture stands below the cell that trains, too, and is the same
    page.wait_for_function("document.querySelectorAll('.curves .losses .lines .run0 .validation').length === 2")
    assert outputs(page) == [["application/vnd.jupyter.widget-view+json", "text/plain"]]

    page.get_by_label("learning rate").last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.curves .rates .lines path').getAttribute('d').includes('L')")
    page.get_by_role("button", name="Stop").last.click()
    page.wait_for_function("document.querySelector('.curves .says').textContent.includes('was stopped')")
    assert ask_kernel(page, "after, model.optimizer.learning_rate") == "('fit has returned', 0.011)"

    for _ in range(100):
        if "image/png" in outputs(page)[0]:
            break
        time.sleep(0.1)
    assert "image/png" in outputs(page)[0]
    assert page.locator(".curves").count() == 2
    assert page.get_by_role("button", name="Stop").last.is_disabled()


def outputs(page):
    """The kinds of what stands below the last cell."""
    return page.evaluate(
        """() => jupyterapp.shell.currentWidget.content.activeCell.model.outputs.toJSON()
          .map((output) => Object.keys(output.data ?? {}).sort())"""
    )
