"""A multilayer perceptron as circles and lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from course.errors import check_integer
from course.plots.figures import COLOURS, figure_of, own_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DRAWN = 8
"""Circles in a layer; of a larger one, the first and last are drawn, with dots between."""

RADIUS = 0.3
GAP = 2.6
"""Between two layers, where the distance between two circles is 1."""

ENDS = 3
"""How many circles of a large layer are drawn before and after the dots."""


def draw_network(
    sizes: Sequence[int],
    *,
    labels: Sequence[str] | None = None,
    weights: Sequence[np.ndarray] | None = None,
    parameters: bool = False,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Layers as columns of circles, from the input on the left to the output on the right.

    Parameters
    ----------
    sizes : numbers of the layers' units, the input's first: [3, 4, 4, 1]
    labels : what stands above each layer; without it, input, hidden 1, hidden 2, …, output
    weights : for each layer after the input, an ndarray of shape (units before, units), optional
        Thick lines are large weights; positive ones solid and orange, negative ones dashed and blue.
    parameters : bool
        Write under each pair of layers how many weights and biases lie between them.
    title : str, optional
    ax : Axes to draw into; without it, a new figure is made.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        Where there are fewer than two layers, or labels or weights don't fit them.
    """
    sizes = [check_integer("draw_network", "sizes", size, minimum=1) for size in sizes]
    if len(sizes) < 2:
        raise ValueError(f"draw_network: sizes must name at least an input and an output, got {sizes}")
    labels = list(labels) if labels is not None else _names(len(sizes))
    if len(labels) != len(sizes):
        raise ValueError(f"draw_network: labels must be {len(sizes)}, one a layer, got {len(labels)}")
    _check_weights(sizes, weights)

    heights = [_heights(size) for size in sizes]
    tallest = max(np.abs(h).max() for h in heights)
    width = GAP * (len(sizes) - 1)
    if ax is None:
        ax = own_axes(None, (min(8.4, 1.6 + 0.75 * width), min(4.6, 1.5 + 0.62 * (2 * tallest + 1))))
    for i in range(1, len(sizes)):
        matrix = None if weights is None else np.asarray(weights[i - 1])
        _draw_lines(ax, i, sizes, heights, matrix)
    for i, size in enumerate(sizes):
        _draw_layer(ax, i, size, heights[i], last=i == len(sizes) - 1)
        ax.text(GAP * i, tallest + 0.62, labels[i], ha="center", va="bottom", fontsize=11)
        if parameters and i:
            before = sizes[i - 1]
            counted = f"{before}·{size} + {size}\n= {(before + 1) * size:,}"
            ax.text(GAP * (i - 0.5), -tallest - 0.6, counted, ha="center", va="top", fontsize=11)
    if title:
        ax.set_title(title, fontsize=12)
    ax.set_xlim(-0.9, width + 0.9)
    ax.set_ylim(-tallest - (1.7 if parameters else 0.6), tallest + 1.2)
    ax.set_aspect("equal")
    ax.set_axis_off()
    layers = ", ".join(f"{label} {size}" for label, size in zip(labels, sizes, strict=True))
    return figure_of(
        ax, f"{title or 'A network'}: columns of circles from left to right, {layers}; each joined to all of the next."
    )


def _check_weights(sizes: Sequence[int], weights: Sequence[np.ndarray] | None) -> None:
    if weights is None:
        return
    expected = list(pairwise(sizes))
    got = [np.shape(matrix) for matrix in weights]
    if got != expected:
        raise ValueError(f"draw_network: weights must have the shapes {expected}, got {got}")


def _names(count: int) -> list[str]:
    hidden = ["hidden"] if count == 3 else [f"hidden {i}" for i in range(1, count - 1)]
    return ["input", *hidden, "output"]


def _heights(size: int) -> np.ndarray:
    """Where the circles of a layer stand, the first on top; of a large layer, those of its two ends."""
    drawn = min(size, MOST_DRAWN)
    heights = (drawn - 1) / 2 - np.arange(drawn)
    if size > MOST_DRAWN:
        heights = np.concatenate([heights[:ENDS], heights[-ENDS:]])
    return heights


def _shown(size: int) -> list[int]:
    """The numbers of the units whose circles are drawn."""
    return list(range(size)) if size <= MOST_DRAWN else [*range(ENDS), *range(size - ENDS, size)]


def _draw_layer(ax: Axes, i: int, size: int, heights: np.ndarray, *, last: bool) -> None:
    from matplotlib.patches import Circle

    fill = "#FFFFFF" if i == 0 else "#F7D9A0" if last else "#A9CFE8"
    for height in heights:
        ax.add_patch(Circle((GAP * i, height), RADIUS, facecolor=fill, edgecolor="black", zorder=3))
    if size > MOST_DRAWN:
        for height in (-0.35, 0, 0.35):
            ax.add_patch(Circle((GAP * i, height), 0.06, facecolor="black", zorder=3))
        ax.text(GAP * i + 0.18, 0, f"{size:,}", ha="left", va="center", fontsize=10)


def _draw_lines(
    ax: Axes, i: int, sizes: Sequence[int], heights: Sequence[np.ndarray], matrix: np.ndarray | None
) -> None:
    largest = 1.0 if matrix is None else max(float(np.abs(matrix).max()), 1e-12)
    for start, before in zip(_shown(sizes[i - 1]), heights[i - 1], strict=True):
        for end, after in zip(_shown(sizes[i]), heights[i], strict=True):
            weight = None if matrix is None else float(matrix[start, end])
            colour, style, width = COLOURS["grey"], "-", 0.8
            if weight is not None:
                colour, style = (COLOURS["orange"], "-") if weight > 0 else (COLOURS["blue"], "--")
                width = 0.2 + 2.8 * abs(weight) / largest
            ax.plot([GAP * (i - 1), GAP * i], [before, after], style, color=colour, linewidth=width, zorder=1)
