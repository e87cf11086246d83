"""Optimizers against Keras's and PyTorch's paths over fifty steps, and against published single steps."""

import json

import numpy as np
import pytest

from course import optimizers, schedules
from course.layers.parameter import Parameter
from course.registry import to_config
from tests.oracles.common import flat
from tests.oracles.optimizer_questions import (
    DECAY,
    DECAY_RATE,
    DECAYED,
    LOOK_AT,
    OPTIMIZERS,
    SCHEDULES,
    TORCH_OPTIMIZERS,
    first_values,
    slope,
)
from tests.oracles.record_functions import ORACLE

CLASSES = [optimizers.SGD, optimizers.RMSprop, optimizers.Adam, optimizers.AdamW, optimizers.Adagrad]


def make(case):
    name, arguments = OPTIMIZERS[case]
    arguments = dict(arguments)
    if isinstance(arguments.get("learning_rate"), str):
        schedule, schedule_arguments = SCHEDULES[arguments["learning_rate"]]
        arguments["learning_rate"] = getattr(schedules, schedule)(**schedule_arguments)
    return getattr(optimizers, name)(**arguments)


def parameters(dtype=np.float64):
    return [Parameter(value.astype(dtype), f"p{index}") for index, value in enumerate(first_values())]


def walk(optimizer, some=None):
    """Where two parameters are after some of fifty steps."""
    some = some or parameters()
    optimizer.build(some)
    seen = []
    for step in range(1, max(LOOK_AT) + 1):
        optimizer.zero_gradients()
        for parameter in some:
            parameter.grad += slope(parameter.value, step)
        optimizer.step()
        if step in LOOK_AT:
            seen += [parameter.value.copy() for parameter in some]
    return flat(*seen)


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_fifty_steps_are_those_of_keras(case):
    ORACLE.compare(f"optimizer/{case}", walk(make(case)))


@pytest.mark.parametrize("case", TORCH_OPTIMIZERS)
def test_fifty_steps_are_those_of_torch(case):
    name, arguments, *_ = TORCH_OPTIMIZERS[case]
    ORACLE.compare(f"torch/{case}", walk(getattr(optimizers, name)(**arguments)))


@pytest.mark.parametrize("case", DECAYED)
def test_decay_divides_the_rate_as_it_did_in_keras(case):
    name, arguments = DECAYED[case]
    optimizer = getattr(optimizers, name)(lr=DECAY_RATE, decay=DECAY, **arguments)
    ORACLE.compare(f"decay/{case}", walk(optimizer))
    assert optimizer.lr == DECAY_RATE
    assert optimizer.current_learning_rate == pytest.approx(DECAY_RATE / (1 + DECAY * 50))


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_float32_stays_float32_and_on_the_same_path(case):
    some = parameters(np.float32)
    assert walk(make(case), some) == pytest.approx(walk(make(case)), rel=1e-3, abs=1e-4)
    assert all(parameter.value.dtype == parameter.grad.dtype == np.float32 for parameter in some)


# cs231n's assignment 2 takes one step from these, beginning in the middle of a run
W = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
DW = np.linspace(-0.6, 0.4, 20).reshape(4, 5)


def one_step(optimizer, **state):
    parameter = Parameter(W.copy(), "w")
    optimizer.build([parameter])
    optimizer.load_state_dict({**optimizer.state_dict(), **state})
    parameter.grad[...] = DW
    optimizer.step()
    return parameter.value, optimizer.state_dict()


def test_momentum_is_that_of_cs231n():
    velocity = np.linspace(0.6, 0.9, 20).reshape(4, 5)
    w, state = one_step(optimizers.SGD(1e-3, momentum=0.9), **{"momentum/0": velocity})
    np.testing.assert_allclose(w[0], [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789], atol=1e-8)
    np.testing.assert_allclose(w[3], [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096], atol=1e-8)
    np.testing.assert_allclose(state["momentum/0"][0, :2], [0.5406, 0.55475789], atol=1e-8)


def test_rmsprop_is_that_of_cs231n():
    velocity = np.linspace(0.6, 0.9, 20).reshape(4, 5)
    w, state = one_step(optimizers.RMSprop(1e-2, rho=0.99, epsilon=1e-16), **{"velocity/0": velocity})
    np.testing.assert_allclose(w[0], [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247], atol=1e-8)
    np.testing.assert_allclose(w[3], [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619], atol=1e-8)
    np.testing.assert_allclose(state["velocity/0"][3, 3:], [0.87657507, 0.8926], atol=1e-8)


def test_adam_is_that_of_cs231n():
    momentum, velocity = np.linspace(0.6, 0.9, 20).reshape(4, 5), np.linspace(0.7, 0.5, 20).reshape(4, 5)
    state = {"iterations": np.array(5), "momentum/0": momentum, "velocity/0": velocity}
    w, state = one_step(optimizers.Adam(1e-2, epsilon=1e-16), **state)
    np.testing.assert_allclose(w[0], [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977], atol=1e-8)
    np.testing.assert_allclose(w[3], [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459], atol=1e-8)
    np.testing.assert_allclose(state["momentum/0"][3, 3:], [0.83052632, 0.85], atol=1e-8)
    np.testing.assert_allclose(state["velocity/0"][3, 3:], [0.51013645, 0.49966], atol=1e-8)


@pytest.mark.parametrize(
    ("clip", "expected"),
    [
        ({"clipnorm": 1.0}, [[0.6, 0.8], [0.0, 1.0], [0.3, 0.4]]),
        ({"global_clipnorm": 13.0}, [[3.0, 4.0], [0.0, 12.0], [0.3, 0.4]]),
        ({"clipvalue": 0.35}, [[0.35, 0.35], [0.0, 0.35], [0.3, 0.35]]),
    ],
)
def test_clipping_by_hand(clip, expected):
    some = [Parameter(np.zeros(2), name) for name in "abc"]
    optimizer = optimizers.SGD(1.0, **clip)
    optimizer.build(some)
    for parameter, grad in zip(some, [[3.0, 4.0], [0.0, 12.0], [0.3, 0.4]], strict=True):
        parameter.grad[...] = grad
    optimizer.step()
    # of all three the norm is √(5² + 12² + ½²)
    shortening = 13 / np.sqrt(169.25) if "global_clipnorm" in clip else 1.0
    np.testing.assert_allclose([-parameter.value for parameter in some], np.multiply(expected, shortening))
    np.testing.assert_array_equal(some[1].grad, [0.0, 12.0])


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm"])
def test_a_gradient_that_is_not_a_number_is_seen_and_not_hidden(clip):
    parameter = Parameter(np.zeros(2), "w")
    optimizer = optimizers.SGD(**{clip: 1.0})
    optimizer.build([parameter])
    parameter.grad[...] = [np.inf, 1.0]
    optimizer.step()
    assert np.isnan(parameter.value).all()


@pytest.mark.parametrize("optimizer_class", CLASSES)
def test_gradients_are_left_alone_and_frozen_parameters_too(optimizer_class):
    moving, frozen = Parameter(np.ones(3), "moving"), Parameter(np.ones(2), "frozen", trainable=False)
    optimizer = optimizer_class(0.1, global_clipnorm=0.5)
    optimizer.build([moving, frozen, moving])
    moving.grad[...], frozen.grad[...] = 2.0, 3.0
    optimizer.step()
    np.testing.assert_array_equal(moving.grad, 2.0)
    np.testing.assert_array_equal(frozen.grad, 3.0)
    np.testing.assert_array_equal(frozen.value, 1.0)
    assert (moving.value < 1.0).all()
    assert optimizer.parameters == [moving]
    assert optimizer.iterations == 1


def test_the_rate_can_be_changed_while_training():
    parameter = Parameter(np.zeros(1), "w")
    optimizer = optimizers.SGD(learning_rate=0.5)
    optimizer.build([parameter])
    for rate in (0.5, 0.25, 0.0):
        optimizer.learning_rate = rate
        parameter.grad[...] = 1.0
        optimizer.step()
    assert parameter.value[0] == -0.75
    optimizer.lr = 0.125
    assert optimizer.learning_rate == 0.125


@pytest.mark.parametrize(
    ("name", "optimizer_class", "rate"),
    [
        ("sgd", optimizers.SGD, 0.01),
        ("SGD", optimizers.SGD, 0.01),
        ("rmsprop", optimizers.RMSprop, 0.001),
        ("RMSprop", optimizers.RMSprop, 0.001),
        ("adam", optimizers.Adam, 0.001),
        ("adamw", optimizers.AdamW, 0.001),
        ("adagrad", optimizers.Adagrad, 0.001),
    ],
)
def test_names_and_their_default_rates(name, optimizer_class, rate):
    optimizer = optimizers.get(name)
    assert type(optimizer) is optimizer_class
    assert optimizer.learning_rate == rate
    assert optimizers.get(optimizer) is optimizer


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_a_config_survives_json_and_makes_the_same_optimizer(case):
    original = make(case)
    again = optimizers.get(json.loads(json.dumps(to_config(original))))
    assert type(again) is type(original)
    assert again.get_config() == original.get_config()
    np.testing.assert_array_equal(walk(again), walk(original))


def test_old_spellings():
    assert optimizers.Adam(lr=0.5).learning_rate == 0.5
    assert optimizers.Adam(epsilon=None).epsilon == 1e-7
    with pytest.raises(TypeError, match="learning_rate and lr are one argument, got both"):
        optimizers.SGD(0.1, lr=0.1)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: optimizers.SGD(-0.1), ValueError, "SGD: learning_rate must be a number of at least 0, got -0.1"),
        (lambda: optimizers.SGD(np.nan), ValueError, "learning_rate must be a number of at least 0, got nan"),
        (lambda: optimizers.SGD("fast"), TypeError, "learning_rate must be a number of at least 0, got 'fast'"),
        (lambda: optimizers.SGD(momentum=1.5), ValueError, "momentum must be .*at most 1, got 1.5"),
        (lambda: optimizers.Adam(beta_1=1.0), ValueError, "Adam: beta_1 must be .* below 1, got 1.0"),
        (lambda: optimizers.AdamW(epsilon=0), ValueError, "AdamW: epsilon must be a number above 0, got 0"),
        (lambda: optimizers.SGD(clipnorm=1, clipvalue=1), ValueError, "at most one of clipnorm, clipvalue and"),
        (lambda: optimizers.SGD(clipnorm=-1), ValueError, "clipnorm must be a number above 0, got -1"),
        (lambda: optimizers.get("adan"), ValueError, "unknown optimizer 'adan'; did you mean 'adam'"),
        (lambda: optimizers.get(optimizers.Adam), TypeError, r"give an instance: Adam\(\)"),
        (lambda: optimizers.Adam().step(), RuntimeError, "Adam: it has no parameters yet; call build"),
    ],
)
def test_wrong_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
