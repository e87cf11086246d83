"""Simulated images in three sets; each image has random numbers of its own, so any one can be made again alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import galsim
import numpy as np

from course.data.make.telescope import draw, with_flux
from course.data.stamps import Examples

Recipe = Callable[[np.random.Generator], galsim.GSObject]

JITTER = 0.1
"""Objects lie up to this far from the middle, along either axis, in arcseconds."""


@dataclass(frozen=True)
class Simulation:
    """What is needed to make a data set.

    Parameters
    ----------
    seed : int
        Of all random numbers.
    sizes : mapping from the name of a set to its number of images
    recipes : one a class, in the order of the labels
        Draw a galaxy of that class.
    light : (float, float)
        Range of the light within the frame, in units of the noise of one pixel. It is drawn evenly in its logarithm,
        in the same way for all classes, so that it doesn't tell them apart.
    """

    seed: int
    sizes: Mapping[str, int]
    recipes: Sequence[Recipe]
    light: tuple[float, float]

    def labels(self, name: str) -> np.ndarray:
        """The classes of a set's images, as many of each, in random order."""
        rng = np.random.default_rng([self.seed, self._index(name)])
        return rng.permutation(np.arange(self.sizes[name]) % len(self.recipes))

    def image(self, name: str, row: int) -> np.ndarray:
        """One image of a set, without noise: float64 of shape (32, 32)."""
        rng = np.random.default_rng([self.seed, self._index(name), row])
        faintest, brightest = self.light
        light = faintest * (brightest / faintest) ** rng.random()
        profile = self.recipes[self.labels(name)[row]](rng)
        return with_flux(draw(profile.shift(*rng.uniform(-JITTER, JITTER, 2))), light)

    def make(self) -> dict[str, Examples]:
        """Images and labels of all sets."""
        return {
            name: (np.stack([self.image(name, row) for row in range(size)]), self.labels(name))
            for name, size in self.sizes.items()
        }

    def _index(self, name: str) -> int:
        return list(self.sizes).index(name)
