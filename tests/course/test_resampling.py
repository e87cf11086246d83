"""Resampling, padding, cropping, permuting and repeating against Keras; published examples; refusals."""

import numpy as np
import pytest

from course import layers
from course.gradcheck import check_layer
from tests.oracles.common import flat, waves
from tests.oracles.layer_questions import inputs, slope
from tests.oracles.rearranging_questions import LAYERS
from tests.oracles.record_rearranging import ORACLE


def answers(case, dtype):
    name, arguments, shape = LAYERS[case]
    layer = getattr(layers, name)(**arguments)
    (x,) = inputs(shape)
    y, cache = layer.forward(x.astype(dtype), training=True)
    assert y.shape[1:] == layer.output_shape(shape[1:])
    return flat(y, layer.backward(slope(y.shape).astype(dtype), cache))


@pytest.mark.parametrize("case", LAYERS)
def test_output_and_gradient_are_those_of_keras(case):
    ORACLE.compare(f"layer/{case}", answers(case, "float64"), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("case", LAYERS)
def test_float32_gives_the_same_numbers(case):
    ORACLE.compare(f"layer/{case}", answers(case, "float32"), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", LAYERS)
def test_backward_is_the_gradient_of_forward(case):
    name, arguments, shape = LAYERS[case]
    errors = check_layer(getattr(layers, name)(**arguments), shape[1:], verbose=False)
    assert max(errors.values()) < 1e-8, errors


def test_the_example_of_kerass_documentation():
    x = np.arange(12).reshape(2, 2, 1, 3)
    y = layers.UpSampling2D(size=(1, 2))(x)
    assert y[0].tolist() == [[[0, 1, 2], [0, 1, 2]], [[3, 4, 5], [3, 4, 5]]]


def test_bilinear_by_hand():
    # new pixels lie a quarter of the way around the old centres; at the edge the edge's value stays
    x = np.array([0.0, 4.0]).reshape(1, 1, 2, 1)
    y = layers.UpSampling2D((1, 2), interpolation="bilinear")(x)
    assert y.ravel().tolist() == [0.0, 1.0, 3.0, 4.0]


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("size", [(2, 2), (3, 2), (1, 4), 5])
def test_upsampling_keeps_a_constant_image_and_the_sum_of_gradients(interpolation, size):
    layer = layers.UpSampling2D(size, interpolation=interpolation)
    y, cache = layer.forward(np.full((2, 3, 4, 2), 1.7))
    np.testing.assert_allclose(y, 1.7)
    dy = waves(*y.shape)
    np.testing.assert_allclose(layer.backward(dy, cache).sum(axis=(1, 2)), dy.sum(axis=(1, 2)))


def test_cropping_undoes_padding():
    x = waves(2, 3, 4, 5)
    sides = ((1, 2), (0, 3))
    np.testing.assert_array_equal(
        layers.Cropping2D(sides, dtype="float64")(layers.ZeroPadding2D(sides, dtype="float64")(x)), x
    )


def test_lengths_that_are_left_open_stay_open():
    assert layers.UpSampling2D(2)(layers.Input((None, 4, 3))).shape == (None, None, 8, 3)
    assert layers.ZeroPadding2D(1)(layers.Input((4, None, 3))).shape == (None, 6, None, 3)
    assert layers.Cropping1D(1)(layers.Input((None, 3))).shape == (None, None, 3)
    assert layers.Permute((2, 1))(layers.Input((None, 3))).shape == (None, 3, None)


IMAGES = layers.Input((4, 6, 1))
ROWS = layers.Input((4, 6))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: layers.UpSampling2D(0), r"UpSampling2D: size must be an integer of at least 1, got 0"),
        (
            lambda: layers.UpSampling2D((2, 2, 2)),
            r"UpSampling2D: size must be one integer, or 2 of them, got \(2, 2, 2\)",
        ),
        (lambda: layers.UpSampling2D(1.5), r"UpSampling2D: size must be an integer of at least 1, got 1.5"),
        (
            lambda: layers.UpSampling2D(2, interpolation="bicubic"),
            r"UpSampling2D: interpolation must be 'nearest' or 'bilinear', got 'bicubic'",
        ),
        (
            lambda: layers.UpSampling2D(2, name="up")(ROWS),
            r'UpSampling2D "up": expected one input of shape \(n, h, w, channels\), got \(n, 4, 6\)',
        ),
        (
            lambda: layers.UpSampling1D(2, name="up")(IMAGES),
            r'UpSampling1D "up": expected one input of shape \(n, steps, channels\), got \(n, 4, 6, 1\)',
        ),
        (
            lambda: layers.UpSampling1D(2, name="up")([ROWS, ROWS]),
            r'UpSampling1D "up": expected one input .*got \[\(n, 4, 6\), \(n, 4, 6\)\]',
        ),
        (
            lambda: layers.UpSampling2D(2, "channels_first"),
            r"UpSampling2D: data_format must be 'channels_last' \(or left out\), got 'channels_first'",
        ),
        (lambda: layers.ZeroPadding2D(-1), r"ZeroPadding2D: padding must be an integer of at least 0, got -1"),
        (lambda: layers.ZeroPadding2D("same"), r"ZeroPadding2D: padding must be an integer of at least 0, got 'same'"),
        (
            lambda: layers.ZeroPadding2D((1, 2, 3)),
            r"ZeroPadding2D: padding must hold a number, or two, for each of two axes, got \(1, 2, 3\)",
        ),
        (
            lambda: layers.ZeroPadding1D((1, 2, 3)),
            r"ZeroPadding1D: padding must hold one number for each of two sides, got \(1, 2, 3\)",
        ),
        (lambda: layers.ZeroPadding2D(1, name="pad")(ROWS), r'ZeroPadding2D "pad": expected one input of shape'),
        (
            lambda: layers.Cropping2D(2, name="cut")(IMAGES),
            r'Cropping2D "cut": cropping \(\(2, 2\), \(2, 2\)\) leaves nothing of inputs of shape \(n, 4, 6, 1\)',
        ),
        (lambda: layers.Permute((1, 3)), r"Permute: dims must hold each number from 1 to 2 once, got \(1, 3\)"),
        (lambda: layers.Permute((0, 1)), r"Permute: dims must hold each number from 1 to 2 once, got \(0, 1\)"),
        (lambda: layers.Permute("21"), r"Permute: dims must be an integer, got '21'"),
        (
            lambda: layers.Permute((2, 1), name="swap")(IMAGES),
            r'Permute "swap": dims \(2, 1\) needs one input with 2 axes and that of the batch, got \(n, 4, 6, 1\)',
        ),
        (lambda: layers.RepeatVector(0), r"RepeatVector: n must be an integer of at least 1, got 0"),
        (
            lambda: layers.RepeatVector(2, name="repeat")(ROWS),
            r'RepeatVector "repeat": expected one input of shape \(n, features\), got \(n, 4, 6\)',
        ),
    ],
)
def test_wrong_arguments(ask, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ask()
