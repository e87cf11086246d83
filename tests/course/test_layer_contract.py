"""What every layer keeps to. A new layer is covered when example arguments are listed in layer_examples.py.

The layers are found by looking into the package, so one that isn't listed is noticed.
"""

import importlib
import inspect
import json
import pkgutil

import numpy as np
import pytest

import course
from course import layers
from course.gradcheck import check_layer
from course.layers.base import Layer
from course.layers.kernels import Kernels
from course.layers.merging import Merge
from tests.course.layer_examples import EXAMPLES
from tests.oracles.common import waves

CASES = [
    pytest.param(make, example, id=f"{make.__name__}-{number}")
    for make, examples in EXAMPLES.items()
    for number, example in enumerate(examples)
]
every_layer = pytest.mark.parametrize(("make", "example"), CASES)


def data(example, dtype=np.float32, batch=3, phase=1.0):
    """Inputs for an example, as the layer takes them."""
    if example.below is not None:
        numbers = np.arange(batch * np.prod(example.input_shape)) ** 2 + round(phase)
        return (numbers % example.below).reshape(batch, *example.input_shape).astype(dtype)
    if isinstance(example.input_shape, list):
        return [waves(batch, *shape, phase=phase + i).astype(dtype) for i, shape in enumerate(example.input_shape)]
    return waves(batch, *example.input_shape, phase=phase, size=2.0).astype(dtype)


def made(make, example, **options):
    layer = make(**example.arguments, **options)
    layer.ensure_built(example.input_shape)
    layer.set_weights([some_weight(i, parameter) for i, parameter in enumerate(layer.weights)])
    return layer


def some_weight(number, parameter):
    value = waves(*parameter.shape, phase=9 + number, size=0.8)
    # what isn't trained may be a variance
    return value if parameter.trainable else np.abs(value) + 0.1


def as_list(x):
    return x if isinstance(x, list) else [x]


def test_every_layer_of_the_library_is_listed():
    found = set()
    for package in (course.layers, course.models):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for _, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(member, Layer) and member.__module__ == module.name:
                    found.add(member)
    unfinished = {member for member in found if member.__name__.startswith("_")} | {Layer, Merge, Kernels}
    models = {member for member in found if member.__module__.startswith("course.models")}
    assert found - unfinished - models == {make for make in EXAMPLES if isinstance(make, type)}
    assert {type(make()) for make in EXAMPLES if not isinstance(make, type)} <= models


@every_layer
@pytest.mark.parametrize("training", [False, True])
def test_the_declared_shape_is_the_real_one(make, example, training):
    layer = made(make, example)
    declared = layer.output_shape(example.input_shape)
    for batch in (1, 3):
        y, _ = layer.forward(data(example, batch=batch), training)
        assert y.shape == (batch, *declared)


@every_layer
def test_the_shape_rule_works_before_the_layer_is_built(make, example):
    assert make(**example.arguments).output_shape(example.input_shape) == made(make, example).output_shape(
        example.input_shape
    )


@every_layer
def test_a_symbol_has_the_declared_shape(make, example):
    shapes = as_list(example.input_shape)
    symbols = [layers.Input(shape) for shape in shapes]
    layer = make(**example.arguments)
    output = layer(symbols if isinstance(example.input_shape, list) else symbols[0])
    assert output.shape == (None, *layer.output_shape(example.input_shape))


@every_layer
@pytest.mark.parametrize("training", [False, True])
def test_backward_is_the_gradient_of_forward(make, example, training):
    x = None if example.below is None else data(example, np.float64)
    errors = check_layer(make(**example.arguments), example.input_shape, x=x, training=training, verbose=False)
    assert max(errors.values()) < 1e-7, errors


@every_layer
def test_inputs_and_gradients_are_only_read(make, example):
    layer = made(make, example)
    x = data(example)
    for array in as_list(x):
        array.flags.writeable = False
    y, cache = layer.forward(x, True)
    dy = waves(*y.shape, phase=2).astype(np.float32)
    dy.flags.writeable = False
    layer.backward(dy, cache)


@every_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_keep_their_type(make, example, dtype):
    layer = made(make, example).astype(dtype)
    y, cache = layer.forward(data(example, dtype), True)
    dx = layer.backward(np.ones(y.shape, dtype), cache)
    assert {y.dtype, *(one.dtype for one in as_list(dx))} == {np.dtype(dtype)}
    assert {p.value.dtype for p in layer.weights} | {p.grad.dtype for p in layer.weights} <= {np.dtype(dtype)}


@every_layer
def test_a_layer_may_be_used_twice_before_its_backward(make, example):
    first, second = data(example), data(example, phase=4.0)
    alone = []
    for x in (first, second):
        layer = made(make, example)
        y, cache = layer.forward(x)
        alone.append((layer.backward(np.ones_like(y), cache), [p.grad.copy() for p in layer.weights]))

    layer = made(make, example)
    y, cache = layer.forward(first)
    _, other_cache = layer.forward(second)
    for x, c, (dx, _) in ((second, other_cache, alone[1]), (first, cache, alone[0])):
        for ours, theirs, given in zip(
            as_list(layer.backward(np.ones_like(y), c)), as_list(dx), as_list(x), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
            assert ours.shape == given.shape
    # and the gradients of both uses have added up
    for parameter, one, two in zip(layer.weights, alone[0][1], alone[1][1], strict=True):
        np.testing.assert_allclose(parameter.grad, one + two, rtol=1e-5, atol=1e-6)


@every_layer
def test_gradients_without_that_of_the_input_are_the_same(make, example):
    one, two = (made(make, example) for _ in range(2))
    y, cache = one.forward(data(example))
    _, same = two.forward(data(example))
    one.backward(np.ones_like(y), cache)
    two.backward_parameters(np.ones_like(y), same)
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_array_equal(a.grad, b.grad)


@every_layer
def test_evaluation_repeats_and_leaves_the_layer_as_it_was(make, example):
    layer = made(make, example)
    before = [p.value.copy() for p in layer.weights]
    first, _ = layer.forward(data(example))
    second, _ = layer.forward(data(example))
    np.testing.assert_array_equal(first, second)
    for parameter, value in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(parameter.value, value)


@every_layer
def test_examples_dont_see_each_other_at_evaluation(make, example):
    layer = made(make, example)
    x = data(example)
    y, _ = layer.forward(x)
    alone, _ = layer.forward([one[1:2] for one in x] if isinstance(x, list) else x[1:2])
    np.testing.assert_allclose(alone, y[1:2], rtol=1e-5, atol=1e-6)


@every_layer
def test_weights_go_round(make, example):
    layer, other = made(make, example), made(make, example)
    new = [np.float32(2) * w for w in layer.get_weights()]
    layer.set_weights(new)
    for w in layer.get_weights():
        w += 1  # what get_weights gives is a copy
    for given, back in zip(new, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(given, back)
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer.forward(data(example))[0], other.forward(data(example))[0])
    assert layer.count_params() == sum(w.size for w in new)


@every_layer
def test_weights_that_dont_fit_are_refused_and_nothing_changes(make, example):
    layer = made(make, example)
    before = layer.get_weights()
    wrong = [*before[:-1], np.zeros((7, 7, 7))] if before else [np.zeros(3)]
    with pytest.raises(ValueError, match="weights must be arrays of shapes"):
        layer.set_weights(wrong)
    for a, b in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


@every_layer
def test_the_configuration_goes_round_through_json(make, example):
    layer = made(make, example)
    config = json.loads(json.dumps(layer.get_config()))
    twin = type(layer).from_config(config)
    twin.ensure_built(example.input_shape)
    twin.set_weights(layer.get_weights())
    assert twin.get_config() == layer.get_config()
    np.testing.assert_array_equal(twin.forward(data(example))[0], layer.forward(data(example))[0])


@every_layer
def test_name_and_trainable_are_kept(make, example):
    layer = made(make, example, name="mine", trainable=False)
    assert (layer.name, layer.trainable) == ("mine", False)
    assert layer.trainable_weights == []
    assert layer.non_trainable_weights == layer.weights
    layer.trainable = True
    assert len(layer.trainable_weights) + len(layer.non_trainable_weights) == len(layer.weights)
    assert 'mine"' in layer.label


@every_layer
def test_a_layer_trains_within_a_model(make, example):
    shapes = as_list(example.input_shape)
    symbols = [layers.Input(shape) for shape in shapes]
    output = make(**example.arguments)(symbols if isinstance(example.input_shape, list) else symbols[0])
    model = course.Model(symbols, layers.Dense(1)(layers.Flatten()(output)), seed=1)
    model.compile("adam", "mse")
    x = data(example, batch=8)
    before = model.evaluate(x, np.ones((8, 1)), verbose=0)
    model.fit(x, np.ones((8, 1)), epochs=30, verbose=0)
    assert model.evaluate(x, np.ones((8, 1)), verbose=0) < before


@every_layer
def test_other_lengths_of_the_batch_are_fine(make, example):
    layer = made(make, example)
    for batch in (1, 2, 5):
        y, cache = layer.forward(data(example, batch=batch), True)
        dx = layer.backward(np.ones_like(y), cache)
        for array, given in zip(as_list(dx), as_list(data(example, batch=batch)), strict=True):
            assert array.shape == given.shape


@every_layer
def test_inputs_that_arent_contiguous_give_the_same(make, example):
    layer = made(make, example)
    x = data(example)
    spread = [np.repeat(one, 2, axis=-1)[..., ::2] for one in as_list(x)]
    y, _ = layer.forward(x)
    np.testing.assert_array_equal(layer.forward(spread if isinstance(x, list) else spread[0])[0], y)
