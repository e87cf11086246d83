"""Callbacks that set the learning rate."""

import re

import pytest

import course
from course import optimizers, schedules
from course.callbacks import LearningRateScheduler, ReduceLROnPlateau
from tests.course.driving import LIBRARIES, drive, library, small
from tests.oracles.common import waves
from tests.oracles.practice_questions import CALLBACKS, WATCHED, watch
from tests.oracles.record_practice import ORACLE

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = waves(10, 1), waves(10, 1, phase=1)


@pytest.mark.parametrize("case", [case for case in CALLBACKS if case.startswith("ReduceLROnPlateau")])
@pytest.mark.parametrize("values", WATCHED)
def test_rates_fall_as_in_keras(case, values):
    ORACLE.compare(f"callback/{case}/{values}", watch(course, CALLBACKS[case], WATCHED[values]), rtol=1e-6)


class TestScheduler:
    @pytest.mark.parametrize("lib", LIBRARIES)
    @pytest.mark.parametrize(
        ("schedule", "rates"),
        [
            (lambda epoch, rate: rate * 0.5, [0.0625, 0.03125, 0.015625]),
            (lambda epoch: 0.5 / (1 + epoch), [0.5, 0.25, 0.5 / 3]),
            (lambda epoch, rate: rate if epoch < 2 else 0.01, [0.125, 0.125, 0.01]),
        ],
    )
    def test_each_epoch_has_its_rate_and_the_history_keeps_them(self, lib, schedule, rates):
        lib = library(lib)
        scheduler = lib.callbacks.LearningRateScheduler(schedule)
        history = small(lib).fit(X, Y, epochs=3, verbose=0, callbacks=[scheduler]).history
        assert sorted(history) == ["learning_rate", "loss"]
        assert history["learning_rate"] == pytest.approx(rates, rel=1e-6)

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_it_can_say_so(self, lib, capsys):
        lib = library(lib)
        drive(lib.callbacks.LearningRateScheduler(lambda epoch, rate: 0.25, verbose=1), [{"loss": 1.0}], lib)
        assert capsys.readouterr().out == "\nEpoch 1: LearningRateScheduler setting learning rate to 0.25.\n"

    def test_the_rate_is_that_of_the_steps(self):
        # a rate of 0 from the second epoch on: nothing is learned any more
        model = small()
        seen = []
        note = course.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0][0]))
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: 0.1 * (epoch == 0)), note])
        assert seen[0] == seen[1] == seen[2]

    def test_an_error_of_the_schedule_is_not_swallowed(self):
        def schedule(epoch, rate):
            return rate * "half"

        with pytest.raises(TypeError, match="can't multiply"):
            small().fit(X, Y, verbose=0, callbacks=LearningRateScheduler(schedule))

    def test_what_is_built_in_can_be_a_schedule(self):
        history = small().fit(X, Y, epochs=2, verbose=0, callbacks=LearningRateScheduler(max)).history
        assert history["learning_rate"] == [0.125, 1.0]

    @pytest.mark.parametrize(
        ("result", "error", "message"),
        [
            (None, TypeError, "what schedule gives must be a number of at least 0, got None"),
            (-0.1, ValueError, "what schedule gives must be a number of at least 0, got -0.1"),
        ],
    )
    def test_what_is_no_rate_is_refused(self, result, error, message):
        with pytest.raises(error, match=f"LearningRateScheduler: {re.escape(message)}"):
            small().fit(X, Y, verbose=0, callbacks=LearningRateScheduler(lambda epoch: result))

    def test_so_is_what_cannot_be_called(self):
        with pytest.raises(TypeError, match=r"schedule must be a function of \(epoch, rate\), got 0.1"):
            LearningRateScheduler(0.1)

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_a_schedule_by_steps_cannot_be_overruled(self, lib):
        lib = library(lib)
        schedule = lib.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        model = small(lib)
        model.compile(lib.optimizers.SGD(schedule), "mse")
        scheduler = lib.callbacks.LearningRateScheduler(lambda epoch, rate: rate)
        with pytest.raises(TypeError, match=r"learning.rate"):
            model.fit(X, Y, verbose=0, callbacks=[scheduler])


class TestPlateau:
    def test_by_hand(self):
        rates = []

        class Note(ReduceLROnPlateau):
            def on_epoch_end(self, epoch, logs=None):
                super().on_epoch_end(epoch, logs)
                rates.append(self.model.optimizer.learning_rate)

        values = [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5]
        drive(Note(patience=2, factor=0.5, cooldown=1), [{"val_loss": value} for value in values])
        # the second epoch without improvement halves it; the next doesn't count; then two more
        assert rates == [0.125, 0.125, 0.0625, 0.0625, 0.03125, 0.03125, 0.03125]

    def test_the_history_keeps_the_rate_that_each_epoch_had(self):
        plateau = ReduceLROnPlateau("loss", patience=1, factor=0.5, min_delta=1e6)
        history = small().fit(X, Y, epochs=4, verbose=0, callbacks=plateau).history
        assert history["learning_rate"] == [0.125, 0.125, 0.0625, 0.03125]

    @pytest.mark.parametrize("lib", LIBRARIES)
    def test_it_can_say_what_it_does(self, lib, capsys):
        lib = library(lib)
        plateau = lib.callbacks.ReduceLROnPlateau(patience=1, factor=0.5, verbose=1)
        drive(plateau, [{"val_loss": 1.0}] * 2, lib)
        assert capsys.readouterr().out == "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.0625.\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"factor": 1.0}, "factor must be a number of at least 0 and below 1, got 1.0"),
            ({"cooldown": -1}, "cooldown must be an integer of at least 0, got -1"),
            ({"min_lr": -0.5}, "min_lr must be a number of at least 0, got -0.5"),
        ],
    )
    def test_arguments_that_make_no_sense(self, arguments, message):
        with pytest.raises(ValueError, match=f"ReduceLROnPlateau: {message}"):
            ReduceLROnPlateau(**arguments)

    def test_with_adam(self):
        model = small()
        model.compile(optimizers.Adam(schedules.ExponentialDecay(0.1, 10, 0.5)), "mse")
        with pytest.raises(TypeError, match="follows a schedule"):
            model.fit(X, Y, epochs=5, verbose=0, callbacks=ReduceLROnPlateau("loss", patience=1, min_delta=1e6))
