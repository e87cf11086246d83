"""Photometric redshifts: how far away is a galaxy, judged by its brightness through five filters?

Source: simulated at each call with the spectra of course/data/spectra.py. The survey is an invented one, about as deep
as the first years of the Rubin Observatory.
"""

import numpy as np

from course.data import spectra
from course.errors import check_integer, check_number

SIZES = (6000, 1500, 1500)
SEED = 51

BANDS = tuple(spectra.BANDS)
"""The filters, in the order of the columns."""

DEPTH = {"u": 25.0, "g": 26.2, "r": 26.2, "i": 25.7, "z": 25.0}
"""Magnitude at which the light in a filter is five times its noise."""

BRIGHT, FAINT = 18.0, 24.5
"""Range of the magnitudes in i, without noise."""

SLOPE = 0.31
"""There are 10^0.31 times as many galaxies one magnitude fainter (arXiv:0912.0201, section 3.7.2)."""

FARTHEST = 3.0
"""The largest redshift; the smallest is 0.02."""

ZERO = 30.0
"""Magnitude of the unit of flux."""

REDDENINGS = (0.0, 0.1, 0.2, 0.3, 0.4)
"""Dust in the young part of a galaxy: one of these E(B − V), in magnitudes."""

GRID = np.linspace(0, FARTHEST, 301)
"""Redshifts at which the colours are computed; between them they are interpolated."""

Examples = tuple[np.ndarray, np.ndarray]


def load_photoz(*, noise: float = 1.0) -> tuple[Examples, Examples, Examples]:
    """Magnitudes of galaxies in u, g, r, i and z and their redshifts, for training, validation and test.

    Colours, the differences of neighbouring magnitudes, are `x[:, :-1] - x[:, 1:]`. They change as the breaks of a
    spectrum move through the filters, but not always to one side: a faint red galaxy may be old, or dusty, or far,
    and the break near 4000 Å at redshift 0.1 looks like the one at 1216 Å at 2.8. So some colours have two redshifts.

    Parameters
    ----------
    noise : float
        Times the usual noise, at least 0.

    Returns
    -------
    (x_train, y_train) : 6000 examples
    (x_val, y_val) : 1500 examples
    (x_test, y_test) : 1500 examples

    Every x is a float32 ndarray of shape (n, 5), in magnitudes (about 17 to 29; larger is fainter), every y a float32
    ndarray of shape (n,), the redshifts from 0.02 to 3. They are fresh arrays at each call, with the same numbers.
    What is too faint for a filter still has a finite magnitude there: see `asinh_magnitude`.

    Raises
    ------
    TypeError, ValueError
        Where `noise` isn't a number of at least 0.
    """
    noise = check_number("load_photoz", "noise", noise, minimum=0)
    train, val, test = (
        simulate(n, noise=noise, rng=np.random.default_rng([SEED, which])) for which, n in enumerate(SIZES)
    )
    return train, val, test


def simulate(n: int, *, noise: float = 1.0, rng: np.random.Generator) -> Examples:
    """A catalogue of galaxies down to magnitude 24.5 in i.

    Parameters
    ----------
    n : int
        Number of galaxies, at least 1.
    noise : float
        Times the usual noise, at least 0.
    rng : Generator
        Where the random numbers come from.

    Returns
    -------
    magnitudes : float32 ndarray of shape (n, 5)
        In u, g, r, i and z.
    redshifts : float32 ndarray of shape (n,)

    Raises
    ------
    TypeError, ValueError
        Where `n` or `noise` is out of range.
    """
    n = check_integer("simulate", "n", n, minimum=1)
    noise = check_number("simulate", "noise", noise, minimum=0)
    i_magnitude = BRIGHT + np.log10(1 + (10 ** (SLOPE * (FAINT - BRIGHT)) - 1) * rng.random(n)) / SLOPE
    redshifts = _redshifts(i_magnitude, rng)
    flux = _colours(redshifts, rng)
    flux *= (10 ** (-0.4 * (i_magnitude - ZERO)) / flux[:, BANDS.index("i")])[:, None]
    flux += noise * _sigma() * rng.standard_normal(flux.shape)
    return asinh_magnitude(flux).astype(np.float32), redshifts.astype(np.float32)


def asinh_magnitude(flux: np.ndarray) -> np.ndarray:
    """Magnitudes that stay finite where noise makes a flux zero or negative.

    Bright objects have the usual magnitude; without any light it is that of a flux of one sigma of the noise.
    R. Lupton, J. Gunn & A. Szalay 1999, arXiv:astro-ph/9903081, equation 3.

    Parameters
    ----------
    flux : ndarray of shape (n, 5)
        In u, g, r, i and z, in units of an object of magnitude 30.

    Returns
    -------
    ndarray of shape (n, 5)
    """
    softening = _sigma()
    return ZERO - 2.5 / np.log(10) * (np.arcsinh(flux / (2 * softening)) + np.log(softening))


def _sigma() -> np.ndarray:
    """Noise of the flux in each filter: a fifth of the flux at its depth."""
    return 10 ** (-0.4 * (np.array(list(DEPTH.values())) - ZERO)) / 5


def _redshifts(i_magnitude: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fainter is farther: z² exp(−z / z₀) / 2z₀³ with z₀ = 0.0417 i − 0.744 (arXiv:0912.0201, section 3.7.2)."""
    scale = 0.0417 * i_magnitude - 0.744
    redshifts = scale * rng.gamma(3.0, size=len(scale))
    while (outside := (redshifts < 0.02) | (redshifts > FARTHEST)).any():
        redshifts[outside] = scale[outside] * rng.gamma(3.0, size=outside.sum())
    return redshifts


def _colours(redshifts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fluxes of galaxies between old and young, some of them dusty, up to a factor for each: (n, 5)."""
    n = len(redshifts)
    is_old = rng.random(n) < 0.45 * np.exp(-redshifts)
    young_share = np.where(is_old, rng.beta(1, 25, n), rng.uniform(0.15, 1, n))[:, None]
    dust = 1 + rng.integers(len(REDDENINGS), size=n)  # which of the young spectra

    table = spectra.through_filters(np.stack([spectra.old(), *map(spectra.young, REDDENINGS)]), GRID)
    below = np.searchsorted(GRID, redshifts) - 1
    way = ((redshifts - GRID[below]) / GRID[1])[:, None]

    def at_redshift(spectrum: np.ndarray | int) -> np.ndarray:
        return (1 - way) * table[spectrum, below] + way * table[spectrum, below + 1]

    return (1 - young_share) * at_redshift(0) + young_share * at_redshift(dust)
