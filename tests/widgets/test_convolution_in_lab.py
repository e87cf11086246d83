"""The convolution stepper in real notebooks: the student's function answers to what the hand changes."""

from tests.widgets.notebooks import in_both, marks

pytestmark = marks

CELL = """
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from course.widgets.convolution import ConvolutionExplorer

def conv(image, kernel):
    return (sliding_window_view(image, kernel.shape) * kernel).sum(axis=(2, 3))

explorer = ConvolutionExplorer("digit", "sharpen", conv=conv)
explorer
"""


@in_both
def test_own_function_answers(open_notebook, front):
    notebook = open_notebook(CELL, front=front)
    page, said = notebook.page, "document.querySelector('.verdict').textContent"
    page.wait_for_function(f"{said} === '✓ your conv gives the same 36 numbers'")
    page.locator(".image svg").focus()
    page.keyboard.press("7")
    notebook.wait_until("explorer.image[0][0]", "[7.0]")
    page.wait_for_function(f"{said} === '✓ your conv gives the same 36 numbers'")
    page.get_by_label("padding").select_option("same")
    page.wait_for_function(f"{said}.startsWith('✗ your conv gave shape (6, 6), expected (8, 8)')")
    page.get_by_label("padding").select_option("valid")
    page.get_by_label("channels").select_option("2 → 3")
    notebook.wait_until("np.shape(explorer.image), np.shape(explorer.kernel)", "((8, 8, 2), (3, 3, 2, 3))")
    page.wait_for_function(f"{said}.startsWith('✗ your conv raised ValueError')")
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520
