"""Spectra of galaxies, sketched, and what five broad filters measure of them at a redshift.

An old population is a blackbody of 4,600 K with a break at 4000 Å, a young one equally bright at all frequencies but
for the Balmer break at 3646 Å and emission lines. Neither shines through its own hydrogen below 912 Å, and the
hydrogen on the way to us takes its share below 1216 Å.
"""

import numpy as np

WAVELENGTH = np.geomspace(700, 11_000, 1200)
"""Rest wavelengths of the spectra in Å."""

BANDS = {
    "u": (3300.0, 3950.0),
    "g": (4050.0, 5520.0),
    "r": (5520.0, 6910.0),
    "i": (6910.0, 8180.0),
    "z": (8180.0, 9220.0),
}
"""Edges of the filters in Å, about those of the Rubin Observatory."""

EDGE = 60.0
"""How softly a filter begins and ends, in Å."""

LINES = {3728: 25.0, 4862: 15.0, 5008: 35.0, 6565: 60.0}
"""Emission lines of a young population, [O II], Hβ, [O III] and Hα: wavelength and equivalent width in Å."""


def old() -> np.ndarray:
    """Light per wavelength of an old population at `WAVELENGTH`, 1 at 5500 Å."""
    light = _blackbody(4600) * _step(4000, below=0.55) * _step(2900, below=0.5)
    return _at_5500(light * _step(912, below=0.0))


def young(reddening: float = 0.0) -> np.ndarray:
    """Light per wavelength of a young population at `WAVELENGTH`, 1 at 5500 Å.

    Parameters
    ----------
    reddening : float
        By dust: E(B − V) in magnitudes, at least 0, by the curve of D. Calzetti et al. 2000, arXiv:astro-ph/9911459,
        equation 4.
    """
    light = (WAVELENGTH / 5500) ** -2.0 * _step(3646, below=0.6)
    for line, width in LINES.items():
        light += np.interp(line, WAVELENGTH, light) * width * _gaussian(line, 10.0)
    return _at_5500(light * _step(912, below=0.0) * 10 ** (-0.4 * reddening * _calzetti(WAVELENGTH)))


def through_filters(light: np.ndarray, redshifts: np.ndarray) -> np.ndarray:
    """Mean flux per frequency in each filter, as a detector that counts photons sees it.

    Parameters
    ----------
    light : ndarray of shape (m, 1200)
        Light per wavelength of m spectra at `WAVELENGTH`, at rest.
    redshifts : ndarray of shape (k,)
        0 to 3.4, so that the spectra cover all filters.

    Returns
    -------
    ndarray of shape (m, k, 5)
        Flux through u, g, r, i and z in one arbitrary unit: −2.5 log₁₀ of the ratio of two filters is a colour in
        AB magnitudes.
    """
    fluxes = [(light * _forest(redshift)) @ _responses(redshift) for redshift in redshifts]
    return np.stack(fluxes, axis=1)


def _responses(redshift: float) -> np.ndarray:
    """What light at each wavelength at rest, emitted at a redshift, adds to the flux in each filter: (1200, 5)."""
    seen = (WAVELENGTH * (1 + redshift))[:, None]
    starts, ends = np.array(list(BANDS.values())).T
    filters = (1 + np.tanh((seen - starts) / EDGE)) * (1 + np.tanh((ends - seen) / EDGE))
    steps = np.gradient(seen, axis=0)
    # photons are energy times wavelength; the denominator is what a flat spectrum per frequency would give
    return filters * seen * steps / (filters / seen * steps).sum(axis=0)


def _blackbody(temperature: float) -> np.ndarray:
    """Planck's law per wavelength, up to a factor; h c / k is 1.4388e8 Å K."""
    return WAVELENGTH**-5.0 / np.expm1(1.4388e8 / (WAVELENGTH * temperature))


def _step(wavelength: float, below: float) -> np.ndarray:
    """1 above a wavelength and `below` under it, with a transition of about 2 per cent of it."""
    return below + (1 - below) * (1 + np.tanh((WAVELENGTH / wavelength - 1) / 0.02)) / 2


def _gaussian(centre: float, sigma: float) -> np.ndarray:
    return np.exp(-0.5 * ((WAVELENGTH - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def _calzetti(wavelength: np.ndarray) -> np.ndarray:
    """Attenuation in magnitudes at E(B − V) = 1."""
    micron = wavelength / 1e4
    inverse = 1 / np.maximum(micron, 0.12)  # the curve is measured down to 0.12 µm
    blue = 2.659 * (-2.156 + 1.509 * inverse - 0.198 * inverse**2 + 0.011 * inverse**3) + 4.05
    red = 2.659 * (-1.857 + 1.040 * inverse) + 4.05
    return np.where(micron < 0.63, blue, red)


def _forest(redshift: float) -> np.ndarray:
    """The share of the light that passes the hydrogen between the galaxies.

    Lyman α alone, after P. Madau 1995, The Astrophysical Journal 441, 18: depth 0.0036 (λ / 1216 Å)^3.46.
    """
    depth = 0.0036 * (WAVELENGTH * (1 + redshift) / 1216) ** 3.46
    return np.where(WAVELENGTH < 1216, np.exp(-depth), 1.0)


def _at_5500(light: np.ndarray) -> np.ndarray:
    return light / np.interp(5500, WAVELENGTH, light)
