"""The student's own convolution, run beside the stepper and held against it."""

import json

import numpy as np
import pytest

from course.convolution import naive
from course.shapes import axis
from course.widgets.convolution import ConvolutionExplorer
from tests.widgets.stepper import IMAGE, KERNEL, shown


def right(image, kernel, stride=1, padding="valid", dilation=1):
    sizes = zip(image.shape, kernel.shape, strict=True)
    window = tuple(axis(size, taps, stride, padding, dilation) for size, taps in sizes)
    return naive.forward(image[None, :, :, None], kernel[:, :, None, None], window)[0, :, :, 0]


def off_at_the_edge(image, kernel):
    y = right(image, kernel)
    y[0, 2] += 1
    image[:] = 0  # must not reach the picture
    return y


@pytest.mark.browser
def test_own_function_is_compared_and_differing_cells_marked(show):
    widget = ConvolutionExplorer(IMAGE, KERNEL, conv=off_at_the_edge)
    y = widget.output()[0, 2, 0]
    page = show(widget)
    assert shown(page, ".verdict") == f"≠ your conv: 1 of 25 numbers differ: y[0, 2] is {y + 1:g}, not {y:g}"
    mark = page.locator(".output svg > .differs")
    assert mark.evaluate("rect => [rect.getAttribute('x'), rect.getAttribute('y')]") == ["80", "0"]
    page.evaluate("model.set('stride', 2)")  # the kernel hasn't answered yet
    assert shown(page, ".verdict") == "…"
    assert mark.count() == 0
    page.evaluate("model.set('verdict', { run: 9, words: 'all well', differ: [] })")
    assert shown(page, ".verdict") == "all well"


def test_own_function_runs_again_when_something_changes():
    calls = []

    def conv(image, kernel, stride=1, **others):
        calls.append((image.shape, kernel.shape, stride, others))
        return right(image, kernel, stride, **others)

    widget = ConvolutionExplorer(IMAGE, KERNEL, conv=conv)
    assert widget.verdict["words"] == "✓ your conv gives the same 25 numbers"
    widget.set_state({"stride": 2, "padding": "same"})
    assert calls[-1] == ((6, 7), (2, 3), 2, {"padding": "same", "dilation": 1})
    assert widget.verdict["words"] == "✓ your conv gives the same 12 numbers"
    runs = widget.verdict["run"]
    widget.image = IMAGE * 2
    assert widget.verdict["run"] == runs + 1
    widget.set_state({"dilation": 4, "padding": "valid"})
    widget.kernel = np.ones((5, 5))
    assert widget.verdict["words"] == ""
    json.dumps(widget.verdict)


@pytest.mark.parametrize(
    ("conv", "words"),
    [
        (lambda image, kernel: image, "✗ your conv gave shape (6, 7), expected (3, 3) (it takes no stride)"),
        (lambda image: image, "✗ your conv raised TypeError: "),
        (lambda image, kernel: None, "✗ your conv gave shape (), expected (3, 3)"),
        (lambda image, kernel, stride: np.full((3, 3), np.nan), "≠ your conv: 9 of 9 numbers differ: y[0, 0] is nan"),
        (lambda image, kernel: 1 / 0, "✗ your conv raised ZeroDivisionError: division by zero (it takes no stride)"),
    ],
)
def test_a_broken_function_is_told_what_is_wrong(conv, words):
    assert ConvolutionExplorer(IMAGE, KERNEL, stride=2, conv=conv).verdict["words"].startswith(words)


def test_own_function_gets_channels_where_there_are_several():
    shapes = []
    ConvolutionExplorer(np.ones((4, 5, 2)), np.ones((2, 2, 2, 3)), conv=lambda *arrays: shapes.extend(arrays))
    assert [each.shape for each in shapes] == [(4, 5, 2), (2, 2, 2, 3)]
