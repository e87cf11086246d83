"""Makes galaxies.npz: `python -m course.data.make.galaxies` (some minutes; needs GalSim)."""

import galsim
import numpy as np

from course.data.galaxies import CLASSES, FILE
from course.data.make.sets import Simulation
from course.data.make.telescope import fine_grid, painted, squeezed
from course.data.stamps import save


def elliptical(rng: np.random.Generator) -> galsim.GSObject:
    """A smooth, concentrated galaxy: a Sérsic profile of index 3 to 5 (4 is de Vaucouleurs')."""
    profile = galsim.Sersic(n=rng.choice([3, 3.5, 4, 4.5, 5]), half_light_radius=rng.uniform(0.3, 0.8))
    return squeezed(profile, rng.uniform(0.55, 1), rng.uniform(0, np.pi))


def spiral(rng: np.random.Generator) -> galsim.GSObject:
    """An exponential disc with spiral arms, seen at an angle, with a bulge, and in four of ten a bar."""
    scale = rng.uniform(0.3, 0.48)
    bulge = galsim.Sersic(n=rng.choice([2, 3, 4]), half_light_radius=rng.uniform(0.25, 0.5) * scale)
    bulge_share = rng.uniform(0.03, 0.3)
    disc = painted(_spiral_disc(scale, rng), flux=1 - bulge_share)
    return disc + squeezed(bulge.withFlux(bulge_share), rng.uniform(0.8, 1), rng.uniform(0, np.pi))


def irregular(rng: np.random.Generator) -> galsim.GSObject:
    """No symmetry: a few bright clumps in a faint disc, or two galaxies that merge."""
    return _clumpy(rng) if rng.random() < 0.5 else _merger(rng)


def _spiral_disc(scale: float, rng: np.random.Generator) -> np.ndarray:
    """Light of the disc on the fine grid.

    The arms are logarithmic spirals, φ = ln(r / start) / tan(pitch), and star clusters are sprinkled along them.
    """
    x, y = _tilted(fine_grid(), cos_inclination=rng.uniform(0.4, 1), angle=rng.uniform(0, np.pi))
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    arms = rng.choice([2, 3, 4], p=[0.75, 0.15, 0.1])
    winding = rng.choice([-1, 1]) / np.tan(np.radians(rng.uniform(14, 30)))
    contrast = rng.uniform(1.2, 3.0)
    has_bar = rng.random() < 0.4
    start = scale * (rng.uniform(0.7, 1.1) if has_bar else rng.uniform(0.3, 0.5))

    wave = np.cos(arms * (angle - winding * np.log(np.maximum(radius, 0.02) / start)))
    onset = np.clip(radius / start, 0, 1) ** 2
    disc = np.exp(-radius / scale + contrast * onset * wave) / np.i0(contrast * onset)
    for _ in range(rng.integers(3, 9)):
        at = rng.uniform(start, 3 * scale)
        where = winding * np.log(at / start) + 2 * np.pi * rng.integers(arms) / arms + rng.normal(0, 0.12)
        distance = np.hypot(x - at * np.cos(where), y - at * np.sin(where))
        disc += rng.uniform(0.3, 1.2) * np.exp(-at / scale) * np.exp(-0.5 * (distance / 0.06) ** 2)
    if has_bar:
        disc += rng.uniform(0.6, 1.2) * np.exp(-((x / start) ** 4) - (y / (0.28 * start)) ** 2)
    return disc


def _clumpy(rng: np.random.Generator) -> galsim.GSObject:
    size, axis_ratio, angle = rng.uniform(0.45, 0.75), rng.uniform(0.35, 0.9), rng.uniform(0, np.pi)
    n_clumps = rng.integers(3, 8)
    share = rng.uniform(0.3, 0.65)
    weights = rng.dirichlet(np.full(n_clumps, 2.0)) * share
    middle = rng.normal(0, 0.12, 2)
    parts = [galsim.Sersic(n=0.7, half_light_radius=size, flux=1 - share)]
    for weight in weights:
        clump = galsim.Gaussian(sigma=rng.uniform(0.04, 0.11), flux=weight)
        parts.append(clump.shift(*(middle + rng.normal(0, 0.5 * size, 2))))
    return squeezed(galsim.Add(parts), axis_ratio, angle)


def _merger(rng: np.random.Generator) -> galsim.GSObject:
    separation, direction = rng.uniform(0.4, 0.9), rng.uniform(0, 2 * np.pi)
    smaller = rng.uniform(0.25, 0.5)
    apart = separation * np.array([np.cos(direction), np.sin(direction)])
    parts = []
    for share, offset in ((1 - smaller, -smaller * apart), (smaller, (1 - smaller) * apart)):
        profile = galsim.Sersic(
            n=rng.choice([0.8, 1, 1.5, 2, 2.5]), half_light_radius=rng.uniform(0.15, 0.35), flux=share
        )
        parts.append(squeezed(profile, rng.uniform(0.4, 0.9), rng.uniform(0, np.pi)).shift(*offset))
    parts.append(painted(_tail(apart, rng), flux=rng.uniform(0.1, 0.35)))
    return galsim.Add(parts)


def _tail(apart: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light of a tidal tail on the fine grid: an arc that starts at one galaxy and fades and widens outwards."""
    x, y = fine_grid()
    bend = rng.uniform(0.5, 1.0)  # the arc's radius
    begin = np.arctan2(*apart[::-1]) + rng.choice([-1, 1]) * rng.uniform(0.6, 1.6)
    turn = rng.choice([-1, 1])
    centre = apart / 2 - bend * np.array([np.cos(begin), np.sin(begin)])
    light = np.zeros_like(x)
    for along in np.linspace(0, 1, 40):
        angle = begin + turn * along * 2.2
        distance = np.hypot(x - centre[0] - bend * np.cos(angle), y - centre[1] - bend * np.sin(angle))
        width = 0.05 + 0.08 * along
        light += (1 - along) * np.exp(-0.5 * (distance / width) ** 2) / width**2
    return light


def _tilted(grid: tuple[np.ndarray, np.ndarray], cos_inclination: float, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in the plane of a disc whose picture on the sky has its long axis at `angle`."""
    x, y = grid
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return along, across / cos_inclination


RECIPES = {"elliptical": elliptical, "spiral": spiral, "irregular": irregular}

SIMULATION = Simulation(
    seed=20,
    sizes={"train": 3000, "val": 600, "test": 600},
    recipes=[RECIPES[name] for name in CLASSES],
    light=(400.0, 2500.0),
)

if __name__ == "__main__":
    save(FILE, SIMULATION.make())
