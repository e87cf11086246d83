"""The live curves: they show the numbers of the history, and the training hears the stop button and the slider."""

from types import SimpleNamespace

import numpy as np
import pytest

from course import callbacks, optimizers, schedules
from course.widgets import curves as module
from course.widgets.curves import LiveCurves
from tests.widgets.curve_runs import train, two_runs, under_way


@pytest.fixture(scope="module")
def two():
    return two_runs()


def at_epoch(live, wanted, action):
    """A hook that acts at one epoch, and makes the curves listen at the next batch."""

    def hook(epoch, logs):
        if epoch == wanted:
            action()
        live._next = 0.0

    return hook


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


def test_module_is_small(two):
    code = two[0].widget._esm
    assert len(code.encode()) < 15_000
    assert "import " not in code
