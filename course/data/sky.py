"""Simulated stars and galaxies: as images, and as the numbers that a catalogue holds of them.

The telescope is an invented one on the ground: pixels of 0.2″, a seeing of 0.7″ (full width at half maximum).
A star is a point, so it is seen as large as the seeing; a galaxy has a size of its own.
"""

import numpy as np

from course.errors import check_integer, check_positive

PIXEL = 0.2
"""Side of a pixel in arcseconds."""

SEEING = 0.7
"""Full width at half maximum of a point's image, a Gaussian, in arcseconds."""

STAR_RADIUS = SEEING / 2
"""Radius in arcseconds that holds half of a star's light: for a Gaussian, half the width at half maximum."""

BRIGHT, FAINT = 18.0, 24.0
"""The range of magnitudes in the catalogue."""

Examples = tuple[np.ndarray, np.ndarray]


def cutouts(
    n: int = 12,
    *,
    size: int = 24,
    signal_to_noise: float | np.ndarray = 50.0,
    rng: np.random.Generator,
) -> Examples:
    """Images of one star or one galaxy each, in the middle of the frame.

    Parameters
    ----------
    n : number of images, at least 1; as many of stars as of galaxies, one star more where n is odd.
    size : height and width in pixels, at least 8.
    signal_to_noise : total light over the noise that is left in it, more than 0; one for all or n of them.
    rng : where the random numbers come from.

    Returns
    -------
    images : float32 ndarray of shape (n, size, size), in units of the noise in one pixel
    y : int64 ndarray of shape (n,), 0 for a star and 1 for a galaxy
    """
    n = check_integer("cutouts", "n", n, minimum=1)
    size = check_integer("cutouts", "size", size, minimum=8)
    wanted = np.asarray(signal_to_noise, dtype=float)
    if wanted.shape not in ((), (n,)):
        raise ValueError(
            f"cutouts: signal_to_noise must be one number or {n} of them, got an array of shape {wanted.shape}"
        )
    wanted = np.broadcast_to(wanted, n)
    check_positive("cutouts", "signal_to_noise", float(wanted.min()))
    y = rng.permutation(np.arange(n) % 2)
    own_radius = np.where(y == 1, rng.uniform(0.45, 0.9, n), 0.0)  # half-light radius, arcseconds
    axis_ratio, angle = rng.uniform(0.35, 0.9, n), rng.uniform(0, np.pi, n)
    images = np.stack([_image(size, *shape) for shape in zip(own_radius, axis_ratio, angle, strict=True)])
    # of a known shape, the light's optimal signal to noise is its norm over the noise of a pixel
    images *= (wanted / np.sqrt((images**2).sum(axis=(1, 2))))[:, None, None]
    return (images + rng.standard_normal(images.shape)).astype(np.float32), y


def stars_and_galaxies(n: int = 300, *, rng: np.random.Generator) -> Examples:
    """A catalogue: how bright each object is in all, and how bright at its peak.

    A star's light is as concentrated as the seeing allows, so its peak goes with its magnitude. A galaxy spreads
    the same light over more sky, so its peak is fainter. Both numbers are less certain for fainter objects.

    Parameters
    ----------
    n : number of objects, at least 2; as many stars as galaxies, one star more where n is odd.
    rng : where the random numbers come from.

    Returns
    -------
    x : float32 ndarray of shape (n, 2): magnitude (18 to 24), peak surface brightness in mag/arcsec²
    y : int64 ndarray of shape (n,), 0 for a star and 1 for a galaxy
    """
    n = check_integer("stars_and_galaxies", "n", n, minimum=2)
    y = rng.permutation(np.arange(n) % 2)
    magnitude = BRIGHT + (FAINT - BRIGHT) * np.sqrt(rng.uniform(0, 1, n))  # more of them the fainter
    median = 0.75 * 10 ** (-0.1 * (magnitude - 20))
    own_radius = np.where(y == 1, median * 10 ** (0.12 * rng.standard_normal(n)), 0.0)
    radius = np.hypot(STAR_RADIUS, own_radius)
    peak = magnitude + 2.5 * np.log10(np.pi * radius**2 / np.log(2))  # of a Gaussian of that radius
    error = 0.03 * 10 ** (0.2 * (magnitude - 20))
    measured = np.stack([magnitude, peak], axis=1) + error[:, None] * rng.standard_normal((n, 2))
    return measured.astype(np.float32), y


def colours_and_redshifts(n: int = 200, *, rng: np.random.Generator) -> Examples:
    """The colour g − r of early-type galaxies, which grows with redshift as a break in their spectrum crosses g.

    A straight line with a scatter of 0.06 mag: a sketch of what is observed, not a model of it.

    Parameters
    ----------
    n : number of galaxies, at least 1.
    rng : where the random numbers come from.

    Returns
    -------
    colour : float32 ndarray of shape (n, 1), in magnitudes
    redshift : float32 ndarray of shape (n,), 0.05 to 0.35
    """
    n = check_integer("colours_and_redshifts", "n", n, minimum=1)
    redshift = rng.uniform(0.05, 0.35, n)
    colour = 0.6 + 2.8 * redshift + 0.06 * rng.standard_normal(n)
    return colour[:, None].astype(np.float32), redshift.astype(np.float32)


def _image(size: int, own_radius: float, axis_ratio: float, angle: float) -> np.ndarray:
    """A disc whose light falls off exponentially, seen through the seeing; a point where the radius is 0."""
    middle = (size - 1) / 2
    v, u = (np.indices((size, size)) - middle) * PIXEL
    sigma = SEEING / np.sqrt(8 * np.log(2))
    if own_radius == 0:
        return np.exp(-(u**2 + v**2) / (2 * sigma**2))
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    scale = own_radius / 1.678  # of an exponential disc
    disc = np.exp(-np.hypot(along, across / axis_ratio) / scale)
    frequency = np.fft.fftfreq(size, PIXEL)
    blur = np.exp(-2 * (np.pi * sigma) ** 2 * (frequency[:, None] ** 2 + frequency[None, :] ** 2))
    return np.fft.ifft2(np.fft.fft2(disc) * blur).real
