"""Callbacks that end a training, and what all that watch a number have in common."""

import math
import re
import warnings

import numpy as np
import pytest

import course
from course import layers, optimizers
from course.callbacks import EarlyStopping, LambdaCallback, ModelCheckpoint, ReduceLROnPlateau, TerminateOnNaN
from tests.course.driving import LIBRARIES, drive, library, small
from tests.oracles.common import waves
from tests.oracles.practice_questions import CALLBACKS, WATCHED, watch
from tests.oracles.record_practice import ORACLE

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = waves(10, 1), waves(10, 1, phase=1)


def losses(*values):
    return [{"loss": value, "val_loss": value} for value in values]


@pytest.mark.parametrize("case", [case for case in CALLBACKS if case.startswith("EarlyStopping")])
@pytest.mark.parametrize("values", WATCHED)
def test_training_ends_with_the_epoch_and_the_weights_of_keras(case, values):
    ORACLE.compare(f"callback/{case}/{values}", watch(course, CALLBACKS[case], WATCHED[values]), rtol=0, atol=0)


class TestEarlyStopping:
    def test_by_hand(self):
        # better in epochs 0, 1 and 3; then two that are not
        stopping = EarlyStopping(patience=2)
        drive(stopping, losses(5, 4, 4.5, 3, 3, 3.5, 0, 0))
        assert (stopping.stopped_epoch, stopping.best, stopping.best_epoch) == (5, 3, 3)

    def test_in_fit_it_gives_back_the_best_weights(self):
        # the longer this learns, the worse it gets
        model = small(rate=1e-3)
        after = []
        keep = LambdaCallback(on_epoch_end=lambda epoch, logs: after.append(model.get_weights()))
        stopping = EarlyStopping("loss", patience=3, mode="max", restore_best_weights=True)
        history = model.fit(X, Y, epochs=50, verbose=0, callbacks=[keep, stopping])
        assert history.epoch == [0, 1, 2, 3]
        np.testing.assert_array_equal(model.get_weights()[0], after[0][0])
        assert not np.array_equal(after[3][0], after[0][0])

    def test_it_can_be_used_again(self):
        stopping = EarlyStopping(patience=1)
        for _ in range(2):
            model = drive(stopping, losses(1, 2, 0))
            assert model.stop_training
            assert stopping.stopped_epoch == 1

    def test_best_weights_are_copies(self):
        model = small()
        stopping = EarlyStopping("loss", patience=20, restore_best_weights=True)
        before = model.get_weights()
        model.fit(X, Y, epochs=5, verbose=0, callbacks=stopping)
        assert not np.shares_memory(stopping.best_weights[0], model.layers[0].kernel.value)
        assert not np.array_equal(before[0], model.get_weights()[0])

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_it_can_say_what_it_does(self, lib, capsys):
        lib = library(lib)
        drive(lib.callbacks.EarlyStopping(patience=2, verbose=1, restore_best_weights=True), losses(1, 2, 3), lib)
        assert capsys.readouterr().out == (
            "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 1.\n"
        )

    def test_numbers_that_are_not_numbers_are_no_improvement(self):
        stopping = EarlyStopping(patience=2)
        drive(stopping, losses(math.nan, 1.0, math.nan, 0.5, math.nan, math.nan, 0.1))
        assert (stopping.stopped_epoch, stopping.best) == (5, 0.5)


class TestMonitor:
    @pytest.mark.parametrize(
        ("metrics", "monitor", "rises"),
        [
            (None, "loss", False),
            (None, "val_loss", False),
            (["acc"], "val_acc", True),
            (["accuracy"], "accuracy", True),
            ([course.metrics.BinaryAccuracy(name="mine")], "val_mine", True),
            (["mae"], "val_mae", False),
            (["mean_squared_error"], "val_mean_squared_error", False),
            (["huber"], "val_huber", False),
        ],
    )
    def test_auto_knows_which_way_is_better(self, metrics, monitor, rises):
        stopping = EarlyStopping(monitor, patience=1)
        drive(stopping, [{monitor: value} for value in (1.0, 2.0, 3.0)], model=small(metrics=metrics))
        assert stopping.best == (3.0 if rises else 1.0)

    def test_with_several_outputs(self):
        x = course.Input((3,))
        outputs = [layers.Dense(1, name="value")(x), layers.Dense(2, activation="softmax", name="kind")(x)]
        model = course.Model(x, outputs)
        model.compile("sgd", ["mse", "sparse_categorical_crossentropy"], metrics={"kind": ["acc"], "value": ["mae"]})
        for monitor, rises in {"val_kind_acc": True, "val_value_mae": False, "kind_loss": False}.items():
            stopping = EarlyStopping(monitor, patience=5)
            drive(stopping, [{monitor: value} for value in (2.0, 1.0, 3.0)], model=model)
            assert stopping.best == (3.0 if rises else 1.0)

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_of_something_else_it_has_to_be_told(self, lib):
        lib = library(lib)
        with pytest.raises(ValueError, match=r"mode='max'"):
            drive(lib.callbacks.EarlyStopping("score"), [{"score": 1.0}], lib)
        stopping = lib.callbacks.EarlyStopping("score", mode="max")
        drive(stopping, [{"score": 1.0}, {"score": 2.0}], lib)
        assert stopping.best == 2.0

    @pytest.mark.parametrize("kind", [EarlyStopping, ReduceLROnPlateau])
    def test_a_name_that_is_not_there_is_answered_with_those_that_are(self, kind):
        model = small(metrics=["acc"])
        with pytest.raises(
            ValueError,
            match=rf"{kind.__name__}: monitor must name one of \['loss', 'acc', 'val_loss', 'val_acc'.*\], "
            r"got 'val_accuracy'; did you mean 'val_acc'\?",
        ):
            model.fit(X, Y, validation_split=0.2, verbose=0, callbacks=kind("val_accuracy"))

    @pytest.mark.parametrize("kind", [EarlyStopping, ReduceLROnPlateau])
    def test_without_validation_it_warns_once_and_goes_on(self, kind):
        with pytest.warns(
            UserWarning, match=r"'val_loss' isn't there to monitor, only \['loss'.*validation_"
        ) as record:
            history = small().fit(X, Y, epochs=3, verbose=0, callbacks=kind())
        assert len(record) == 1
        assert history.epoch == [0, 1, 2]

    def test_epochs_without_validation_are_passed_over(self):
        stopping = EarlyStopping(patience=1, mode="max")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            drive(stopping, [{"loss": 1.0, "val_loss": 2.0}, {"loss": 1.0}, {"loss": 1.0, "val_loss": 1.0}])
        assert stopping.stopped_epoch == 2

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (
                {"mode": "minimum"},
                ValueError,
                "mode must be 'auto', 'min' or 'max', got 'minimum'; did you mean 'min'?",
            ),
            ({"monitor": None}, TypeError, "monitor must be a name such as 'val_loss', got None"),
            ({"patience": -1}, ValueError, "patience must be an integer of at least 0, got -1"),
            ({"patience": 2.5}, TypeError, "patience must be an integer of at least 0, got 2.5"),
            ({"min_delta": "small"}, TypeError, "min_delta must be a number, got 'small'"),
        ],
    )
    @pytest.mark.parametrize("kind", [EarlyStopping, ReduceLROnPlateau])
    def test_arguments_that_make_no_sense(self, kind, arguments, error, message):
        with pytest.raises(error, match=re.escape(f"{kind.__name__}: {message}")):
            kind(**arguments)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"start_from_epoch": -2}, "start_from_epoch must be an integer of at least 0, got -2"),
            ({"baseline": math.inf}, "baseline must be a number, got inf"),
        ],
    )
    def test_arguments_of_early_stopping_alone(self, arguments, message):
        with pytest.raises(ValueError, match=f"EarlyStopping: {message}"):
            EarlyStopping(**arguments)

    def test_mode_of_a_checkpoint(self):
        with pytest.raises(ValueError, match="ModelCheckpoint: mode must be"):
            ModelCheckpoint("a.npz", mode="best")


class TestTerminateOnNaN:
    def diverging(self, lib=course):
        return small(lib, rate=1e30)

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_it_stops_after_the_first_batch_of_which_the_loss_is_not_finite(self, lib, capsys):
        lib = library(lib)
        batches = []
        note = lib.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(batch))
        callbacks = [note, lib.callbacks.TerminateOnNaN()]
        history = self.diverging(lib).fit(X, Y, batch_size=2, epochs=5, shuffle=False, verbose=0, callbacks=callbacks)
        assert history.epoch == [0]
        assert 0 < len(batches) < 5
        assert not math.isfinite(history.history["loss"][0])
        assert capsys.readouterr().out == f"Batch {batches[-1]}: Invalid loss, terminating training\n"

    def test_or_raises(self):
        ended = []
        note = LambdaCallback(on_train_end=lambda logs: ended.append(logs))
        with pytest.raises(RuntimeError, match=r"TerminateOnNaN: the loss is (nan|inf) at batch \d"):
            self.diverging().fit(X, Y, batch_size=2, verbose=0, callbacks=[TerminateOnNaN(raise_error=True), note])
        assert ended == []

    def test_a_sound_training_goes_on(self):
        model = course.Sequential([layers.Dense(1, input_dim=1)])
        model.compile(optimizers.SGD(0.1), "mse")
        assert model.fit(X, Y, epochs=3, verbose=0, callbacks=TerminateOnNaN()).epoch == [0, 1, 2]
