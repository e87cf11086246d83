"""One neuron of two inputs: what its weights, its bias and its activation do, seen in the plane (lesson 1)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course import activations
from course.errors import check_choice, check_number
from course.widgets.explorable import MINUS, PLUS, Checked, Explorable, diverging, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "softplus")
WHERE = "NeuronExplorer"


class NeuronExplorer(Explorable):
    """A neuron f(x) = activation(w·x + b) with sliders for its two weights and its bias.

    Left the plane of inputs: the line w·x + b = 0, which can be dragged, the arrow w, whose tip can be dragged,
    and the output as shading, orange (+) where it is above its value on the line, blue (−) where it is below.
    Right the output along the direction of w.

    Parameters
    ----------
    weights : two numbers, w₁ and w₂.
    bias : b.
    activation : name of an activation function.
    points : array of shape (n, 2), data to show; the plane grows to hold them.
    labels : array of shape (n,) with two different values such as 0 and 1 or −1 and 1; the larger is drawn as +.

    Attributes
    ----------
    weights, bias, activation : as moved by the hand, to read and to set.
    point : the chosen input [x₁, x₂].

    Raises
    ------
    ValueError
        If an argument has the wrong shape, isn't finite, or isn't a known name.

    Examples
    --------
    >>> explorer = NeuronExplorer(weights=(2.0, 1.0), bias=-1.0, activation="relu")
    >>> explorer.output([1.0, 0.5])
    1.5
    """

    _esm = script("neuron.js")
    _css = style("neuron")

    weights = Checked([1.0, -1.0], lambda value: _numbers("weights", value, (2,))).tag(sync=True)
    bias = Checked(0.0, lambda value: check_number(WHERE, "bias", value)).tag(sync=True)
    activation = Checked("sigmoid", lambda value: check_choice(WHERE, "activation", value, ACTIVATIONS)).tag(sync=True)
    point = Checked([1.0, 0.5], lambda value: _numbers("point", value, (2,))).tag(sync=True)
    points = Checked([], lambda value: _numbers("points", value, (None, 2)) if len(value) else []).tag(sync=True)
    labels = Checked([], lambda value: _signs(value)).tag(sync=True)
    reach = Checked(3.0, lambda value: check_number(WHERE, "reach", value, above=0)).tag(sync=True)

    def __init__(
        self,
        weights: Sequence[float] = (1.0, -1.0),
        bias: float = 0.0,
        activation: str = "sigmoid",
        points: Any = None,
        labels: Any = None,
    ) -> None:
        points = [] if points is None else _numbers("points", points, (None, 2))
        labels = [] if labels is None else labels
        if len(labels) and len(labels) != len(points):
            raise ValueError(
                f"{WHERE}: labels must have one value for each of the {len(points)} points, got {len(labels)}"
            )
        reach = max(3.0, float(np.ceil(np.abs(points).max() * 1.05))) if points else 3.0
        super().__init__(weights=weights, bias=bias, activation=activation, points=points, labels=labels, reach=reach)

    def output(self, x: Any) -> float | np.ndarray:
        """The neuron's output at a point of shape (2,), or at points of shape (n, 2) as (n,)."""
        z = np.asarray(x, dtype=np.float64) @ np.array(self.weights) + self.bias
        f = activations.get(self.activation)(np.atleast_1d(z))
        return f if np.ndim(z) else float(f[0])

    def describe(self) -> str:
        """The neuron as a formula, and its output at the chosen point."""
        (w1, w2), (x1, x2) = self.weights, self.point
        return (
            f"{WHERE}: f(x) = {self.activation}({w1:g}·x₁ {w2:+g}·x₂ {self.bias:+g}), "
            f"f({x1:g}, {x2:g}) = {self.output(self.point):.3f}"
        )

    def draw(self, figure: "Figure") -> None:
        """Draw the plane and the output along w."""
        plane, section = figure.subplots(1, 2, width_ratios=(1, 1.2))
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: "))
        w, reach = np.array(self.weights), self.reach
        size = float(np.hypot(*w))
        n = w / size if size else np.array([1.0, 0.0])

        axis = np.linspace(-reach, reach, 121)
        x = np.stack(np.meshgrid(axis, axis), axis=-1)
        ends = activations.get(self.activation)(np.array([0.0, 4.0, -4.0]))
        above = self.output(x) - ends[0]
        limit = float(np.abs(ends - ends[0]).max())
        plane.imshow(
            above,
            extent=(-reach, reach, -reach, reach),
            origin="lower",
            cmap=diverging(),
            vmin=-limit,
            vmax=limit,
        )
        if size:
            foot = -self.bias * n / size
            plane.axline(foot, slope=None, xy2=foot + [-n[1], n[0]], color="black")
            plane.annotate("", foot + w / 2, foot, arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 2})
            for sign, side in (("+", 1), ("−", -1)):
                beside = foot + 0.5 * reach * np.array([n[1], -n[0]]) + side * 0.2 * n
                plane.text(*beside, sign, fontsize=16, ha="center", va="center", clip_on=True)
        plane.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="x₁", ylabel="x₂")
        plane.set_title("the plane of inputs", fontsize=10)

        distance = np.linspace(-reach, reach, 241) * np.sqrt(2)
        section.plot(distance, self.output(distance[:, None] * n), color="black", lw=2)
        section.set(xlabel="distance from the origin along w", xlim=(distance[0], distance[-1]))
        section.set_title("the output along the direction of w", fontsize=10)
        section.grid(alpha=0.3)

        for x, label in zip(self.points, self.labels or [None] * len(self.points), strict=True):
            style = {None: ("o", "grey"), 1: ("o", PLUS), 0: ("s", MINUS)}[label]
            marker = {"marker": style[0], "color": style[1], "markeredgecolor": "black"}
            plane.plot(*x, **marker)
            section.plot(x @ n, self.output(x), **marker)
        for axes, at in ((plane, self.point), (section, (self.point @ n, self.output(self.point)))):
            axes.plot(*at, "o", markersize=9, color="white", markeredgecolor="black", markeredgewidth=2)


def _numbers(name: str, value: Any, shape: tuple[int | None, ...]) -> list:
    """The value as (nested) lists of floats, which travel to the browser."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    fits = array.ndim == len(shape) and all(want in (None, got) for want, got in zip(shape, array.shape, strict=True))
    if not fits or not np.isfinite(array).all():
        expected = "two finite numbers" if shape == (2,) else "finite numbers of shape (n, 2)"
        raise ValueError(f"{WHERE}: {name} must be {expected}, got {value!r}")
    return array.tolist()


def _signs(labels: Any) -> list[int]:
    """1 for the larger of two values, 0 for the smaller."""
    values = np.unique(np.asarray(labels))
    if len(values) > 2:
        raise ValueError(f"{WHERE}: labels must have two different values, got {len(values)}: {values!r}")
    return [int(label == values[-1] and (len(values) == 2 or label > 0)) for label in np.asarray(labels).tolist()]
