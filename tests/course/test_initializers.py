"""Initializers against the distributions that they are named after; their fans against Keras's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import initializers
from course.registry import to_config
from tests.oracles.function_questions import KERNEL_SHAPES
from tests.oracles.record_functions import ORACLE

SHAPE = (300, 500)
# by hand from the papers' formulas, for 300 inputs and 500 outputs
UNIFORM_LIMITS = {
    "glorot_uniform": math.sqrt(6 / 800),
    "he_uniform": math.sqrt(6 / 300),
    "lecun_uniform": math.sqrt(3 / 300),
    "random_uniform": 0.05,
}
NORMAL_VARIANCES = {
    "glorot_normal": 2 / 800,
    "he_normal": 2 / 300,
    "lecun_normal": 1 / 300,
    "variance_scaling": 1 / 300,
}
RANDOM = [*UNIFORM_LIMITS, *NORMAL_VARIANCES, "random_normal", "truncated_normal", "orthogonal"]


def draw(name, shape=SHAPE, dtype=np.float64, seed=0):
    return initializers.get(name)(shape, np.random.default_rng(seed), dtype)


def distance(values, distribution):
    """Kolmogorov and Smirnov's √n · D of the first values: 1.63 is passed by chance once in a hundred seeds."""
    ordered = np.sort(values.ravel()[:10_000])
    expected = np.array([distribution(value) for value in ordered])
    return np.abs(expected - (np.arange(ordered.size) + 0.5) / ordered.size).max() * math.sqrt(ordered.size)


def normal_below(value, stddev=1.0):
    return 0.5 * (1 + math.erf(value / stddev / math.sqrt(2)))


def truncated_below(value, stddev):
    return (normal_below(value, stddev) - normal_below(-2)) / (normal_below(2) - normal_below(-2))


@pytest.mark.parametrize("name", UNIFORM_LIMITS)
def test_uniform_ones_fill_their_interval_and_no_more(name):
    limit, values = UNIFORM_LIMITS[name], draw(name)
    assert np.abs(values).max() <= limit
    assert np.abs(values).max() > 0.999 * limit
    assert distance(values, lambda value: (value + limit) / (2 * limit)) < 1.63


@pytest.mark.parametrize("name", NORMAL_VARIANCES)
def test_scaled_normal_ones_are_truncated_at_two_and_have_the_variance_they_should(name):
    # cut at two, a normal keeps 1 − 2·2φ(2) / (Φ(2) − Φ(−2)) of its variance
    density = math.exp(-2) / math.sqrt(2 * math.pi)
    kept = math.sqrt(1 - 4 * density / (normal_below(2) - normal_below(-2)))
    stddev, values = math.sqrt(NORMAL_VARIANCES[name]) / kept, draw(name)
    assert kept == pytest.approx(initializers.TRUNCATED_STDDEV, rel=1e-12)
    assert values.var() == pytest.approx(NORMAL_VARIANCES[name], rel=0.01)
    assert np.abs(values).max() <= 2 * stddev
    assert distance(values, lambda value: truncated_below(value, stddev)) < 1.63


def test_plain_normals():
    values = draw("random_normal")
    assert distance(values, lambda value: normal_below(value, 0.05)) < 1.63
    values = draw("truncated_normal")
    assert np.abs(values).max() <= 0.1
    assert distance(values, lambda value: truncated_below(value, 0.05)) < 1.63
    shifted = initializers.TruncatedNormal(mean=3.0, stddev=0.1)(SHAPE, np.random.default_rng(0))
    assert shifted.mean() == pytest.approx(3.0, abs=1e-3)


@pytest.mark.parametrize(("mode", "n"), [("fan_in", 300), ("fan_out", 500), ("fan_avg", 400)])
@pytest.mark.parametrize("distribution", ["normal", "truncated_normal", "untruncated_normal", "uniform"])
def test_variance_scaling_means_variance(mode, n, distribution):
    values = initializers.VarianceScaling(3.0, mode, distribution)(SHAPE, np.random.default_rng(0))
    assert values.var() == pytest.approx(3.0 / n, rel=0.01)
    assert values.mean() == pytest.approx(0, abs=0.001)


def test_fans_are_those_of_keras():
    ORACLE.compare("initializer/fans", np.array([initializers.fans(shape) for shape in KERNEL_SHAPES]))


def test_a_convolution_counts_its_window():
    values = draw("glorot_uniform", (3, 3, 16, 32))
    assert np.abs(values).max() <= math.sqrt(6 / (144 + 288))
    assert np.abs(values).max() > 0.999 * math.sqrt(6 / (144 + 288))


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (2, 3, 5), (3, 2, 2, 4)])
def test_orthogonal_is_orthonormal(shape):
    matrix = draw("orthogonal", shape).reshape(-1, shape[-1])
    smaller = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(smaller @ smaller.T, np.eye(len(smaller)), atol=1e-12)
    doubled = initializers.Orthogonal(gain=2.0)(shape, np.random.default_rng(0), np.float64)
    np.testing.assert_allclose(doubled.reshape(matrix.shape), 2 * matrix)


def test_orthogonal_matrices_have_no_favourite_direction():
    rng = np.random.default_rng(0)
    corners = [initializers.Orthogonal()((3, 3), rng, np.float64)[0, 0] for _ in range(2000)]
    # one element of a matrix drawn evenly is between −1 and 1 with mean 0 and variance 1/3
    assert np.mean(corners) == pytest.approx(0, abs=3 / np.sqrt(3 * 2000))
    assert np.var(corners) == pytest.approx(1 / 3, rel=0.05)


def test_constants():
    np.testing.assert_array_equal(initializers.get(None)((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.get("ones")((2,)), np.ones(2))
    np.testing.assert_array_equal(initializers.Constant(0.25)((2,)), [0.25, 0.25])


@pytest.mark.parametrize("name", RANDOM)
def test_type_shape_and_chance(name):
    for dtype in (np.float32, np.float64):
        assert draw(name, (5, 7), dtype).dtype == dtype
        assert draw(name, (5, 7), dtype).shape == (5, 7)
    shape = (30, 50)
    np.testing.assert_array_equal(draw(name, shape, seed=1), draw(name, shape, seed=1))
    assert not np.array_equal(draw(name, shape, seed=1), draw(name, shape, seed=2))
    np.testing.assert_allclose(draw(name, shape, np.float32), draw(name, shape), rtol=1e-6)


def test_the_generator_moves_on_but_a_seed_stays():
    rng = np.random.default_rng(0)
    free, seeded = initializers.HeNormal(), initializers.HeNormal(seed=3)
    assert not np.array_equal(free((4, 4), rng), free((4, 4), rng))
    np.testing.assert_array_equal(seeded((4, 4), rng), seeded((4, 4)))


def test_numpy_s_global_generator_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for name in RANDOM:
        draw(name, (3, 3))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@given(st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_fans_multiply_to_the_kernel(shape):
    fan_in, fan_out = initializers.fans(shape)
    window = math.prod(shape[:-2])
    assert fan_in * fan_out == math.prod(shape) * window


@pytest.mark.parametrize("name", [*RANDOM, "zeros", "ones", "constant"])
def test_a_config_makes_the_same_initializer_again(name):
    original = initializers.get(name)
    again = initializers.get(to_config(original))
    assert type(again) is type(original)
    assert repr(again) == repr(original)
    np.testing.assert_array_equal(again((4, 5), np.random.default_rng(0)), original((4, 5), np.random.default_rng(0)))


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="unknown initializer 'glorot'; did you mean 'glorot_"):
        initializers.get("glorot")
    with pytest.raises(TypeError, match=r"initializer: expected a name.* got <class .*HeNormal\(\)"):
        initializers.get(initializers.HeNormal)
    with pytest.raises(TypeError, match=r"HeNormal: rng must be a numpy.random.Generator.* got None"):
        initializers.HeNormal()((2, 2))
    with pytest.raises(ValueError, match="mode must be 'fan_in', 'fan_out' or 'fan_avg', got 'fan_inn'; did you"):
        initializers.VarianceScaling(mode="fan_inn")
    with pytest.raises(ValueError, match="Orthogonal: shape must have at least two axes"):
        draw("orthogonal", (5,))
    with pytest.raises(ValueError, match="RandomUniform: maxval must be a number of at least 1, got 0"):
        initializers.RandomUniform(1, 0)
