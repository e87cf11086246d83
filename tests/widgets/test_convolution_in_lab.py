"""The convolution stepper in a real JupyterLab: the student's function answers to what the hand changes."""

import time

import pytest

from tests.widgets.test_in_lab import ask_kernel, open_notebook, server  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = """
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from course.widgets.convolution import ConvolutionExplorer

def conv(image, kernel):
    return (sliding_window_view(image, kernel.shape) * kernel).sum(axis=(2, 3))

explorer = ConvolutionExplorer("digit", "sharpen", conv=conv)
explorer
"""


def test_own_function_answers(open_notebook):  # noqa: F811
    page = open_notebook(CELL)
    said = "document.querySelector('.verdict').textContent"
    page.wait_for_function(f"{said} === '✓ your conv gives the same 36 numbers'")
    page.locator(".image svg").focus()
    page.keyboard.press("7")
    for _ in range(100):
        if ask_kernel(page, "explorer.image[0][0]") == "[7.0]":
            break
        time.sleep(0.05)
    assert ask_kernel(page, "explorer.image[0][0]") == "[7.0]"
    page.wait_for_function(f"{said} === '✓ your conv gives the same 36 numbers'")
    page.get_by_label("padding").select_option("same")
    page.wait_for_function(f"{said}.startsWith('✗ your conv gave shape (6, 6), expected (8, 8)')")
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520
