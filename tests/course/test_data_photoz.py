"""The simulated catalogue: colours against closed formulae and published numbers, noise, ranges, degeneracies."""

import numpy as np
import pytest

from course.data import photoz, spectra


def colours(light, redshift=0.0):
    """u − g, g − r, r − i and i − z of a spectrum."""
    magnitudes = -2.5 * np.log10(spectra.through_filters(light[None], np.array([redshift]))[0, 0])
    return magnitudes[:-1] - magnitudes[1:]


def pivots():
    """√(∫T λ dλ / ∫T dλ / λ) of filters with sharp edges."""
    edges = np.array(list(spectra.BANDS.values()))
    return np.sqrt((edges[:, 1] ** 2 - edges[:, 0] ** 2) / 2 / np.log(edges[:, 1] / edges[:, 0]))


def test_a_spectrum_flat_in_frequency_has_no_colour():
    # the definition of AB magnitudes; λ⁻² per wavelength is flat per frequency
    np.testing.assert_allclose(colours(spectra.WAVELENGTH**-2.0), 0, atol=1e-9)


@pytest.mark.parametrize("slope", [-3.0, -1.0, 0.5])
def test_a_power_law_has_the_colours_of_the_pivot_wavelengths(slope):
    light = (spectra.WAVELENGTH / 5000) ** slope
    expected = -2.5 * (slope + 2) * np.log10(pivots()[:-1] / pivots()[1:])
    np.testing.assert_allclose(colours(light), expected, atol=0.02)


def test_redshift_leaves_a_power_law_as_it_is():
    light = (spectra.WAVELENGTH / 5000) ** -1.0
    np.testing.assert_allclose(colours(light, 1.0), colours(light), atol=0.01)


def test_dust_reddens_by_its_colour_excess():
    # E(B − V) is the colour that the curve gives between 4400 and 5500 Å; in V the light loses R_V = 4.05 times it
    curve = spectra._calzetti(np.array([4400.0, 5500.0]))
    np.testing.assert_allclose(curve[0] - curve[1], 1, atol=0.05)
    np.testing.assert_allclose(curve[1], 4.05, atol=0.05)
    assert (colours(spectra.young(0.4), 0.3) > colours(spectra.young(), 0.3)).all()


def test_the_forest_takes_what_was_measured():
    # Madau 1995: about a third of the light is lost between Lyman α and β at redshift 3
    passed = spectra._forest(3.0)
    between = (spectra.WAVELENGTH > 1026) & (spectra.WAVELENGTH < 1216)
    assert 0.62 < passed[between].mean() < 0.78
    assert (passed[spectra.WAVELENGTH > 1216] == 1).all()


def test_emission_lines_have_their_equivalent_widths():
    light = spectra.young()
    near = np.abs(spectra.WAVELENGTH - 6565) < 60
    continuum = np.interp(spectra.WAVELENGTH[near], [6505, 6625], light[near][[0, -1]])
    width = np.trapezoid(light[near] / continuum - 1, spectra.WAVELENGTH[near])
    np.testing.assert_allclose(width, spectra.LINES[6565], rtol=0.05)


def test_old_galaxies_redden_as_the_break_crosses_g():
    # early-type galaxies: g − r about 0.8 nearby and 1.6 or more at redshift 0.35 (J. Eisenstein et al. 2001)
    nearby, far = (colours(spectra.old(), redshift)[1] for redshift in (0.02, 0.35))
    assert 0.6 < nearby < 1.0
    assert 1.4 < far < 2.1


def test_bright_objects_have_the_usual_magnitude():
    flux = np.full((1, 5), 10 ** (-0.4 * (18 - photoz.ZERO)))
    np.testing.assert_allclose(photoz.asinh_magnitude(flux), 18, atol=1e-3)


def test_without_light_the_magnitude_is_that_of_one_sigma():
    depth = np.array([photoz.DEPTH[band] for band in photoz.BANDS])
    np.testing.assert_allclose(photoz.asinh_magnitude(np.zeros((1, 5)))[0], depth + 2.5 * np.log10(5), atol=1e-9)
    assert np.isfinite(photoz.asinh_magnitude(np.full((1, 5), -10.0))).all()


def test_at_the_depth_light_is_five_times_the_noise():
    clean, _ = photoz.simulate(20000, noise=0, rng=np.random.default_rng(0))
    noisy, _ = photoz.simulate(20000, rng=np.random.default_rng(0))
    for column, band in enumerate(photoz.BANDS):
        near = np.abs(clean[:, column] - photoz.DEPTH[band] + 2) < 0.15
        error = (noisy - clean)[near, column].std()
        # two magnitudes above the depth the signal to noise is 5 · 10^0.8; the error in magnitudes is 1.0857 over it
        np.testing.assert_allclose(error, 1.0857 / (5 * 10**0.8), rtol=0.15)


def test_redshifts_and_magnitudes_are_in_range():
    for x, y in photoz.load_photoz():
        assert y.min() >= 0.02
        assert y.max() <= 3
        i_band = x[:, photoz.BANDS.index("i")]
        assert i_band.min() > photoz.BRIGHT - 0.1
        assert np.percentile(i_band, 99) < photoz.FAINT + 0.5
        assert x.min() > 15
        assert x.max() < 31


def test_redshifts_have_the_published_mean():
    # z² exp(−z / z₀) has the mean 3 z₀; at i = 24, z₀ = 0.257
    x, y = photoz.simulate(40000, noise=0, rng=np.random.default_rng(2))
    near = np.abs(x[:, 3] - 24) < 0.1
    np.testing.assert_allclose(y[near].mean(), 3 * (0.0417 * 24 - 0.744), rtol=0.05)


def test_colours_say_much_of_the_redshift_but_not_all():
    (x, y), _, (x_test, y_test) = photoz.load_photoz()

    def features(x):
        return np.column_stack([x[:, :-1] - x[:, 1:], 0.3 * x[:, 3]])

    nearest = ((features(x_test)[:, None] - features(x)[None]) ** 2).sum(axis=-1).argsort(axis=1)[:, :15]
    guess = np.median(y[nearest], axis=1)
    error = np.abs(guess - y_test) / (1 + y_test)
    assert np.median(error) < 0.05 < 0.5 * np.median(np.abs(y_test - np.median(y)) / (1 + y_test))
    assert 0.02 < (error > 0.15).mean() < 0.2  # wrong by much: colours that have two redshifts, and noise


def test_simulations_come_from_the_generator_alone():
    one, same, other = (photoz.simulate(40, rng=np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    assert not np.array_equal(one[1], other[1])


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (1.5, TypeError)])
def test_a_wrong_number_of_galaxies_is_refused(n, error):
    with pytest.raises(error, match=f"simulate: n must be an integer of at least 1, got {n}"):
        photoz.simulate(n, rng=np.random.default_rng(0))
