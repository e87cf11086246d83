"""What all figures share: the colours, and a figure that a notebook shows sharp and with its description."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "grey": "#767676",
}
"""Okabe and Ito's colours, which colour-blind people can tell apart (jfly.uni-koeln.de/color), and a grey."""

LINES = (("blue", "-"), ("vermillion", "--"), ("green", "-."), ("purple", ":"), ("black", "-"))
"""Colour and style of the first, second, … line of a plot: two that differ in one differ in the other."""

DOTS_PER_INCH = 100
SHARPNESS = 2
"""Pixels drawn for a pixel shown, for screens that have them."""


def subplots(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] | None = None, alt: str = ""
) -> tuple[Figure, Any]:
    """A figure and its axes, like pyplot's, but known to nobody else: it is shown where a cell ends with it.

    Parameters
    ----------
    rows, columns : int
        How many plots, at least 1 each.
    size : (width, height) in inches, optional
        8.4 inches fill a notebook's width; without it every plot gets its share of them.
    alt : str
        What is seen, in a sentence, for those who can't see it.

    Returns
    -------
    figure : Figure, whose attribute `alt` is the description
    axes : Axes, or ndarray of Axes where there are several: of shape (columns,), (rows,) or (rows, columns)

    Raises
    ------
    ImportError
        Where matplotlib isn't installed.
    """
    for name, count in (("rows", rows), ("columns", columns)):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"subplots: {name} must be a whole number of plots, at least 1, got {count!r}")
    if size is None:
        size = (5.2, 3.9) if rows == columns == 1 else (8.4, round(7.2 / columns * rows, 1))
    figure = _lesson_figure_class()(figsize=size, dpi=DOTS_PER_INCH, layout="constrained", facecolor="white", alt=alt)
    return figure, figure.subplots(rows, columns)


@cache
def _lesson_figure_class() -> Any:
    """The class of the figures, made when the first one is needed."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError('course.plots needs matplotlib: pip install "handson-neural-networks[notebooks]"') from error

    class LessonFigure(Figure):
        """A matplotlib figure with a description.

        Parameters
        ----------
        alt : str
            What is seen, in a sentence. It stays an attribute, to be changed as the figure grows.
        """

        def __init__(self, *args: Any, alt: str = "", **options: Any) -> None:
            super().__init__(*args, **options)
            self.alt = alt

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
            """What a notebook shows: the picture, its size, and its description for screen readers."""
            width, height = (round(length * DOTS_PER_INCH) for length in self.get_size_inches())
            buffer = io.BytesIO()
            self.savefig(buffer, format="png", dpi=DOTS_PER_INCH * SHARPNESS, facecolor="white")
            described = self.alt or "A figure without a description."
            picture = {"width": width, "height": height, "alt": described}
            png = base64.b64encode(buffer.getvalue()).decode("ascii")
            return {"image/png": png, "text/plain": described}, {"image/png": picture}

    return LessonFigure


def own_axes(ax: Axes | None, size: tuple[float, float] = (5.2, 3.9)) -> Axes:
    """The axes that were handed in, or those of a new figure."""
    return subplots(size=size)[1] if ax is None else ax


def figure_of(ax: Axes, described: str) -> Figure:
    """The figure that `ax` lies in, its description longer by what was drawn into `ax`."""
    figure: Any = ax.get_figure(root=True)
    figure.alt = f"{getattr(figure, 'alt', '')} {described}".strip()
    return figure


def quiet(ax: Axes) -> None:
    """A frame of two lines, no more than is needed to read the values off."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=9)
