"""Schedules against Keras's, at each of fifty steps."""

import pytest

from course import schedules
from course.optimizers import SGD
from course.registry import to_config
from tests.oracles.optimizer_questions import SCHEDULES, STEPS
from tests.oracles.record_functions import ORACLE


@pytest.mark.parametrize("case", SCHEDULES)
def test_every_step_is_keras_s(case):
    name, arguments = SCHEDULES[case]
    schedule = getattr(schedules, name)(**arguments)
    ORACLE.compare(f"schedule/{case}", [schedule(step) for step in STEPS])


@pytest.mark.parametrize("case", SCHEDULES)
def test_a_config_makes_the_same_schedule_again(case):
    name, arguments = SCHEDULES[case]
    original = getattr(schedules, name)(**arguments)
    again = schedules.from_config(to_config(original))
    assert type(again) is type(original)
    assert again.get_config() == original.get_config()


def test_by_hand():
    halving = schedules.ExponentialDecay(0.8, decay_steps=10, decay_rate=0.5)
    assert [halving(0), halving(10), halving(20)] == pytest.approx([0.8, 0.4, 0.2])
    steps = schedules.PiecewiseConstantDecay([2, 4], [1.0, 0.5, 0.1])
    assert [steps(step) for step in range(6)] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.1]
    half_wave = schedules.CosineDecay(1.0, decay_steps=10)
    assert [half_wave(0), half_wave(5), half_wave(10), half_wave(11)] == pytest.approx([1, 0.5, 0, 0], abs=1e-15)


def test_an_optimizer_reads_its_schedule_and_does_not_overwrite_it():
    optimizer = SGD(schedules.ExponentialDecay(0.8, 10, 0.5))
    assert optimizer.learning_rate == 0.8
    with pytest.raises(TypeError, match="SGD: learning_rate follows a schedule and can't be set to 2"):
        optimizer.learning_rate = 2
    optimizer.learning_rate = lambda step: 0.25
    assert optimizer.lr == 0.25


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps must be a number above 0, got 0"),
        (lambda: schedules.ExponentialDecay(-1, 10, 0.5), "initial_learning_rate must be a number of at least 0"),
        (lambda: schedules.CosineDecay(0.1, 10, warmup_target=0.2, warmup_steps=-1), "warmup_steps must be an"),
        (lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1]), "got 1 values and 2 boundaries"),
        (lambda: schedules.PiecewiseConstantDecay([3, 2], [0.1, 0.2, 0.3]), r"must increase, got \[3, 2\]"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
