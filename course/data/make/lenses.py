"""Makes lenses.npz: `python -m course.data.make.lenses` (some minutes; needs GalSim)."""

import galsim
import numpy as np

from course.data.lenses import FILE
from course.data.make import galaxies
from course.data.make.lensing import deflection, shear
from course.data.make.sets import Simulation
from course.data.make.telescope import fine_grid, painted, squeezed
from course.data.stamps import save

NEAR, FAR = 0.5, 1.25
"""Range of the Einstein radii, and of the distances of companions, in arcseconds."""


def lens(rng: np.random.Generator) -> galsim.GSObject:
    """An elliptical galaxy and the arcs or the ring of a galaxy behind it; now and then a companion too."""
    axis_ratio, angle = rng.uniform(0.6, 0.95), rng.uniform(0, np.pi)
    share = _other_light(rng)
    parts = [
        _early_type(axis_ratio, angle, rng).withFlux(1 - share),
        painted(_arcs(axis_ratio, angle, rng), flux=share),
    ]
    if rng.random() < 0.3:
        parts.append(_companion(rng).withFlux(rng.uniform(0.03, 0.12)))
    return galsim.Add(parts)


def not_a_lens(rng: np.random.Generator) -> galsim.GSObject:
    """An elliptical galaxy with companions about it, or a spiral, whose arms look like arcs."""
    if rng.random() < 0.3:
        return galaxies.spiral(rng)
    share = _other_light(rng)
    parts = [_early_type(rng.uniform(0.6, 0.95), rng.uniform(0, np.pi), rng).withFlux(1 - share)]
    weights = rng.dirichlet(np.full(rng.integers(1, 4), 3.0)) * share
    return galsim.Add(parts + [_companion(rng).withFlux(weight) for weight in weights])


def _other_light(rng: np.random.Generator) -> float:
    """Share of the light that isn't the galaxy's in the middle."""
    return rng.uniform(0.15, 0.5)


def _early_type(axis_ratio: float, angle: float, rng: np.random.Generator) -> galsim.GSObject:
    return squeezed(galsim.DeVaucouleurs(half_light_radius=rng.uniform(0.35, 0.8)), axis_ratio, angle)


def _companion(rng: np.random.Generator) -> galsim.GSObject:
    """A small galaxy as far from the middle as arcs are."""
    distance, direction = rng.uniform(NEAR, FAR), rng.uniform(0, 2 * np.pi)
    profile = galsim.Exponential(half_light_radius=rng.uniform(0.1, 0.3))
    profile = squeezed(profile, rng.uniform(0.25, 1), rng.uniform(0, np.pi))
    return profile.shift(distance * np.cos(direction), distance * np.sin(direction))


def _arcs(axis_ratio: float, angle: float, rng: np.random.Generator) -> np.ndarray:
    """Light of the lensed galaxy on the fine grid: each pixel is as bright as the source where its ray set out."""
    x, y = fine_grid()
    einstein_radius = rng.uniform(NEAR, FAR)
    by_galaxy = deflection(x, y, einstein_radius, axis_ratio, angle)
    by_tides = shear(x, y, rng.uniform(0, 0.06), rng.uniform(0, np.pi))
    # uniform over a disc about the lens: not every source lies where it makes a ring
    offset, direction = 0.5 * einstein_radius * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
    source_x = x - by_galaxy[0] - by_tides[0] - offset * np.cos(direction)
    source_y = y - by_galaxy[1] - by_tides[1] - offset * np.sin(direction)
    return _source(source_x, source_y, rng)


def _source(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Surface brightness of a small disc galaxy with two bright knots."""
    scale, axis_ratio, angle = rng.uniform(0.05, 0.13), rng.uniform(0.4, 1), rng.uniform(0, np.pi)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    light = np.exp(-np.hypot(along, across / axis_ratio) / scale)
    for _ in range(2):
        knot_x, knot_y = rng.normal(0, scale, 2)
        light += 0.7 * np.exp(-((x - knot_x) ** 2 + (y - knot_y) ** 2) / (2 * 0.03**2))
    return light


SIMULATION = Simulation(
    seed=30,
    sizes={"train": 3000, "val": 600, "test": 600},
    recipes=[not_a_lens, lens],
    light=(700.0, 4000.0),
)

if __name__ == "__main__":
    save(FILE, SIMULATION.make())
