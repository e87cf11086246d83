"""The neuron explorer: its numbers are those of course.activations, its line goes where it is dragged."""

import numpy as np
import pytest

from course import activations
from course.widgets import NeuronExplorer
from course.widgets.neuron import ACTIVATIONS
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser


def lines(page):
    settle(page)
    return page.locator(".formula").inner_text(), page.locator(".filled").inner_text()


def at(page, x1, x2, reach=3.0):
    """Where the point lies on the screen."""
    box = page.locator(".plane").bounding_box()
    return (
        box["x"] + (x1 / reach + 1) / 2 * box["width"],
        box["y"] + (1 - x2 / reach) / 2 * box["height"],
    )


def drag(page, start, end):
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=4)
    page.mouse.up()
    settle(page)


@browser_test
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_are_those_of_course(show, activation):
    page = show(NeuronExplorer())
    x = np.random.default_rng(3).normal(size=(40, 2)) * 3
    neuron = {"weights": [1.7, -0.9], "bias": 0.3, "activation": activation}
    got = page.evaluate("([neuron, x]) => x.map((p) => explorable.output(neuron, p))", [neuron, x.tolist()])
    z = x @ np.array([1.7, -0.9]) + 0.3
    np.testing.assert_allclose([each["z"] for each in got], z, rtol=1e-12, atol=1e-14)
    expected = activations.get(activation)(z)
    np.testing.assert_allclose([each["f"] for each in got], expected, rtol=1e-12, atol=1e-14)
    explorer = NeuronExplorer(weights=(1.7, -0.9), bias=0.3, activation=activation)
    np.testing.assert_allclose(explorer.output(x), expected, rtol=1e-12, atol=1e-14)


@browser_test
def test_formula_is_filled_with_the_numbers(show):
    page = show(NeuronExplorer())
    assert lines(page) == (
        "f(x) = σ(1.0·x₁ − 1.0·x₂ + 0.0)",
        "f(1.0, 0.5) = σ(1.0·1.0 − 1.0·0.5 + 0.0) = σ(0.50) = 0.622",  # 1 / (1 + e^-0.5) = 0.62246
    )


@browser_test
def test_formula_without_activation_and_with_negative_numbers(show):
    page = show(NeuronExplorer(weights=(-2, 0.25), bias=-1.5, activation="linear"))
    page.evaluate("model.set('point', [-1, -2])")
    assert lines(page) == (
        "f(x) = −2.0·x₁ + 0.25·x₂ − 1.5",
        "f(−1.0, −2.0) = −2.0·(−1.0) + 0.25·(−2.0) − 1.5 = 0.00",
    )


@browser_test
def test_sliders_work_from_the_keyboard(show):
    page = show(NeuronExplorer())
    page.get_by_label("w₁").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("b", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_label("activation").select_option("relu")
    assert lines(page)[0] == "f(x) = ReLU(1.1·x₁ − 1.0·x₂ − 0.1)"
    assert page.evaluate("model.get('weights')") == [1.1, -1]
    assert page.evaluate("model.get('bias')") == -0.1


@browser_test
def test_words_follow_when_the_slider_rests(show):
    page = show(NeuronExplorer())
    page.evaluate("model.set('bias', -2)")
    page.wait_for_function("document.querySelector('.spoken').textContent.includes('on the − side')")
    assert page.locator(".spoken").inner_text() == page.locator(".says").inner_text()


@browser_test
def test_hovering_looks_and_pressing_chooses(show):
    page = show(NeuronExplorer())
    page.mouse.move(*at(page, -2, 1))
    assert lines(page)[1].startswith("f(−2.0, 1.0) = ")
    assert page.evaluate("model.get('point')") == [1, 0.5]
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    assert lines(page)[1].startswith("f(−2.0, 1.0) = ")
    assert page.evaluate("model.get('point')") == [-2, 1]


@browser_test
def test_line_goes_where_it_is_dragged(show):
    page = show(NeuronExplorer(weights=(1, 1), bias=0))
    drag(page, (1, -1), (1.5, 0.5))
    assert page.evaluate("model.get('bias')") == -2  # 1·1.5 + 1·0.5 + b = 0
    assert page.evaluate("model.get('weights')") == [1, 1]


@browser_test
def test_arrow_turns_the_line_about_its_foot(show):
    page = show(NeuronExplorer(weights=(2, 0), bias=-2))  # foot at (1, 0), tip at (2, 0)
    drag(page, (2, 0), (1, 1))
    assert page.evaluate("model.get('weights')") == [0, 2]
    assert page.evaluate("model.get('bias')") == 0  # through (1, 0): 0·1 + 2·0 + b = 0


@browser_test
def test_counts_the_points_on_their_side(show):
    points = [[1, 0], [2, 0], [-1, 0], [-2, 0], [0.5, 0]]
    page = show(NeuronExplorer(weights=(1, 0), points=points, labels=[1, 1, 0, 0, 0]))
    settle(page)
    assert "4 of 5 data points lie on their side of the line." in page.locator(".says").inner_text()
    assert page.locator(".plane .datum.plus").count() == 2
    assert page.locator(".plane .datum.minus").count() == 3


@browser_test
def test_zero_weights_have_no_line(show):
    page = show(NeuronExplorer(weights=(0, 0), bias=0.5))
    settle(page)
    assert "every input gives the same" in page.locator(".says").inner_text()
    assert page.locator(".turned").get_attribute("visibility") == "hidden"


@browser_test
def test_follows_the_kernel(show):
    page = show(NeuronExplorer())
    page.evaluate("model.set('weights', [0.5, 2]); model.set('activation', 'tanh')")
    assert lines(page)[0] == "f(x) = tanh(0.5·x₁ + 2.0·x₂ + 0.0)"


def test_plane_grows_to_hold_the_points():
    assert NeuronExplorer().reach == 3
    assert NeuronExplorer(points=[[10, -2]]).reach == 11


def test_labels_of_any_two_values():
    points = [[0, 0], [1, 1], [2, 2]]
    assert NeuronExplorer(points=points, labels=[-1, 1, -1]).labels == [0, 1, 0]
    assert NeuronExplorer(points=points, labels=np.array([False, True, True])).labels == [0, 1, 1]
    assert NeuronExplorer(points=points, labels=[1, 1, 1]).labels == [1, 1, 1]


def test_arguments_are_left_alone():
    points = np.ones((4, 2), dtype=np.float32)
    explorer = NeuronExplorer(points=points, labels=np.zeros(4, dtype=int))
    explorer.points[0][0] = 5.0
    np.testing.assert_array_equal(points, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": (1, 2, 3)}, r"NeuronExplorer: weights must be two finite numbers, got \(1, 2, 3\)"),
        ({"weights": (1, float("nan"))}, r"NeuronExplorer: weights must be two finite numbers, got \(1, nan\)"),
        ({"weights": "ab"}, r"NeuronExplorer: weights must be two finite numbers, got 'ab'"),
        ({"bias": float("inf")}, r"NeuronExplorer: bias must be a number"),
        ({"activation": "relo"}, r"NeuronExplorer: activation must be .*got 'relo'; did you mean 'relu'\?"),
        ({"activation": "softmax"}, r"NeuronExplorer: activation must be .*got 'softmax'"),
        ({"points": [1, 2]}, r"NeuronExplorer: points must be finite numbers of shape \(n, 2\), got \[1, 2\]"),
        (
            {"points": [[1, 2]], "labels": [0, 1]},
            r"NeuronExplorer: labels must have one value for each of the 1 points",
        ),
        ({"points": [[1, 2]] * 3, "labels": [0, 1, 2]}, r"NeuronExplorer: labels must have two different values"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        NeuronExplorer(**arguments)


def test_bad_values_are_refused_later_too():
    explorer = NeuronExplorer()
    with pytest.raises(ValueError, match="weights must be two finite numbers"):
        explorer.weights = [1]
    assert explorer.weights == [1.0, -1.0]
