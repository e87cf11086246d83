"""A training that was interrupted and goes on ends, bit for bit, where one without interruption ends."""

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import course
from course import layers, optimizers
from course.callbacks import BackupAndRestore, Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tests.oracles.common import installed, keras, waves

X = waves(50, 4, phase=1)
Y = np.sin(X.sum(axis=1, keepdims=True))
VALIDATION = (waves(20, 4, phase=2), waves(20, 1, phase=3))
STEPS = 7  # batches of 8 in 50 examples


def make(seed=1, optimizer=None):
    """All that has a state: moments, running means, dropout, noise, a generator of a layer's own; models in models."""
    inner = course.Sequential([layers.Dense(6, activation="tanh"), layers.Dropout(0.3)])
    stack = [layers.GaussianNoise(0.1), inner, layers.BatchNormalization(), layers.Dropout(0.2, seed=5), layers.Dense(1)]
    model = course.Sequential([course.Input((4,)), *stack], seed=seed)
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

    @pytest.mark.parametrize("optimizer", [lambda: optimizers.SGD(0.1, momentum=0.9), optimizers.RMSprop, optimizers.AdamW])
    def test_other_optimizers(self, optimizer, tmp_path):
        together, first, second = (make(seed, optimizer()) for seed in (1, 1, 99))
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
    """Batches by number, as a data set on disk gives them; in a new order after each epoch."""

    def __init__(self):
        self.order = np.arange(STEPS)
        self.epochs = 0

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        rows = slice(8 * self.order[index], 8 * self.order[index] + 8)
        return X[rows], Y[rows]

    def on_epoch_end(self):
        self.epochs += 1


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
    @pytest.mark.parametrize("when", [(2,), (2, 1), (1, 0)])
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
        second.fit(**{**arguments, "x": endless(2 * 5 + 1)}, callbacks=BackupAndRestore(tmp_path / "b"))
        # the backup is made after the callbacks, the interruption comes with them: one batch is done again
        with pytest.raises(AssertionError):
            assert_same(second, together)

    def test_other_data_in_the_middle_of_an_epoch(self, tmp_path):
        interrupt(make(), (2, 3), callbacks=[BackupAndRestore(tmp_path / "b", 1)])
        with pytest.raises(ValueError, match="on the way through 50 examples and can't be resumed with 40"):
            make().fit(X[:40], Y[:40], verbose=0, epochs=6, callbacks=BackupAndRestore(tmp_path / "b"))

    def test_other_data_at_the_end_of_an_epoch_are_fine(self, tmp_path):
        model = make()
        model.fit(**{**ARGUMENTS, "epochs": 2})
        model.save_checkpoint(tmp_path / "a.npz")
        model.fit(X[:40], Y[:40], verbose=0, epochs=6, initial_epoch=model.load_checkpoint(tmp_path / "a.npz"))
