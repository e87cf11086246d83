"""Transposed convolution: its sizes, its laws, bad arguments. Its numbers are held in test_window_layers, too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import layers
from course.gradcheck import check_layer
from tests.oracles.common import waves

examples = settings(deadline=None, max_examples=60)
arguments = st.fixed_dictionaries(
    {
        "filters": st.integers(1, 3),
        "kernel_size": st.tuples(st.integers(1, 5), st.integers(1, 5)),
        "strides": st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "padding": st.sampled_from(["valid", "same"]),
    }
)


def test_by_hand():
    layer = layers.Conv2DTranspose(1, 2, strides=1, use_bias=False)
    layer.build((2, 2, 1))
    layer.set_weights([np.reshape([1, 10, 100, 1000], (2, 2, 1, 1))])
    image = np.reshape([1, 2, 3, 4], (1, 2, 2, 1)).astype("f")
    # every pixel paints the kernel times itself, and where they meet they add
    assert layer(image)[0, :, :, 0].tolist() == [[1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]]


@examples
@given(arguments, st.integers(1, 5), st.integers(1, 5), st.integers(1, 3))
def test_sizes_are_those_of_keras(arguments, h, w, channels):
    layer = layers.Conv2DTranspose(**arguments)
    y = layer(waves(2, h, w, channels))
    assert y.shape[1:] == layer.output_shape((h, w, channels))
    for size, kernel, stride, output in zip(
        (h, w), arguments["kernel_size"], arguments["strides"], y.shape[1:3], strict=True
    ):
        assert output == (
            size * stride if arguments["padding"] == "same" else (size - 1) * stride + max(kernel, stride)
        )


@examples
@given(arguments, st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_it_is_the_transpose_of_the_convolution(arguments, h, w, channels):
    # with the same kernel, ⟨up(x), z⟩ = ⟨x, down(z)⟩
    up = layers.Conv2DTranspose(**arguments, use_bias=False, dtype="float64")
    x = waves(2, h, w, channels)
    y = up(x)
    if arguments["padding"] == "valid" and any(np.array(y.shape[1:3]) < arguments["kernel_size"]):
        return
    down = layers.Conv2D(**{**arguments, "filters": channels}, use_bias=False, dtype="float64")
    z = waves(*y.shape, phase=2)
    down.build(y.shape[1:])
    down.set_weights(up.get_weights())
    np.testing.assert_allclose((y * z).sum(), (x * down(z)).sum(), atol=1e-9)


@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel_size": 3, "strides": 2, "padding": "same", "activation": "tanh"},
        {"kernel_size": (2, 3), "strides": (3, 1), "use_bias": False},
        {"kernel_size": 2, "dilation_rate": 2, "activation": "softmax"},
        {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1, "kernel_regularizer": "l2"},
    ],
)
@pytest.mark.parametrize("channels", [2, 16])
def test_backward_is_the_gradient_of_forward(arguments, channels):
    layer = layers.Conv2DTranspose(3, **arguments)
    assert max(check_layer(layer, (3, 2, channels), verbose=False).values()) < 1e-6


def test_nothing_that_came_in_is_changed_and_float32_stays():
    layer = layers.Conv2DTranspose(16, 3, strides=2, activation="relu")
    x = waves(3, 6, 7, 16).astype("f")
    layer.build(x.shape[1:])
    weights = layer.get_weights()
    y, cache = layer.forward(x)
    dy = waves(*y.shape, phase=2).astype("f")
    before = x.copy(), y.copy(), dy.copy()
    dx = layer.backward(dy, cache)
    assert y.dtype == dx.dtype == layer.kernel.grad.dtype == np.float32
    for now, then in zip((x, y, dy, *layer.get_weights()), (*before, *weights), strict=True):
        np.testing.assert_array_equal(now, then)


def test_gradients_of_the_parameters_alone_are_the_same():
    layer = layers.Conv2DTranspose(3, 3, strides=2, activation="relu", dtype="float64")
    layer.build((4, 5, 2))
    y, cache = layer.forward(waves(2, 4, 5, 2))
    dy = waves(*y.shape, phase=3)
    layer.backward(dy, cache)
    kernel, bias = layer.kernel.grad.copy(), layer.bias.grad.copy()
    layer.backward_parameters(dy, cache)
    np.testing.assert_allclose(layer.kernel.grad, 2 * kernel, rtol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, 2 * bias, rtol=1e-12)


def test_the_configuration_makes_the_same_layer():
    layer = layers.Conv2DTranspose(4, (3, 2), strides=2, padding="same", output_padding=1, activation="relu")
    twin = layers.Conv2DTranspose.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert twin.output_shape((8, 8, 1)) == layer.output_shape((8, 8, 1))
    plain = layers.Conv1DTranspose(4, 3)
    assert layers.Conv1DTranspose.from_config(plain.get_config()).get_config() == plain.get_config()


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        ({"strides": 0}, (4, 4, 1), "Conv2DTranspose: strides must be an integer of at least 1, got 0"),
        ({"padding": "causal"}, (4, 4, 1), "Conv2DTranspose: padding must be 'valid' or 'same', got 'causal'"),
        ({"output_padding": -1}, (4, 4, 1), "Conv2DTranspose: output_padding must be an integer of at least 0, got -1"),
        ({"strides": 2, "output_padding": 2}, (4, 4, 1), '"t": output_padding must be below the stride, 2, got 2'),
        ({}, (4, 4), r"expected one input of shape \(n, h, w, channels\), got \(n, 4, 4\)"),
        ({"data_format": "channels_first"}, (4, 4, 1), "data_format must be 'channels_last'"),
    ],
)
def test_bad_arguments_are_refused_with_the_reason(arguments, shape, message):
    with pytest.raises(ValueError, match=message):
        layers.Conv2DTranspose(**{"filters": 2, "kernel_size": 3, "name": "t", **arguments}).output_shape(shape)


def test_other_channels_than_it_was_built_for_are_refused():
    layer = layers.Conv2DTranspose(2, 3, name="t")
    layer.build((8, 8, 3))
    with pytest.raises(
        ValueError, match=r'Conv2DTranspose "t": expected inputs with 3 channels, got shape \(n, 8, 8, 2\)'
    ):
        layer(np.zeros((1, 8, 8, 2)))
