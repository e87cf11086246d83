"""Callbacks that write down how a training goes, or tell somebody: CSV, TensorBoard, progress."""

import builtins
import re
import threading
from pathlib import Path

import numpy as np
import pytest

import course
from course import layers
from course.callbacks import CSVLogger, LambdaCallback, ProgressCallback, TensorBoard
from course.callbacks import progress as progress_module
from tests.course.driving import LIBRARIES, drive, library, small
from tests.oracles.common import waves

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = waves(10, 1), waves(10, 1, phase=1)


class TestCSV:
    EPOCHS = ({"loss": 0.5, "acc": 0.25, "val_loss": 1.0, "val_acc": 1e-7}, {"loss": 0.1, "acc": 1.0, "more": 3.0})

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_the_table(self, lib, tmp_path):
        lib = library(lib)
        drive(lib.callbacks.CSVLogger(str(tmp_path / "log.csv")), self.EPOCHS, lib)
        assert (tmp_path / "log.csv").read_bytes() == (
            b"epoch,acc,loss,val_acc,val_loss\r\n0,0.25,0.5,1e-07,1.0\r\n1,1.0,0.1,NA,NA\r\n"
        )

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_a_validation_that_comes_later_has_its_columns(self, lib, tmp_path):
        lib = library(lib)
        path = tmp_path / "log.csv"
        drive(lib.callbacks.CSVLogger(str(path), separator=";"), [{"loss": 1.0}, {"loss": 2.0, "val_loss": 3.0}], lib)
        assert path.read_bytes() == b"epoch;loss;val_loss\r\n0;1.0;NA\r\n1;2.0;3.0\r\n"

    @pytest.mark.parametrize("lib", LIBRARIES)
    @pytest.mark.parametrize(
        ("append", "text"),
        [(True, b"epoch,loss,val_loss\r\n0,1.0,NA\r\n0,2.0,NA\r\n"), (False, b"epoch,loss,val_loss\r\n0,2.0,NA\r\n")],
    )
    def test_it_can_go_on_in_a_file(self, lib, append, text, tmp_path):
        lib = library(lib)
        path = tmp_path / "log.csv"
        path.touch()
        for value in (1.0, 2.0):
            drive(lib.callbacks.CSVLogger(str(path), append=append), [{"loss": value}], lib)
        assert path.read_bytes() == text

    def test_each_epoch_is_there_at_once(self, tmp_path):
        lengths = []
        log = CSVLogger(tmp_path / "log.csv")

        def look(epoch, logs):
            lengths.append(Path(log.filename).read_text().count("\n"))

        small().fit(X, Y, epochs=3, verbose=0, callbacks=[log, LambdaCallback(on_epoch_end=look)])
        assert lengths == [2, 3, 4]

    def test_it_holds_the_history(self, tmp_path):
        model = small(metrics=["mae"])
        log = CSVLogger(tmp_path / "log.csv")
        for _ in range(2):  # a logger can be used again
            history = model.fit(X, Y, epochs=4, validation_split=0.2, verbose=0, callbacks=log).history
        table = np.genfromtxt(tmp_path / "log.csv", delimiter=",", names=True)
        assert table["epoch"].tolist() == [0, 1, 2, 3]
        for name, values in history.items():
            assert table[name].tolist() == values

    def test_the_folder_must_be_there(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="CSVLogger: there is no folder"):
            small().fit(X, Y, verbose=0, callbacks=CSVLogger(tmp_path / "nowhere" / "log.csv"))
        with pytest.raises(TypeError, match="CSVLogger: filename must be a path, got None"):
            CSVLogger(None)

    @pytest.mark.parametrize("separator", ["", ", ", None])
    def test_separators_of_other_lengths_are_refused(self, separator):
        with pytest.raises(ValueError, match=f"CSVLogger: separator must be one character, got {separator!r}"):
            CSVLogger("log.csv", separator)


class TestTensorBoard:
    """Read back by tensorboard itself."""

    def events(self, folder):
        accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
        read = accumulator.EventAccumulator(
            str(folder), size_guidance={accumulator.SCALARS: 0, accumulator.HISTOGRAMS: 0}
        )
        read.Reload()
        return read

    def scalars(self, folder):
        read = self.events(folder)
        return {tag: [(e.step, e.value) for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}

    def trained(self, folder, **arguments):
        pytest.importorskip("tensorboard")
        model = small(metrics=["mae"])
        board = TensorBoard(folder, **arguments)
        history = model.fit(X, Y, batch_size=2, epochs=3, validation_split=0.2, verbose=0, callbacks=[board]).history
        return model, history

    def test_epochs_of_training_and_validation(self, tmp_path):
        _, history = self.trained(tmp_path)
        train, validation = self.scalars(tmp_path / "train"), self.scalars(tmp_path / "validation")

        def points(name):
            return [(epoch, np.float32(value)) for epoch, value in enumerate(history[name])]

        assert train == {
            "epoch_loss": points("loss"),
            "epoch_mae": points("mae"),
            "epoch_learning_rate": [(epoch, 0.125) for epoch in range(3)],
        }
        steps = [4, 8, 12]
        assert validation == {
            "epoch_loss": points("val_loss"),
            "epoch_mae": points("val_mae"),
            "evaluation_loss_vs_iterations": [(s, v) for s, (_, v) in zip(steps, points("val_loss"), strict=True)],
            "evaluation_mae_vs_iterations": [(s, v) for s, (_, v) in zip(steps, points("val_mae"), strict=True)],
        }

    @pytest.mark.parametrize(("freq", "steps"), [("batch", range(1, 13)), (5, [5, 10])])
    def test_batches(self, freq, steps, tmp_path):
        self.trained(tmp_path, update_freq=freq)
        train = self.scalars(tmp_path / "train")
        assert [step for step, _ in train["batch_loss"]] == list(steps)
        assert "batch_mae" in train

    def test_histograms_of_the_weights(self, tmp_path):
        model, _ = self.trained(tmp_path, histogram_freq=2)
        read = self.events(tmp_path / "train")
        assert read.Tags()["histograms"] == ["dense/kernel/histogram", "dense/bias/histogram"]
        events = read.Histograms("dense/kernel/histogram")
        assert [event.step for event in events] == [0, 2]
        value = events[-1].histogram_value
        assert value.num == sum(value.bucket) == 1
        assert value.min == value.max == value.sum == pytest.approx(float(model.get_weights()[0][0, 0]))

    def test_steps_per_second(self, tmp_path):
        self.trained(tmp_path, write_steps_per_second=True)
        rates = self.scalars(tmp_path / "train")["epoch_steps_per_second"]
        assert [epoch for epoch, _ in rates] == [0, 1, 2]
        assert all(rate > 0 for _, rate in rates)

    def test_without_the_package_it_says_what_to_install(self, monkeypatch):
        real = builtins.__import__

        def without(name, *rest):
            if name.startswith("tensorboard"):
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
        message = "TensorBoard: the package tensorboard is missing: pip install 'handson-neural-networks[tensorboard]'"
        with pytest.raises(ImportError, match=re.escape(message)):
            TensorBoard()

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"update_freq": "step"}, "update_freq must be 'epoch', 'batch' or an integer, got 'step'"),
            ({"update_freq": 0}, "update_freq must be an integer of at least 1, got 0"),
            ({"histogram_freq": -1}, "histogram_freq must be an integer of at least 0, got -1"),
            ({"profile_batch": (1, 2)}, "profile_batch isn't supported here and must be profile_batch=0, got (1, 2)"),
            ({"write_images": True}, "write_images isn't supported here and must be write_images=0, got True"),
        ],
    )
    def test_arguments_that_make_no_sense(self, arguments, message):
        pytest.importorskip("tensorboard")
        with pytest.raises(ValueError, match=re.escape(f"TensorBoard: {message}")):
            TensorBoard(**arguments)


class Clock:
    """Time that passes a little whenever somebody looks."""

    def __init__(self, tick):
        self.now, self.tick = 100.0, tick

    def monotonic(self):
        self.now += self.tick
        return self.now


class TestProgress:
    def told(self, monkeypatch, tick=0.0, every=0.1, **arguments):
        monkeypatch.setattr(progress_module, "time", Clock(tick))
        seen = []
        callback = ProgressCallback(seen.append, every)
        fit = {"batch_size": 2, "epochs": 3, "validation_split": 0.2, "verbose": 0, **arguments}
        history = small().fit(X, Y, callbacks=[callback], **fit)
        return seen, history.history

    def test_with_all_the_time_in_the_world_every_batch_is_told(self, monkeypatch):
        seen, history = self.told(monkeypatch, tick=1.0)
        assert [(p.epoch, p.step) for p in seen[:7]] == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 1)]
        assert all((p.epochs, p.steps) == (3, 4) for p in seen)
        assert [p.finished for p in seen] == [False] * (len(seen) - 1) + [True]
        assert seen[5].history == {name: [(0, values[0])] for name, values in history.items()}
        assert sorted(seen[5].logs) == ["loss", "val_loss"]
        assert sorted(seen[6].logs) == ["loss"]

    def test_in_between_nothing_is_lost(self, monkeypatch):
        seen, history = self.told(monkeypatch)
        assert [p.finished for p in seen] == [False, True]
        assert seen[-1].history == {name: list(enumerate(values)) for name, values in history.items()}
        assert seen[-1].epoch == 3

    def test_the_rate_is_bounded(self, monkeypatch):
        # a hundred looks a second, ten calls
        seen, _ = self.told(monkeypatch, tick=0.01, epochs=100, validation_split=0.0, batch_size=1)
        looks = 100 * (10 + 1)
        assert looks / 11 - 5 <= len(seen) <= looks / 10 + 5

    def test_epochs_without_validation_keep_their_places(self, monkeypatch):
        seen, history = self.told(monkeypatch, epochs=5, validation_freq=2)
        assert seen[-1].history["val_loss"] == [(1, history["val_loss"][0]), (3, history["val_loss"][1])]

    def test_what_was_told_does_not_change_afterwards(self, monkeypatch):
        seen, _ = self.told(monkeypatch, tick=1.0)
        lengths = [len(p.history.get("loss", [])) for p in seen]
        assert lengths[0] == 0
        assert lengths[-1] == 3

    def test_another_thread_can_stop_it(self):
        begun = threading.Event()
        callback = ProgressCallback(lambda progress: begun.set())
        model = small()
        thread = threading.Thread(
            target=model.fit, args=(X, Y), kwargs={"epochs": 10**9, "verbose": 0, "callbacks": [callback]}, daemon=True
        )
        thread.start()
        assert begun.wait(60)
        while thread.is_alive():
            callback.stop()
            thread.join(0.01)
        assert not thread.is_alive()

    def test_it_tells_of_batches_of_unknown_number(self, monkeypatch):
        monkeypatch.setattr(progress_module, "time", Clock(1.0))
        seen = []
        model = course.Sequential([layers.Dense(1, input_dim=1)])
        model.compile("sgd", "mse")
        model.fit(((X, Y) for _ in range(3)), verbose=0, callbacks=[ProgressCallback(seen.append)])
        assert {p.steps for p in seen} == {None}

    def test_arguments_that_make_no_sense(self):
        with pytest.raises(TypeError, match="ProgressCallback: on_progress must be a function of a Progress, got 3"):
            ProgressCallback(3)
        with pytest.raises(ValueError, match="ProgressCallback: every must be a number of at least 0, got -1"):
            ProgressCallback(print, every=-1)
