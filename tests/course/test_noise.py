"""Noise and spatial dropout: off at evaluation, of the stated mean and width, repeatable, refusals."""

import numpy as np
import pytest

import course
from course import layers
from course.gradcheck import check_layer

X = np.full((400, 300), 2.0, np.float32)
SMALL = np.linspace(-1, 1, 2 * 4 * 3).reshape(2, 4, 3)
NOISY = {
    "noise": lambda **options: layers.GaussianNoise(0.5, **options),
    "gaussian_dropout": lambda **options: layers.GaussianDropout(0.3, **options),
    "spatial_dropout": lambda **options: layers.SpatialDropout1D(0.5, **options),
}
every = pytest.mark.parametrize("make", NOISY.values(), ids=NOISY)


def test_gaussian_noise_has_mean_0_and_the_stated_width():
    y, _ = layers.GaussianNoise(0.5, seed=1).forward(X, training=True)
    noise = y.astype(np.float64) - 2.0
    # 120,000 draws: five standard errors of the mean, of the deviation, of the skewness and of the kurtosis
    assert noise.mean() == pytest.approx(0.0, abs=5 * 0.5 / 120_000**0.5)
    assert noise.std() == pytest.approx(0.5, abs=5 * 0.5 / 240_000**0.5)
    assert ((noise / 0.5) ** 3).mean() == pytest.approx(0.0, abs=5 * (15 / 120_000) ** 0.5)
    assert ((noise / 0.5) ** 4).mean() == pytest.approx(3.0, abs=5 * (96 / 120_000) ** 0.5)
    assert np.unique(noise).size > 100_000


def test_gaussian_dropout_has_mean_1_and_the_variance_of_dropout():
    y, _ = layers.GaussianDropout(0.2, seed=1).forward(X, training=True)
    factor = y.astype(np.float64) / 2.0
    deviation = 0.5  # √(0.2 / 0.8)
    assert factor.mean() == pytest.approx(1.0, abs=5 * deviation / 120_000**0.5)
    assert factor.std() == pytest.approx(deviation, abs=5 * deviation / 240_000**0.5)
    dropped, _ = layers.Dropout(0.2, seed=1).forward(X, training=True)
    assert dropped.std() / 2.0 == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(layers.SpatialDropout1D(0.3, seed=2), (500, 4, 40)), (layers.SpatialDropout2D(0.3, seed=2), (500, 3, 2, 40))],
)
def test_spatial_dropout_drops_whole_channels(layer, shape):
    y, cache = layer.forward(np.ones(shape, np.float32), training=True)
    inside = tuple(range(1, len(shape) - 1))
    np.testing.assert_array_equal(y.min(axis=inside), y.max(axis=inside))
    channels = y.max(axis=inside)
    # 20,000 channels: five standard deviations are 0.016
    assert (channels == 0).mean() == pytest.approx(0.3, abs=0.0163)
    np.testing.assert_allclose(channels[channels != 0], 1 / 0.7, rtol=1e-6)
    np.testing.assert_array_equal(layer.backward(np.ones(shape, np.float32), cache), y)


@every
def test_off_at_evaluation(make):
    np.testing.assert_array_equal(make(dtype="float64")(SMALL), SMALL)
    y, cache = make().forward(SMALL)
    assert y is SMALL
    assert make().backward(SMALL, cache) is SMALL


@every
def test_backward_is_the_gradient_of_forward(make):
    errors = check_layer(make(), (4, 3), training=True, verbose=False)
    assert max(errors.values()) < 1e-8, errors


@every
def test_the_seed_settles_the_draws(make):
    x = SMALL.astype(np.float32)
    one, same, other = (make(seed=seed) for seed in (3, 3, 4))
    first = one.forward(x, training=True)[0]
    np.testing.assert_array_equal(first, same.forward(x, training=True)[0])
    assert not np.array_equal(first, other.forward(x, training=True)[0])
    assert not np.array_equal(first, one.forward(x, training=True)[0])


@every
def test_the_models_seed_settles_the_draws(make):
    def losses(seed):
        model = course.Sequential([make(input_shape=(4, 3)), layers.Flatten(), layers.Dense(1)], seed=seed)
        model.compile("sgd", "mse")
        return model.fit(SMALL, SMALL[:, 0, :1], epochs=3, verbose=0).history["loss"]

    assert losses(5) == losses(5)
    assert losses(5) != losses(6)


@every
def test_the_same_draws_in_float32_and_float64(make):
    single = make(seed=1).forward(SMALL.astype(np.float32), training=True)[0]
    double = make(seed=1, dtype="float64").forward(SMALL, training=True)[0]
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single, double, rtol=1e-5, atol=1e-6)


def test_no_noise_and_everything_dropped():
    for layer in (layers.GaussianNoise(0), layers.GaussianDropout(0), layers.SpatialDropout1D(0)):
        assert layer.forward(SMALL, training=True)[0] is SMALL
    assert not layers.SpatialDropout1D(1).forward(SMALL, training=True)[0].any()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: layers.GaussianNoise(-0.1), r"GaussianNoise: stddev must be a number of at least 0, got -0.1"),
        (lambda: layers.GaussianNoise("much"), r"GaussianNoise: stddev must be a number of at least 0, got 'much'"),
        (lambda: layers.GaussianNoise(float("nan")), r"GaussianNoise: stddev must be a number of at least 0, got nan"),
        (lambda: layers.GaussianDropout(1), r"GaussianDropout: rate must be a number of at least 0 and below 1, got 1"),
        (lambda: layers.GaussianNoise(0.1, seed=1.5), r"GaussianNoise: seed must be an integer of at least 0, got 1.5"),
        (lambda: layers.SpatialDropout2D(1.2), r"SpatialDropout2D: rate must be a number of at least 0 and at most 1"),
        (
            lambda: layers.SpatialDropout2D(0.2, name="drop")(layers.Input((3, 4))),
            r'SpatialDropout2D "drop": expected one input of shape \(n, h, w, channels\), got \(n, 3, 4\)',
        ),
        (
            lambda: layers.SpatialDropout1D(0.2, name="drop")(layers.Input((3, 4, 5))),
            r'SpatialDropout1D "drop": expected one input of shape \(n, steps, channels\), got \(n, 3, 4, 5\)',
        ),
    ],
)
def test_wrong_arguments(ask, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ask()
