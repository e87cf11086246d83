"""Blended pairs: the parts add up, the masks cover the light, and the galaxy in the middle comes first."""

import numpy as np
import pytest

from course.data import blends
from course.data.blends import Blends, load_blends
from course.data.galaxies import load_galaxies


@pytest.fixture(scope="module")
def train():
    return load_blends()[0]


def one_point(side=21):
    """A galaxy that is one bright pixel in the middle."""
    images = np.zeros((1, side, side), np.float32)
    images[0, side // 2, side // 2] = 50.0
    return images


def test_shapes_and_types(train):
    assert train.images.shape == (2000, 32, 32)
    assert train.masks.shape == train.light.shape == (2000, 32, 32, 2)
    assert train.masks.dtype == bool
    assert train.images.dtype == train.light.dtype == np.float32


def test_the_images_are_the_light_of_both_and_noise(train):
    noise = train.images - train.light.sum(axis=-1)
    assert abs(noise.mean()) < 0.004
    assert abs(noise.std() - 1) < 0.004
    clean = load_blends(noise=0)[0]
    np.testing.assert_array_equal(clean.images, clean.light.sum(axis=-1))
    np.testing.assert_array_equal(clean.light, train.light)


def test_the_masks_cover_most_of_the_light_of_their_own_galaxy(train):
    own = (train.light * train.masks).sum(axis=(1, 2)) / train.light.sum(axis=(1, 2))
    assert own.min() > 0.5
    assert np.median(own) > 0.8
    assert train.masks.any(axis=(1, 2)).all()


def test_most_pairs_overlap(train):
    both = train.masks.all(axis=-1).any(axis=(1, 2))
    assert both.mean() > 0.95


def test_the_first_galaxy_is_the_one_in_the_middle(train):
    v, u = np.indices((32, 32))[..., None] - 15.5
    total = train.light.sum(axis=(1, 2))
    distance = np.hypot((train.light * u).sum(axis=(1, 2)) / total, (train.light * v).sum(axis=(1, 2)) / total)
    assert (distance[:, 0] < distance[:, 1]).mean() > 0.99
    assert np.median(distance[:, 0]) < 1
    assert 5 < np.median(distance[:, 1]) < 9


def test_no_light_ends_at_a_straight_edge():
    # where a shifted frame ends, inside the new one, the light has faded out before
    light = load_blends(noise=0)[0].light
    step = np.abs(np.diff(light, axis=1))[:, 16:].max(axis=(1, 2, 3)) / light.max(axis=(1, 2, 3))
    assert np.median(step) < 0.35
    pair = blends.blend(np.ones((1, 32, 32)), 20, noise=0, rng=np.random.default_rng(0))
    assert np.abs(np.diff(pair.light, axis=1)).max() < 0.3
    assert np.abs(np.diff(pair.light, axis=2)).max() < 0.3


def test_a_point_is_moved_by_whole_pixels_within_the_stated_range():
    pairs = blends.blend(one_point(), 300, noise=0, rng=np.random.default_rng(1))
    first, second = (np.argwhere(pairs.light[..., channel] > 1) for channel in (0, 1))
    assert len(first) == len(second) == 300
    np.testing.assert_array_equal(first[:, 1:], 10)
    distance = np.hypot(*(second[:, 1:] - 10).T)
    assert distance.min() > blends.NEAREST - 0.71
    assert distance.max() < blends.FARTHEST + 0.71
    # all directions, not one quadrant
    assert np.abs((second[:, 1:] - 10).mean(axis=0)).max() < 1.2


def test_pairs_come_from_the_generator_alone_and_leave_the_galaxies_as_they_are():
    galaxies = load_galaxies(noise=0)[1][0]
    before = galaxies.copy()
    same, twin, other = (blends.blend(galaxies, 5, rng=np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert isinstance(same, Blends)
    for one, two in zip(same, twin, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(same.light, other.light)
    np.testing.assert_array_equal(galaxies, before)


@pytest.mark.parametrize("shape", [(32, 32), (3, 32, 31), (0, 32, 32), (3, 32, 32, 1)])
def test_galaxies_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"blend: galaxies must have shape \(m, side, side\) with m at least 1, got"):
        blends.blend(np.zeros(shape), 3, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (2.5, TypeError)])
def test_a_wrong_number_of_pairs_is_refused(n, error):
    with pytest.raises(error, match=f"blend: n must be an integer of at least 1, got {n}"):
        blends.blend(one_point(), n, rng=np.random.default_rng(0))
