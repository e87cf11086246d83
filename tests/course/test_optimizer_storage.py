"""One vector for many parameters: it stays right when parameters move, are frozen, shared, copied or reloaded."""

import copy
import pickle

import numpy as np
import pytest

from course.layers.parameter import Parameter
from course.optimizers import SGD, Adam, RMSprop
from tests.oracles.optimizer_questions import slope

OPTIMIZERS = [lambda: SGD(0.1, momentum=0.9), lambda: Adam(0.1), lambda: RMSprop(0.1, momentum=0.5)]


def three(dtype=np.float64):
    values = [np.arange(6.0).reshape(2, 3), np.array(0.5), np.array([-1.0, 2.0])]
    return [Parameter(np.asarray(value, dtype), name) for value, name in zip(values, "abc", strict=True)]


def train(optimizer, some, steps, first=1):
    for step in range(first, first + steps):
        optimizer.zero_gradients()
        for parameter in some:
            parameter.grad += slope(parameter.value, step)
        optimizer.step()


def alone(make, steps, dtype=np.float64):
    """The same steps, each parameter with an optimizer of its own: what a shared vector must not change."""
    some = three(dtype)
    for parameter in some:
        optimizer = make()
        optimizer.build([parameter])
        train(optimizer, [parameter], steps)
    return some


def assert_same(some, expected, rtol=1e-12):
    for parameter, right in zip(some, expected, strict=True):
        np.testing.assert_allclose(parameter.value, right.value, rtol=rtol)
        assert parameter.value.shape == right.value.shape


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_together_they_go_where_each_goes_alone(make):
    some, optimizer = three(), make()
    optimizer.build(some)
    train(optimizer, some, 10)
    assert_same(some, alone(make, 10))


def test_values_and_gradients_are_views_of_one_vector():
    some, optimizer = three(np.float32), Adam()
    before = [parameter.value.copy() for parameter in some]
    optimizer.build(some)
    for of in ("value", "grad"):
        assert len({id(getattr(parameter, of).base) for parameter in some}) == 1
    for parameter, value in zip(some, before, strict=True):
        np.testing.assert_array_equal(parameter.value, value)
    train(optimizer, some, 3)
    assert len({id(parameter.value.base) for parameter in some}) == 1


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_new_arrays_in_place_of_the_views_are_noticed(make):
    some, optimizer = three(), make()
    optimizer.build(some)
    train(optimizer, some, 4)
    some[0].value = some[0].value.copy()
    some[1].grad = np.zeros_like(some[1].grad)
    held = some[0].value
    train(optimizer, some, 6, first=5)
    assert_same(some, alone(make, 10))
    assert some[0].value is held


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_writing_into_the_views_is_seen(make):
    some, optimizer = three(), make()
    optimizer.build(some)
    some[0].value[...] = 0.0
    some[2].value[...] = 0.0
    train(optimizer, some, 1)
    other = three()
    other[0].value[...] = 0.0
    other[2].value[...] = 0.0
    for parameter in other:
        optimizer = make()
        optimizer.build([parameter])
        train(optimizer, [parameter], 1)
    assert_same(some, other)


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_two_optimizers_that_share_a_parameter_both_move_it(make):
    some, reference = three(), three()
    whole, part = make(), make()
    whole.build(some)
    part.build(some[1:])
    # the same two optimizers on parameters that each step copies in and out by hand
    whole_copy, part_copy = make(), make()
    first, second = three(), three()[1:]
    whole_copy.build(first)
    part_copy.build(second)
    for step in range(1, 9):
        train(whole, some, 1, first=step)
        train(part, some[1:], 1, first=step)
        for mirror, optimizer in ((first, whole_copy), (second, part_copy)):
            there = reference[-len(mirror) :]
            for parameter, value in zip(mirror, there, strict=True):
                parameter.value[...] = value.value
            train(optimizer, mirror, 1, first=step)
            for parameter, value in zip(mirror, there, strict=True):
                value.value[...] = parameter.value
    assert_same(some, reference)


def test_the_two_networks_of_a_gan_leave_each_other_alone():
    generator, discriminator = three(), three()
    for_generator, for_discriminator = Adam(0.1), Adam(0.1)
    for_discriminator.build(discriminator)
    for parameter in discriminator:
        parameter.trainable = False
    for_generator.build(generator + discriminator)
    still = [parameter.value.copy() for parameter in discriminator]
    train(for_generator, generator, 5)
    for parameter, value in zip(discriminator, still, strict=True):
        np.testing.assert_array_equal(parameter.value, value)
    train(for_discriminator, discriminator, 5)
    assert_same(generator, alone(lambda: Adam(0.1), 5))
    assert_same(discriminator, alone(lambda: Adam(0.1), 5))


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_freezing_keeps_the_memory_of_the_rest(make):
    some, optimizer = three(), make()
    optimizer.build(some)
    train(optimizer, some, 5)
    some[0].trainable = False
    optimizer.build(some)
    frozen = some[0].value.copy()
    train(optimizer, some, 5, first=6)
    np.testing.assert_array_equal(some[0].value, frozen)
    assert_same(some[1:], alone(make, 10)[1:])


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_building_again_changes_nothing(make):
    some, optimizer = three(), make()
    for step in range(1, 11):
        optimizer.build(some)
        train(optimizer, some, 1, first=step)
    assert_same(some, alone(make, 10))
    assert optimizer.iterations == 10


def test_an_optimizer_of_another_model_is_refused():
    optimizer = Adam()
    optimizer.build(three())
    with pytest.raises(ValueError, match="already trains the parameters of another model; make an optimizer for"):
        optimizer.build(three())


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_a_copy_goes_its_own_way_and_the_same_way(make, duplicate):
    some, optimizer = three(), make()
    optimizer.build(some)
    train(optimizer, some, 4)
    some_copy, optimizer_copy = duplicate((some, optimizer))
    held = [parameter.value.copy() for parameter in some]
    train(optimizer_copy, some_copy, 6, first=5)
    for parameter, value in zip(some, held, strict=True):
        np.testing.assert_array_equal(parameter.value, value)
    assert_same(some_copy, alone(make, 10))
    train(optimizer, some, 6, first=5)
    assert_same(some, alone(make, 10))


def test_parameters_of_two_types_keep_them():
    make = OPTIMIZERS[0]
    some, optimizer = [*three()[:1], *three(np.float32)[1:]], make()
    optimizer.build(some)
    train(optimizer, some, 10)
    assert [parameter.value.dtype for parameter in some] == [np.float64, np.float32, np.float32]
    assert_same(some, alone(make, 10), rtol=1e-5)


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_saved_state_continues_where_it_stopped(make, tmp_path):
    some, optimizer = three(), make()
    optimizer.build(some)
    train(optimizer, some, 5)
    np.savez(tmp_path / "state.npz", **optimizer.state_dict())

    later, continued = three(), make()
    for parameter, old in zip(later, some, strict=True):
        parameter.value[...] = old.value
    continued.build(later)
    with np.load(tmp_path / "state.npz") as saved:
        continued.load_state_dict(saved)
    assert continued.iterations == 5
    train(continued, later, 5, first=6)
    assert_same(later, alone(make, 10))


def test_a_state_is_a_copy():
    some, optimizer = three(), Adam()
    optimizer.build(some)
    saved = optimizer.state_dict()
    train(optimizer, some, 1)
    assert saved["iterations"] == 0
    assert not saved["momentum/0"].any()


def test_a_state_that_does_not_fit_changes_nothing():
    some, optimizer = three(), Adam()
    optimizer.build(some)
    train(optimizer, some, 2)
    before = optimizer.state_dict()
    broken = {**before, "iterations": np.array(9), "momentum/2": np.zeros(5)}
    with pytest.raises(ValueError, match=r"differs in momentum/2: expected \[\(2,\)\], got \[\(5,\)\]"):
        optimizer.load_state_dict(broken)
    with pytest.raises(ValueError, match=r"differs in velocity/0: .* got \[None\]"):
        optimizer.load_state_dict({key: value for key, value in before.items() if key != "velocity/0"})
    for key, value in optimizer.state_dict().items():
        np.testing.assert_array_equal(value, before[key])


def test_nothing_to_train_is_no_error():
    optimizer = Adam()
    optimizer.build([Parameter(np.ones(2), "frozen", trainable=False)])
    optimizer.zero_gradients()
    optimizer.step()
    assert optimizer.iterations == 1
