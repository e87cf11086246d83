"""The live curves: they show the numbers of the history, and the training hears the stop button and the slider."""

from types import SimpleNamespace

import numpy as np
import pytest

from course import Sequential, callbacks, layers, optimizers, schedules
from course.widgets import curves as module
from course.widgets.curves import LiveCurves
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 12)).astype(np.float32)
Y = (X[:, :1] + 0.9 * rng.normal(size=(60, 1)) > 0).astype(np.float32)


def train(*given, epochs=12, optimizer=None, split=0.5, name="small"):
    hidden = layers.Dense(16, activation="relu")
    model = Sequential([layers.Input((12,)), hidden, layers.Dense(1, activation="sigmoid")], seed=0, name=name)
    model.compile(optimizer or optimizers.Adam(0.02), "binary_crossentropy")
    return model.fit(X, Y, batch_size=10, epochs=epochs, verbose=0, validation_split=split, callbacks=list(given))


@pytest.fixture(scope="module")
def two():
    """Curves of two runs, and their histories."""
    live = LiveCurves()
    return live, [train(live, name="first"), train(live, optimizer=optimizers.SGD(0.1), epochs=20, name="second")]


def test_runs_hold_the_histories(two):
    live, histories = two
    assert [run["name"] for run in live.runs] == ["first, adam 0.02", "second, sgd 0.1"]
    for run, history in zip(live.runs, histories, strict=True):
        assert run["epochs"] == [epoch + 1 for epoch in history.epoch]
        assert run["loss"] == history.history["loss"]
        assert run["val_loss"] == history.history["val_loss"]
        best = int(np.argmin(history.history["val_loss"]))
        assert run["best"] == [best + 1, history.history["val_loss"][best]]
        assert run["ended"] == "ended"


def test_describes_itself(two):
    live, (_, history) = two
    last, lowest = history.history["val_loss"][-1], min(history.history["val_loss"])
    assert f"2 runs, the last (second, sgd 0.1) at epoch 20, training loss {history.history['loss'][-1]:.4g}" in (
        live.describe()
    )
    assert f"validation loss {last:.4g}, lowest validation loss {lowest:.4g}" in live.describe()


def test_training_is_the_same_as_without():
    assert train(LiveCurves()).history == train().history


def test_stop_ends_the_training():
    live = LiveCurves(every=0.1)
    history = train(live, callbacks.LambdaCallback(on_epoch_end=at_epoch(live, 3, live.stop)), epochs=1000)
    assert len(history.epoch) in (4, 5)
    assert live.runs[0]["ended"] == "stopped"


def test_learning_rate_changes_while_training():
    live = LiveCurves()
    optimizer = optimizers.SGD(0.1)
    change = at_epoch(live, 3, lambda: live.set_learning_rate(0.025))
    train(live, callbacks.LambdaCallback(on_epoch_end=change), optimizer=optimizer)
    assert optimizer.learning_rate == 0.025
    assert [rate for _, rate in live.runs[0]["rates"]] == [0.1, 0.025]
    assert live.runs[0]["rates"][0][0] == 0
    assert live.runs[0]["rates"][1][0] == pytest.approx(4 + 1 / 3)  # after the first of three batches of epoch 5


def test_a_schedule_is_shown_and_left_alone():
    live = LiveCurves()
    optimizer = optimizers.SGD(schedules.ExponentialDecay(0.1, 3, 0.5))
    change = at_epoch(live, 1, lambda: live.set_learning_rate(0.025))
    train(live, callbacks.LambdaCallback(on_epoch_end=change), optimizer=optimizer, epochs=4)
    assert live.runs[0]["scheduled"]
    starts = {x: rate for x, rate in live.runs[0]["rates"] if x == int(x)}
    assert starts == pytest.approx({0: 0.1, 1: 0.05, 2: 0.025, 3: 0.0125})


def test_numbers_that_overflow_are_gaps():
    live = LiveCurves()
    history = train(live, optimizer=optimizers.SGD(1e38), epochs=3)
    assert np.isnan(history.history["loss"][1:]).all()
    assert live.runs[0]["loss"][1:] == [None, None]
    assert live.runs[0]["best"] is None
    assert not live.runs[0]["finite"]


def test_without_validation_there_is_no_sweet_spot():
    live = LiveCurves()
    train(live, split=0.0)
    assert live.runs[0]["val_loss"] == [None] * 12
    assert live.runs[0]["best"] is None
    assert "validation" not in live.describe()


def test_a_long_run_is_sent_thinned_with_its_last_and_its_best_epoch():
    run = module.Run("long", 10_000)
    losses = np.abs(np.arange(1, 1001) - 387) + 0.5
    for epoch, loss in enumerate(losses, start=1):
        run.add(epoch, {"loss": loss, "val_loss": loss})
        run.note_rate(epoch, 1 / epoch, 1.0)
    frame = run.frame()
    assert len(frame["epochs"]) <= 241
    assert (frame["epochs"][0], frame["epochs"][-1]) == (1, 1000)
    assert frame["val_loss"] == [losses[epoch - 1] for epoch in frame["epochs"]]
    assert frame["best"] == [387, 0.5]
    assert len(frame["rates"]) <= 241


@pytest.mark.parametrize(("cost", "rest"), [(0.0, 0.1), (0.02, 0.6)])
def test_updates_leave_the_training_in_peace(monkeypatch, cost, rest):
    """Ten a second, or fewer where one takes long: it takes one part in 30 at most."""
    clock = SimpleNamespace(now=0.0, told=[])
    monkeypatch.setattr(module, "perf_counter", lambda: clock.now)

    def told(widget):
        clock.told.append(clock.now)
        clock.now += cost

    monkeypatch.setattr(module, "read_messages", told)
    live = LiveCurves()

    def batch(number, logs):
        clock.now += 0.01

    train(live, callbacks.LambdaCallback(on_train_batch_end=batch), epochs=200)
    pauses = np.diff(clock.told[1:])
    assert len(pauses) > 5
    assert pauses.min() > rest + cost - 1e-9
    assert pauses.max() < rest + cost + 0.0201


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smoothing": 1.0}, "LiveCurves: smoothing must be"),
        ({"smoothing": "much"}, "LiveCurves: smoothing must be"),
        ({"every": 0.01}, "LiveCurves: every must be"),
        ({"log_scale": "yes"}, "LiveCurves: log_scale must be True or False, got 'yes'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        LiveCurves(**arguments)


@pytest.mark.parametrize("rate", [-1, float("nan"), "fast", 1e9])
def test_bad_learning_rates(rate):
    with pytest.raises((TypeError, ValueError), match="LiveCurves: learning_rate must be"):
        LiveCurves().set_learning_rate(rate)


@pytest.mark.parametrize("ended", ["", "interrupted"])
def test_a_run_without_a_finished_epoch_has_words_and_a_picture(ended):
    widget = LiveCurves(log_scale=True).widget
    run = module.Run("early", 3, ended=ended)
    run.note_rate(0, 0.1, 0.1)
    widget.set_trait("runs" if ended else "live", [run.frame()] if ended else run.frame())
    assert widget.describe() == "LiveCurves: 1 run, the last (early) at epoch 0"
    assert widget.picture().startswith(b"\x89PNG")


def test_picture_is_left_only_by_what_has_ended(two):
    """A training that begins doesn't wait for one."""
    data, _ = two[0]._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == two[0].describe()
    data, _ = under_way(two)._repr_mimebundle_()
    assert "image/png" not in data
    assert "2 runs" in data["text/plain"]


def test_what_the_browser_sends_is_checked():
    live = LiveCurves()
    live._receive(live.widget, {"do": "stop"}, [])  # nothing is training
    assert not live._stop_wanted


def at_epoch(live, wanted, action):
    """A hook that acts at one epoch, and makes the curves listen at the next batch."""

    def hook(epoch, logs):
        if epoch == wanted:
            action()
        live._next = 0.0

    return hook


@browser_test
def test_smoothing_is_the_exponential_average_without_its_start(show):
    page = show(LiveCurves().widget)
    values = np.random.default_rng(1).normal(size=30)
    weight = 0.8
    powers = np.tril(weight ** np.abs(np.subtract.outer(np.arange(30), np.arange(30))))
    expected = (powers * values).sum(axis=1) / powers.sum(axis=1)
    np.testing.assert_allclose(page.evaluate("v => explorable.smooth(v, 0.8)", values.tolist()), expected)
    assert page.evaluate("v => explorable.smooth(v, 0)", values.tolist()) == pytest.approx(values)


@browser_test
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


@browser_test
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


@browser_test
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


@browser_test
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


@browser_test
def test_smoothing_keeps_what_was_measured_in_sight(show, two):
    page = show(two[0].widget)
    page.get_by_label("smoothing").fill("0.5")
    settle(page)
    assert page.evaluate("model.get('smoothing')") == 0.5
    assert page.locator(".lines .run0 .measured").count() == 2


def under_way(two, **changes):
    """Curves of which the second run is under way."""
    live = LiveCurves()
    live.widget.set_trait("runs", two[0].runs[:1])
    frame = {**two[0].runs[1], "ended": "", "last": 100, "reached": 20.5, "tip": 0.5, "rate": 0.1}
    live.widget.set_trait("live", frame | changes)
    return live.widget


@browser_test
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


@browser_test
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


@browser_test
def test_a_schedule_holds_the_slider(show, two):
    page = show(under_way(two, scheduled=True))
    settle(page)
    assert page.get_by_label("learning rate").is_disabled()
    assert "follows a schedule" in page.locator(".says").inner_text()


@browser_test
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


@browser_test
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_fits_the_room_with_many_runs(show, two, color_scheme):
    live = LiveCurves()
    live.widget.set_trait("runs", two[0].runs * 6)
    page = show(live.widget, color_scheme)
    settle(page)
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520


def test_module_is_small(two):
    code = two[0].widget._esm
    assert len(code.encode()) < 15_000
    assert "import " not in code


@browser_test
def test_ends_without_a_trace(show, two):
    page = show(two[0].widget)
    page.evaluate("dispose()")
    assert page.evaluate("Object.values(listeners).reduce((sum, each) => sum + each.size, 0)") == 0
