"""Merging layers beyond their values (test_layers.py): functional forms, ties, broadcasting, refusals."""

import numpy as np
import pytest

import course
from course import layers
from course.gradcheck import check_layer
from tests.oracles.common import waves

A, B, C = (waves(5, 3, phase=phase) for phase in (1, 2, 3))
FUNCTIONS = {
    "add": (layers.add, layers.Add, A + B + C),
    "multiply": (layers.multiply, layers.Multiply, A * B * C),
    "average": (layers.average, layers.Average, (A + B + C) / 3),
    "maximum": (layers.maximum, layers.Maximum, np.maximum(np.maximum(A, B), C)),
    "minimum": (layers.minimum, layers.Minimum, np.minimum(np.minimum(A, B), C)),
    "concatenate": (layers.concatenate, layers.Concatenate, np.concatenate([A, B, C], axis=1)),
}
every = pytest.mark.parametrize("name", FUNCTIONS)


@every
def test_functions_and_layers_on_arrays(name):
    function, make, expected = FUNCTIONS[name]
    np.testing.assert_allclose(function([A, B, C], dtype="float64"), expected)
    np.testing.assert_allclose(make(dtype="float64")([A, B, C]), expected)


@every
def test_functions_on_symbols_make_a_model(name):
    function, make, expected = FUNCTIONS[name]
    symbols = [layers.Input((3,)) for _ in range(3)]
    merged = function(symbols, name="together")
    model = course.Model(symbols, merged)
    assert isinstance(model.get_layer("together"), make)
    assert merged.shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(model.predict([A, B, C], verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_difference():
    np.testing.assert_allclose(layers.subtract([A, B], dtype="float64"), A - B)
    x, y = layers.Input((3,)), layers.Input((3,))
    model = course.Model([x, y], layers.subtract([x, y]))
    np.testing.assert_allclose(model.predict([A, B], verbose=0), A - B, rtol=1e-5, atol=1e-6)


def test_concatenate_along_another_axis():
    x, y = waves(2, 3, 4), waves(2, 1, 4, phase=1)
    np.testing.assert_allclose(layers.concatenate([x, y], axis=1, dtype="float64"), np.concatenate([x, y], axis=1))


def test_operators_of_symbols_are_layers():
    x, y = layers.Input((3,)), layers.Input((3,))
    model = course.Model([x, y], (x + y) * (x - y))
    kinds = sorted(type(layer).__name__ for layer in model.layers if not isinstance(layer, layers.InputLayer))
    assert kinds == ["Add", "Multiply", "Subtract"]
    np.testing.assert_allclose(model.predict([A, B], verbose=0), A**2 - B**2, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (layers.Add(), [(2, 3), (1, 3), (2, 1)]),
        (layers.Multiply(), [(2, 3), (2, 1), (1, 1)]),
        (layers.Average(), [(4,), (1,)]),
        (layers.Subtract(), [(1, 3), (2, 3)]),
        (layers.Maximum(), [(2, 3), (1, 3)]),
        (layers.Minimum(), [(3,), (3,), (1,)]),
        (layers.Concatenate(axis=1), [(2, 3), (1, 3), (4, 3)]),
    ],
)
def test_backward_is_the_gradient_of_forward(layer, shapes):
    errors = check_layer(layer, shapes, verbose=False)
    assert max(errors.values()) < 1e-8, errors


@pytest.mark.parametrize("make", [layers.Maximum, layers.Minimum])
def test_a_tie_passes_its_gradient_on_once(make):
    layer = make()
    x = [np.ones((2, 3), np.float32), np.ones((2, 3), np.float32)]
    _, cache = layer.forward(x)
    dy = waves(2, 3).astype(np.float32)
    np.testing.assert_array_equal(sum(layer.backward(dy, cache)), dy)


def test_the_same_input_twice_gathers_both_gradients():
    x = layers.Input((3,))
    model = course.Model(x, layers.multiply([x, x])).astype("float64")
    _, cache = model.forward(A)
    np.testing.assert_allclose(model.backward(np.ones_like(A), cache), 2 * A)


def test_results_arent_the_inputs_themselves():
    # a later layer may not write into x, but a caller may
    for function in (layers.add, layers.average, layers.maximum, layers.concatenate):
        x = A.astype(np.float32)
        y = function([x, B.astype(np.float32)])
        assert not np.shares_memory(x, y)


X3, X4 = layers.Input((3,)), layers.Input((4,))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: layers.Add(name="sum")([X3, X4]),
            r'Add "sum": inputs must have one shape, got \[\(n, 3\), \(n, 4\)\]',
        ),
        (lambda: layers.Add(name="sum")(X3), r'Add "sum": expected a list of inputs, got \(n, 3\)'),
        (
            lambda: layers.Add(name="sum")([X3, layers.Input((2, 3))]),
            r'Add "sum": inputs must have equally many axes, got \[\(n, 3\), \(n, 2, 3\)\]',
        ),
        (
            lambda: layers.Subtract(name="less")([X3, X3, X3]),
            r'Subtract "less": expected a list of 2 inputs, got \[\(n, 3\), \(n, 3\), \(n, 3\)\]',
        ),
        (lambda: layers.Concatenate(axis=0), r"Concatenate: axis must not be 0, .*got 0"),
        (
            lambda: layers.concatenate([layers.Input((2, 3)), layers.Input((3, 4))], name="join"),
            r'Concatenate "join": inputs must have one shape but for axis -1, got \[\(n, 2, 3\), \(n, 3, 4\)\]',
        ),
        (lambda: layers.add([X3, A]), r"symbols and data can't be mixed in one call; got a ndarray beside a symbol"),
        (lambda: layers.Add(axis=1), r"Add: unknown argument axis=1"),
    ],
)
def test_wrong_arguments(ask, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ask()
