"""Small sets of points about a curve, for regression: even noise, uneven noise, and many values for one x.

Each function draws `n` points in random order. Without noise they lie at −2 ≤ x ≤ 2, −1 ≤ y ≤ 1.
"""

from collections.abc import Callable

import numpy as np

from course.errors import check_integer, check_number

HALF_WIDTH = 2.0
"""Half the range of x."""

Points = tuple[np.ndarray, np.ndarray]


def curve(x: np.ndarray) -> np.ndarray:
    """The curve itself, 3/4 sin(3x) + x/8, which stays between −0.82 and 0.82."""
    return 0.75 * np.sin(3 * x) + x / 8


def noisy_curve(
    n: int = 100, noise: float = 0.1, *, gap: tuple[float, float] | None = None, rng: np.random.Generator
) -> Points:
    """Points about `curve` with the same noise everywhere.

    Parameters
    ----------
    n : number of points, at least 1.
    noise : standard deviation of the normal noise added to y, at least 0.
    gap : from where to where on x there are no points, optional. What does a network say there?
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 1)
    y : float32 ndarray of shape (n,)
    """
    n, noise = _check("noisy_curve", n, noise)
    x = _outside(gap, n, rng)
    return _finish(x, curve(x) + noise * rng.standard_normal(n))


def uneven_curve(n: int = 100, noise: float = 0.3, *, rng: np.random.Generator) -> Points:
    """Points about `curve` whose noise grows from nothing at the left end to `noise` at the right.

    Parameters
    ----------
    n : number of points, at least 1.
    noise : standard deviation of the normal noise added to y at x = 2, at least 0; at x it is noise · (x + 2) / 4.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 1)
    y : float32 ndarray of shape (n,)
    """
    n, noise = _check("uneven_curve", n, noise)
    x = rng.uniform(-HALF_WIDTH, HALF_WIDTH, n)
    spread = noise * (x + HALF_WIDTH) / (2 * HALF_WIDTH)
    return _finish(x, curve(x) + spread * rng.standard_normal(n))


def folded_curve(n: int = 300, noise: float = 0.1, *, rng: np.random.Generator) -> Points:
    """Points about a curve that turns back on itself, so that one x in the middle has three y.

    The curve is x = 2y − 1.2 sin(πy), −1 ≤ y ≤ 1: x follows from y, but y not from x, as often where causes
    are to be told from effects. It is C. Bishop's (Mixture Density Networks, 1994, section 5), on other axes.

    Parameters
    ----------
    n : number of points, at least 1.
    noise : standard deviation of the normal noise added to x, at least 0; it can carry a point out of −2 to 2.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 1)
    y : float32 ndarray of shape (n,)
    """
    n, noise = _check("folded_curve", n, noise)
    y = rng.uniform(-1, 1, n)
    x = 2 * y - 1.2 * np.sin(np.pi * y)
    return _finish(x + noise * rng.standard_normal(n), y)


MAKERS: dict[str, Callable[..., Points]] = {
    "noisy_curve": noisy_curve,
    "uneven_curve": uneven_curve,
    "folded_curve": folded_curve,
}
"""The data sets by name."""


def _check(where: str, n: int, noise: float) -> tuple[int, float]:
    return check_integer(where, "n", n, minimum=1), check_number(where, "noise", noise, minimum=0)


def _outside(gap: tuple[float, float] | None, n: int, rng: np.random.Generator) -> np.ndarray:
    """Positions, evenly drawn, that aren't within the gap."""
    if gap is None:
        return rng.uniform(-HALF_WIDTH, HALF_WIDTH, n)
    start, end = gap
    if not -HALF_WIDTH <= start < end <= HALF_WIDTH or end - start == 2 * HALF_WIDTH:
        raise ValueError(f"noisy_curve: gap must be a part (from, to) of −2 to 2, got {gap!r}")
    x = rng.uniform(-HALF_WIDTH, HALF_WIDTH - (end - start), n)
    return np.where(x < start, x, x + (end - start))


def _finish(x: np.ndarray, y: np.ndarray) -> Points:
    return x[:, None].astype(np.float32), y.astype(np.float32)
