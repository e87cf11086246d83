"""Numbers to make an exercise's inputs of: few digits, so that a failing case can be worked on paper."""

from __future__ import annotations

import numpy as np


def tenths(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of one decimal place between −3 and 3, none of them zero.

    Both signs are there as often, give or take one, so that a mistake at either shows; a single number is positive.

    Returns
    -------
    ndarray of that shape, float64
    """
    return _signed(rng, rng.integers(1, 31, size=shape)) / 10


def whole(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Whole numbers between −5 and 5, none of them zero, of both signs as `tenths`.

    Returns
    -------
    ndarray of that shape, int64
    """
    return _signed(rng, rng.integers(1, 6, size=shape))


def _signed(rng: np.random.Generator, sizes: np.ndarray) -> np.ndarray:
    signs = np.where(np.arange(np.size(sizes)) % 2, -1, 1)
    return rng.permutation(signs).reshape(np.shape(sizes)) * sizes
