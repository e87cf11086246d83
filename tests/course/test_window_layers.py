"""Layers with a sliding window against PyTorch and Keras, over a grid of kernels, strides, paddings and dilations."""

import numpy as np
import pytest

from course import layers
from tests.oracles.common import waves
from tests.oracles.record_windows import ORACLE
from tests.oracles.window_questions import CASES, digest, weight


def answer(case: str, dtype: str) -> np.ndarray:
    name, arguments, shape = CASES[case]
    layer = getattr(layers, name)(**arguments, dtype=dtype)
    layer.build(shape[1:])
    layer.set_weights([weight(number, one.shape) for number, one in enumerate(layer.weights)])
    x = waves(*shape, phase=1).astype(dtype)
    y, cache = layer.forward(x, training=True)
    assert y.shape[1:] == layer.output_shape(shape[1:])
    dy = waves(*y.shape, phase=3).astype(dtype)
    dx = layer.backward(dy, cache)
    assert y.dtype == dx.dtype == dtype
    np.testing.assert_array_equal(x, waves(*shape, phase=1).astype(dtype))
    np.testing.assert_array_equal(dy, waves(*y.shape, phase=3).astype(dtype))
    return digest(y, dx, *(one.grad for one in layer.weights))


@pytest.mark.parametrize("case", CASES)
def test_float64_is_that_of_the_others(case):
    # Keras takes some of its means in float32, whatever it is told
    ORACLE.compare(case, answer(case, "float64"), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_float32_is_that_of_the_others(case):
    expected = ORACLE.recorded[case]
    # rounding goes with the size of the terms, not of their sum
    np.testing.assert_allclose(answer(case, "float32"), expected, rtol=1e-4, atol=1e-4 * max(1, np.abs(expected).max()))
