"""4,200 galaxies of three shapes, 32×32 pixels each: simulated, so that their classes are known.

Source: simulated with GalSim (B. Rowe et al. 2015, arXiv:1407.7676) by course/data/make/galaxies.py, licence CC BY 4.0.
The telescope is an invented one in space, like Euclid: pixels of 0.1″, a point is seen 0.2″ wide.
"""

from pathlib import Path

from course.data.stamps import Examples, load

FILE = Path(__file__).with_name("galaxies.npz")

CLASSES = ("elliptical", "spiral", "irregular")
"""What the labels 0, 1 and 2 mean."""

NOISE_SEED = 21


def load_galaxies(*, noise: float = 1.0) -> tuple[Examples, Examples, Examples]:
    """Images of galaxies and their shapes, for training, validation and test.

    Ellipticals are smooth and concentrated, spirals are discs with arms and often a bar, irregulars have clumps or
    are two galaxies that merge. Total light, position and, on the sky, direction are drawn alike for the three
    classes: they differ in their shapes alone. The light of the brightest pixels is a hundred times the noise, that
    of the outskirts is below it; `np.arcsinh(x)` shows both.

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
    otherwise, every y an int64 ndarray of shape (n,) with 0, 1 and 2 for `CLASSES`, as many of each. They are fresh
    arrays at each call, with the same noise.

    Raises
    ------
    TypeError, ValueError
        Where `noise` isn't a number of at least 0.
    """
    return load("load_galaxies", FILE, noise, NOISE_SEED)
