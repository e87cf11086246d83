"""The strong lenses: the deflection against the equations of lensing, and that the light alone gives nothing away."""

import numpy as np
import pytest

from course.data import stamps
from course.data.lenses import FILE, load_lenses
from course.data.make.lensing import deflection, shear

GRID = np.meshgrid(np.linspace(-2, 2, 81) + 0.013, np.linspace(-2, 2, 81) + 0.017)


def derivatives(deflect, step=1e-5):
    """∂α_x/∂x, ∂α_x/∂y, ∂α_y/∂x and ∂α_y/∂y on the grid, by finite differences."""
    x, y = GRID
    along_x = [(a - b) / (2 * step) for a, b in zip(deflect(x + step, y), deflect(x - step, y), strict=True)]
    along_y = [(a - b) / (2 * step) for a, b in zip(deflect(x, y + step), deflect(x, y - step), strict=True)]
    return along_x[0], along_y[0], along_x[1], along_y[1]


@pytest.mark.parametrize("axis_ratio", [0.4, 0.7, 0.95])
@pytest.mark.parametrize("angle", [0.0, 0.6, 2.5])
def test_the_divergence_of_the_deflection_is_twice_the_mass(axis_ratio, angle):
    x, y = GRID
    xx, xy, yx, yy = derivatives(lambda x, y: deflection(x, y, 0.8, axis_ratio, angle))
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    convergence = 0.8 * np.sqrt(axis_ratio) / (2 * np.hypot(axis_ratio * along, across))
    np.testing.assert_allclose(xx + yy, 2 * convergence, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(xy, yx, rtol=1e-6, atol=1e-6)  # it is the gradient of a potential


def test_a_round_lens_deflects_by_its_einstein_radius_everywhere():
    x, y = GRID
    alpha = deflection(x, y, 0.8, 1 - 1e-9, 0.3)
    radius = np.hypot(x, y)
    np.testing.assert_allclose(alpha[0], 0.8 * x / radius, atol=1e-6)
    np.testing.assert_allclose(alpha[1], 0.8 * y / radius, atol=1e-6)


def test_shear_has_no_mass_and_stretches_along_its_direction():
    xx, xy, yx, yy = derivatives(lambda x, y: shear(x, y, 0.05, 0.4))
    np.testing.assert_allclose(xx + yy, 0, atol=1e-8)
    np.testing.assert_allclose(xy, yx, atol=1e-8)
    at = shear(np.array([np.cos(0.4)]), np.array([np.sin(0.4)]), 0.05, 0.4)
    np.testing.assert_allclose(np.ravel(at), 0.05 * np.array([np.cos(0.4), np.sin(0.4)]), atol=1e-12)


def area_under_the_curve(score, labels):
    """The probability that a lens has a higher score than what isn't one (Mann and Whitney)."""
    ranks = np.empty(len(score))
    ranks[np.argsort(score)] = np.arange(1, len(score) + 1)
    positive = labels == 1
    return (ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2) / (positive.sum() * (~positive).sum())


def test_the_total_light_gives_nothing_away():
    x, y = load_lenses()[0]
    # its standard error at chance, for 1500 and 1500, is 0.0105
    assert abs(area_under_the_curve(x.sum(axis=(1, 2)), y) - 0.5) < 0.04


def test_the_light_at_the_distance_of_arcs_gives_little_away():
    x, y = load_lenses(noise=0)[0]
    v, u = np.indices((32, 32)) - 15.5
    ring = (np.hypot(u, v) > 5) & (np.hypot(u, v) < 12.5)
    share = x[:, ring].sum(axis=1) / x.sum(axis=(1, 2))
    assert 0.4 < area_under_the_curve(share, y) < 0.75


def test_lenses_and_the_rest_are_equally_frequent():
    for _, y in load_lenses():
        assert np.bincount(y).tolist() == [len(y) // 2, len(y) // 2]


def test_light_is_bent_around_lenses():
    # along a circle about the middle an arc is long and a companion short: low harmonics against high ones
    x, y = load_lenses(noise=0)[0]
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    radius = np.arange(5, 12.5)[:, None]
    rows, columns = (np.rint(15.5 + radius * f(angle)).astype(int) for f in (np.sin, np.cos))
    power = np.abs(np.fft.rfft(x[:, rows, columns], axis=-1)) ** 2
    smooth = (power[..., 0] / power.sum(axis=-1)).max(axis=1)
    assert np.median(smooth[y == 1]) > np.median(smooth[y == 0]) + 0.02


def test_the_file_is_what_the_kept_script_makes():
    pytest.importorskip("galsim")
    from course.data.make.lenses import SIMULATION

    with np.load(FILE) as arrays:
        for name in SIMULATION.sizes:
            np.testing.assert_array_equal(arrays[f"y_{name}"], SIMULATION.labels(name))
        for name, row in [("train", 0), ("train", 1), ("val", 2), ("test", 3), ("test", 599)]:
            levels, peaks = stamps.pack(SIMULATION.image(name, row)[None])
            np.testing.assert_allclose(peaks[0], arrays[f"peaks_{name}"][row], rtol=1e-4)
            difference = levels[0].astype(int) - arrays[f"x_{name}"][row].astype(int)
            assert np.abs(difference).max() <= 1
