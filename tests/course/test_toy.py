"""The toy data: shapes and types, class balance, and the geometry that each docstring promises."""

import numpy as np
import pytest

from course.data import toy

every_set = pytest.mark.parametrize("make", toy.MAKERS.values(), ids=toy.MAKERS.keys())


@every_set
@pytest.mark.parametrize("n", [2, 7, 200])
def test_shapes_types_and_balance(make, n):
    x, y = make(n, rng=np.random.default_rng(0))
    assert x.shape == (n, 2)
    assert x.dtype == np.float32
    assert y.shape == (n,)
    assert y.dtype == np.int64
    assert np.bincount(y, minlength=2).tolist() == [n - n // 2, n // 2]


@every_set
def test_random_numbers_come_from_the_generator_alone(make):
    np.random.seed(0)  # noqa: NPY002 - the global state is what must not be touched
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (make(50, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert not np.array_equal(first[0], make(50, rng=np.random.default_rng(4))[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@every_set
def test_order_is_random(make):
    _, y = make(200, rng=np.random.default_rng(1))
    # 100 of 200 are of class 0; the hypergeometric standard deviation of the first half's share is 3.5
    assert abs(int((y[:100] == 0).sum()) - 50) < 15


@every_set
def test_noise_free_points_lie_in_the_square(make):
    x, _ = make(500, noise=0.0, rng=np.random.default_rng(2))
    assert np.abs(x).max() <= toy.HALF_WIDTH + 1e-6


@every_set
def test_noise_is_the_standard_deviation_that_was_asked_for(make):
    clean, labels = make(4000, noise=0.0, rng=np.random.default_rng(5))
    noisy, same_labels = make(4000, noise=0.3, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(labels, same_labels)
    np.testing.assert_allclose((noisy - clean).std(axis=0), 0.3, rtol=0.05)
    np.testing.assert_allclose((noisy - clean).mean(axis=0), 0, atol=0.02)


def noise_free(name):
    x, y = toy.MAKERS[name](400, noise=0.0, rng=np.random.default_rng(6))
    return x.astype(np.float64), y


def test_moons_are_half_circles():
    x, y = noise_free("moons")
    radius = 4 / 3
    centres = np.where((y == 0)[:, None], [-radius / 2, -radius / 4], [radius / 2, radius / 4])
    np.testing.assert_allclose(np.hypot(*(x - centres).T), radius, rtol=1e-5)
    assert np.all((x - centres)[y == 0, 1] >= -1e-6)
    assert np.all((x - centres)[y == 1, 1] <= 1e-6)


def test_rings_are_separated_by_a_circle():
    x, y = noise_free("rings")
    np.testing.assert_array_equal(y, np.hypot(*x.T) < 1.25)


def test_xor_is_the_exclusive_or_of_the_signs():
    x, y = noise_free("xor")
    np.testing.assert_array_equal(y, (x[:, 0] > 0) ^ (x[:, 1] > 0))


def test_blobs_are_separated_by_a_line():
    x, y = noise_free("blobs")
    np.testing.assert_array_equal(y, x.sum(axis=1) > 0)


def test_spirals_radius_grows_with_the_angle():
    x, y = noise_free("spirals")
    radius = np.hypot(*x.T)
    turns = 1.25 * radius / toy.HALF_WIDTH + 0.5 * y
    np.testing.assert_allclose(x[:, 0], radius * np.sin(2 * np.pi * turns), atol=1e-5)
    np.testing.assert_allclose(x[:, 1], radius * np.cos(2 * np.pi * turns), atol=1e-5)


@every_set
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, r": n must be a whole number of points, at least 2, got 1"),
        ({"n": 20.5}, r": n must be a whole number of points, at least 2, got 20.5"),
        ({"noise": -0.1}, r": noise must be a standard deviation, at least 0, got -0.1"),
        ({"noise": float("nan")}, r": noise must be a standard deviation, at least 0, got nan"),
    ],
)
def test_bad_arguments_are_named(make, arguments, message):
    with pytest.raises(ValueError, match=make.__name__ + message):
        make(**arguments, rng=np.random.default_rng(0))


def test_spirals_without_turns():
    with pytest.raises(ValueError, match="spirals: turns must be more than 0, got 0"):
        toy.spirals(turns=0, rng=np.random.default_rng(0))
