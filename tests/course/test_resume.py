"""A training that was interrupted and goes on ends, bit for bit, where one without interruption ends."""

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import course
from course import layers, optimizers, schedules
from course.callbacks import BackupAndRestore, Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tests.oracles.common import installed, keras, waves

X = waves(50, 4, phase=1)
Y = np.sin(X.sum(axis=1, keepdims=True))
VALIDATION = (waves(20, 4, phase=2), waves(20, 1, phase=3))
STEPS = 7  # batches of 8 in 50 examples


def make(seed=1, optimizer=None):
    """All that has a state: moments, running means, dropout, noise, a generator of a layer's own; models in models."""
    inner = course.Sequential([layers.Dense(6, activation="tanh"), layers.Dropout(0.3)])
    outer = [layers.GaussianNoise(0.1), inner, layers.BatchNormalization(), layers.Dropout(0.2, seed=5)]
    model = course.Sequential([course.Input((4,)), *outer, layers.Dense(1)], seed=seed)
    model.compile(optimizer or optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


ARGUMENTS = {"x": X, "y": Y, "batch_size": 8, "epochs": 6, "verbose": 0, "validation_data": VALIDATION}


class Interrupted(Exception):
    pass


class Interrupt(Callback):
    """Raises in an epoch, after a batch of it or at its end."""

    def __init__(self, epoch, batch=None):
        super().__init__()
        self.when, self.batch, self.epoch = epoch, batch, -1

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        if self.batch is None and epoch == self.when:
            raise Interrupted

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (self.when, self.batch):
            raise Interrupted


def state(model):
    """All that a training changes."""
    return [*model.get_weights(), *model.optimizer.state_dict().values()]


def assert_same(one, two):
    for a, b in zip(state(one), state(two), strict=True):
        np.testing.assert_array_equal(a, b)


def interrupt(model, when, **arguments):
    with pytest.raises(Interrupted):
        model.fit(**{**ARGUMENTS, **arguments, "callbacks": [*arguments.get("callbacks", []), Interrupt(*when)]})


@pytest.fixture(scope="module")
def whole():
    """A training without interruption."""
    model = make()
    model.fit(**ARGUMENTS)
    return model


class TestCheckpoint:
    @pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.weights.h5"])
    def test_another_model_goes_on(self, whole, name, tmp_path):
        if name.endswith("h5"):
            pytest.importorskip("h5py")
        first = make()
        first.fit(**{**ARGUMENTS, "epochs": 2})
        first.save_checkpoint(tmp_path / name)
        second = make(seed=99)
        epoch = second.load_checkpoint(str(tmp_path / name))
        assert epoch == 2
        history = second.fit(**ARGUMENTS, initial_epoch=epoch)
        assert_same(second, whole)
        assert history.epoch == [2, 3, 4, 5]
        assert history.history == {key: values[2:] for key, values in whole.history.history.items()}

    def test_so_does_the_same_model_after_a_detour(self, whole, tmp_path):
        model = make()
        model.fit(**{**ARGUMENTS, "epochs": 3})
        model.save_checkpoint(tmp_path / "a.npz")
        model.fit(**{**ARGUMENTS, "epochs": 5})
        epoch = model.load_checkpoint(tmp_path / "a.npz")
        model.fit(**ARGUMENTS, initial_epoch=epoch)
        assert_same(model, whole)

    @pytest.mark.parametrize("batch", [0, 3, STEPS - 1])
    def test_it_may_be_made_in_the_middle_of_an_epoch(self, whole, batch, tmp_path):
        path = tmp_path / "a.npz"

        class Save(Callback):
            def on_train_batch_end(inner, step, logs=None):
                if inner.model.optimizer.iterations == 2 * STEPS + batch + 1:
                    inner.model.save_checkpoint(path)

        interrupt(make(), (3,), callbacks=[Save()])
        model = make(seed=99)
        epoch = model.load_checkpoint(path)
        assert epoch == 2
        assert model.optimizer.iterations == 2 * STEPS + batch + 1
        history = model.fit(**ARGUMENTS, initial_epoch=epoch).history
        assert_same(model, whole)
        assert history == {key: values[2:] for key, values in whole.history.history.items()}

    def test_weights_alone_can_be_read_from_it(self, whole, tmp_path):
        whole.save_checkpoint(tmp_path / "a.npz")
        model = make(seed=99)
        model.load_weights(tmp_path / "a.npz")
        for a, b in zip(model.get_weights(), whole.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        assert model.optimizer.iterations == 0

    def test_training_from_another_epoch_begins_there(self, tmp_path):
        model = make()
        model.fit(**{**ARGUMENTS, "epochs": 2})
        model.save_checkpoint(tmp_path / "a.npz")
        model.load_checkpoint(tmp_path / "a.npz")
        assert model.fit(**{**ARGUMENTS, "epochs": 1}).epoch == [0]
        assert model.fit(**{**ARGUMENTS, "epochs": 3}, initial_epoch=2).epoch == [2]

    def test_a_model_that_has_not_been_trained_yet(self, whole, tmp_path):
        make().save_checkpoint(tmp_path / "a.npz")
        model = make(seed=99)
        assert model.load_checkpoint(tmp_path / "a.npz") == 0
        model.fit(**ARGUMENTS)
        assert_same(model, whole)

    @pytest.mark.parametrize(
        ("optimizer", "arguments"),
        [
            (optimizers.SGD, {"momentum": 0.9, "decay": 0.01}),
            (optimizers.RMSprop, {"centered": True}),
            (optimizers.AdamW, {"learning_rate": schedules.CosineDecay(0.01, 30)}),
        ],
    )
    def test_other_optimizers(self, optimizer, arguments, tmp_path):
        together, first, second = (make(seed, optimizer(**arguments)) for seed in (1, 1, 99))
        together.fit(**ARGUMENTS)
        first.fit(**{**ARGUMENTS, "epochs": 3})
        first.save_checkpoint(tmp_path / "a.npz")
        second.fit(**ARGUMENTS, initial_epoch=second.load_checkpoint(tmp_path / "a.npz"))
        assert_same(second, together)

    @pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
    def test_generators_of_other_kinds(self, bits, tmp_path):
        def with_generator(seed):
            model = make()
            model.layers[0].rng = np.random.Generator(bits(seed))
            return model

        together, first = with_generator(3), with_generator(3)
        together.fit(**ARGUMENTS)
        first.fit(**{**ARGUMENTS, "epochs": 3})
        first.save_checkpoint(tmp_path / "a.npz")
        for second in (with_generator(4), make()):
            second.fit(**ARGUMENTS, initial_epoch=second.load_checkpoint(tmp_path / "a.npz"))
            assert_same(second, together)

    def test_frozen_layers(self, tmp_path):
        def frozen(seed):
            model = make(seed)
            model.layers[1].trainable = False
            model.compile("adam", "mse")
            return model

        together, first, second = frozen(1), frozen(1), frozen(99)
        together.fit(**ARGUMENTS)
        first.fit(**{**ARGUMENTS, "epochs": 3})
        first.save_checkpoint(tmp_path / "a.npz")
        second.fit(**ARGUMENTS, initial_epoch=second.load_checkpoint(tmp_path / "a.npz"))
        assert_same(second, together)
        thawed = make()
        with pytest.raises(ValueError, match="the saved state doesn't fit"):
            thawed.load_checkpoint(tmp_path / "a.npz")

    @pytest.mark.skipif(not installed(), reason="Keras isn't installed")
    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
    @pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer:UserWarning")
    def test_keras_reads_its_weights(self, tmp_path):
        pytest.importorskip("h5py")

        def small(lib):
            model = lib.Sequential([lib.Input((4,)), lib.layers.Dense(3), lib.layers.Dense(1)])
            model.compile("adam", "mse")
            return model

        ours, theirs = small(course), small(keras())
        ours.fit(X, Y, verbose=0)
        ours.save_checkpoint(tmp_path / "a.weights.h5")
        theirs.load_weights(tmp_path / "a.weights.h5")
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


class Sequence:
    """Batches by number, as a data set on disk gives them."""

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        rows = slice(8 * index, 8 * index + 8)
        return X[rows], Y[rows]


@pytest.mark.filterwarnings("ignore:fit. the data ended:UserWarning")
class TestData:
    def function(self):
        return (Sequence()[index] for index in range(STEPS))

    @pytest.mark.parametrize(
        "arguments",
        [
            {"steps_per_epoch": 3},
            {"steps_per_epoch": 3, "shuffle": False},
            {"shuffle": False},
            {"validation_data": None, "validation_split": 0.25},
            {"sample_weight": np.linspace(0, 2, 50)},
            {"x": Sequence(), "y": None},
            {"x": Sequence(), "y": None, "steps_per_epoch": 3},
            {"x": [(X[:8], Y[:8]), (X[8:16], Y[8:16])].__iter__, "y": None},
            {"x": function, "y": None, "steps_per_epoch": 5},
        ],
        ids=lambda arguments: "-".join(arguments),
    )
    @pytest.mark.parametrize("when", [(2,), (3, 1), (1, 0)])
    def test_any_data_that_can_begin_anew(self, arguments, when, tmp_path):
        if getattr(arguments.get("x"), "__name__", "") == "function":
            arguments = {**arguments, "x": self.function}
        together, first, second = make(), make(), make(seed=99)
        together.fit(**{**ARGUMENTS, **arguments})
        interrupt(first, when, **arguments, callbacks=[BackupAndRestore(tmp_path / "backup", save_freq=1)])
        second.fit(**{**ARGUMENTS, **arguments}, callbacks=BackupAndRestore(tmp_path / "backup"))
        assert_same(second, together)

    def test_a_generator_goes_on_where_it_is(self, tmp_path):
        def endless(first=0):
            index = first
            while True:
                yield Sequence()[index % STEPS]
                index += 1

        arguments = {**ARGUMENTS, "y": None, "steps_per_epoch": 5}
        together, first, second = make(), make(), make(seed=99)
        together.fit(**{**arguments, "x": endless()})
        interrupt(first, (2, 1), **{**arguments, "x": endless()}, callbacks=[BackupAndRestore(tmp_path / "b", 1)])
        # what saves is called last: the batch of the interruption is lost
        second.fit(**{**arguments, "x": endless(2 * 5 + 1)}, callbacks=BackupAndRestore(tmp_path / "b"))
        assert_same(second, together)

    def test_other_data_in_the_middle_of_an_epoch(self, tmp_path):
        interrupt(make(), (2, 3), callbacks=[BackupAndRestore(tmp_path / "b", 1)])
        for arguments in ({"x": X[:40], "y": Y[:40]}, {"batch_size": 16}):
            with pytest.raises(ValueError, match=r"50 examples in batches of 8 and can't be resumed with [45]0"):
                make().fit(**{**ARGUMENTS, **arguments}, callbacks=BackupAndRestore(tmp_path / "b"))

    def test_other_data_at_the_end_of_an_epoch_are_fine(self, tmp_path):
        model = make()
        model.fit(**{**ARGUMENTS, "epochs": 2})
        model.save_checkpoint(tmp_path / "a.npz")
        model.fit(X[:40], Y[:40], verbose=0, epochs=6, initial_epoch=model.load_checkpoint(tmp_path / "a.npz"))


def companions():
    """Callbacks that count epochs, or remember the best one."""
    plateau = ReduceLROnPlateau(monitor="loss", patience=1, min_delta=0.1, factor=0.5)
    return [EarlyStopping(patience=5, min_delta=0.05, restore_best_weights=True), plateau]


class TestCallbacks:
    @pytest.mark.parametrize("when", [(1,), (3,), (5,), (4, 2)])
    def test_their_counts_go_on(self, when, tmp_path):
        arguments = {**ARGUMENTS, "epochs": 20}
        together, first, second = make(), make(), make(seed=99)
        history = together.fit(**arguments, callbacks=companions())
        assert history.epoch[-1] < 18  # it stops early, after it went down
        assert len(set(history.history["learning_rate"])) > 2
        # first in the list, but what the others set belongs to the backup
        backup = BackupAndRestore(tmp_path / "b", save_freq="epoch" if len(when) == 1 else 1)
        interrupt(first, when, epochs=20, callbacks=[backup, *companions()])
        resumed = second.fit(**arguments, callbacks=[backup, *companions()])
        assert resumed.epoch[-1] == history.epoch[-1]
        assert resumed.history["learning_rate"] == history.history["learning_rate"][resumed.epoch[0] :]
        assert_same(second, together)

    def test_a_checkpoint_goes_on_with_the_best_so_far(self, tmp_path):
        def checkpoint():
            return ModelCheckpoint(tmp_path / "best-{epoch}.npz", monitor="loss", save_best_only=True)

        first = make()
        callback = checkpoint()
        first.fit(**ARGUMENTS, callbacks=callback)
        first.save_checkpoint(tmp_path / "all.npz")
        second, again = make(), checkpoint()
        second.compile(optimizers.Adam(0.0), "mse", metrics=["mae"])
        epoch = second.load_checkpoint(tmp_path / "all.npz")
        second.optimizer.learning_rate = 1.0
        second.fit(**{**ARGUMENTS, "epochs": 8}, initial_epoch=epoch, callbacks=again)
        assert again.best == callback.best
        assert not (tmp_path / "best-7.npz").exists()


class TestBackup:
    @pytest.mark.parametrize("when", [(0,), (1,), (4,), (0, 3), (5, 6)])
    def test_the_same_program_again_goes_on(self, whole, when, tmp_path):
        folder = tmp_path / "made" / "for it"
        interrupt(make(), when, callbacks=[BackupAndRestore(folder, save_freq=2)])
        history = (model := make()).fit(**ARGUMENTS, callbacks=BackupAndRestore(folder)).history
        assert_same(model, whole)
        left = len(history["loss"])
        assert history == {key: values[6 - left :] for key, values in whole.history.history.items()}
        assert not folder.exists()

    def test_as_in_keras_it_goes_on_after_the_last_epoch_that_is_finished(self, tmp_path):
        interrupt(make(), (4,), callbacks=[BackupAndRestore(tmp_path / "b")])
        assert make().fit(**ARGUMENTS, callbacks=BackupAndRestore(tmp_path / "b")).epoch == [4, 5]

    def test_files_of_others_stay(self, tmp_path):
        (tmp_path / "mine.txt").touch()
        make().fit(**ARGUMENTS, callbacks=BackupAndRestore(tmp_path))
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_the_file_can_be_kept(self, tmp_path):
        make().fit(**ARGUMENTS, callbacks=BackupAndRestore(tmp_path, delete_checkpoint=False))
        assert make().fit(**{**ARGUMENTS, "epochs": 7}, callbacks=BackupAndRestore(tmp_path)).epoch == [6]

    def test_a_damaged_file_can_have_one_before_it(self, whole, tmp_path):
        interrupt(make(), (4,), callbacks=[BackupAndRestore(tmp_path, double_checkpoint=True)])
        (tmp_path / "latest.npz").write_bytes((tmp_path / "latest.npz").read_bytes()[:1000])
        model = make(seed=99)
        assert model.fit(**ARGUMENTS, callbacks=BackupAndRestore(tmp_path)).epoch == [3, 4, 5]
        assert_same(model, whole)

    def test_or_is_refused(self, tmp_path):
        interrupt(make(), (4,), callbacks=[BackupAndRestore(tmp_path)])
        (tmp_path / "latest.npz").write_bytes((tmp_path / "latest.npz").read_bytes()[:1000])
        with pytest.raises(ValueError, match=r"load_checkpoint: .*latest.npz is damaged"):
            make().fit(**ARGUMENTS, callbacks=BackupAndRestore(tmp_path))

    def test_a_process_that_is_killed(self, whole, tmp_path):
        program = f"""
import os
from tests.course.test_resume import *

class Die(Callback):
    def on_train_batch_end(self, batch, logs=None):
        if self.model.optimizer.iterations == 25:
            os._exit(9)

make().fit(**ARGUMENTS, callbacks=[BackupAndRestore({str(tmp_path)!r}, save_freq=1), Die()])
"""
        root = Path(__file__).parents[2]
        assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 9
        model = make(seed=99)
        model.fit(**ARGUMENTS, callbacks=BackupAndRestore(tmp_path))
        assert_same(model, whole)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"backup_dir": ""}, "backup_dir must be a path, got ''"),
            ({"backup_dir": None}, "backup_dir must be a path, got None"),
            (
                {"backup_dir": "b", "save_freq": "batch"},
                "save_freq must be 'epoch' or a number of batches, got 'batch'",
            ),
            ({"backup_dir": "b", "save_freq": 0}, "save_freq must be an integer of at least 1, got 0"),
        ],
    )
    def test_arguments_that_make_no_sense(self, arguments, message):
        with pytest.raises((TypeError, ValueError), match=f"BackupAndRestore: {message}"):
            BackupAndRestore(**arguments)


class TestMistakes:
    @pytest.mark.parametrize("name", ["a.npz", "a.h5"])
    def test_a_truncated_file_changes_nothing(self, whole, name, tmp_path):
        pytest.importorskip("h5py")
        path = tmp_path / name
        whole.save_checkpoint(path)
        content = path.read_bytes()
        model = make(seed=3)
        model.fit(**{**ARGUMENTS, "epochs": 1})
        twin = copy.deepcopy(model)
        for length in range(0, len(content) - 1, len(content) // 23):
            path.write_bytes(content[:length])
            with pytest.raises(
                ValueError, match=r"load_checkpoint: .* (is damaged|another architecture|weights alone)"
            ):
                model.load_checkpoint(path)
        assert_same(model, twin)
        for one in (model, twin):
            one.fit(**{**ARGUMENTS, "epochs": 3})
        assert_same(model, twin)

    def test_weights_alone_are_not_enough(self, whole, tmp_path):
        whole.save_weights(tmp_path / "w.npz")
        with pytest.raises(ValueError, match=r"holds weights alone, which model.load_weights reads"):
            make().load_checkpoint(tmp_path / "w.npz")

    def test_another_optimizer(self, whole, tmp_path):
        whole.save_checkpoint(tmp_path / "a.npz")
        model = make(optimizer=optimizers.SGD())
        before = state(model)
        with pytest.raises(ValueError, match=r"saved while training with Adam, but .* is compiled with SGD"):
            model.load_checkpoint(tmp_path / "a.npz")
        for a, b in zip(before, state(model), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_another_architecture(self, whole, tmp_path):
        whole.save_checkpoint(tmp_path / "a.npz")
        model = course.Sequential([layers.Dense(1, input_dim=4)])
        model.compile("adam", "mse")
        with pytest.raises(ValueError, match=r"load_checkpoint: .* holds the weights of another architecture"):
            model.load_checkpoint(tmp_path / "a.npz")

    def test_a_model_that_is_not_compiled(self, whole, tmp_path):
        whole.save_checkpoint(tmp_path / "a.npz")
        model = course.Sequential([layers.Dense(1, input_dim=4)])
        for act in (model.save_checkpoint, model.load_checkpoint):
            with pytest.raises(RuntimeError, match=r"call model.compile\(optimizer, loss\) first"):
                act(tmp_path / "a.npz")

    def test_files_and_endings(self, whole, tmp_path):
        with pytest.raises(FileNotFoundError, match="load_checkpoint: there is no file"):
            make().load_checkpoint(tmp_path / "a.npz")
        with pytest.raises(ValueError, match="save_checkpoint: filepath must end in"):
            whole.save_checkpoint(tmp_path / "a.keras")
        whole.save_checkpoint(tmp_path / "a.npz")
        with pytest.raises(FileExistsError, match=r"save_checkpoint: .* exists"):
            whole.save_checkpoint(tmp_path / "a.npz", overwrite=False)

    def test_a_failed_write_leaves_the_old_file(self, whole, tmp_path, monkeypatch):
        whole.save_checkpoint(tmp_path / "a.npz")
        before = (tmp_path / "a.npz").read_bytes()

        def full(file, **arrays):
            file.write(b"half")
            raise OSError("no space left on device")

        monkeypatch.setattr(np, "savez", full)
        with pytest.raises(OSError, match="no space left"):
            whole.save_checkpoint(tmp_path / "a.npz")
        assert (tmp_path / "a.npz").read_bytes() == before
        assert len(list(tmp_path.iterdir())) == 1

    def test_nothing_is_pickled(self, whole, tmp_path):
        whole.save_checkpoint(tmp_path / "a.npz")
        with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
            assert {"dense/kernel", "training", "optimizer.iterations", "optimizer.momentum.0"} < set(file.files)
            assert all(file[key].dtype.kind in "fiS" for key in file.files)


class TestCopies:
    @pytest.mark.filterwarnings("ignore:fit. the data ended:UserWarning")
    def test_a_model_can_be_copied_while_it_is_trained(self):
        copies = []

        class Keep(Callback):
            def on_epoch_end(self, epoch, logs=None):
                copies.append(copy.deepcopy(self.model))

        model = make()
        model.fit(
            (Sequence()[index] for index in range(STEPS)), epochs=2, steps_per_epoch=3, verbose=0, callbacks=Keep()
        )
        np.testing.assert_array_equal(copies[1].predict(X, verbose=0), model.predict(X, verbose=0))

    def test_a_trained_model_does_not_hold_on_to_its_data(self):
        small, large = make(), make()
        small.fit(X, Y, verbose=0)
        large.fit(np.tile(X, (100, 1)), np.tile(Y, (100, 1)), verbose=0)
        assert len(pickle.dumps(large)) < len(pickle.dumps(small)) + 5_000
