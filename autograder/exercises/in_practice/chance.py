"""Chance in exercises: a generator for each call, and what is too unlikely to be chance."""

from __future__ import annotations

import math

import numpy as np

FIXED_SEEDS = (0, 1, 42, 123, 2026)
"""Seeds that people write into an answer in place of the generator that it is given."""

SIGMAS = 6.0
"""How far off is no chance any more: with a class of a thousand and a hundred cases each, never by accident."""


def generator(rng: np.random.Generator) -> np.random.Generator:
    """A generator for one call, which follows from the case's own."""
    return np.random.default_rng(rng.integers(2**31))


def unlikely_share(share: float, probability: float, count: int) -> bool:
    """Whether that share of `count` draws, each with this probability, can't be chance."""
    deviation = math.sqrt(max(probability * (1 - probability), 0.0) / count)
    return abs(share - probability) > SIGMAS * deviation + 1e-9
