"""The gallery: values, derivatives and saturated regions are those of course.activations and of the formulas."""

import math

import numpy as np
import pytest

from course import activations
from course.widgets import ActivationGallery
from course.widgets.activations import CURVES
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser

# where |f'| = 0.05, solved on paper
SIGMOID_EDGE = math.log((1 + math.sqrt(0.8)) / (1 - math.sqrt(0.8)))  # s(1 − s) = 0.05
SATURATED = {
    "linear": [],
    "sigmoid": [[-5, -SIGMOID_EDGE], [SIGMOID_EDGE, 5]],
    "tanh": [[-5, -math.atanh(math.sqrt(0.95))], [math.atanh(math.sqrt(0.95)), 5]],
    "relu": [[-5, 0]],
    "leaky_relu": [],
    "prelu": [],
    "elu": [[-5, math.log(0.05)]],
    "selu": [[-5, math.log(0.05 / (1.0507009873554805 * 1.6732632423543772))]],
    "softplus": [[-5, -math.log(19)]],
}


def captions(page):
    settle(page)
    return page.locator("figcaption").all_inner_texts()


@browser_test
@pytest.mark.parametrize("name", CURVES)
def test_values_and_derivatives_are_those_of_course(show, name):
    page = show(ActivationGallery())
    z = np.append(np.linspace(-6, 6, 101), [-700.0, 700.0])
    f = activations.get(name)
    for table, expected in (("functions", f(z)), ("derivatives", f.derivative(z))):
        pick = ".value" if table == "functions" else ""
        got = page.evaluate(f"([name, z]) => z.map((v) => explorable.{table}[name]{pick}(v))", [name, z.tolist()])
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15, err_msg=table)


@browser_test
@pytest.mark.parametrize(("name", "a"), [("leaky_relu", 0.05), ("prelu", 0.7), ("elu", 1.8)])
def test_the_parameter_is_that_of_course(show, name, a):
    gallery = ActivationGallery(name, z=-1.3)
    gallery.parameters = {name: a}
    f = {"leaky_relu": activations.LeakyReLU, "prelu": activations.PReLU, "elu": activations.ELU}[name](a)
    z = np.array([-1.3])
    value, derivative = captions(show(gallery))
    assert f"= {f(z)[0]:.3f}".replace("-", "−") in value
    assert f"= {f.derivative(z)[0]:.3f}" in derivative


@browser_test
@pytest.mark.parametrize("name", CURVES)
def test_saturated_regions_are_where_the_formula_says(show, name):
    page = show(ActivationGallery(name))
    got = page.evaluate("name => explorable.saturated(explorable.derivatives[name])", name)
    assert np.shape(got) == np.shape(SATURATED[name])
    np.testing.assert_allclose(got, SATURATED[name], atol=1e-3)
    settle(page)
    words = page.locator(".says").inner_text()
    for edge in np.ravel(SATURATED[name]):
        if abs(edge) < 5:
            assert f"{edge:.2f}".replace("-", "−").removeprefix("−0.00") in words
    assert ("Nowhere saturated" in words) == (not SATURATED[name])
    assert page.locator(".value .flat path").count() == len(SATURATED[name])


@browser_test
def test_softmax_and_its_derivatives_are_those_of_course(show):
    page = show(ActivationGallery("softmax"))
    z = np.random.default_rng(0).normal(size=(20, 3)) * 4
    got = np.array(page.evaluate("z => z.map(explorable.softmax)", z.tolist()))
    np.testing.assert_allclose(got, activations.softmax(z), rtol=1e-12)
    jacobians = page.evaluate(
        "z => z.map((each) => explorable.softmaxDerivatives(explorable.softmax(each)))", z.tolist()
    )
    np.testing.assert_allclose(jacobians, activations.softmax.jacobian(z), rtol=1e-10, atol=1e-15)


@browser_test
def test_softmax_shows_its_numbers(show):
    page = show(ActivationGallery("softmax"))
    settle(page)
    p = activations.softmax(np.array([[1.0, 2.0, -1.0]]))[0]
    assert page.locator(".value .bars .name").all_text_contents() == [f"{v:.3f}" for v in p]
    shown = page.locator(".slope .bars .name").all_text_contents()
    jacobian = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose([float(v.replace("−", "-")) for v in shown], jacobian.ravel(), atol=5.1e-4)
    page.get_by_label("z₂").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.get('logits')") == [1, 2.1, -1]


@browser_test
def test_numbers_follow_the_slider(show):
    page = show(ActivationGallery("tanh"))
    page.get_by_label("z", exact=True).focus()
    page.keyboard.press("Home")
    assert captions(page) == ["value f(−5.00) = −1.000", "derivative f′(−5.00) = 0.000"]
    page.keyboard.press("PageUp")  # a tenth of the way
    assert captions(page)[0] == f"value f(−4.00) = −{math.tanh(4):.3f}"


@browser_test
def test_dragging_in_a_plot_moves_z(show):
    page = show(ActivationGallery("sigmoid"))
    box = page.locator("svg.value").bounding_box()
    left = box["x"] + box["width"] * 34 / 400
    right = box["x"] + box["width"] * 392 / 400
    page.mouse.move(left + (right - left) * 0.7, box["y"] + 100)
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("model.get('z')") == pytest.approx(2, abs=0.02)


@browser_test
def test_picking_and_comparing(show):
    page = show(ActivationGallery())
    page.get_by_role("radio", name="SELU").check(force=True)
    assert captions(page)[0] == "value f(1.00) = 1.051"
    page.get_by_label("compare with").select_option("tanh")
    assert captions(page)[0] == "value f(1.00) = 1.051tanh 0.762"
    assert page.locator("svg.value .curve.other").get_attribute("d")
    page.get_by_role("radio", name="SELU").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.get('activation')") == "softplus"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "swish"}, "ActivationGallery: activation must be .*got 'swish'"),
        ({"compare": "softmax"}, "ActivationGallery: compare must be .*got 'softmax'"),
        ({"z": 6}, "ActivationGallery: z must be a number of at least -5 and at most 5, got 6"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ActivationGallery(**arguments)


def test_bad_parameters_are_named():
    gallery = ActivationGallery()
    with pytest.raises(ValueError, match="parameters must be a dict with keys from"):
        gallery.parameters = {"relu": 1}
    with pytest.raises(ValueError, match="logits must be three numbers"):
        gallery.logits = [1, 2]
