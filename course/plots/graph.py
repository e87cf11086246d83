"""A model as boxes and arrows, from its inputs at the top to its outputs at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course.layers.base import Layer
from course.layers.symbol import Symbol
from course.models.network import Network
from course.plots.figures import figure_of, own_axes
from course.plots.placement import GAP, Box, Edge, place
from course.plots.sketches import CODE, EDGE, INPUT, LEARNED, OUTPUT, box

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLAIN = "#EFEFEF"
"""The fill of layers that learn nothing."""

HEIGHT, SLIM = 0.44, 0.24
"""Of a box with two lines and with one, in inches."""

LINES = ((0.52,), (0.33, 0.73))
"""At which part of a box's height its one line or its two lines are centred."""

KIND_SIZE, DETAIL_SIZE, TITLE_SIZE = 9.5, 8.0, 12.0
"""Of the letters, in points."""

LONGEST = 34
"""Letters in a line; a longer name is cut."""

WIDEST = 8.4
"""Inches: a notebook's width."""

MARGIN = 0.12
CORNER = 0.09


@dataclass(frozen=True)
class _Item:
    """What stands in a box, and where it comes from."""

    name: str
    kind: str
    details: list[str]
    fill: str
    sources: list[int]
    attached: bool = False

    @property
    def lines(self) -> list[tuple[str, float]]:
        """The lines of text, with the size of their letters."""
        lines = [(self.kind, KIND_SIZE), ("  ".join(self.details), DETAIL_SIZE)]
        return [(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…", size) for text, size in lines if text]


def draw_model(
    model: Network,
    *,
    shapes: bool = True,
    names: bool = False,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """A model's layers as boxes, below each other, with arrows along which the data go.

    Branches stand side by side, shortcuts run along one side. What works element by element (activation,
    normalization, dropout) sticks to the layer before it. Blue layers have weights, green ones join branches, the
    outputs are orange.

    Parameters
    ----------
    model : Model or Sequential
        That knows the shape of its input.
    shapes : bool
        Write the shape of each output, None for the examples' axis.
    names : bool
        Write all layers' names as in `summary()`; else only names that were given.
    title : str, optional
    ax : Axes to draw into; without it, a new figure is made.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        When it isn't a model.
    ValueError
        When the shape of its input isn't known yet.
    """
    if not isinstance(model, Network):
        raise TypeError(f"draw_model: model must be a Model or Sequential of course, got {type(model).__name__}")
    items = _items(model, shapes, names)
    width = max(_width(text, size) for item in items for text, size in item.lines) + 0.24
    boxes = [Box(item.sources, HEIGHT if item.details else SLIM, item.attached) for item in items]
    edges = place(boxes, width)
    lanes = [edge.lane for edge in edges if edge.lane is not None]
    left = min([*(one.x - width / 2 for one in boxes), *lanes]) - MARGIN
    right = max([*(one.x + width / 2 for one in boxes), *lanes]) + MARGIN
    bottom = max(one.bottom for one in boxes) + MARGIN
    if ax is None:
        ax = own_axes(None, _figure_size(right - left, bottom + MARGIN, title))
    ax.set(xlim=(left, right), ylim=(bottom, -MARGIN), aspect="equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title, fontsize=TITLE_SIZE)
    scale = _scale(ax)
    for edge in edges:
        _draw_arrow(ax, boxes, edge, width, scale)
    for item, one in zip(items, boxes, strict=True):
        box(ax, one.x, one.middle, width, one.height, item.fill)
        for (text, size), part in zip(item.lines, LINES[len(item.lines) - 1], strict=True):
            height = one.top + part * one.height
            ax.text(one.x, height, text, fontsize=size * scale, ha="center", va="center_baseline", zorder=5)
    return figure_of(ax, f"{title or 'A network'}, as boxes from top to bottom: {_describe(items)}.")


def _items(model: Network, shapes: bool, names: bool) -> list[_Item]:
    """A box for each input and each use of a layer, in their order of execution."""
    graph = model.graph
    makers = dict(enumerate(range(len(graph.inputs))))
    used = [step.layer for step in graph.steps]
    items = [_input_item(symbol, shapes, names) for symbol in graph.inputs]
    for step in graph.steps:
        layer = step.layer
        sources = [makers[slot] for slot in step.sources]
        makers.update(dict.fromkeys(step.targets, len(items)))
        is_output = any(slot in graph.output_slots for slot in step.targets)
        same_shape = {symbol.shape for symbol in step.node.inputs + step.node.outputs}
        attached = len(same_shape) == 1 == len(sources) and sources[0] >= len(graph.inputs) and not _transforms(layer)
        details = [layer.name] if names or _was_named(layer) else []
        if shapes and not attached:
            details.append(", ".join(str(symbol.shape) for symbol in step.node.outputs))
        if used.count(layer) > 1:
            details.append("shared")
        fill = OUTPUT if is_output else CODE if len(sources) > 1 else LEARNED if layer.weights else PLAIN
        items.append(_Item(layer.name, _kind(layer), details, fill, sources, attached))
    return items


def _input_item(symbol: Symbol, shapes: bool, names: bool) -> _Item:
    layer = symbol.node.layer
    details = [layer.name] if names or _was_named(layer) else []
    return _Item(layer.name, "Input", details + [str(symbol.shape)] * shapes, INPUT, [])


def _transforms(layer: Layer) -> bool:
    """Whether it is more than a function of each element, or of each channel: then it has a box of its own."""
    return isinstance(layer, Network) or any(name in layer.parameters for name in ("kernel", "embeddings"))


def _was_named(layer: Layer) -> bool:
    """Whether the name isn't an automatic one, `dense_1`."""
    prefix, _, number = layer.name.rpartition("_")
    return layer.automatic_prefix() not in (layer.name, prefix if number.isdigit() else layer.name)


def _kind(layer: Layer) -> str:
    """What a layer is, with the arguments that say most: `Conv2D 3×3, stride 2 · relu`."""
    if isinstance(layer, Network):
        return f"{type(layer).__name__} of {len(layer.layers)} layers"
    config = layer.get_config()
    words = [type(layer).__name__]
    window = next((config[name] for name in ("kernel_size", "pool_size", "size") if config.get(name)), None)
    if window is not None:
        words.append("×".join(map(str, window if isinstance(window, (list, tuple)) else [window])))
    if "rate" in config:
        words.append(f"{config['rate']:g}")
    kind = " ".join(words)
    strides = config.get("strides")
    if isinstance(strides, (list, tuple)) and set(strides) != {1} and strides != config.get("pool_size"):
        kind += f", stride {'×'.join(map(str, strides if len(set(strides)) > 1 else strides[:1]))}"
    activation = getattr(getattr(layer, "activation", None), "name", None)
    return kind if activation in (None, "linear") else f"{kind} · {activation}"


def _describe(items: Sequence[_Item]) -> str:
    """The boxes in words, each with what it takes where that isn't the one before."""
    words = []
    for index, item in enumerate(items):
        details = [detail for detail in item.details if detail != item.name]
        taken = " and ".join(items[source].name for source in item.sources)
        after = [f"from {taken}"] if item.sources and item.sources != [index - 1] else []
        words.append(" ".join([item.kind, item.name, *details, *after]))
    return "; ".join(words)


def _width(text: str, size: float) -> float:
    """The width of a line of text in inches."""
    from matplotlib.textpath import TextPath

    return TextPath((0, 0), text, size=size).get_extents().width / 72


def _figure_size(width: float, height: float, title: str | None) -> tuple[float, float]:
    shrink = min(1.0, WIDEST / width)
    if not title:
        return max(width * shrink, 1.0), height * shrink
    return min(WIDEST, max(width * shrink, _width(title, TITLE_SIZE) + 0.2)), height * shrink + 0.35


def _scale(ax: Axes) -> float:
    """How long an inch of the drawing is in the figure, for letters that keep to their boxes."""
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()
    (x0, _), (x1, _) = ax.transData.transform([(0, 0), (1, 0)])
    return float(x1 - x0) / figure.dpi


def _draw_arrow(ax: Axes, boxes: Sequence[Box], edge: Edge, width: float, scale: float) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    source, target = boxes[edge.source], boxes[edge.target]
    line, curve = Path.LINETO, Path.CURVE4
    if edge.lane is not None:
        side = width / 2 if edge.lane > source.x else -width / 2
        start, end = (source.x + side, source.middle), (target.x + side, target.middle)
        points = [start, (edge.lane, start[1]), (edge.lane, end[1]), end]
        path = _rounded(points)
    elif source.x == target.x:
        path = Path([(source.x, source.bottom), (target.x, target.top)])
    else:
        turn = max(source.bottom, target.top - 1.5 * GAP)
        half = (turn + target.top) / 2
        points = [
            (source.x, source.bottom),
            (source.x, turn),
            (source.x, half),
            (target.x, half),
            (target.x, target.top),
        ]
        path = Path(points, [Path.MOVETO, line, curve, curve, curve])
    ax.add_patch(
        FancyArrowPatch(
            path=path, arrowstyle="-|>", mutation_scale=9 * scale, linewidth=1.1 * scale, color=EDGE, zorder=2
        )
    )


def _rounded(points: Sequence[tuple[float, float]]) -> Any:
    """Straight lines from point to point, with rounded corners."""
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_towards(corner, before), corner, _towards(corner, after)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    length = max(abs(other[0] - corner[0]), abs(other[1] - corner[1]), 1e-9)
    part = min(CORNER / length, 0.5)
    return corner[0] + part * (other[0] - corner[0]), corner[1] + part * (other[1] - corner[1])
