"""4,200 galaxies of 32×32 pixels, of which half are strong lenses: is there an arc, or only a neighbour?

Source: simulated with GalSim (B. Rowe et al. 2015, arXiv:1407.7676) and the deflection of an isothermal ellipsoid
(R. Kormann et al. 1994, Astronomy and Astrophysics 284, 285) by course/data/make/lenses.py, licence CC BY 4.0.
The telescope is an invented one in space, like Euclid: pixels of 0.1″, a point is seen 0.2″ wide.
"""

from pathlib import Path

from course.data.stamps import Examples, load

FILE = Path(__file__).with_name("lenses.npz")

CLASSES = ("not a lens", "lens")
"""What the labels 0 and 1 mean."""

NOISE_SEED = 31


def load_lenses(*, noise: float = 1.0) -> tuple[Examples, Examples, Examples]:
    """Images of galaxies, and whether each is a strong lens, for training, validation and test.

    A lens is an elliptical galaxy that bends the light of another one, far behind it, into arcs or a ring of 0.5″ to
    1.25″ radius. What isn't a lens is an elliptical galaxy with up to three small companions as far from it as arcs
    would be, or, in three of ten, a spiral, whose arms look like arcs. The total light is drawn alike for both, and
    so is the companions' or arcs' share in it: to add up the light doesn't help. `np.arcsinh(x)` shows the bright
    middle and the faint arcs at once.

    Parameters
    ----------
    noise : float
        Standard deviation of the noise of the sky in a pixel, at least 0. With 0 the images are the light alone.

    Returns
    -------
    (x_train, y_train) : 3000 examples
    (x_val, y_val) : 600 examples
    (x_test, y_test) : 600 examples

    Every x is a float32 ndarray of shape (n, 32, 32), light per pixel in units in which the noise is 1 unless asked
    otherwise, every y an int64 ndarray of shape (n,) with 1 for a lens and 0 for none, as many of each. They are
    fresh arrays at each call, with the same noise.

    Raises
    ------
    TypeError, ValueError
        Where `noise` isn't a number of at least 0.
    """
    return load("load_lenses", FILE, noise, NOISE_SEED)
