"""The simulated sky: images and catalogues have the sizes, noise and classes that their docstrings promise."""

import numpy as np
import pytest

from course.data import sky


def rng(seed=0):
    return np.random.default_rng(seed)


def width(image):
    """Full width at half maximum in arcseconds of a Gaussian with the image's second moment."""
    image = image.astype(float)
    v, u = (np.indices(image.shape) - (image.shape[0] - 1) / 2) * sky.PIXEL
    variance = (image * (u**2 + v**2)).sum() / image.sum() / 2
    return np.sqrt(8 * np.log(2) * variance)


def test_cutouts_shapes_types_and_balance():
    images, y = sky.cutouts(7, size=16, rng=rng())
    assert images.shape == (7, 16, 16)
    assert images.dtype == np.float32
    assert np.bincount(y).tolist() == [4, 3]


def test_stars_are_as_wide_as_the_seeing_and_galaxies_wider():
    images, y = sky.cutouts(40, size=32, signal_to_noise=1e6, rng=rng())
    widths = np.array([width(image) for image in images])
    np.testing.assert_allclose(widths[y == 0], sky.SEEING, rtol=0.01)
    assert widths[y == 1].min() > 1.1 * sky.SEEING


def test_signal_to_noise_is_the_light_over_the_noise():
    # the images are in units of the noise, so their norm is the optimal signal to noise; 0.1 % is left to noise
    images, _ = sky.cutouts(10, signal_to_noise=np.full(10, 1e4), rng=rng())
    np.testing.assert_allclose(np.sqrt((images.astype(float) ** 2).sum(axis=(1, 2))), 1e4, rtol=1e-3)
    noise, _ = sky.cutouts(50, signal_to_noise=1e-6, rng=rng())
    np.testing.assert_allclose(noise.std(), 1, rtol=0.02)


def test_half_of_a_galaxys_light_is_within_its_radius():
    radius = 3.0  # so large that pixels and seeing hardly matter
    image = sky._image(400, radius, 1.0, 0.0)
    v, u = (np.indices(image.shape) - 199.5) * sky.PIXEL
    within = image[np.hypot(u, v) < radius].sum() / image.sum()
    assert within == pytest.approx(0.5, abs=0.01)


def test_catalogue_shapes_and_ranges():
    x, y = sky.stars_and_galaxies(500, rng=rng())
    assert x.shape == (500, 2)
    assert x.dtype == np.float32
    assert np.bincount(y).tolist() == [250, 250]
    assert 17 < x[:, 0].min() < x[:, 0].max() < 25
    assert (x[:, 0] > 21).mean() > 0.6  # more of them the fainter


def test_a_stars_peak_is_that_of_a_gaussian():
    x, y = sky.stars_and_galaxies(20_000, rng=rng())
    bright = (y == 0) & (x[:, 0] < 20)
    sigma = sky.SEEING / 2.3548  # a Gaussian's full width at half maximum is 2.3548 σ, its area 2πσ²
    expected = 2.5 * np.log10(2 * np.pi * sigma**2)
    difference = x[bright, 1] - x[bright, 0]
    np.testing.assert_allclose(difference.mean(), expected, atol=0.005)
    assert np.all((x[y == 1, 1] - x[y == 1, 0])[x[y == 1, 0] < 20] > difference.mean())


def test_classes_mix_only_at_the_faint_end():
    x, y = sky.stars_and_galaxies(5000, rng=rng())
    wrong = ((x[:, 1] - x[:, 0]) > -0.3) != y
    assert wrong[x[:, 0] < 21].mean() < 0.005
    assert 0.02 < wrong[x[:, 0] > 23].mean() < 0.2


def test_colour_grows_with_redshift():
    colour, redshift = sky.colours_and_redshifts(2000, rng=rng())
    assert colour.shape == (2000, 1)
    assert redshift.shape == (2000,)
    slope, offset = np.polyfit(redshift, colour[:, 0], 1)
    assert slope == pytest.approx(2.8, abs=0.1)
    assert offset == pytest.approx(0.6, abs=0.02)
    assert (colour[:, 0] - slope * redshift - offset).std() == pytest.approx(0.06, rel=0.05)


@pytest.mark.parametrize("make", [sky.cutouts, sky.stars_and_galaxies, sky.colours_and_redshifts])
def test_random_numbers_come_from_the_generator_alone(make):
    for first, second in zip(make(20, rng=rng(3)), make(20, rng=rng(3)), strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(make(20, rng=rng(3))[0], make(20, rng=rng(4))[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sky.cutouts(0, rng=rng()), "cutouts: n must be an integer of at least 1, got 0"),
        (lambda: sky.cutouts(4, size=4, rng=rng()), "cutouts: size must be an integer of at least 8, got 4"),
        (lambda: sky.cutouts(4, signal_to_noise=0.0, rng=rng()), "cutouts: signal_to_noise must be a number above 0"),
        (
            lambda: sky.cutouts(4, signal_to_noise=[1.0, 2.0], rng=rng()),
            r"cutouts: signal_to_noise must be one number or 4 of them, got an array of shape \(2,\)",
        ),
        (lambda: sky.stars_and_galaxies(1, rng=rng()), "stars_and_galaxies: n must be an integer of at least 2"),
        (lambda: sky.colours_and_redshifts(0, rng=rng()), "colours_and_redshifts: n must be an integer of at least"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
