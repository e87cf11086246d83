"""The few shapes that sketches of architectures are put together from: circles, boxes, funnels, small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]

INPUT = "#FFFFFF"
LEARNED = "#A9CFE8"
CODE = "#9FDCC8"
OUTPUT = "#F7D9A0"
EDGE = "#333333"


def column(ax: Axes, x: float, count: int, fill: str, *, radius: float = 0.42, step: float = 1.15) -> list[Point]:
    """A layer: circles above each other. Returns their centres."""
    from matplotlib.patches import Circle

    centres = [(x, 3.8 + step * ((count - 1) / 2 - i)) for i in range(count)]
    for centre in centres:
        ax.add_patch(Circle(centre, radius, facecolor=fill, edgecolor=EDGE, linewidth=1, zorder=3))
    return centres


def join(ax: Axes, before: Sequence[Point], after: Sequence[Point], *, radius: float = 0.42) -> None:
    """A line from every circle of one layer to every circle of the next."""
    for x0, y0 in before:
        for x1, y1 in after:
            ax.plot([x0 + radius, x1 - radius], [y0, y1], color="#767676", linewidth=0.7, zorder=1)


def word(ax: Axes, x: float, y: float, text: str) -> None:
    """A word or two around (x, y)."""
    ax.text(x, y, text, ha="center", va="center", fontsize=9, zorder=5)


def arrow(ax: Axes, start: Point, end: Point, *, dashed: bool = False) -> None:
    style = {"arrowstyle": "-|>", "linewidth": 1.0, "color": EDGE, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style | {"linestyle": "--" if dashed else "-"}, zorder=2)


def box(ax: Axes, x: float, y: float, width: float, height: float, fill: str, text: str = "") -> None:
    """A rectangle around (x, y), with a word in it."""
    from matplotlib.patches import Rectangle

    corner = (x - width / 2, y - height / 2)
    ax.add_patch(Rectangle(corner, width, height, facecolor=fill, edgecolor=EDGE, linewidth=1, zorder=3))
    if text:
        word(ax, x, y, text)


def funnel(ax: Axes, left: float, right: float, y: float, height_left: float, height_right: float) -> None:
    """Layers that narrow or widen: a trapezoid."""
    from matplotlib.patches import Polygon

    heights = (height_left, height_right)
    corners = [(left, y - heights[0] / 2), (left, y + heights[0] / 2)]
    corners += [(right, y + heights[1] / 2), (right, y - heights[1] / 2)]
    ax.add_patch(Polygon(corners, facecolor=LEARNED, edgecolor=EDGE, linewidth=1, zorder=2))


def feature_maps(ax: Axes, x: float, y: float, size: float, count: int) -> None:
    """The channels of an image: squares behind each other."""
    for i in range(count):
        offset = 0.22 * (i - (count - 1) / 2)
        box(ax, x + offset, y - offset, size, size, LEARNED)


def picture(ax: Axes, x: float, y: float, size: float, subject: str, *, amount: float = 0.0, seed: int = 0) -> None:
    """A small image around (x, y): a galaxy under some `amount` of noise, or a cloud bent by some `amount`."""
    pixels = _galaxy(amount, seed) if subject == "galaxy" else _cloud(amount)
    extent = (x - size / 2, x + size / 2, y - size / 2, y + size / 2)
    ax.imshow(pixels, cmap="gray_r", extent=extent, vmin=-0.05, vmax=0.8, zorder=3, interpolation="nearest")
    box(ax, x, y, size, size, "none")


def _galaxy(noise: float, seed: int) -> np.ndarray:
    """An inclined disc, of shape (24, 24), mixed with noise: 0 is the galaxy alone, 1 the noise alone."""
    v, u = np.mgrid[-1:1:24j, -1:1:24j]
    angle = 0.6 + 0.5 * seed
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    radius = np.hypot(along, across / (0.45 + 0.12 * seed))
    galaxy = np.exp(-3.2 * radius)
    grain = np.random.default_rng(seed).uniform(0, 0.9, galaxy.shape)
    return np.sqrt(1 - noise) * galaxy + noise * grain


def _cloud(bend: float) -> np.ndarray:
    """The density of a round cloud, bent into a crescent, of shape (32, 32)."""
    v, u = np.mgrid[-2.2:2.2:32j, -2.2:2.2:32j]
    straightened = v + bend * (0.9 * u**2 - 0.7)
    width = 1 - 0.5 * bend
    return np.exp(-2.2 * ((u / (1 + 0.3 * bend)) ** 2 + (straightened / width) ** 2))
