"""The live curves in the browser: what stands where, and what a hand does."""

import numpy as np
import pytest

from course.widgets.curves import LiveCurves
from tests.widgets.conftest import settle
from tests.widgets.curve_runs import train, two_runs, under_way

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def two():
    return two_runs()


def test_smoothing_is_the_exponential_average_without_its_start(show):
    page = show(LiveCurves().widget)
    values = np.random.default_rng(1).normal(size=30)
    weight = 0.8
    powers = np.tril(weight ** np.abs(np.subtract.outer(np.arange(30), np.arange(30))))
    expected = (powers * values).sum(axis=1) / powers.sum(axis=1)
    np.testing.assert_allclose(page.evaluate("v => explorable.smooth(v, 0.8)", values.tolist()), expected)
    assert page.evaluate("v => explorable.smooth(v, 0)", values.tolist()) == pytest.approx(values)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([0, 1.2, 5], [0, 0.5, 1]),
        ([0, 60, 8], [0, 10, 20, 30, 40, 50, 60]),
        ([0, 0.04, 4], [0, 0.01, 0.02, 0.03, 0.04]),
        ([0.02, 1.1, 5, True], [0.02, 0.05, 0.1, 0.2, 0.5, 1]),
        ([2e-6, 3, 5, True], [1e-5, 1e-3, 1e-1]),
        ([3e-4, 0.01, 2, True], [1e-3, 1e-2]),
    ],
)
def test_ticks_are_round(show, arguments, expected):
    page = show(LiveCurves().widget)
    assert page.evaluate("v => explorable.ticks(...v)", arguments) == pytest.approx(expected)


@pytest.mark.parametrize("log_scale", [False, True])
def test_curves_stand_where_their_numbers_say(show, two, log_scale):
    """Read off by the ticks on the axes, they are the history's numbers."""
    live, histories = two
    page = show(live.widget)
    page.get_by_label("log scale").set_checked(log_scale)
    settle(page)
    texts = page.locator(".losses .axes text").evaluate_all(
        "all => all.map((t) => [t.textContent, t.getAttribute('x'), t.getAttribute('y'), t.getAttribute('class')])"
    )
    up = [(float(t), float(y) - 4) for t, _, y, kind in texts if kind == "end" and t != "epoch"]
    across = [(float(t), float(x)) for t, x, _, kind in texts if kind == "middle"]
    scale = np.log if log_scale else np.asarray
    to_loss = np.polyfit([y for _, y in up], scale([value for value, _ in up]), 1)
    to_epoch = np.polyfit([x for _, x in across], [value for value, _ in across], 1)
    for index, history in enumerate(histories):
        for kind, key in (("train", "loss"), ("validation", "val_loss")):
            path = page.locator(f".lines .run{index} .{kind}").get_attribute("d")
            points = np.array([list(map(float, pair.split())) for pair in path[1:].split("L")])[:-1]
            np.testing.assert_allclose(np.polyval(to_epoch, points[:, 0]), np.arange(1, len(points) + 1), atol=0.05)
            np.testing.assert_allclose(np.polyval(to_loss, points[:, 1]), scale(history.history[key]), atol=0.02)
        ring = page.locator(f".lines .run{index} .ring")
        best = np.argmin(history.history["val_loss"])
        assert np.polyval(to_epoch, float(ring.get_attribute("cx"))) == pytest.approx(best + 1, abs=0.05)


def test_table_reads_any_epoch_from_the_keyboard(show, two):
    live, histories = two
    page = show(live.widget)
    settle(page)

    def cells(row):
        return [text.replace("−", "-") for text in page.locator("tbody tr").nth(row).locator("td").all_inner_texts()]

    def expect(row, epoch):
        numbers = [histories[row].history[key][epoch - 1] for key in ("loss", "val_loss")]
        assert cells(row)[1] == str(epoch)
        assert [float(cell) for cell in cells(row)[2:4]] == pytest.approx(numbers, rel=1e-3)

    expect(0, 12)
    expect(1, 20)
    lowest = min(histories[0].history["val_loss"])
    assert float(cells(0)[4].split()[0]) == pytest.approx(lowest, rel=1e-3)
    reader = page.get_by_label("read at epoch")
    reader.focus()
    page.keyboard.press("Home")
    settle(page)
    expect(0, 1)
    expect(1, 1)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    settle(page)
    expect(0, 6)
    box = page.locator("svg.losses").bounding_box()
    page.mouse.move(box["x"] + box["width"] * (58 + 732 * 4 / 20) / 816, box["y"] + 50)
    settle(page)
    expect(1, 4)
    page.mouse.move(5, 5)
    settle(page)
    expect(1, 20)


def test_a_run_is_hidden_and_comes_back(show, two):
    page = show(two[0].widget)
    settle(page)
    box = page.get_by_role("checkbox", name="first")
    box.click()
    settle(page)
    assert page.evaluate("model.get('hidden')") == [0]
    assert page.locator(".lines .run0").count() == 0
    assert page.locator(".losses .lines .run1").count() == 1
    box.click()
    settle(page)
    assert page.locator(".losses .lines .run0").count() == 1


def test_smoothing_keeps_what_was_measured_in_sight(show, two):
    page = show(two[0].widget)
    page.get_by_label("smoothing").fill("0.5")
    settle(page)
    assert page.evaluate("model.get('smoothing')") == 0.5
    assert page.locator(".lines .run0 .measured").count() == 2


def test_stop_and_learning_rate_are_sent_while_it_trains(show, two):
    page = show(under_way(two))
    settle(page)
    assert page.locator(".bar output").first.inner_text() == "0.1"
    assert "Run 2 is at epoch 21 of 100." in page.locator(".says").inner_text()
    page.get_by_label("learning rate").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    page.get_by_role("button", name="Stop").click()
    sent = page.evaluate("model.sent")
    assert sent == [{"do": "rate", "value": v} for v in (0.11, 0.1, 1e-6)] + [{"do": "stop"}]
    # the training ends: nothing is left to stop
    page.evaluate("model.set('live', {})")
    settle(page)
    assert page.get_by_role("button", name="Stop").is_disabled()
    assert page.get_by_label("learning rate").is_disabled()


def test_new_numbers_are_drawn(show, two):
    page = show(under_way(two))
    settle(page)
    before = page.locator(".lines .run1 .train").first.get_attribute("d")
    page.evaluate(
        """() => {
          const live = structuredClone(model.get("live"));
          live.epochs.push(21); live.loss.push(0.4); live.val_loss.push(0.6);
          model.set("live", { ...live, reached: 21, epoch: 21, tip: null });
        }"""
    )
    settle(page)
    after = page.locator(".lines .run1 .train").first.get_attribute("d")
    assert after.count("L") == before.count("L") + 1
    assert page.locator(".lines .run1 .now").count() == 0
    assert page.locator("tbody tr").nth(1).locator("td").all_inner_texts()[1:3] == ["21", "0.4"]


def test_a_schedule_holds_the_slider(show, two):
    page = show(under_way(two, scheduled=True))
    settle(page)
    assert page.get_by_label("learning rate").is_disabled()
    assert "follows a schedule" in page.locator(".says").inner_text()


def test_says_when_it_overfits_and_when_it_diverges(show):
    live = LiveCurves()
    history = train(live, epochs=80)
    rise = round(100 * (history.history["val_loss"][-1] / min(history.history["val_loss"]) - 1))
    page = show(live.widget)
    settle(page)
    assert rise > 5
    assert f"{rise} % higher now: since then it overfits" in page.locator(".says").inner_text()
    page.evaluate("model.set('runs', [{ ...model.get('runs')[0], finite: false }])")
    settle(page)
    assert "Try a smaller learning rate" in page.locator(".says").inner_text()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_fits_the_room_with_many_runs(show, two, color_scheme):
    live = LiveCurves()
    live.widget.set_trait("runs", two[0].runs * 6)
    page = show(live.widget, color_scheme)
    settle(page)
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520


def test_ends_without_a_trace(show, two):
    page = show(two[0].widget)
    page.evaluate("dispose()")
    assert page.evaluate("Object.values(listeners).reduce((sum, each) => sum + each.size, 0)") == 0
