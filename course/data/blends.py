"""Two galaxies on top of each other, and what only a simulation knows of them: each one's light and outline.

Source: pairs of the ellipticals and spirals of course/data/galaxies.py, put together at each call.
"""

from typing import NamedTuple

import numpy as np

from course.data.galaxies import CLASSES, load_galaxies
from course.errors import check_integer, check_number

SIZES = (2000, 400, 400)
SEED = 41

OUTLINE = 1.0
"""A mask holds the pixels in which the galaxy's own light is more than this, in units of the usual noise."""

NEAREST, FARTHEST = 4.0, 10.0
"""Range of the distance between the two galaxies in pixels of 0.1″."""


class Blends(NamedTuple):
    """Blended pairs: of `light` and `masks`, channel 0 is the galaxy in the middle, channel 1 the other one."""

    images: np.ndarray
    """float32 of shape (n, 32, 32): the light of both, with noise."""

    masks: np.ndarray
    """bool of shape (n, 32, 32, 2): which pixels belong to each. A pixel can belong to both, or to none."""

    light: np.ndarray
    """float32 of shape (n, 32, 32, 2): the light of each alone, without noise."""


def load_blends(*, noise: float = 1.0) -> tuple[Blends, Blends, Blends]:
    """Blended pairs of galaxies, their masks and the light of each, for training, validation and test.

    The galaxies of the test set are in no pair of the training set.

    Parameters
    ----------
    noise : float
        Standard deviation of the noise of the sky in a pixel, at least 0.

    Returns
    -------
    (images, masks, light) : 2000 examples for training
    (images, masks, light) : 400 examples for validation
    (images, masks, light) : 400 examples for test

    Shapes, types and meaning as in `Blends`; light per pixel is in units in which the noise is 1 unless asked
    otherwise. They are fresh arrays at each call, with the same pairs and the same noise.

    Raises
    ------
    TypeError, ValueError
        Where `noise` isn't a number of at least 0.
    """
    noise = check_number("load_blends", "noise", noise, minimum=0)
    regular = [x[y != CLASSES.index("irregular")] for x, y in load_galaxies(noise=0)]
    train, val, test = (
        blend(galaxies, n, noise=noise, rng=np.random.default_rng([SEED, which]))
        for which, (galaxies, n) in enumerate(zip(regular, SIZES, strict=True))
    )
    return train, val, test


def blend(galaxies: np.ndarray, n: int, *, noise: float = 1.0, rng: np.random.Generator) -> Blends:
    """Put galaxies together in pairs.

    Each is turned and mirrored at random, and fades out within the frame, so that none ends in a straight edge where
    it is shifted. The second lies 4 to 10 pixels from the middle.

    Parameters
    ----------
    galaxies : ndarray of shape (m, side, side)
        Images without noise of one galaxy each, in the middle of the frame, m at least 1.
    n : int
        Number of pairs, at least 1.
    noise : float
        Standard deviation of the noise in a pixel, at least 0.
    rng : Generator
        Where the random numbers come from.

    Returns
    -------
    Blends
        n pairs; the frames have the galaxies' side.

    Raises
    ------
    TypeError, ValueError
        Where `galaxies` aren't square images, or `n` or `noise` is out of range.
    """
    galaxies = np.asarray(galaxies)
    if galaxies.ndim != 3 or galaxies.shape[1] != galaxies.shape[2] or galaxies.size == 0:
        raise ValueError(f"blend: galaxies must have shape (m, side, side) with m at least 1, got {galaxies.shape}")
    n = check_integer("blend", "n", n, minimum=1)
    noise = check_number("blend", "noise", noise, minimum=0)

    side = galaxies.shape[1]
    light = np.zeros((n, side, side, 2), np.float32)
    window = _window(side)
    chosen = rng.integers(len(galaxies), size=(n, 2))
    turns, mirrored = rng.integers(4, size=(n, 2)), rng.integers(2, size=(n, 2))
    distance, direction = rng.uniform(NEAREST, FARTHEST, n), rng.uniform(0, 2 * np.pi, n)
    down = np.rint(distance * np.sin(direction)).astype(int)
    right = np.rint(distance * np.cos(direction)).astype(int)
    for i in range(n):
        for j, shift in enumerate([(0, 0), (down[i], right[i])]):
            galaxy = np.rot90(galaxies[chosen[i, j]] * window, turns[i, j])
            light[i, :, :, j] = _shifted(galaxy[:, ::-1] if mirrored[i, j] else galaxy, *shift)

    images = light.sum(axis=-1) + noise * rng.standard_normal(light.shape[:-1], dtype=np.float32)
    return Blends(images, light > OUTLINE, light)


def _window(side: int) -> np.ndarray:
    """1 in the middle, from 5/8 of the way to the edge on falling smoothly to 0 at the edge, in circles."""
    v, u = np.indices((side, side)) - (side - 1) / 2
    way = np.hypot(u, v) / (side / 2)
    return np.cos(np.pi / 2 * np.clip((way - 5 / 8) / (3 / 8), 0, 1)) ** 2


def _shifted(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """The image moved by whole pixels, less than its side; zeros move in."""
    height, width = image.shape
    moved = np.zeros_like(image)
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = image[
        max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved
