"""The overfitting explorer: every fit is the one of least squares, by NumPy and by course, and the words tell it."""

import numpy as np
import pytest

from course.losses import MeanSquaredError
from course.widgets.draws import normal, uniform
from course.widgets.overfitting import OverfittingExplorer
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser
MODELS = ("network", "polynomial")
FIT = """(grid) => explorable.fitAll(Object.fromEntries(
  ["model", "points", "noise", "decay", "seed"].map((name) => [name, model.get(name)])), grid)"""


def words(page):
    settle(page)
    return page.locator(".says").inner_text()


@browser_test
def test_browser_and_python_draw_the_same_numbers(show):
    page = show(OverfittingExplorer())
    for seed in (0, 1, 12345, 2**31 + 7):
        for name, draw in (("uniform", uniform), ("normal", normal)):
            drawn = page.evaluate("([name, seed]) => explorable[name](seed, 500)", [name, seed])
            np.testing.assert_allclose(drawn, draw(seed, 500), rtol=1e-12, atol=1e-14)


def test_draws_are_spread_as_they_should_be():
    u, z = uniform(3, 100_000), normal(3, 100_000)
    np.testing.assert_allclose(np.histogram(u, 20, (0, 1))[0] / 5000, 1, atol=0.06)
    # mean, variance and fourth moment of the normal distribution, within four standard errors
    np.testing.assert_allclose([z.mean(), z.var(), (z**4).mean()], [0, 1, 3], atol=0.12)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 0.013
    assert abs(np.corrcoef(u[:1000], uniform(4, 1000))[0, 1]) < 0.13
    np.testing.assert_array_equal(uniform(3, 10), u[:10])


@browser_test
@pytest.mark.parametrize("decay", [0, 1e-3, 1.0])
@pytest.mark.parametrize("points", [8, 60])
@pytest.mark.parametrize("model", MODELS)
def test_fits_are_those_of_least_squares(show, model, points, decay):
    explorer = OverfittingExplorer(9, points, 0.25, model, decay=decay, seed=2)
    grid = np.linspace(-2, 2, 41)
    got = show(explorer).evaluate(FIT, grid.tolist())
    data = explorer.data()
    for name, values in data._asdict().items():
        np.testing.assert_allclose(got[name], values, rtol=1e-12, atol=1e-12)
    train, validation = explorer.errors()
    # an interpolating model's training error is rounding and penalty; what it says elsewhere is what counts
    np.testing.assert_allclose(got["train"], train, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(got["validation"], validation, rtol=2e-3)
    for size in (1, 2, 9, 24):
        curve = explorer.predict(grid, size)
        np.testing.assert_allclose(got["curves"][size - 1], curve, rtol=2e-3, atol=1e-4 * np.abs(curve).max())


@pytest.mark.parametrize("decay", [0, 0.1])
def test_the_network_is_where_training_would_end(decay):
    """At the lowest loss the gradient, by course's backward, is that of the penalty alone."""
    explorer = OverfittingExplorer(9, 30, decay=decay)
    x, y, _, _ = explorer.data()
    model = explorer.network()
    p, cache = model.forward(x[:, None], True)
    loss, slope = MeanSquaredError().value_and_gradient(y[:, None], p)
    assert loss == pytest.approx(explorer.errors()[0][8], rel=1e-9)
    np.testing.assert_allclose(p[:, 0], explorer.predict(x), atol=1e-9)
    model.backward(slope, cache)
    output = model.layers[-1]
    for parameter in output.parameters.values():
        np.testing.assert_allclose(len(x) * parameter.grad, -2 * decay * parameter.value, atol=1e-6)


def test_polynomial_is_that_of_numpy():
    explorer = OverfittingExplorer(6, 40, model="polynomial")
    x, y, _, _ = explorer.data()
    np.testing.assert_allclose(explorer.predict(x), np.polyval(np.polyfit(x, y, 5), x), atol=1e-6)


def test_more_weights_never_fit_worse_and_less_noise_is_better():
    train, validation = OverfittingExplorer(points=40).errors()
    assert (np.diff(train) < 1e-9).all()
    assert validation[23] > 1.5 * validation.min()
    quiet = OverfittingExplorer(points=40, noise=0).errors()[1]
    assert quiet.min() < validation.min() / 10


@browser_test
def test_numbers_and_words(show):
    explorer = OverfittingExplorer(24, 20)
    train, validation = explorer.errors()
    best = explorer.sweet_spot
    page = show(explorer)
    spot = f"Sweet spot: {best} weights, validation error {validation[best - 1]:.2g}."
    assert words(page) == f"Overfits: it goes through every training point, noise and all. {spot}"
    assert f"{train[16]:.1e}" == "9.2e-04"
    page.evaluate("model.set('size', 17)")
    assert words(page).startswith("Overfits: the model follows the noise of its training points.")
    assert page.locator(".filled").inner_text() == (
        f"17 weights for 20 points: training error 9.2·10⁻⁴, validation error {validation[16]:.2g}; "
        "the noise alone is σ² = 0.04"
    )
    page.evaluate("model.set('size', 2)")
    assert words(page).startswith("Underfits: the model is too stiff, on training points too.")
    assert "over 1 hidden neuron, so that Σ (y − f(x))² is smallest" in page.locator(".formula").inner_text()
    page.evaluate(f"model.set('size', {best})")
    assert words(page) == f"About right: the validation error is near its lowest. {spot}"


@browser_test
def test_every_control(show):
    page = show(OverfittingExplorer())
    for label, name, key, value in (
        ("model size", "size", "End", 24),
        ("data size", "points", "Home", 5),
        ("noise", "noise", "End", 0.5),
        ("weight decay λ", "decay", "End", 10),
    ):
        page.get_by_label(label).press(key)
        settle(page)
        assert page.evaluate("(name) => model.get(name)", name) == value
    assert "Σ (y − f(x))² + 10 Σ w² is smallest" in page.locator(".formula").inner_text()
    page.locator("select").select_option("polynomial")
    settle(page)
    assert page.locator(".formula").inner_text().startswith("f(x) = w₀ + w₁P₁ + … of degree 23")
    before = page.locator(".datum").get_attribute("d")
    assert before.count("M") == 5
    page.get_by_role("button", name="Draw new points").click()
    settle(page)
    assert page.evaluate("model.get('seed')") == 1
    assert page.locator(".datum").get_attribute("d") != before


@browser_test
def test_size_is_chosen_on_the_errors(show):
    page = show(OverfittingExplorer())
    box = page.locator(".errors").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 100)
    page.mouse.down()
    assert page.evaluate("model.get('size')") == 1
    page.mouse.move(box["x"] + box["width"] + 40, box["y"] + 100, steps=4)
    page.mouse.up()
    assert page.evaluate("model.get('size')") == 24


@browser_test
def test_marks_stand_where_the_numbers_are(show):
    explorer = OverfittingExplorer(7, 30)
    page = show(explorer)
    across = lambda size: 38 + (size - 1) / 23 * (378 - 46)  # noqa: E731
    up = lambda error: 278 - (np.log10(error) + 4) / 6 * 272  # noqa: E731
    place = "(mark) => [mark.cx.baseVal.value, mark.cy.baseVal.value]"
    train, validation = explorer.errors()
    best = explorer.sweet_spot
    for selector, size, error in (
        (".sweet", best, validation[best - 1]),
        (".now .train", 7, train[6]),
        (".now .validation", 7, validation[6]),
    ):
        got = page.locator(selector).evaluate(place)
        np.testing.assert_allclose(got, [across(size), up(error)], atol=0.2)


def test_words_and_picture():
    explorer = OverfittingExplorer(1, 20, model="polynomial", seed=1)
    train, validation = explorer.errors()
    # the polynomial of degree 0 is the mean
    _, y, _, ys = explorer.data()
    assert train[0] == pytest.approx(y.var())
    assert validation[0] == pytest.approx(np.mean((ys - y.mean()) ** 2))
    assert explorer.describe() == (
        f"OverfittingExplorer: polynomial of 1 weight on 20 points with noise 0.2: training error {y.var():.2g}, "
        f"validation error {validation[0]:.2g}; sweet spot at {explorer.sweet_spot}"
    )
    assert explorer.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size must be an integer of at least 1, got 0"),
        ({"size": 25}, "size must be an integer of at most 24, got 25"),
        ({"points": 4}, "points must be an integer of at least 5, got 4"),
        ({"noise": -0.1}, "noise must be a number of at least 0 and at most 1, got -0.1"),
        ({"model": "netwrk"}, "model must be 'network' or 'polynomial', got 'netwrk'; did you mean 'network'"),
        ({"decay": 11}, "decay must be a number of at least 0 and at most 10, got 11"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"OverfittingExplorer: {message}"):
        OverfittingExplorer(**arguments)


@pytest.mark.parametrize(("size", "model"), [(1, "network"), (8, "polynomial")])
def test_no_network_where_there_is_none(size, model):
    with pytest.raises(ValueError, match=f"only a network of 2 weights or more .* got model '{model}' with {size} wei"):
        OverfittingExplorer(size, model=model).network()
