"""Pooling: published numbers, its laws, ties, bad arguments. Its numbers over a grid are in test_window_layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import layers
from course.gradcheck import check_layer
from course.shapes import output_size
from tests.oracles.common import waves

examples = settings(deadline=None, max_examples=80)
POOLS = [layers.MaxPooling2D, layers.AveragePooling2D]


@st.composite
def problems(draw):
    h, w = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    pool = draw(st.integers(1, h)), draw(st.integers(1, w))
    strides = draw(st.one_of(st.none(), st.tuples(st.integers(1, 4), st.integers(1, 4))))
    arguments = {"pool_size": pool, "strides": strides, "padding": draw(st.sampled_from(["valid", "same"]))}
    return arguments, waves(draw(st.integers(0, 3)), h, w, draw(st.integers(1, 3)))


def windows(x, arguments):
    """Each output's place, and the pixels of its window, in plain loops."""
    strides = arguments["strides"] or arguments["pool_size"]
    starts = []
    for size, pool, stride in zip(x.shape[1:3], arguments["pool_size"], strides, strict=True):
        outputs = output_size(size, pool, stride, arguments["padding"])
        missing = max((outputs - 1) * stride + pool - size, 0) if arguments["padding"] == "same" else 0
        starts.append([output * stride - missing // 2 for output in range(outputs)])
    for row, top in enumerate(starts[0]):
        for column, left in enumerate(starts[1]):
            bottom, right = top + arguments["pool_size"][0], left + arguments["pool_size"][1]
            yield row, column, x[:, max(top, 0) : bottom, max(left, 0) : right]


@examples
@given(problems())
@pytest.mark.parametrize(("make", "function"), [(POOLS[0], np.max), (POOLS[1], np.mean)])
def test_it_is_the_formula(make, function, problem):
    arguments, x = problem
    layer = make(**arguments, dtype="float64")
    y, cache = layer.forward(x)
    assert y.shape[1:] == layer.output_shape(x.shape[1:])
    for row, column, seen in windows(x, arguments):
        np.testing.assert_allclose(y[:, row, column], function(seen, axis=(1, 2)), atol=1e-12)
    dy = waves(*y.shape, phase=2)
    dx = layer.backward(dy, cache)
    # both functions are homogeneous: y = Σ x · dy/dx
    np.testing.assert_allclose((dx * x).sum(axis=(1, 2)), (dy * y).sum(axis=(1, 2)), atol=1e-9)
    # and a pixel more everywhere is a pixel more in each output
    np.testing.assert_allclose(dx.sum(axis=(1, 2)), dy.sum(axis=(1, 2)), atol=1e-9)


@pytest.mark.parametrize("make", POOLS)
@pytest.mark.parametrize(
    "arguments",
    [{}, {"pool_size": 3, "strides": 2, "padding": "same"}, {"pool_size": (2, 3), "strides": 1}, {"strides": 3}],
)
def test_backward_is_the_gradient_of_forward(make, arguments):
    assert max(check_layer(make(**arguments), (5, 6, 2), verbose=False).values()) < 1e-6


@pytest.mark.parametrize("make", [layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D])
def test_backward_of_a_global_one_is_the_gradient_of_forward(make):
    assert max(check_layer(make(keepdims=True), (3, 4, 2), verbose=False).values()) < 1e-6


def test_published_numbers_of_cs231n():
    # max_pool_forward_naive of the second assignment, channels first
    x = np.linspace(-0.3, 0.4, num=96).reshape(2, 3, 4, 4).transpose(0, 2, 3, 1)
    published = [
        [
            [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
            [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
            [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
        ],
        [
            [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
            [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
            [[0.32631579, 0.34105263], [0.38526316, 0.4]],
        ],
    ]
    y = layers.MaxPool2D(dtype="float64")(x)
    np.testing.assert_allclose(y.transpose(0, 3, 1, 2), published, atol=5e-9)


def test_of_equal_pixels_the_first_takes_the_gradient():
    layer = layers.MaxPooling2D()
    x = np.array([[0, 3, 1, 1], [3, 3, 1, 1]], np.float32).reshape(1, 2, 4, 1)
    _, cache = layer.forward(x)
    dx = layer.backward(np.array([[5, 7]], np.float32).reshape(1, 1, 2, 1), cache)
    assert dx[0, :, :, 0].tolist() == [[0, 5, 7, 0], [0, 0, 0, 0]]


def test_equal_pixels_share_the_gradient_of_a_global_maximum():
    layer = layers.GlobalMaxPooling1D()
    _, cache = layer.forward(np.array([[[1], [4], [4]]], np.float32))
    assert layer.backward(np.array([[6]], np.float32), cache).tolist() == [[[0], [3], [3]]]


@pytest.mark.parametrize("make", [*POOLS, layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D])
def test_not_a_number_stays_in_its_window(make):
    x = waves(1, 4, 4, 2).astype(np.float32)
    x[0, 0, 1, 0] = np.nan
    y = make()(x)
    assert np.isnan(y).sum() == 1
    assert np.isnan(y.reshape(1, -1, 2)[0, 0, 0])


@pytest.mark.parametrize("make", [*POOLS, layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D])
def test_nothing_that_came_in_is_changed_and_float32_stays(make):
    layer = make()
    x = waves(40, 24, 24, 16).astype(np.float32)
    y, cache = layer.forward(x)
    dy = waves(*y.shape, phase=2).astype(np.float32)
    before = x.copy(), y.copy(), dy.copy()
    dx = layer.backward(dy, cache)
    assert y.dtype == dx.dtype == np.float32
    for now, then in zip((x, y, dy), before, strict=True):
        np.testing.assert_array_equal(now, then)
    small, small_cache = layer.forward(x[3:4])
    np.testing.assert_array_equal(small, y[3:4])
    np.testing.assert_array_equal(layer.backward(dy[3:4], small_cache), dx[3:4])


def test_the_other_names_are_the_same_layers():
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert layers.AvgPool1D is layers.AveragePooling1D
    assert layers.GlobalAvgPool2D is layers.GlobalAveragePooling2D
    assert layers.MaxPool2D(2).name.startswith("max_pooling2d")


def test_the_configuration_makes_the_same_layer():
    for layer in (
        layers.MaxPooling2D((2, 3), strides=2, padding="SAME"),
        layers.AveragePooling1D(3),
        layers.GlobalMaxPooling2D(keepdims=True),
    ):
        assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_lengths_may_stay_open():
    assert layers.MaxPooling2D().output_shape((None, 7, 3)) == (None, 3, 3)
    assert layers.GlobalAveragePooling2D().output_shape((None, None, 3)) == (3,)


@pytest.mark.parametrize(
    ("make", "arguments", "shape", "message"),
    [
        (layers.MaxPooling2D, {"pool_size": 0}, (4, 4, 1), "MaxPooling2D: pool_size must be an integer of at least 1"),
        (
            layers.MaxPooling2D,
            {"strides": 0},
            (4, 4, 1),
            "MaxPooling2D: strides must be an integer of at least 1, got 0",
        ),
        (layers.MaxPooling2D, {"padding": "full"}, (4, 4, 1), "padding must be 'valid' or 'same', got 'full'"),
        (
            layers.MaxPooling2D,
            {"pool_size": 5},
            (4, 4, 1),
            "a window of 5 pixels is larger than the input, which has 4",
        ),
        (layers.AveragePooling2D, {}, (4, 4), r"expected one input of shape \(n, h, w, channels\)"),
        (
            layers.MaxPooling1D,
            {"pool_size": (2, 2)},
            (4, 1),
            r"MaxPooling1D: pool_size must be one integer, got \(2, 2\)",
        ),
        (layers.GlobalMaxPooling2D, {}, (4, 4), r"expected one input of shape \(n, h, w, channels\)"),
        (layers.GlobalMaxPooling2D, {"data_format": "first"}, (4, 4, 1), "data_format must be 'channels_last'"),
    ],
)
def test_bad_arguments_are_refused_with_the_reason(make, arguments, shape, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments).output_shape(shape)
