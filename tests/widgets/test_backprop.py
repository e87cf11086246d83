"""Backpropagation step by step: every number, formula and line of code is held against course and a published one."""

import re

import numpy as np
import pytest

from course import activations
from course.gradcheck import numerical_gradient
from course.widgets.backprop import ACTIVATIONS, BackpropStepper
from course.widgets.backprop_steps import listing
from tests.widgets.backprop_steppers import PUBLISHED, filled, go, stepper_of

browser_test = pytest.mark.browser
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_size = pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (1, 1, 1), (2, 2, 1), (3, 3, 2), (2, 3, 3)])


def by_course(stepper):
    """All numbers of the pass by their keys, by course's layers."""
    model, found = stepper.network(), {}
    loss, dw, db = stepper.gradients()
    above = None
    caches, a = [], np.array([stepper.x])
    dense = model.layers[-len(stepper.weights) :]
    for l, layer in enumerate(dense):
        found |= {f"a {l - 1} {i}": v for i, v in enumerate(a[0])}
        a, cache = layer.forward(a)
        caches.append(cache)
        found |= {f"z {l} {j}": v for j, v in enumerate(layer.logits(cache)[0])}
    found |= {f"a {len(dense) - 1} {j}": v for j, v in enumerate(a[0])} | {"L": loss}
    above = 2 * (a - np.array([stepper.y])) / a.size
    for l in reversed(range(len(dense))):
        _, z, y = caches[l]
        found |= {f"da {l} {j}": v for j, v in enumerate(above[0])}
        found |= {f"dz {l} {j}": v for j, v in enumerate(dense[l].activation.backward(above, z, y)[0])}
        above = dense[l].backward(above, caches[l])
        found |= {f"dw {l} {i} {j}": v for (i, j), v in np.ndenumerate(dw[l])}
        found |= {f"db {l} {j}": v for j, v in enumerate(db[l])}
    return found


@browser_test
@every_activation
@every_size
def test_numbers_are_those_of_course(show, sizes, activation):
    stepper = stepper_of(sizes, activation)
    page = show(stepper)
    state = {name: getattr(stepper, name) for name in ("weights", "biases", "x", "y", "activation")}
    got = page.evaluate("([state, steps]) => explorable.compute(state, steps)", [state, stepper.program["steps"]])
    expected = by_course(stepper)
    steps = [step[0] for step in stepper.program["steps"]]
    assert len(steps) == len(set(steps)) == stepper.steps
    assert set(steps) == {key for key in expected if not key.startswith("a -1")}
    for key in steps:
        assert got[key] == pytest.approx(expected[key], rel=1e-9, abs=1e-15), key


@every_activation
@every_size
def test_gradients_are_those_of_finite_differences(sizes, activation):
    stepper = stepper_of(sizes, activation)
    _, *found = stepper.gradients()
    for name, gradients in zip(("weights", "biases"), found, strict=True):
        for layer, gradient in enumerate(gradients):

            def loss(array, name=name, layer=layer):
                other = stepper_of(sizes, activation)
                arrays = getattr(other, name)
                setattr(other, name, [*arrays[:layer], array, *arrays[layer + 1 :]])
                return other.gradients()[0]

            expected = numerical_gradient(loss, np.array(getattr(stepper, name)[layer]))
            np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-9)


def test_published_example():
    stepper = BackpropStepper(**PUBLISHED)
    loss, (first, second), _ = stepper.gradients()
    assert loss == pytest.approx(0.298371109, abs=1e-9)
    assert first[0, 0] == pytest.approx(0.000438568, abs=1e-9)
    assert second[0, 0] == pytest.approx(0.082167041, abs=1e-9)
    stepper.take_step()
    assert stepper.weights[1][0][0] == pytest.approx(0.35891648, abs=1e-8)
    assert stepper.weights[1][1][0] == pytest.approx(0.408666186, abs=1e-9)
    assert stepper.weights[0][1][1] == pytest.approx(0.29950229, abs=1e-8)


@every_activation
@every_size
def test_code_gives_the_numbers(sizes, activation):
    """The lines that stand beside a step run, and give its number."""
    stepper = stepper_of(sizes, activation)
    stepper.rate = 0.1
    deep = len(stepper.weights) > 1
    names = {"np": np, "rate": 0.1, "x": np.array(stepper.x), "y": np.array(stepper.y)}
    names[activation] = activations.get(activation)
    for layer, (kernel, bias) in enumerate(zip(stepper.weights, stepper.biases, strict=True), start=1):
        n = layer if deep else ""
        names |= {f"W{n}": np.array(kernel), f"b{n}": np.array(bias)}
    expected = by_course(stepper)
    code = listing(sizes, activation)
    for key, line in [*code["forward"], *code["backward"]]:
        exec(line, names)
        result = np.asarray(names[line.split(" = ")[0]])
        for place, value in np.ndenumerate(result):
            whole = " ".join([key, *map(str, place)])
            assert value == pytest.approx(expected[whole], rel=1e-9, abs=1e-15), whole
    for _, line in code["step"]:
        exec(line, names)
    stepper.take_step()
    for layer, kernel in enumerate(stepper.weights, start=1):
        np.testing.assert_allclose(names[f"W{layer if deep else ''}"], kernel, rtol=1e-12)


@browser_test
@every_activation
def test_each_formula_filled_is_its_number(show, activation):
    """What stands left of the last = is worked out again from the numbers that are written there."""
    stepper = stepper_of((2, 2, 2), activation)
    page = show(stepper)
    f = activations.get(activation)
    expected = by_course(stepper)
    for position, (key, *_) in enumerate(stepper.program["steps"], start=1):
        go(page, position)
        *forms, result = filled(page)[1].removeprefix("= ").split(" = ")
        shown = float(result.replace("−", "-"))
        assert shown == pytest.approx(expected[key], rel=6e-3, abs=6e-4)
        cell = page.locator(f'i[data-key="{key}"]').inner_text()
        assert float(cell.replace("−", "-")) == pytest.approx(expected[key], rel=6e-2, abs=6e-4)
        assert (cell[0] == "+") == (key[0] == "d" and expected[key] > 0)
        for form in forms:
            python = form.replace("−", "-").replace("·", "*").replace("²", "**2")
            python = re.sub(r"(σ|tanh|ReLU)′", "slope", python).replace("σ", "f").replace("tanh", "f")
            known = {
                "f": lambda z: float(f(np.array([z]))[0]),
                "slope": lambda z: float(f.derivative(np.array([z]))[0]),
            }
            value = eval(python.replace("ReLU", "f"), known)
            assert value == pytest.approx(expected[key], rel=0.02, abs=4e-3), form


@browser_test
def test_formulas_in_symbols_and_numbers(show):
    stepper = BackpropStepper()  # z¹₁ = 0.5 + 0.5, h₁ = 1 / (1 + e⁻¹)
    page = show(stepper)
    keys = [step[0] for step in stepper.program["steps"]]
    lines = {
        "z 0 1": ("z¹₂ = w¹₁₂·x₁ + w¹₂₂·x₂ + b¹₂", "= −1·1 + 0.5·0.5 + 0.5 = −0.250"),
        "a 0 0": ("h₁ = σ(z¹₁)", "= σ(1.000) = 0.731"),
        "L": ("L = (p₁ − y₁)²", "= (0.490 − 1)² = 0.260"),
        "da 1 0": ("∂L/∂p₁ = 2·(p₁ − y₁)", "= 2·(0.490 − 1) = −1.021"),
        "dw 1 1 0": ("∂L/∂w²₂₁ = ∂L/∂z²₁·h₂", "= −0.255·0.438 = −0.112"),
        "da 0 1": ("∂L/∂h₂ = ∂L/∂z²₁·w²₂₁", "= −0.255·(−1) = 0.255"),
    }
    for key, expected in lines.items():
        go(page, keys.index(key) + 1)
        assert filled(page) == expected
    assert page.locator("mark").inner_text() == "dh = W2 @ dz2 # [1]"
    assert page.locator("i.result").get_attribute("data-key") == "da 0 1"
    used = page.locator(".network .used:not(path)").evaluate_all("all => all.map((each) => each.dataset.key)")
    assert set(used) == {"dz 1 0", "w 1 1 0"}


def test_module_is_small():
    assert len(BackpropStepper._esm.encode()) < 15_000


def drawn_words(stepper):
    from matplotlib.figure import Figure

    figure = Figure()
    stepper.draw(figure)
    return [text.get_text() for text in figure.axes[0].texts]


def test_picture_and_words_keep_to_themselves_what_is_not_computed_yet():
    """In a saved notebook they would give away what somebody is to guess."""
    stepper = BackpropStepper(**PUBLISHED)
    given = {"x₁", "x₂", "h₁", "h₂", "p₁", "p₂", "0.050", "0.100"}
    given |= {f"{weight:g}" for kernel in PUBLISHED["weights"] for row in kernel for weight in row}
    given |= {f"b {bias:g}" for biases in PUBLISHED["biases"] for bias in biases}
    assert set(drawn_words(stepper)) == given | {"?"}
    assert "loss" not in stepper.describe()
    stepper.position = 2
    assert set(drawn_words(stepper)) == given | {"?", "0.593"}  # h₁, as published
    keys = [key for key, *_ in stepper.program["steps"]]
    stepper.position = keys.index("dw 1 0 0")
    assert not any("∂" in words for words in drawn_words(stepper))
    stepper.position += 1
    assert [words for words in drawn_words(stepper) if "∂" in words] == ["0.4  ∂+0.082"]


def test_describe_and_draw():
    stepper = BackpropStepper(**PUBLISHED)
    stepper.position = stepper.steps
    assert stepper.describe() == (
        "BackpropStepper: network 2-2-2 (sigmoid), input (0.05, 0.1), target (0.01, 0.99), 29 of 29 numbers computed, "
        "loss 0.2984"
    )
    words = drawn_words(stepper)
    assert "0.4  ∂+0.082" in words
    assert "0.15  ∂+0.00044" in words
    assert "0.751" in words  # the first output
    assert len(stepper.picture()) < 150_000


def test_arguments_are_left_alone_and_defaults_fit():
    weights = [np.ones((3, 2), dtype=np.float32)]
    stepper = BackpropStepper(weights)
    assert (stepper.sizes, stepper.biases, len(stepper.x), len(stepper.y)) == ((3, 2), [[0.0, 0.0]], 3, 2)
    stepper.take_step()
    np.testing.assert_array_equal(weights[0], 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": 3}, r"BackpropStepper: weights must be a list of one array a layer, got 3"),
        ({"weights": []}, r"weights must be one array a layer, of 1 or 2 layers, got 0"),
        ({"weights": [[[1]]] * 3}, r"weights must be one array a layer, of 1 or 2 layers, got 3"),
        ({"weights": [[1, 2]]}, r"weights\[0\] must be numbers from −100 to 100 of shape \(inputs, units\), got"),
        ({"weights": [[[1, float("nan")]]]}, r"weights\[0\] must be numbers from −100 to 100"),
        ({"weights": [[["a"]]]}, r"weights\[0\] must be numbers from −100 to 100"),
        ({"weights": [np.zeros((4, 1))]}, r"layers must have 1 to 3 units, got weights of shapes \(4, 1\)"),
        (
            {"weights": [np.ones((2, 3)), np.ones((2, 1))]},
            r"each layer's weights need a row for each unit before it, got shapes \(2, 3\), \(2, 1\)",
        ),
        ({"biases": [[0, 0]]}, r"biases must have shapes \(2,\), \(1,\) in the network 2-2-1, got \(2,\)"),
        ({"x": [1, 2, 3]}, r"x must have shape \(2,\) in the network 2-2-1, got \(3,\)"),
        ({"y": 1.0}, r"y must be numbers from −100 to 100 of shape \(n,\), got 1.0"),
        ({"x": [1e6, 0]}, r"x must be numbers from −100 to 100"),
        ({"activation": "sigmod"}, r"activation must be .*got 'sigmod'; did you mean 'sigmoid'\?"),
        ({"loss": "mae"}, r"loss must be 'mse', got 'mae'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        BackpropStepper(**arguments)


def test_bad_values_are_refused_later_too():
    stepper = BackpropStepper()
    for name, value, message in [
        ("weights", [[[1.0]]], r"weights must have shapes \(2, 2\), \(2, 1\)"),
        ("position", 23, "position must be a number of at least 0 and at most 22, got 23"),
        ("rate", 0, "rate must be a number above 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            setattr(stepper, name, value)
    stepper.weights = [[[90.0, 90.0], [90.0, 90.0]], [[90.0], [90.0]]]
    stepper.activation, stepper.rate = "relu", 1
    before = stepper.weights
    with pytest.raises(ValueError, match=r"weights\[0\] must be numbers from −100 to 100"):
        stepper.take_step()
    assert stepper.weights == before
