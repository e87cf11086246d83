"""Callbacks: when they are called, what they are told, and what the progress bar prints."""

import re

import numpy as np
import pytest

import course
from course import layers, progress
from course.callbacks import HOOKS, Callback, CallbackList, History, LambdaCallback, ProgbarLogger
from course.progress import ProgressBar
from tests.oracles.common import installed, keras, waves

X, Y = waves(10, 3), waves(10, 1, phase=1)
LIBRARIES = ["course", pytest.param("keras", marks=pytest.mark.skipif(not installed(), reason="Keras isn't installed"))]


def library(name):
    return keras() if name == "keras" else course


def compiled(lib=course):
    model = lib.Sequential([lib.Input((3,)), lib.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def recorder(lib=course):
    """A callback of either library that notes each of its hooks, with its number and the names in its logs."""
    notes = []

    def note(hook):
        def method(self, *arguments, logs=None):
            number = [argument for argument in arguments if isinstance(argument, int)]
            logs = logs or arguments[-1]
            # of other moments the libraries tell more or less
            names = sorted(logs) if hook in ("on_epoch_end", "on_train_batch_end") else None
            notes.append((hook, *number, names))

        return method

    kind = type("Recorder", (lib.callbacks.Callback,), {hook: note(hook) for hook in HOOKS})
    return kind(), notes


EPOCH = (
    "on_epoch_begin",
    *("on_train_batch_begin", "on_train_batch_end") * 2,
    "on_test_begin",
    *("on_test_batch_begin", "on_test_batch_end"),
    "on_test_end",
    "on_epoch_end",
)


class TestOrder:
    def told(self, lib=course):
        callback, notes = recorder(lib)
        arguments = {"batch_size": 4, "epochs": 2, "verbose": 0, "validation_split": 0.2}
        compiled(lib).fit(X, Y, callbacks=[callback], **arguments)
        return notes

    def test_fit_calls_every_hook_at_its_time(self):
        notes = self.told()
        assert [hook for hook, *_ in notes] == ["on_train_begin", *EPOCH * 2, "on_train_end"]

    @pytest.mark.skipif(not installed(), reason="Keras isn't installed")
    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
    def test_so_does_keras(self):
        assert self.told() == self.told(keras())

    def test_logs_hold_the_running_means(self):
        notes = self.told()
        assert ("on_epoch_end", 1, ["loss", "mae", "val_loss", "val_mae"]) in notes
        assert ("on_train_batch_end", 0, ["loss", "mae"]) in notes

    def test_evaluate_and_predict_have_hooks_of_their_own(self):
        model = compiled()
        callback, notes = recorder()
        model.evaluate(X, Y, batch_size=5, verbose=0, callbacks=[callback])
        model.predict(X, batch_size=5, verbose=0, callbacks=[callback])
        for task in ("test", "predict"):
            batches = [f"on_{task}_batch_begin", f"on_{task}_batch_end"] * 2
            assert [hook for hook, *_ in notes if task in hook] == [f"on_{task}_begin", *batches, f"on_{task}_end"]


class TestCallback:
    def test_it_knows_the_model_and_what_was_asked_for(self):
        callback = Callback()
        model = compiled()
        model.fit(X, Y, epochs=3, batch_size=4, verbose=0, callbacks=callback)
        assert callback.model is model
        assert callback.params == {"epochs": 3, "steps": 3, "verbose": 0}

    @pytest.mark.parametrize("lib", LIBRARIES)
    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
    def test_what_it_adds_to_the_logs_comes_into_the_history(self, lib):
        lib = library(lib)
        kept = []

        class Adds(lib.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                kept.append(logs)
                logs["two"] = 2.0

        class Reads(lib.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["four"] = 2 * logs["two"]

        history = compiled(lib).fit(X, Y, epochs=2, verbose=0, callbacks=[Adds(), Reads()]).history
        assert kept[0] is not kept[1]
        assert sorted(history) == ["four", "loss", "mae", "two"]
        assert history["four"] == [4.0, 4.0]

    def test_functions_can_be_callbacks(self):
        seen = []
        callback = LambdaCallback(
            on_train_begin=lambda logs: seen.append("begin"),
            on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs))),
            on_batch_end=lambda batch, logs: seen.append(batch),
        )
        compiled().fit(X, Y, batch_size=5, verbose=0, callbacks=[callback])
        assert seen == ["begin", 0, 1, (0, ["loss", "mae"])]

    def test_old_names_of_hooks_are_heard(self):
        seen = []

        class Old(Callback):
            def on_batch_begin(self, batch, logs=None):
                seen.append(batch)

            def on_batch_end(self, batch, logs=None):
                seen.append(sorted(logs))

        compiled().fit(X, Y, verbose=0, callbacks=[Old()])
        assert seen == [0, ["loss", "mae"]]

    def test_a_mistyped_hook_is_refused(self):
        with pytest.raises(TypeError, match=r"unknown hook 'on_epoch_ends'; did you mean 'on_epoch_end'\?"):
            LambdaCallback(on_epoch_ends=print)

    def test_something_else_is_refused(self):
        with pytest.raises(TypeError, match="callbacks must be Callback instances"):
            compiled().fit(X, Y, verbose=0, callbacks=[print])
        with pytest.raises(TypeError, match="callbacks must be Callback instances"):
            compiled().fit(X, Y, verbose=0, callbacks=[History])

    def test_hooks_that_nobody_overrides_are_not_called(self):
        listeners = CallbackList([Callback(), LambdaCallback(on_epoch_end=print)], compiled(), {})
        assert [hook for hook in HOOKS if listeners.listens(hook)] == ["on_epoch_end"]


class TestProgress:
    def test_a_bar_for_each_epoch(self, capsys):
        compiled().fit(X, Y, epochs=2, batch_size=4, verbose=1, validation_split=0.2)
        first, bar, second, _, end = capsys.readouterr().out.split("\n")
        assert (first, second, end) == ("Epoch 1/2", "Epoch 2/2", "")
        last = bar.split("\r")[-1]
        numbers = r"loss: \d\.\d{4} - mae: \d\.\d{4} - val_loss: \d\.\d{4} - val_mae: \d\.\d{4}"
        assert re.fullmatch(rf"2/2 ━{{20}} \d+s \d+(us|ms|s)/step - {numbers} *", last)

    def test_a_line_for_each_epoch(self, capsys):
        compiled().fit(X, Y, batch_size=4, verbose=2)
        pattern = r"Epoch 1/1\n3/3 - \d+s - \d+(us|ms|s)/step - loss: \d\.\d{4} - mae: \d\.\d{4}\n"
        assert re.fullmatch(pattern, capsys.readouterr().out)

    def test_auto_is_a_bar_and_zero_is_silent(self, capsys):
        model = compiled()
        model.fit(X, Y, verbose=0)
        model.evaluate(X, Y, verbose=0)
        model.predict(X, verbose=0)
        assert capsys.readouterr().out == ""
        model.fit(X, Y)
        assert "━" in capsys.readouterr().out

    def test_evaluate_and_predict_have_one_too(self, capsys):
        model = compiled()
        model.evaluate(X, Y)
        assert re.search(r"1/1 ━{20} 0s \d+(us|ms)/step - loss: \d\.\d{4} - mae: \d\.\d{4}\n", capsys.readouterr().out)
        model.predict(X, verbose=2)
        assert re.fullmatch(r"1/1 - 0s - \d+(us|ms)/step\n", capsys.readouterr().out)

    def test_it_shows_the_numbers_of_the_history(self, capsys):
        history = compiled().fit(X, Y, epochs=1, verbose=2).history
        assert f"loss: {history['loss'][0]:.4f} - mae: {history['mae'][0]:.4f}" in capsys.readouterr().out

    def test_batches_of_unknown_number(self, capsys, monkeypatch):
        monkeypatch.setattr(progress, "INTERVAL", 0.0)
        compiled().fit(((X, Y) for _ in range(3)), verbose=1)
        lines = capsys.readouterr().out.split("\r")
        assert any(line.startswith("2/Unknown ") for line in lines)
        assert lines[-1].startswith("3/3 ━━━")

    def test_the_bar_grows_and_longer_lines_are_covered(self, capsys, monkeypatch):
        monkeypatch.setattr(progress, "INTERVAL", 0.0)
        bar = ProgressBar(4, verbose=1)
        bar.update(1, {"loss": 1.0, "a_long_name": 2.0})
        bar.update(2, {"loss": 0.5})
        bar.finish(4, {"loss": 2.5e-5})
        _, first, second, last = capsys.readouterr().out.split("\r")
        assert first.startswith(f"1/4 {'━' * 5}{'─' * 15} ")
        assert second.startswith(f"2/4 {'━' * 10}{'─' * 10} ")
        assert len(second) >= len(first)
        assert last.rstrip().endswith("- loss: 2.5000e-05")

    def test_it_is_redrawn_seldom(self, capsys, monkeypatch):
        now = [0.0]
        monkeypatch.setattr(progress.time, "perf_counter", lambda: now[0])
        bar = ProgressBar(1000, verbose=1)
        for step in range(1, 1000):
            now[0] += 0.001
            bar.update(step, {"loss": 1.0})
        assert 8 <= capsys.readouterr().out.count("\r") <= 10

    def test_time_left_and_time_taken(self, capsys, monkeypatch):
        now = [0.0]
        monkeypatch.setattr(progress.time, "perf_counter", lambda: now[0])
        bar = ProgressBar(10, verbose=1)
        now[0] = 4.0
        bar.update(2, {})
        now[0] = 20.0
        bar.finish(10, {})
        _, middle, last = capsys.readouterr().out.split("\r")
        assert "16s 2s/step" in middle
        assert "20s 2s/step" in last

    @pytest.mark.parametrize("verbose", [3, "yes", None, -1])
    def test_other_verbosities_are_refused(self, verbose):
        with pytest.raises(ValueError, match="verbose must be 0, 1, 2"):
            compiled().fit(X, Y, verbose=verbose)


def test_progress_logger_can_be_given_by_hand(capsys):
    compiled().fit(X, Y, verbose=0, callbacks=[ProgbarLogger()])
    assert "Epoch 1/1" in capsys.readouterr().out


def test_numbers_that_are_not_finite_are_shown(capsys):
    bar = ProgressBar(1, verbose=1)
    bar.finish(1, {"loss": float("nan"), "acc": np.float64(0.0)})
    assert "loss: nan - acc: 0.0000" in capsys.readouterr().out


def test_a_model_may_be_changed_between_epochs():
    model = course.Sequential([layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    weights = model.get_weights()
    back = LambdaCallback(on_epoch_end=lambda epoch, logs: model.set_weights(weights))
    history = model.fit(X, Y, epochs=3, shuffle=False, verbose=0, callbacks=[back]).history
    assert history["loss"][0] == history["loss"][1] == history["loss"][2]
