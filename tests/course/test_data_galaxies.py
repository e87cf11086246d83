"""The simulated galaxies: their shapes by measures that know nothing of the recipes, their light, their noise."""

import itertools

import numpy as np
import pytest

from course.data import stamps
from course.data.galaxies import CLASSES, FILE, load_galaxies


@pytest.fixture(scope="module")
def light():
    """Images without noise and labels of the training set."""
    return load_galaxies(noise=0)[0]


def half_light_radius(images, share=0.5):
    """Radius about the brightest part that holds a share of the light, in pixels."""
    v, u = np.indices(images.shape[1:]).reshape(2, -1)
    flat = images.reshape(len(images), -1).astype(np.float64)
    total = flat.sum(axis=1)
    radius = np.hypot(u - (flat @ u / total)[:, None], v - (flat @ v / total)[:, None])
    order = np.argsort(radius, axis=1)
    inside = np.cumsum(np.take_along_axis(flat, order, axis=1), axis=1)
    first = np.argmax(inside >= share * total[:, None], axis=1)
    return np.take_along_axis(radius, order, axis=1)[np.arange(len(images)), first]


def concentration(images):
    """5 log₁₀ of the radii of 80 and 20 per cent of the light (C. Conselice 2003, arXiv:astro-ph/0303065)."""
    return 5 * np.log10(half_light_radius(images, 0.8) / half_light_radius(images, 0.2))


def asymmetry(images):
    """Share of the light that differs from the image turned by half a turn about its best centre (same source)."""
    turned = images[:, ::-1, ::-1]
    shifts = itertools.product(range(-4, 5), repeat=2)  # each moves the centre by half a pixel
    differences = [np.abs(images - np.roll(turned, shift, axis=(1, 2))).sum(axis=(1, 2)) for shift in shifts]
    return np.min(differences, axis=0) / images.sum(axis=(1, 2)) / 2


def ellipticity(images):
    """From the second moments of the light: 0 for a round galaxy, 1 for a needle."""
    v, u = np.indices(images.shape[1:]) - (images.shape[1] - 1) / 2
    weight = images * np.exp(-(u**2 + v**2) / (2 * 6**2))
    total = weight.sum(axis=(1, 2))
    q11, q22, q12 = ((weight * m).sum(axis=(1, 2)) / total for m in (u * u, v * v, u * v))
    return np.hypot(q11 - q22, 2 * q12) / (q11 + q22)


def by_class(measure, light):
    images, labels = light
    values = measure(images)
    return {name: values[labels == label] for label, name in enumerate(CLASSES)}


def test_every_class_is_equally_frequent_in_random_order():
    for _, y in load_galaxies():
        assert np.bincount(y).tolist() == 3 * [len(y) // 3]
        first_half = np.bincount(y[: len(y) // 2], minlength=3)
        assert np.abs(first_half - len(y) / 6).max() < 4 * np.sqrt(len(y) / 18)


def test_ellipticals_are_more_concentrated_than_discs(light):
    values = by_class(concentration, light)
    assert np.median(values["elliptical"]) > np.median(values["spiral"]) + 0.3
    assert np.median(values["elliptical"]) > np.median(values["irregular"]) + 0.3


def test_ellipticals_are_rounder_than_the_others(light):
    values = by_class(ellipticity, light)
    assert np.median(values["elliptical"]) < np.median(values["spiral"])
    assert np.median(values["spiral"]) < np.median(values["irregular"])


def test_irregulars_lack_the_symmetry_of_the_others(light):
    values = by_class(asymmetry, light)
    assert np.median(values["irregular"]) > 2 * np.median(values["spiral"])
    assert np.percentile(values["elliptical"], 95) < np.percentile(values["irregular"], 5)


def test_the_light_tells_no_class_from_another(light):
    values = by_class(lambda images: np.log(images.sum(axis=(1, 2))), light)
    # uniform in the logarithm from 400 to 2500, 1000 of each class: mean and its standard error follow
    expected, error = np.log(400 * 2500) / 2, np.log(2500 / 400) / np.sqrt(12 * 1000)
    for values_of_class in values.values():
        assert abs(values_of_class.mean() - expected) < 4 * error
        assert values_of_class.min() > np.log(400) - 0.01
        assert values_of_class.max() < np.log(2500) + 0.01


def test_galaxies_are_in_the_middle_and_inside_the_frame(light):
    images, _ = light
    v, u = np.indices((32, 32)) - 15.5
    for axis in (u, v):
        centre = (images * axis).sum(axis=(1, 2)) / images.sum(axis=(1, 2))
        assert abs(centre.mean()) < 0.1
        assert np.percentile(np.abs(centre), 95) < 4
    assert images.min() >= 0
    assert half_light_radius(images).max() < 13


def test_noise_is_what_was_asked_for(light):
    images, _ = light
    once, thrice = (load_galaxies(noise=noise)[0][0] - images for noise in (1, 3))
    assert abs(once.mean()) < 0.003
    assert abs(once.std() - 1) < 0.003
    np.testing.assert_allclose(thrice, 3 * once, atol=1e-4)
    neighbours = (once[:, 1:] * once[:, :-1]).mean()
    assert abs(neighbours) < 0.003


def test_noise_differs_between_the_sets():
    train, val, test = (
        noisy - clean for (noisy, _), (clean, _) in zip(load_galaxies(), load_galaxies(noise=0), strict=True)
    )
    assert not np.array_equal(val, test)
    assert not np.array_equal(train[:600], val)


def test_packing_rounds_less_than_the_noise():
    rng = np.random.default_rng(0)
    images = rng.exponential(20, (50, 9, 7)) * rng.uniform(0.1, 2, (50, 1, 1))
    levels, peaks = stamps.pack(images)
    assert levels.dtype == np.uint8
    error = np.abs(stamps.unpack(levels, peaks) - images)
    # half a level at either side: (s ± 1/510)² · peak about s² · peak
    bound = np.sqrt(images * peaks[:, None, None]) / 255 + peaks[:, None, None] / 510**2
    assert (error <= bound * 1.001).all()


def test_packing_drops_what_is_below_zero():
    images = np.array([[[-3.0, 2.0], [4.0, 0.0]]])
    np.testing.assert_allclose(stamps.unpack(*stamps.pack(images)), [[[0, 2], [4, 0]]], atol=0.02)
    assert images[0, 0, 0] == -3


def test_the_file_is_what_the_kept_script_makes():
    pytest.importorskip("galsim")
    from course.data.make.galaxies import SIMULATION

    with np.load(FILE) as arrays:
        for name in SIMULATION.sizes:
            np.testing.assert_array_equal(arrays[f"y_{name}"], SIMULATION.labels(name))
        for name, row in [("train", 0), ("train", 1), ("val", 2), ("test", 3), ("test", 599)]:
            levels, peaks = stamps.pack(SIMULATION.image(name, row)[None])
            np.testing.assert_allclose(peaks[0], arrays[f"peaks_{name}"][row], rtol=1e-4)
            # another machine's Fourier transform may round to the neighbouring level
            difference = levels[0].astype(int) - arrays[f"x_{name}"][row].astype(int)
            assert np.abs(difference).max() <= 1
