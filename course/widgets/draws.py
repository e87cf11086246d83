"""Random numbers that Python and a browser draw alike, so that an explorable needs no kernel to draw anew."""

import numpy as np


def uniform(seed: int, count: int) -> np.ndarray:
    """Numbers evenly drawn between 0 and 1, both excluded, as float64 of shape (count,): the same as in draws.js.

    The first ones don't depend on how many there are. They are made by mixing the bits of their own number (Chris
    Wellons' lowbias32), which does for pictures.
    """
    x = np.arange(1, count + 1, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 % 2**32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return (x + 0.5) / 2**32


def normal(seed: int, count: int) -> np.ndarray:
    """Numbers drawn from the standard normal distribution, of shape (count,), by the method of Box and Muller."""
    u, v = uniform(seed, 2 * count).reshape(count, 2).T
    return np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
