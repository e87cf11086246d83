"""The noisy curves: shapes, the noise that was asked for, where it is, and how many y an x has."""

import numpy as np
import pytest

from course.data import curves

every_set = pytest.mark.parametrize("make", curves.MAKERS.values(), ids=curves.MAKERS.keys())


@every_set
@pytest.mark.parametrize("n", [1, 7, 200])
def test_shapes_types_and_range(make, n):
    x, y = make(n, rng=np.random.default_rng(0))
    assert x.shape == (n, 1)
    assert y.shape == (n,)
    assert x.dtype == y.dtype == np.float32


@every_set
def test_random_numbers_come_from_the_generator_alone(make):
    first, same, other = (make(50, rng=np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], same[0])
    np.testing.assert_array_equal(first[1], same[1])
    assert not np.array_equal(first[0], other[0])


@every_set
def test_without_noise_the_points_lie_in_the_stated_range(make):
    x, y = make(2000, noise=0.0, rng=np.random.default_rng(6))
    assert 1.9 < np.abs(x).max() <= 2
    assert 0.8 < np.abs(y).max() <= 1


def test_the_curve_at_points_worked_by_hand():
    np.testing.assert_allclose(curves.curve(np.array([0, np.pi / 6, -np.pi / 3])), [0, 0.75 + np.pi / 48, -np.pi / 24])


def test_without_noise_the_points_lie_on_the_curve():
    for make in (curves.noisy_curve, curves.uneven_curve):
        x, y = make(100, noise=0.0, rng=np.random.default_rng(1))
        np.testing.assert_allclose(y, 0.75 * np.sin(3 * x[:, 0]) + x[:, 0] / 8, atol=1e-6)
    x, y = curves.folded_curve(100, noise=0.0, rng=np.random.default_rng(1))
    np.testing.assert_allclose(x[:, 0], 2 * y - 1.2 * np.sin(np.pi * y), atol=1e-6)


def test_noise_is_the_standard_deviation_that_was_asked_for():
    x, y = curves.noisy_curve(20000, noise=0.25, rng=np.random.default_rng(2))
    residual = y - curves.curve(x[:, 0])
    np.testing.assert_allclose(residual.std(), 0.25, rtol=0.02)
    left, right = (residual[x[:, 0] * side > 0].std() for side in (-1, 1))
    np.testing.assert_allclose(left, right, rtol=0.04)


@pytest.mark.parametrize(("at", "expected"), [(-1.9, 0.01), (0.0, 0.2), (1.9, 0.39)])
def test_uneven_noise_grows_to_the_right(at, expected):
    x, y = curves.uneven_curve(100_000, noise=0.4, rng=np.random.default_rng(3))
    near = np.abs(x[:, 0] - at) < 0.05
    np.testing.assert_allclose((y - curves.curve(x[:, 0]))[near].std(), expected, rtol=0.12)


def test_a_folded_curve_has_three_branches_in_the_middle_and_one_outside():
    x, y = curves.folded_curve(20000, noise=0.0, rng=np.random.default_rng(4))
    for at, branches in [(0.0, 3), (1.6, 1), (-1.6, 1)]:
        values = np.sort(y[np.abs(x[:, 0] - at) < 0.03])
        assert 1 + (np.diff(values) > 0.1).sum() == branches


def test_a_gap_holds_no_points_and_the_rest_is_even():
    x, _ = curves.noisy_curve(9000, gap=(-0.5, 0.5), rng=np.random.default_rng(5))
    assert not (np.abs(x) < 0.5).any()
    count, _ = np.histogram(x, bins=[-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2])
    # 1500 expected in each of the six outside the gap, with a standard deviation of 35
    assert np.abs(np.delete(count, 3) - 1500).max() < 150


@every_set
@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (-3, ValueError), (2.5, TypeError), (True, TypeError)])
def test_a_wrong_number_of_points_is_refused(make, n, error):
    with pytest.raises(error, match=f"{make.__name__}: n must be an integer of at least 1, got {n}"):
        make(n, rng=np.random.default_rng(0))


@every_set
@pytest.mark.parametrize("noise", [-0.1, np.nan, np.inf])
def test_noise_out_of_range_is_refused(make, noise):
    with pytest.raises(ValueError, match=f"{make.__name__}: noise must be a number of at least 0, got"):
        make(10, noise, rng=np.random.default_rng(0))


@pytest.mark.parametrize("gap", [(1.0, 0.5), (-3.0, 0.0), (0.0, 2.5), (-2.0, 2.0), (0.0, np.nan), (0.3, 0.3)])
def test_a_gap_that_is_none_is_refused(gap):
    with pytest.raises(ValueError, match=r"noisy_curve: gap must be a part \(from, to\) of −2 to 2, got"):
        curves.noisy_curve(10, gap=gap, rng=np.random.default_rng(0))
