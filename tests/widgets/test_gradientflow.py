"""Gradient flow: sizes are those of course's own graph and of PyTorch; the picture and the words tell them."""

import numpy as np
import pytest

from course import layers
from course.models import Model
from course.widgets.gradientflow import DEEPEST, INITIALIZATIONS, WIDTH, GradientFlow
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser


def size(array):
    return np.sqrt(np.mean(np.square(array)))


def words(page):
    settle(page)
    return page.locator(".says").inner_text()


def answer(page, flow):
    """What the kernel would send."""
    page.evaluate("(result) => model.set('result', result)", flow.result)
    settle(page)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "selu"])
def test_signal_and_gradient_are_those_of_a_model(activation, normalization, skip):
    """The same layers, joined by course's graph, which goes back through them on its own."""
    flow = GradientFlow(4, "he_normal", activation, normalization, skip, seed=1)
    x, dy = flow.examples()
    first = symbol = layers.Input((WIDTH,), dtype=np.float64)
    outputs = []
    for block in flow.blocks():
        before = symbol
        for layer in block:
            symbol = layer(symbol)
        symbol = layers.add([before, symbol], dtype=np.float64) if skip else symbol
        outputs.append(symbol)
    hs, _ = Model(first, outputs).forward(x, training=True)
    np.testing.assert_allclose(flow.signal, [size(x), *map(size, hs)], rtol=1e-9)
    model = Model(first, outputs[-1])
    _, cache = model.forward(x, training=True)
    assert flow.gradient[0] == pytest.approx(size(model.backward(dy, cache)), rel=1e-9)
    assert flow.gradient[-1] == pytest.approx(size(dy))


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_every_gradient_is_that_of_pytorch(normalization, skip):
    torch = pytest.importorskip("torch")
    flow = GradientFlow(6, "glorot_normal", "tanh", normalization, skip, seed=2)
    x, dy = map(torch.from_numpy, flow.examples())
    hs = [x.requires_grad_()]
    for dense, *_ in flow.blocks():
        z = hs[-1] @ torch.from_numpy(dense.get_weights()[0])
        axis = {"batch": 0, "layer": 1}.get(normalization)
        if axis is not None:
            mean, variance = z.mean(axis, keepdim=True), z.var(axis, correction=0, keepdim=True)
            z = (z - mean) / torch.sqrt(variance + 1e-3)
        hs.append(torch.tanh(z) + (hs[-1] if skip else 0))
        hs[-1].retain_grad()
    hs[-1].backward(dy)
    np.testing.assert_allclose(flow.signal, [size(h.detach().numpy()) for h in hs], rtol=1e-9)
    np.testing.assert_allclose(flow.gradient, [size(h.grad.numpy()) for h in hs], rtol=1e-9)


def test_sizes_are_those_of_theory():
    """He et al. 2015: relu halves the mean square, and weights of variance 2 / inputs make up for it."""
    steady = GradientFlow(40, "he_normal", "relu").signal
    assert 0.3 < steady[-1] < 3
    falling = GradientFlow(40, "glorot_normal", "relu").signal
    assert np.log2(falling[-1]) == pytest.approx(-20, abs=3)
    # orthogonal weights keep every length, forward and back
    kept = GradientFlow(40, "orthogonal", "linear")
    np.testing.assert_allclose(kept.signal, kept.signal[0])
    np.testing.assert_allclose(kept.gradient, kept.gradient[-1])


def test_weights_are_drawn_by_course_and_by_the_seed():
    flow = GradientFlow(2, "normal 0.3", seed=5)
    kernels = [block[0].get_weights()[0] for block in flow.blocks()]
    rng = np.random.default_rng([5, 1])
    for kernel in kernels:
        np.testing.assert_array_equal(kernel, INITIALIZATIONS["normal 0.3"]((WIDTH, WIDTH), rng, np.float64))
    before = flow.signal
    flow.seed = 6
    assert not np.array_equal(flow.signal, before)
    flow.seed = 5
    np.testing.assert_array_equal(flow.signal, before)


@browser_test
def test_numbers_under_the_picture(show):
    flow = GradientFlow(20, "glorot_normal", "relu")
    page = show(flow)
    spread = flow.blocks()[0][0].get_weights()[0].std()
    assert f"{spread:.2f} {8 * spread:.2f} {8 * spread * 0.5**0.5:.2f}" == "0.12 0.99 0.70"
    assert page.locator(".formula").inner_text() == (
        "√(inputs · variance of the weights) = √(64 · 0.12²) = 0.99, with relu · √0.5 = 0.7 a layer"
    )
    page.get_by_label("read layer").press("Home")
    settle(page)
    assert page.locator(".filled").inner_text().startswith("layer 0 of 20, the input: signal 1, gradient ")
    page.get_by_label("read layer").press("End")
    settle(page)
    assert page.locator(".signal i").inner_text() == f"{flow.signal[20]:.1e} at layer 20".replace("e-04", "·10⁻⁴")
    forward, back = (
        page.evaluate("(values) => explorable.factor(values)", values.tolist())
        for values in (flow.signal, flow.gradient[::-1])
    )
    assert forward == pytest.approx(np.exp(np.diff(np.log(flow.signal)).mean()))
    assert back == pytest.approx(np.exp(-np.diff(np.log(flow.gradient)).mean()))
    assert (
        f"signal by {forward:.2g}, the gradient on its way back by {back:.2g}" in page.locator(".filled").inner_text()
    )


@browser_test
@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        (("normal 0.01", "tanh"), "The gradient vanishes: at the input it has "),
        (("normal 0.3", "relu"), "The gradient explodes: at the input it has "),
        (("he_normal", "relu"), "The gradient arrives: at the input it has "),
    ],
)
def test_verdict(show, settings, verdict):
    assert words(show(GradientFlow(30, *settings))).startswith(verdict)


@browser_test
def test_the_picture_holds_every_number(show):
    for flow in (GradientFlow(DEEPEST, "normal 0.01", "sigmoid"), GradientFlow(50, "normal 0.3", "linear")):
        page = show(flow)
        for name, values in (("signal", flow.signal), ("gradient", flow.gradient)):
            path = page.locator(f".{name} .curve").get_attribute("d")
            points = np.array([point.split() for point in path[1:].split("L")], dtype=float)
            assert len(points) == flow.depth + 1
            # heights are linear in the logarithms, above the plot's floor of 10⁻⁶⁰
            seen = values > 1e-60
            slope, start = np.polyfit(np.log10(values[seen]), points[seen, 1], 1)
            np.testing.assert_allclose(points[seen, 1], start + slope * np.log10(values[seen]), atol=0.1)
            assert points[:, 1].min() >= 5.9
            assert points[:, 1].max() <= 234.1


@browser_test
def test_every_control_asks_the_kernel(show):
    page = show(GradientFlow())
    for label, name, value in (
        ("weights", "initialization", "orthogonal"),
        ("activation", "activation", "selu"),
        ("normalization", "normalization", "batch"),
        ("skip connections", "skip", "true"),
    ):
        page.get_by_label(label).select_option(value)
        assert str(page.evaluate("(name) => model.get(name)", name)).lower() == value
    page.get_by_label("layers", exact=True).press("End")
    page.get_by_role("button", name="Draw new weights").click()
    assert page.evaluate("[model.get('depth'), model.get('seed')]") == [60, 1]


@browser_test
def test_without_an_answer_it_says_so_and_takes_it_when_it_comes(show):
    page = show(GradientFlow(10))
    page.get_by_label("weights").select_option("he_normal")
    page.wait_for_function("document.querySelector('.says').textContent === 'Computing …'")
    page.wait_for_function("document.querySelector('.says').textContent.startsWith('The kernel doesn')")
    assert words(page) == (
        "The kernel doesn't answer: it is busy or gone. This is still the picture of initialization glorot_normal."
    )
    assert "old" in page.locator(".explorable").get_attribute("class")
    answer(page, GradientFlow(10, "he_normal"))
    assert words(page).startswith("The gradient arrives")
    assert "old" not in page.locator(".explorable").get_attribute("class")


@browser_test
def test_a_result_is_kept_to_compare(show):
    page = show(GradientFlow(10))
    before = page.locator(".signal .curve").get_attribute("d")
    page.get_by_role("button", name="Keep to compare").click()
    settle(page)
    assert page.locator(".signal .kept").get_attribute("d") == before
    page.evaluate("model.set('depth', 20)")
    answer(page, GradientFlow(20))
    kept, now = (page.locator(f".signal .{name}").get_attribute("d").split("L") for name in ("kept", "curve"))
    assert (len(kept), len(now)) == (11, 21)
    page.get_by_role("button", name="Forget the dashed").click()
    settle(page)
    assert not page.locator(".signal .kept").get_attribute("d")


@browser_test
def test_a_layer_is_read_by_pointing(show):
    page = show(GradientFlow(10))
    box = page.locator(".gradient svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 40)
    page.mouse.down()
    page.mouse.up()
    settle(page)
    assert page.locator(".filled").inner_text().startswith("layer 10 of 10: ")


def test_words_and_picture():
    flow = GradientFlow(2, "orthogonal", "linear", skip=True, normalization="layer")
    assert flow.describe().startswith(
        "GradientFlow: 2 linear layers with skip connections, orthogonal, layer normalization: the signal ends at "
    )
    assert flow.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 1}, "depth must be an integer of at least 2, got 1"),
        ({"depth": 61}, "depth must be an integer of at most 60, got 61"),
        ({"initialization": "he"}, "initialization must be .*got 'he'"),
        ({"activation": "rleu"}, "activation must be .*got 'rleu'; did you mean 'relu'"),
        ({"normalization": None}, "normalization must be 'none', 'batch' or 'layer', got None"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"GradientFlow: {message}"):
        GradientFlow(**arguments)


def test_a_skip_that_is_no_flag():
    with pytest.raises(TypeError, match="GradientFlow: skip must be True or False, got 'no'"):
        GradientFlow(skip="no")
