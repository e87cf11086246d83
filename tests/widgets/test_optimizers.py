"""The paths of optimizers: each step is that of course.optimizers, the words and the formula tell what is drawn."""

import numpy as np
import pytest

from course.layers.base import Parameter
from course.optimizers import SGD, Adam, RMSprop
from course.widgets.optimizers import SURFACES, OptimizerPaths
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser

RULES = {"sgd": SGD, "momentum": lambda rate: SGD(rate, momentum=0.9), "rmsprop": RMSprop, "adam": Adam}
WALK = """(name) => {
  const names = ["surface", "learning_rate", "start", "noise", "steps", "draws"];
  return explorable.walk(Object.fromEntries(names.map((each) => [each, model.get(each)])), name);
}"""


def following(explorer, name, path):
    """Where each step from a place of the path leads, by the course's optimizer and the slopes of the loss.

    From the path's own places, since RMSProp near a minimum makes a large difference of the last digit of a place.
    """
    value = SURFACES[explorer.surface].value
    weights = Parameter(np.array(explorer.start), name="weights")
    rule = RULES[name](explorer.learning_rate[name])
    rule.build([weights])
    reached = [weights.value.copy()]
    for place, draw in zip(path[:-1], explorer.draws, strict=False):
        weights.value[:] = place
        (x, y), h = place, 1e-30
        # the imaginary part of an analytic loss at x + ih is h times its slope, to the last digit
        slopes = [np.imag(value(x + 1j * h, y)) / h, np.imag(value(x, y + 1j * h)) / h]
        weights.grad[:] = np.array(slopes) + explorer.noise * np.array(draw)
        rule.step()
        reached.append(weights.value.copy())
    return np.array(reached)


def words(page):
    settle(page)
    return page.locator(".says").inner_text()


@browser_test
@pytest.mark.parametrize("noise", [0.0, 1.5])
@pytest.mark.parametrize("surface", list(SURFACES))
def test_every_step_is_that_of_course(show, surface, noise):
    explorer = OptimizerPaths(surface, learning_rate=0.07, noise=noise, seed=3)
    page = show(explorer)
    for name in RULES:
        steps = page.evaluate(WALK, name)
        path = np.array([step["w"] for step in steps])
        np.testing.assert_allclose(path, following(explorer, name, path), rtol=1e-9, atol=1e-9)
        losses = [step["loss"] for step in steps]
        np.testing.assert_allclose(losses, SURFACES[surface].value(*path.T), rtol=1e-9, atol=1e-12)
        path = explorer.paths()[name]
        np.testing.assert_allclose(path, following(explorer, name, path), rtol=1e-9, atol=1e-9)
        assert len(steps) == len(path) == 151


@browser_test
def test_a_path_that_diverges_ends(show):
    explorer = OptimizerPaths("valley", learning_rate={"sgd": 0.12})
    steps = show(explorer).evaluate(WALK, "sgd")
    path = explorer.paths()["sgd"]
    np.testing.assert_allclose([step["w"] for step in steps], path, rtol=1e-9)
    # each step multiplies w₂ by 1 − 0.12·18
    assert len(path) - 1 == int(np.ceil(np.log(1000) / np.log(1.16)))


@browser_test
def test_curvature_is_the_largest_eigenvalue(show):
    page = show(OptimizerPaths())
    rng = np.random.default_rng(0)
    for surface, (_, gradient, _) in SURFACES.items():
        for x, y in rng.uniform(-2.5, 2.5, size=(5, 2)):
            h = 1e-30
            rows = [np.imag(gradient(x + 1j * h, y)) / h, np.imag(gradient(x, y + 1j * h)) / h]
            got = page.evaluate("([surface, at]) => explorable.steepest(surface, at)", [surface, [x, y]])
            assert got == pytest.approx(np.linalg.eigvalsh(np.array(rows))[-1], abs=1e-6)


@browser_test
@pytest.mark.parametrize("surface", list(SURFACES))
def test_the_browser_and_python_start_in_the_same_place(show, surface):
    page = show(OptimizerPaths())
    page.get_by_label("surface").select_option(surface)
    assert page.evaluate("model.get('start')") == list(SURFACES[surface].start)


@browser_test
def test_a_step_in_numbers(show):
    page = show(OptimizerPaths("valley", "sgd", learning_rate=0.1, start=(-3, 1)))
    page.get_by_role("button", name="Reset").click()
    settle(page)
    filled = page.locator(".filled")
    assert filled.inner_text() == "start: w = (−3.000, 1.000), slope g = (−0.900, 18.000)"
    page.get_by_role("button", name="Step").click()
    settle(page)
    assert page.locator(".formula").inner_text() == "SGD: w ← w − η·g"
    assert filled.inner_text() == "step 1: g = (−0.900, 18.000), w ← (−3.000, 1.000) − 0.1·g = (−2.910, −0.800)"


@browser_test
def test_each_rule_in_numbers(show):
    page = show(OptimizerPaths("bowl", learning_rate=0.1, start=(2, 1)))
    page.evaluate("model.set('step', 2)")
    expected = {
        # g₁ = (2, 1), m₁ = −0.1·g₁, w₁ = (1.8, 0.9); m₂ = 0.9·m₁ − 0.1·w₁
        "momentum": "m = (−0.360, −0.180), w ← (1.800, 0.900) + m = (1.440, 0.720)",
        # w₁ = w₀ − 0.1/√0.1; v₂ = 0.9·0.1·g₁² + 0.1·w₁²
        "rmsprop": "√v = (0.802, 0.370), w ← (1.684, 0.684) − 0.1·g / √v = (1.474, 0.499)",
        # both weights move by 0.1 at the first step
        "adam": "m̂ = (1.947, 0.947), √v̂ = (1.951, 0.951), w ← (1.900, 0.900) − 0.1·m̂ / √v̂ = (1.800, 0.800)",
    }
    for name, numbers in expected.items():
        page.get_by_label("in numbers").select_option(name)
        settle(page)
        assert page.locator(".filled").inner_text().endswith(numbers)


@browser_test
def test_a_diverging_path_is_told(show):
    explorer = OptimizerPaths("valley", learning_rate={"sgd": 0.12})
    page = show(explorer)
    last = len(explorer.paths()["sgd"]) - 1
    assert f"SGD diverged at step {last}: η = 0.12 overshoots." in words(page)
    assert "λ = 18.00; SGD overshoots there above η = 2 / λ = 0.11." in words(page)
    assert page.locator(".optimizer.sgd").inner_text().endswith("diverged")
    assert f"SGD (rate 0.12) diverged at step {last}" in explorer.describe()
    page.evaluate("model.set('step', 3)")
    assert "diverged at" not in words(page)
    page.evaluate("model.set('learning_rate', {sgd: 3, momentum: 3, rmsprop: 3, adam: 3}); model.set('step', 150)")
    assert "momentum diverged at step" in words(page)


@browser_test
def test_who_is_lowest(show):
    explorer = OptimizerPaths("valley")
    value = SURFACES["valley"].value
    ends = {name: value(*path[-1]) for name, path in explorer.paths().items()}
    assert min(ends, key=ends.get) == "adam"
    assert f"After 150 steps Adam is lowest: loss {ends['adam']:.1e}.".replace("-0", "−") in words(show(explorer))


@browser_test
def test_start_is_dragged_and_moved_by_keys(show):
    page = show(OptimizerPaths("bowl"))
    box = page.locator(".plane").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 8, box["y"] + box["height"] / 6)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 3, steps=3)
    assert page.evaluate("model.get('start')") == [2, 1]
    page.mouse.move(box["x"] - 50, box["y"] - 50)
    page.mouse.up()
    assert page.evaluate("model.get('start')") == [-4, 3]
    page.get_by_label("start w₁").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("w₂", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("model.get('start')") == [-3.95, 2.95]


@browser_test
def test_rates_together_or_one_by_one(show):
    page = show(OptimizerPaths())
    page.get_by_label("learning rate of Adam").press("End")
    assert set(page.evaluate("Object.values(model.get('learning_rate'))")) == {3.2}
    page.get_by_label("one rate for all").uncheck()
    page.get_by_label("learning rate of SGD").press("Home")
    settle(page)
    rates = page.evaluate("model.get('learning_rate')")
    assert rates == {"sgd": 0.001, "momentum": 3.2, "rmsprop": 3.2, "adam": 3.2}
    assert page.locator(".optimizer.sgd output").first.inner_text() == "η = 0.001"


@browser_test
def test_optimizers_are_left_out_but_not_the_last(show):
    page = show(OptimizerPaths(optimizers=["sgd", "adam"]))
    page.get_by_role("checkbox", name="SGD").uncheck()
    settle(page)
    assert page.locator(".plane .paths g").count() == 1
    assert page.locator(".formula").inner_text().startswith("Adam: ")
    page.get_by_role("checkbox", name="Adam").click()
    settle(page)
    assert page.evaluate("model.get('optimizers')") == ["adam"]
    assert page.get_by_role("checkbox", name="Adam").is_checked()


@browser_test
def test_noise_moves_every_path(show):
    page = show(OptimizerPaths("bowl"))
    before = page.locator(".plane .adam .line").get_attribute("d")
    page.get_by_label("noise").press("End")
    settle(page)
    assert page.evaluate("model.get('noise')") == 5
    assert page.locator(".plane .adam .line").get_attribute("d") != before


@browser_test
def test_play_runs_to_the_end_and_stops(show):
    page = show(OptimizerPaths(steps=10))
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert page.evaluate("model.get('step')") == 10
    page.get_by_label("step", exact=True).press("Home")
    settle(page)
    assert page.evaluate("model.get('step')") == 0
    assert page.locator(".says").inner_text().startswith("After 0 steps")


def test_rates_from_a_number_or_by_name():
    assert OptimizerPaths(learning_rate=1).learning_rate == dict.fromkeys(RULES, 1.0)
    assert OptimizerPaths(learning_rate={"adam": 0.2}).learning_rate["adam"] == 0.2
    assert OptimizerPaths(optimizers="adam").optimizers == ["adam"]


def test_the_same_seed_gives_the_same_noise():
    one, same, other = (OptimizerPaths(noise=1, seed=seed).paths()["adam"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_words_and_picture():
    explorer = OptimizerPaths("bowl", ["sgd"], learning_rate=0.5, start=(2.0, 1.0))
    explorer.step = 2
    assert explorer.describe() == "OptimizerPaths: bowl from (2, 1), loss after 2 steps: SGD (rate 0.5) 0.156"
    assert OptimizerPaths("valley", learning_rate=3).picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"surface": "valey"}, r"OptimizerPaths: surface must be .*got 'valey'; did you mean 'valley'\?"),
        ({"optimizers": ["sgd", "adamm"]}, r"OptimizerPaths: optimizers must be .*did you mean 'adam'\?"),
        ({"optimizers": []}, r"OptimizerPaths: optimizers must name at least one of 'sgd'"),
        ({"learning_rate": 0}, r"OptimizerPaths: learning_rate must be a number above 0, got 0"),
        ({"learning_rate": {"adam": -1}}, r"OptimizerPaths: learning_rate of adam must be a number above 0, got -1"),
        ({"learning_rate": {"nadam": 1}}, r"OptimizerPaths: a name in learning_rate must be .*did you mean 'adam'\?"),
        ({"start": (1, 2, 3)}, r"OptimizerPaths: start must be two numbers, got \(1, 2, 3\)"),
        ({"start": 1}, r"OptimizerPaths: start must be two numbers, got 1"),
        ({"start": (5, 0)}, r"OptimizerPaths: start's number 1 must be .* at most 4, got 5"),
        ({"start": (0, float("nan"))}, r"OptimizerPaths: start's number 2 must be"),
        ({"noise": -1}, r"OptimizerPaths: noise must be a number of at least 0, got -1"),
        ({"steps": 5}, r"OptimizerPaths: steps must be a number of at least 10 and at most 500, got 5"),
        ({"seed": -1}, r"OptimizerPaths: seed must be an integer of at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        OptimizerPaths(**arguments)
