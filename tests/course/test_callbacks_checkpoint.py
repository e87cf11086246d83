"""ModelCheckpoint: which epochs it keeps, under which names, and what is in the files."""

import re

import numpy as np
import pytest

import course
from course import layers
from course.callbacks import LambdaCallback, ModelCheckpoint
from tests.course.driving import LIBRARIES, drive, library, small
from tests.oracles.common import waves
from tests.oracles.practice_questions import WATCHED

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = waves(10, 1), waves(10, 1, phase=1)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class TestLikeKeras:
    """The same callback in both libraries leaves files of the same names."""

    @pytest.mark.parametrize("lib", LIBRARIES)
    @pytest.mark.parametrize(
        ("arguments", "kept"),
        [
            ({}, [1, 2, 3, 4, 5, 6]),
            ({"save_best_only": True}, [1, 3, 5]),
            ({"save_best_only": True, "mode": "max"}, [1, 2, 4]),
            ({"save_best_only": True, "initial_value_threshold": 0.75}, [5]),
            ({"save_best_only": True, "monitor": "loss"}, [1]),
        ],
    )
    def test_which_epochs_are_kept(self, lib, arguments, kept, tmp_path):
        pytest.importorskip("h5py")
        lib = library(lib)
        path = tmp_path / "made" / "{epoch:02d}-{val_loss:.3f}.weights.h5"
        values = [1.0, 1.5, 0.875, 2.0, 0.5, 0.5]
        checkpoint = lib.callbacks.ModelCheckpoint(str(path), save_weights_only=True, **arguments)
        drive(checkpoint, [{"loss": 1.0, "val_loss": value} for value in values], lib)
        assert names(tmp_path / "made") == [f"{epoch:02d}-{values[epoch - 1]:.3f}.weights.h5" for epoch in kept]

    @pytest.mark.parametrize("lib", LIBRARIES)
    @pytest.mark.parametrize("freq", [1, 2, 3, 7, 100])
    def test_which_batches_are_kept(self, lib, freq, tmp_path):
        pytest.importorskip("h5py")
        lib = library(lib)
        path = str(tmp_path / "{epoch}-{batch}.weights.h5")
        checkpoint = lib.callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=freq)
        small(lib).fit(X, Y, batch_size=2, epochs=3, verbose=0, callbacks=[checkpoint])
        kept = [f"{step // 5 + 1}-{step % 5 + 1}.weights.h5" for step in range(freq - 1, 15, freq)]
        assert names(tmp_path) == kept

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_it_can_say_what_it_does(self, lib, tmp_path, capsys):
        pytest.importorskip("h5py")
        lib = library(lib)
        path = str(tmp_path / "w.weights.h5")
        checkpoint = lib.callbacks.ModelCheckpoint(path, save_weights_only=True, save_best_only=True, verbose=1)
        drive(checkpoint, [{"val_loss": 1.0}, {"val_loss": 0.5}, {"val_loss": 0.75}], lib)
        said = [line for line in capsys.readouterr().out.split("\n") if line and "finished" not in line]
        assert said == [
            f"Epoch 1: val_loss improved from None to 1.00000, saving model to {path}",
            f"Epoch 2: val_loss improved from 1.00000 to 0.50000, saving model to {path}",
            "Epoch 3: val_loss did not improve from 0.50000",
        ]


class TestFiles:
    @pytest.mark.parametrize("name", ["w.npz", "w.h5", "w.weights.h5"])
    @pytest.mark.parametrize("weights_only", [True, False])
    def test_the_best_weights_can_be_read_back(self, name, weights_only, tmp_path):
        if name.endswith("h5"):
            pytest.importorskip("h5py")
        model = small()
        after, numbers = [], iter(WATCHED["valley"])

        def end(epoch, logs):
            after.append(model.get_weights())
            logs["score"] = next(numbers)

        callbacks = [
            # in front, but it saves what comes behind it
            ModelCheckpoint(tmp_path / name, "score", 0, True, weights_only, mode="min"),
            LambdaCallback(on_epoch_end=end),
        ]
        model.fit(X, Y, epochs=13, verbose=0, callbacks=callbacks)
        best = int(np.argmin(WATCHED["valley"]))
        other = small()
        other.load_weights(tmp_path / name)
        for a, b, c in zip(other.get_weights(), after[best], after[-1], strict=True):
            np.testing.assert_array_equal(a, b)
            assert not np.array_equal(a, c)
        assert names(tmp_path) == [name]

    def test_the_line_of_the_slides(self, tmp_path, monkeypatch):
        pytest.importorskip("h5py")
        monkeypatch.chdir(tmp_path)
        model = course.Sequential([layers.Dense(3, input_dim=1, activation="relu"), layers.Dense(1)])
        model.compile("adam", "mse", metrics=["acc"])
        best = ModelCheckpoint("weights.h5", save_best_only=True)
        model.fit(X, Y, epochs=3, validation_split=0.3, verbose=0, callbacks=[best])
        model.load_weights("weights.h5")
        assert model.evaluate(X[7:], Y[7:], verbose=0)[0] == pytest.approx(best.best, rel=1e-6)

    def test_without_validation_it_saves_every_epoch_and_warns(self, tmp_path):
        checkpoint = ModelCheckpoint(tmp_path / "{epoch}.npz", save_best_only=True)
        with pytest.warns(UserWarning, match="'val_loss' isn't there to monitor"):
            small().fit(X, Y, epochs=2, verbose=0, callbacks=checkpoint)
        assert names(tmp_path) == ["1.npz", "2.npz"]


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"filepath": 3}, TypeError, "filepath must be a path, got 3"),
            ({"filepath": "a.keras"}, ValueError, "filepath must end in '.npz' or '.h5', got 'a.keras'"),
            ({"filepath": "a.npz", "save_freq": "batch"}, ValueError, "save_freq must be 'epoch' or a number of"),
            ({"filepath": "a.npz", "save_freq": 0}, ValueError, "save_freq must be an integer of at least 1, got 0"),
            ({"filepath": "a.npz", "save_freq": 1.5}, TypeError, "save_freq must be an integer of at least 1, got 1.5"),
            ({"filepath": "a.npz", "mode": "low"}, ValueError, "mode must be 'auto', 'min' or 'max', got 'low'"),
        ],
    )
    def test_arguments_that_make_no_sense(self, arguments, error, message):
        with pytest.raises(error, match=re.escape(f"ModelCheckpoint: {message}")):
            ModelCheckpoint(**arguments)

    @pytest.mark.parametrize("name", ["{val_acc}.npz", "{}.npz", "{epoch:x.2}.npz"])
    def test_fields_that_are_not_there(self, name, tmp_path):
        with pytest.raises(ValueError, match=r"filepath may hold the fields \['loss', 'epoch'\], got "):
            small().fit(X, Y, verbose=0, callbacks=ModelCheckpoint(tmp_path / name))

    def test_a_monitor_that_is_not_there(self, tmp_path):
        checkpoint = ModelCheckpoint(tmp_path / "a.npz", "val_lost", save_best_only=True)
        with pytest.raises(
            ValueError, match=r"monitor must name one of \['loss', 'val_loss'\], got 'val_lost'; did you"
        ):
            small().fit(X, Y, validation_split=0.2, verbose=0, callbacks=checkpoint)
        assert names(tmp_path) == []
