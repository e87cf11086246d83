"""Two classes of points in a plane, and where a classifier draws the line between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course.errors import check_integer, check_shape
from course.plots.figures import COLOURS, figure_of, own_axes, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES = (("blue", "s"), ("orange", "o"))
"""Colour and marker of class 0 and of class 1."""

LIGHT = ("#BCD9EC", "#FFFFFF", "#F9E2B0")
"""The ground where the probability of class 1 is 0, one half and 1."""


def scatter_classes(
    x: np.ndarray,
    y: np.ndarray,
    ax: Axes | None = None,
    *,
    title: str = "Two classes",
    names: Sequence[str] = ("class 0", "class 1"),
    axis_names: Sequence[str] = ("$x_1$", "$x_2$"),
) -> Figure:
    """Points of two classes: squares for class 0, circles for class 1.

    Parameters
    ----------
    x : ndarray of shape (n, 2)
    y : ndarray of shape (n,) or (n, 1), 0 or 1 each
    ax : Axes to draw into; without it, a new figure is made.
    title : str
    names : what classes 0 and 1 are called in the legend
    axis_names : the axes' labels, with units where there are any

    Returns
    -------
    Figure
    """
    points, labels = _points("scatter_classes", x, y)
    ax = own_axes(ax)
    _scatter(ax, points, labels, names)
    _finish(ax, title, axis_names)
    return figure_of(ax, f"{title}: {_counts(labels, names)}.")


def decision_boundary(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    ax: Axes | None = None,
    *,
    title: str = "Decision boundary",
    names: Sequence[str] = ("class 0", "class 1"),
    axis_names: Sequence[str] = ("$x_1$", "$x_2$"),
    resolution: int = 120,
) -> Figure:
    """Points of two classes on the probability that a classifier gives to class 1, and the line where it is ½.

    Parameters
    ----------
    model : a model with `predict`, or a function
        From points of shape (m, 2) to the probability of class 1, of shape (m,) or (m, 1), or to the
        probabilities of both classes, of shape (m, 2).
    x : ndarray of shape (n, 2)
    y : ndarray of shape (n,) or (n, 1), 0 or 1 each
    ax : Axes to draw into; without it, a new figure is made.
    title : str
    names : what classes 0 and 1 are called in the legend
    axis_names : the axes' labels, with units where there are any
    resolution : int
        Points along each axis at which the classifier is asked.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        Where an argument, or what the classifier answers, has another shape.
    """
    points, labels = _points("decision_boundary", x, y)
    check_integer("decision_boundary", "resolution", resolution, minimum=2)
    classify = _as_function(model)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * np.where(high > low, high - low, 1.0)
    first, second = (np.linspace(low[i] - margin[i], high[i] + margin[i], resolution, dtype=np.float32) for i in (0, 1))
    grid = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)  # (resolution², 2)
    probability = _probability(classify(grid), len(grid)).reshape(resolution, resolution)

    from matplotlib.colors import LinearSegmentedColormap

    ax = own_axes(ax)
    ground = LinearSegmentedColormap.from_list("ground", LIGHT)
    ax.contourf(first, second, probability, levels=np.linspace(0, 1, 21), cmap=ground)
    if probability.min() < 0.5 < probability.max():
        ax.contour(first, second, probability, levels=[0.5], colors=COLOURS["black"], linewidths=1.6)
    _scatter(ax, points, labels, names)
    _finish(ax, title, axis_names)
    right = (_probability(classify(points), len(points)) > 0.5) == (labels == 1)
    return figure_of(
        ax,
        f"{title}: {_counts(labels, names)}, and a classifier's black boundary between two shaded sides; "
        f"{right.mean():.0%} of the points lie on their own side.",
    )


def _points(where: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points, labels = np.asarray(x), np.asarray(y)
    check_shape(where, "x", points.shape, (None, 2))
    if labels.shape not in ((len(points),), (len(points), 1)):
        raise ValueError(f"{where}: y must have shape ({len(points)},), one label a point, got {labels.shape}")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError(f"{where}: y must hold the classes 0 and 1, got {np.unique(labels)[:5].tolist()}")
    return points, labels.ravel()


def _as_function(model: Any) -> Callable[[np.ndarray], np.ndarray]:
    if hasattr(model, "predict"):
        return lambda points: model.predict(points, verbose=0)
    if callable(model):
        return model
    raise TypeError(f"decision_boundary: model must be a function or have a method predict, got {type(model).__name__}")


def _probability(answer: Any, count: int) -> np.ndarray:
    """The probability of class 1, of shape (count,), out of what a classifier answers."""
    answer = np.asarray(answer, dtype=float)
    if answer.shape == (count, 2):
        answer = answer[:, 1]
    if answer.shape not in ((count,), (count, 1)):
        raise ValueError(
            f"decision_boundary: for points of shape ({count}, 2) the model must answer with probabilities of "
            f"shape ({count},), ({count}, 1) or ({count}, 2), got {answer.shape}"
        )
    return np.clip(answer.ravel(), 0, 1)


def _scatter(ax: Axes, points: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> None:
    size = float(np.clip(6000 / max(len(points), 1), 12, 60))
    for label, (colour, marker) in enumerate(CLASSES):
        chosen = points[labels == label]
        style: dict[str, Any] = {"s": size, "linewidths": 0.6, "edgecolors": "white", "label": names[label]}
        ax.scatter(chosen[:, 0], chosen[:, 1], color=COLOURS[colour], marker=marker, **style)


def _finish(ax: Axes, title: str, axis_names: Sequence[str]) -> None:
    ax.set_title(title, fontsize=11)
    ax.set_xlabel(axis_names[0])
    ax.set_ylabel(axis_names[1])
    ax.legend(fontsize=9, loc="best", framealpha=0.9)
    quiet(ax)


def _counts(labels: np.ndarray, names: Sequence[str]) -> str:
    return f"{(labels == 0).sum()} squares ({names[0]}) and {(labels == 1).sum()} circles ({names[1]}) in a plane"
