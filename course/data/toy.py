"""Small two-dimensional data sets of two classes, for seeing what a network can separate.

Each function draws `n` points, as many of one class as of the other (one more of class 0 where `n` is odd),
in random order. Without noise all of them lie in the square −2 ≤ x₁, x₂ ≤ 2, so that a network can take them
as they are.
"""

from collections.abc import Callable

import numpy as np

HALF_WIDTH = 2.0
"""Half the side of the square that the noise-free points lie in."""

Points = tuple[np.ndarray, np.ndarray]


def moons(n: int = 200, noise: float = 0.15, *, rng: np.random.Generator) -> Points:
    """Two half circles, each reaching into the other.

    Parameters
    ----------
    n : number of points, at least 2.
    noise : standard deviation of the normal noise added to both coordinates, at least 0.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 2)
    y : int64 ndarray of shape (n,), 0 for the upper moon and 1 for the lower
    """
    upper, lower = _class_sizes("moons", n, noise)
    radius = HALF_WIDTH * 2 / 3
    angle = rng.uniform(0, np.pi, n)
    side = np.where(np.arange(n) < upper, 1.0, -1.0)
    x = np.stack([radius * np.cos(angle) - side * radius / 2, side * (radius * np.sin(angle) - radius / 4)], axis=1)
    return _finish(x, (upper, lower), noise, rng)


def rings(n: int = 200, noise: float = 0.15, *, rng: np.random.Generator) -> Points:
    """A ring around a disc.

    Parameters
    ----------
    n : number of points, at least 2.
    noise : standard deviation of the normal noise added to both coordinates, at least 0.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 2)
    y : int64 ndarray of shape (n,), 0 for the ring and 1 for the disc
    """
    ring, disc = _class_sizes("rings", n, noise)
    angle = rng.uniform(0, 2 * np.pi, n)
    # the square root makes the points as dense at the edge of the disc as at its centre
    inner = HALF_WIDTH * 0.45 * np.sqrt(rng.uniform(0, 1, disc))
    outer = HALF_WIDTH * rng.uniform(0.8, 1, ring)
    radius = np.concatenate([outer, inner])
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _finish(x, (ring, disc), noise, rng)


def spirals(n: int = 200, noise: float = 0.05, *, turns: float = 1.25, rng: np.random.Generator) -> Points:
    """Two arms of a spiral, one the other turned by half a turn.

    Parameters
    ----------
    n : number of points, at least 2.
    noise : standard deviation of the normal noise added to both coordinates, at least 0.
    turns : how many times an arm goes round the centre, more than 0.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 2)
    y : int64 ndarray of shape (n,), 0 and 1 for the two arms
    """
    if not turns > 0:
        raise ValueError(f"spirals: turns must be more than 0, got {turns!r}")
    sizes = _class_sizes("spirals", n, noise)
    along = rng.uniform(0.1, 1, n)
    angle = 2 * np.pi * turns * along + np.pi * (np.arange(n) >= sizes[0])
    x = HALF_WIDTH * along[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return _finish(x, sizes, noise, rng)


def xor(n: int = 200, noise: float = 0.1, *, rng: np.random.Generator) -> Points:
    """Four squares, one a quadrant: the class is the exclusive or of the coordinates' signs.

    Parameters
    ----------
    n : number of points, at least 2.
    noise : standard deviation of the normal noise added to both coordinates, at least 0.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 2)
    y : int64 ndarray of shape (n,), 0 where the noise-free coordinates have one sign, 1 where they have two
    """
    sizes = _class_sizes("xor", n, noise)
    gap = 0.1 * HALF_WIDTH  # around the axes, so that the quadrants stand apart
    size = rng.uniform(gap, HALF_WIDTH, (n, 2))
    first_sign = rng.choice([-1.0, 1.0], n)
    second_sign = np.where(np.arange(n) < sizes[0], first_sign, -first_sign)
    return _finish(size * np.stack([first_sign, second_sign], axis=1), sizes, noise, rng)


def blobs(n: int = 200, noise: float = 0.5, *, rng: np.random.Generator) -> Points:
    """Two round clouds that one straight line separates, if `noise` is small.

    Parameters
    ----------
    n : number of points, at least 2.
    noise : standard deviation of each cloud, at least 0. The centres lie 2√2 apart.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 2)
    y : int64 ndarray of shape (n,), 0 for the cloud around (−1, −1) and 1 for the one around (1, 1)
    """
    sizes = _class_sizes("blobs", n, noise)
    centre = np.where(np.arange(n) < sizes[0], -HALF_WIDTH / 2, HALF_WIDTH / 2)
    return _finish(np.stack([centre, centre], axis=1), sizes, noise, rng)


MAKERS: dict[str, Callable[..., Points]] = {
    "moons": moons,
    "rings": rings,
    "spirals": spirals,
    "xor": xor,
    "blobs": blobs,
}
"""The data sets by name."""


def _class_sizes(where: str, n: int, noise: float) -> tuple[int, int]:
    """The number of points of class 0 and of class 1."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 2:
        raise ValueError(f"{where}: n must be a whole number of points, at least 2, got {n!r}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"{where}: noise must be a standard deviation, at least 0, got {noise!r}")
    return int(n) - int(n) // 2, int(n) // 2


def _finish(x: np.ndarray, sizes: tuple[int, int], noise: float, rng: np.random.Generator) -> Points:
    """Noise and a random order for points that come class by class."""
    y = np.repeat([0, 1], sizes)
    order = rng.permutation(len(x))
    x = x + noise * rng.standard_normal(x.shape)
    return x[order].astype(np.float32), y[order]
