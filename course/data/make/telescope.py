"""An invented telescope in space, like Euclid: what GalSim profiles look like through it.

GalSim: B. Rowe et al. 2015, Astronomy and Computing 10, 121, arXiv:1407.7676. Lengths are in arcseconds.
"""

import galsim
import numpy as np

from course.data.stamps import PIXEL

SIDE = 32
"""Height and width of an image in pixels."""

SHARPNESS = 0.2
"""Full width at half maximum of a point's image, a Moffat profile."""

FINE_PIXEL = PIXEL / 4
FINE_SIDE = 4 * SIDE


def draw(profile: galsim.GSObject) -> np.ndarray:
    """The image of a profile, float64 of shape (SIDE, SIDE), without noise."""
    point = galsim.Moffat(beta=3.5, fwhm=SHARPNESS)
    seen = galsim.Convolve([profile, point])
    return seen.drawImage(nx=SIDE, ny=SIDE, scale=PIXEL, dtype=np.float64).array


def with_flux(image: np.ndarray, flux: float) -> np.ndarray:
    """The image scaled so that all the light within its frame is `flux`."""
    return image * (flux / image.sum())


def fine_grid() -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (x, y) of the fine pixels that light is painted on by hand, each of shape (FINE_SIDE, FINE_SIDE)."""
    along = (np.arange(FINE_SIDE) - (FINE_SIDE - 1) / 2) * FINE_PIXEL
    x, y = np.meshgrid(along, along)
    return x, y


def painted(light: np.ndarray, flux: float) -> galsim.GSObject:
    """A profile out of light painted on the fine grid, of the given total flux."""
    image = galsim.Image(np.ascontiguousarray(light), scale=FINE_PIXEL)
    return galsim.InterpolatedImage(image, x_interpolant="linear", flux=flux)


def squeezed(profile: galsim.GSObject, axis_ratio: float, angle: float) -> galsim.GSObject:
    """A round profile made elliptical, of the same area, its long axis at `angle` in radians."""
    return profile.shear(q=axis_ratio, beta=angle * galsim.radians)
