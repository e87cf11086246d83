"""Dropout: every number is that of course's layers with the same neurons off, and the average that of all networks."""

import re
from itertools import product

import numpy as np
import pytest

from course.widgets.draws import uniform
from course.widgets.dropout import DropoutExplorer
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser
SCENE = """Object.fromEntries(["weights", "biases", "x", "rate", "training", "rescale"].map(
  (name) => [name, model.get(name)]))"""


class Given:
    """A generator that hands out numbers that were drawn before."""

    def __init__(self, numbers):
        self.numbers = list(numbers)

    def random(self, shape, dtype=None):
        count = int(np.prod(shape))
        taken, self.numbers = self.numbers[:count], self.numbers[count:]
        return np.reshape(taken, shape)


def by_course(explorer, number=None):
    """The output by course's Dropout in training, whose random numbers are those of a draw."""
    model = explorer.network()
    given = Given(uniform(explorer.draw_number if number is None else number, sum(explorer.sizes[1:-1])))
    for layer in model.layers:
        layer.rng = given
    y, _ = model.forward(np.array([explorer.x]), training=True)
    return float(y[0, 0])


def words(page):
    settle(page)
    return page.locator(".says").inner_text()


def shown(page, row):
    return page.locator(".sums b").nth(row).inner_text()


def minus(text):
    return text.replace("-", "−")


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5, 0.9])
def test_a_draw_is_that_of_course(rate):
    explorer = DropoutExplorer(rate, (6, 3), seed=4)
    for number in range(20):
        explorer.draw_number = number
        assert explorer.output() == pytest.approx(by_course(explorer), abs=1e-12)
    evaluated = explorer.network().predict(np.array([explorer.x]), verbose=0)
    assert explorer.evaluation() == pytest.approx(float(evaluated[0, 0]))


def test_average_is_that_of_many_draws():
    explorer = DropoutExplorer(0.4)
    outputs = [by_course(explorer, number) for number in range(4000)]
    assert explorer.average() == pytest.approx(np.mean(outputs), abs=4 * np.std(outputs) / np.sqrt(len(outputs)))


def test_with_one_layer_that_matters_the_average_is_the_evaluation():
    """Behind the last ReLU all is linear: were only the second hidden layer dropped, the average would be exact."""
    explorer = DropoutExplorer(0.5, seed=2)
    all_on = np.ones(explorer.sizes[1], dtype=bool)
    outputs = [
        explorer._forward([all_on * 0.5, np.array(on)])  # half, which the rescaling doubles: the first layer as it is
        for on in product((False, True), repeat=explorer.sizes[2])
    ]
    assert np.mean(outputs) == pytest.approx(explorer.evaluation())


@browser_test
@pytest.mark.parametrize("rescale", [True, False])
@pytest.mark.parametrize("rate", [0.0, 0.25, 0.8])
def test_browser_and_python_say_the_same(show, rate, rescale):
    explorer = DropoutExplorer(rate, (4, 6), x=(0.3, -1.2, 2.0), rescale=rescale, seed=3)
    page = show(explorer)
    for number in (0, 1, 2, 99):
        explorer.draw_number = number
        on = np.concatenate(explorer.kept()).tolist()
        got = page.evaluate(f"(on) => explorable.run({SCENE}, on).output", on)
        assert got == pytest.approx(explorer.output(), abs=1e-12)
        if rescale:
            assert got == pytest.approx(by_course(explorer), abs=1e-12)
    assert page.evaluate(f"explorable.run({SCENE}).output") == pytest.approx(explorer.evaluation())
    everything = page.evaluate(f"explorable.all({SCENE})")
    assert len(everything) == 2**10
    chances, outputs = np.array(everything).T
    assert chances.sum() == pytest.approx(1)
    assert chances @ outputs == pytest.approx(explorer.average())


@browser_test
def test_numbers_of_a_draw(show):
    explorer = DropoutExplorer()
    page = show(explorer)
    kept = np.concatenate(explorer.kept())
    labels = page.locator(".nodes button").evaluate_all("all => all.map((each) => each.ariaLabel)")
    assert [" off: " not in label for label in labels] == kept.tolist()
    hidden = np.maximum(np.array(explorer.x) @ np.array(explorer.weights[0]) + explorer.biases[0], 0)
    first = hidden * explorer.kept()[0] / 0.5
    texts = page.locator(".nodes button").all_text_contents()[:5]
    assert texts == [f"{v:.2f}" if on else "✕" for v, on in zip(first, kept, strict=False)]
    assert shown(page, 0) == minus(f"{explorer.output():.3f}")
    assert shown(page, 1) == minus(f"{explorer.average():.3f}")
    # halves of a thousandth are rounded as they are held: the last digit may be one apart
    assert float(shown(page, 2)) == pytest.approx(explorer.evaluation(), abs=0.00051)
    assert words(page).startswith(f"{(~kept).sum()} of 9 neurons are off: output {minus(f'{explorer.output():.3f}')}.")


@browser_test
def test_a_neuron_in_numbers(show):
    page = show(DropoutExplorer(0.25))
    node = page.get_by_role("button", name=re.compile("^h₁₄, "))
    node.focus()
    settle(page)
    formula, average = page.locator(".formula"), page.locator(".filled")
    if "off" in node.get_attribute("aria-label"):
        node.click()
        settle(page)
    assert formula.inner_text() == "h₁₄ = relu(0.80) = 0.80, on: 0.80 / (1 − 0.25) = 1.07"
    assert average.inner_text().endswith("0.75 · 1.07 + 0.25 · 0 = 0.80, at evaluation 0.80")
    page.keyboard.press("Enter")
    settle(page)
    assert formula.inner_text() == "h₁₄ = relu(0.80) = 0.80, off: passes on 0"
    page.evaluate("model.set('training', false)")
    settle(page)
    assert formula.inner_text() == "h₁₄ = relu(0.80) = 0.80, passed on as it is"
    page.evaluate("model.set('training', true); model.set('rescale', false)")
    page.get_by_role("button", name=re.compile("^h₁₄, ")).click()
    settle(page)
    assert formula.inner_text() == "h₁₄ = relu(0.80) = 0.80, on, not rescaled: 0.80"
    assert average.inner_text().endswith("0.75 · 0.80 + 0.25 · 0 = 0.60, at evaluation 0.80")


@browser_test
def test_switching_by_hand_gives_the_output_of_that_network(show):
    explorer = DropoutExplorer()
    page = show(explorer)
    on = explorer.kept()
    page.locator(".nodes button").nth(1).click()
    page.locator(".nodes button").nth(7).click()
    on[0][1] ^= True
    on[1][2] ^= True
    expected = explorer._forward(on)
    assert f"output {minus(f'{expected:.3f}')}." in words(page)
    page.get_by_role("button", name="New draw").click()
    settle(page)
    explorer.draw_number = 1
    assert f"output {minus(f'{explorer.output():.3f}')}." in words(page)


@browser_test
def test_many_draws_and_their_mean(show):
    explorer = DropoutExplorer(0.3)
    page = show(explorer)
    page.get_by_role("button", name="100 draws").click()
    page.get_by_role("button", name="New draw").click()
    settle(page)
    assert page.evaluate("model.get('draw_number')") == 101
    assert page.locator(".sums span").first.inner_text() == "mean of 102 draws"
    mean = np.mean([by_course(explorer, number) for number in range(102)])
    assert shown(page, 0) == minus(f"{mean:.3f}")
    # another rate, and they are forgotten
    page.get_by_label("rate p").press("ArrowRight")
    settle(page)
    assert page.locator(".sums span").first.inner_text() == "mean of 1 draw"


@browser_test
def test_modes(show):
    explorer = DropoutExplorer(0.5)
    page = show(explorer)
    assert page.locator("pre").inner_text() == (
        "h = relu(x @ W + b)\nh = h * on / (1 - 0.50)   # on: 1 or 0 for each neuron"
    )
    page.get_by_label("rescale by 1 / (1 − p)").uncheck()
    assert "far from evaluation" in words(page)
    explorer.rescale = False
    assert shown(page, 1) == minus(f"{explorer.average():.3f}")
    page.get_by_label("mode").select_option("false")
    assert words(page).startswith("Evaluation: all 9 neurons are on, output ")
    assert page.get_by_role("button", name="New draw").is_disabled()
    assert page.locator(".nodes .off").count() == 0


@browser_test
def test_play_draws_until_paused(show):
    page = show(DropoutExplorer())
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("model.get('draw_number') > 2")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play").wait_for()
    stopped = page.evaluate("model.get('draw_number')")
    page.wait_for_timeout(400)
    assert page.evaluate("model.get('draw_number')") == stopped


@browser_test
def test_inputs_are_moved(show):
    explorer = DropoutExplorer()
    page = show(explorer)
    page.get_by_label("x₂").press("End")
    settle(page)
    explorer.x = [1.0, 2.0, -0.5]
    assert page.evaluate("model.get('x')") == explorer.x
    assert shown(page, 1) == minus(f"{explorer.average():.3f}")


@browser_test
def test_bars_stand_for_all_draws(show):
    page = show(DropoutExplorer())
    page.get_by_role("button", name="100 draws").click()
    settle(page)
    outline = page.locator(".outputs .possible").get_attribute("d")
    steps = [float(step.split()[1].split("H")[0]) for step in outline.split("L")[1:]]
    heights = page.locator(".outputs rect").evaluate_all("all => all.map((bar) => bar.height.baseVal.value)")
    # the bars and what is outlined are shares of 1 on one scale
    assert sum(heights) == pytest.approx(sum(174 - step for step in steps), rel=1e-6)


def test_words_and_picture():
    explorer = DropoutExplorer(0.5, training=False)
    assert explorer.describe() == (
        f"DropoutExplorer: network 3-5-4-1, rate 0.5, evaluation, all on: output {explorer.evaluation():.3g}; "
        f"average over all 512 networks {explorer.average():.3g}, evaluation {explorer.evaluation():.3g}"
    )
    assert explorer.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 0.95}, "rate must be a number of at least 0 and at most 0.9, got 0.95"),
        ({"rate": -0.1}, "rate must be a number of at least 0"),
        ({"hidden": (5,)}, r"hidden must be two numbers of neurons from 1 to 6, got \(5,\)"),
        ({"hidden": (5, 7)}, r"hidden must be two numbers of neurons from 1 to 6, got \(5, 7\)"),
        ({"hidden": 5}, "hidden must be two numbers of neurons from 1 to 6, got 5"),
        ({"x": (1, 2)}, r"x must be 3 numbers from −2 to 2, got \(1, 2\)"),
        ({"x": (1, 2, 3)}, r"x must be 3 numbers from −2 to 2, got \(1, 2, 3\)"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"DropoutExplorer: {message}"):
        DropoutExplorer(**arguments)


@pytest.mark.parametrize("name", ["training", "rescale"])
def test_flags_that_are_none(name):
    with pytest.raises(TypeError, match=f"DropoutExplorer: {name} must be True or False, got 'no'"):
        DropoutExplorer(**{name: "no"})
