"""Backpropagation in a small network, number by number: forward, backward, and the step downhill (lesson 3)."""

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from course import layers, losses
from course.errors import check_choice, check_flag, check_integer, check_number, check_positive
from course.models import Sequential
from course.widgets.backprop_steps import plan, program
from course.widgets.explorable import MINUS, PLUS, Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACTIVATIONS = ("sigmoid", "relu", "tanh")
MOST_LAYERS = 2
MOST_UNITS = 3
LIMIT = 100.0
"""The largest weight: the numbers must fit their places."""

WEIGHTS = [[[0.5, -1.0], [1.0, 0.5]], [[1.5], [-1.0]]]
BIASES = [[0.0, 0.5], [-0.7]]
INPUTS = [1.0, 0.5, -0.5]
TARGETS = [1.0, 0.0, 0.5]
WHERE = "BackpropStepper"


class BackpropStepper(Explorable):
    """A network of one or two dense layers, on one example, computed one number at a time.

    First forward to the loss, then backward to the gradient of every weight and bias; each number stands on its
    edge or neuron, and the formula of the step is shown in symbols, in numbers, and in code. Weights, biases,
    inputs and targets can be changed by hand, the next number can be guessed before it is shown, and "Take the
    step" moves all weights and biases against their gradients.

    Parameters
    ----------
    weights : list of one or two arrays of shape (inputs, units), of 1 to 3 inputs and units; a network 2-2-1 if
        left out. w[i][j] leads from input i to neuron j.
    biases : list of as many arrays of shape (units,); zero if left out.
    x : array of shape (inputs,), the example.
    y : array of shape (units of the last layer,), its target.
    activation : "sigmoid", "relu" or "tanh", of every layer.
    loss : "mse", the mean squared error over the outputs.

    Attributes
    ----------
    weights, biases, x, y, activation : as changed by the hand, to read and to set, in the same shapes.
    position : how many of the `steps` numbers are computed.
    predict : whether the next number is hidden until it is guessed.
    rate : the learning rate of the step, above 0.

    Raises
    ------
    ValueError
        If the shapes don't make a network, a number isn't finite or beyond ±100, or a name isn't known.

    Examples
    --------
    >>> stepper = BackpropStepper(weights=[[[2.0]]], x=[1.5], y=[1.0], activation="relu")
    >>> stepper.gradients()  # L = (2 · 1.5 − 1)², dL/dw = 2 · (3 − 1) · 1.5
    (4.0, [array([[6.]])], [array([4.])])
    """

    _esm = script("backprop.js")
    _css = style("backprop")

    weights = Checked(WEIGHTS, lambda value: _arrays("weights", value, 2)).tag(sync=True)
    biases = Checked(BIASES, lambda value: _arrays("biases", value, 1)).tag(sync=True)
    x = Checked(INPUTS[:2], lambda value: _array("x", value, 1)).tag(sync=True)
    y = Checked(TARGETS[:1], lambda value: _array("y", value, 1)).tag(sync=True)
    activation = Checked("sigmoid", lambda value: check_choice(WHERE, "activation", value, ACTIVATIONS)).tag(sync=True)
    loss = Checked("mse", lambda value: check_choice(WHERE, "loss", value, ("mse",))).tag(sync=True)
    position = Checked(0, lambda value: check_integer(WHERE, "position", value, minimum=0)).tag(sync=True)
    predict = Checked(False, lambda value: check_flag(WHERE, "predict", value)).tag(sync=True)
    rate = Checked(0.5, lambda value: check_positive(WHERE, "rate", value)).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)
    program = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        weights: Sequence[Any] | None = None,
        biases: Sequence[Any] | None = None,
        x: Any = None,
        y: Any = None,
        activation: str = "sigmoid",
        loss: str = "mse",
    ) -> None:
        if weights is None and biases is None:
            biases = BIASES
        kernels = _arrays("weights", WEIGHTS if weights is None else weights, 2)
        self._shapes = [np.shape(kernel) for kernel in kernels]
        self._check_network(kernels)
        sizes = self.sizes
        values = {
            "weights": kernels,
            "biases": [[0.0] * units for units in sizes[1:]] if biases is None else biases,
            "x": INPUTS[: sizes[0]] if x is None else x,
            "y": TARGETS[: sizes[-1]] if y is None else y,
        }
        super().__init__(**values, activation=activation, loss=loss)
        self.set_trait("program", program(sizes))
        self.set_trait("start", {name: getattr(self, name) for name in values})

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units layer by layer, inputs first: (2, 2, 1)."""
        return (self._shapes[0][0], *(units for _, units in self._shapes))

    @property
    def steps(self) -> int:
        """How many numbers there are to compute."""
        return len(plan(self.sizes))

    def network(self) -> Sequential:
        """The same network as a `course` model in float64, with these weights."""
        # names of its own, for the automatic ones are counted and belong to the student's models
        stack = [
            layers.Dense(units, activation=self.activation, name=f"layer_{i}", dtype=np.float64)
            for i, units in enumerate(self.sizes[1:], start=1)
        ]
        model = Sequential([layers.Input(self.sizes[:1], dtype=np.float64), *stack], name="backprop")
        model.set_weights([np.array(array) for pair in zip(self.weights, self.biases, strict=True) for array in pair])
        return model

    def gradients(self) -> tuple[float, list[np.ndarray], list[np.ndarray]]:
        """The loss, and its gradients with respect to the weights and the biases, layer by layer, by `course`."""
        model = self.network()
        prediction, cache = model.forward(np.array([self.x]))
        loss, slope = losses.get(self.loss).value_and_gradient(np.array([self.y]), prediction)
        model.backward(slope, cache)
        found = [parameter.grad.copy() for parameter in model.parameters.values()]
        return loss, found[::2], found[1::2]

    def take_step(self) -> float:
        """Move all weights and biases by −rate times their gradients, and return the new loss.

        Raises
        ------
        ValueError
            If a weight would become larger than 100; nothing is changed then.
        """
        _, *found = self.gradients()
        moved = [
            [np.subtract(old, self.rate * gradient) for old, gradient in zip(getattr(self, name), slopes, strict=True)]
            for name, slopes in zip(("weights", "biases"), found, strict=True)
        ]
        weights, biases = _arrays("weights", moved[0], 2), _arrays("biases", moved[1], 1)
        self.weights, self.biases = weights, biases
        return self.gradients()[0]

    @property
    def known(self) -> set[str]:
        """The keys of the numbers that are computed; the others may be somebody's to guess."""
        return {key for key, *_ in plan(self.sizes)[: self.position]}

    def describe(self) -> str:
        """The network, its example, and its loss if that is computed."""
        x, y = (", ".join(f"{value:g}" for value in values) for values in (self.x, self.y))
        loss = f", loss {self.gradients()[0]:.4g}" if "L" in self.known else ""
        return (
            f"{WHERE}: network {'-'.join(map(str, self.sizes))} ({self.activation}), input ({x}), target ({y}), "
            f"{self.position} of {self.steps} numbers computed{loss}"
        )

    def draw(self, figure: "Figure") -> None:
        """Draw the network with the numbers that are computed, forward and backward."""
        figure.suptitle(textwrap.fill(self.describe().removeprefix(f"{WHERE}: "), 100), fontsize=10)
        axes = figure.subplots()
        _draw_network(axes, self)
        axes.set_title("bold: output of the neuron; orange + and blue −: ∂L/∂ of weight or bias", fontsize=10)

    @traitlets.validate("weights", "biases", "x", "y")
    def _fits(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        wanted: Any = {
            "weights": self._shapes,
            "biases": [(units,) for _, units in self._shapes],
            "x": (self.sizes[0],),
            "y": (self.sizes[-1],),
        }[name]
        got = [np.shape(each) for each in value] if isinstance(wanted, list) else np.shape(value)
        if got != wanted:
            network = "-".join(map(str, self.sizes))
            shapes = "shapes " + ", ".join(map(str, wanted)) if isinstance(wanted, list) else f"shape {wanted}"
            came = ", ".join(map(str, got)) if isinstance(wanted, list) else got
            raise ValueError(f"{WHERE}: {name} must have {shapes} in the network {network}, got {came}")
        return value

    @traitlets.validate("position")
    def _reachable(self, proposal: Any) -> Any:
        return int(check_number(WHERE, "position", proposal["value"], minimum=0, maximum=self.steps))

    def _check_network(self, kernels: list) -> None:
        """Refuse kernels that don't follow one another, or that are too many or too large to be shown."""
        written = ", ".join(map(str, self._shapes))
        if not 1 <= len(kernels) <= MOST_LAYERS:
            raise ValueError(f"{WHERE}: weights must be one array a layer, of 1 or 2 layers, got {len(kernels)}")
        if any(not 1 <= size <= MOST_UNITS for size in self.sizes):
            raise ValueError(f"{WHERE}: layers must have 1 to {MOST_UNITS} units, got weights of shapes {written}")
        for before, after in pairwise(self._shapes):
            if before[1] != after[0]:
                raise ValueError(
                    f"{WHERE}: each layer's weights need a row for each unit before it, got shapes {written}"
                )


def _array(name: str, value: Any, rank: int) -> list:
    """The value as (nested) lists of floats, which travel to the browser."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(())
    if array.ndim != rank or not (np.abs(array) <= LIMIT).all():
        shape = "(inputs, units)" if rank == 2 else "(units,)" if name.startswith("biases") else "(n,)"
        raise ValueError(f"{WHERE}: {name} must be numbers from −100 to 100 of shape {shape}, got {value!r}")
    return array.tolist()


def _arrays(name: str, value: Any, rank: int) -> list:
    if isinstance(value, (str, dict)) or not hasattr(value, "__len__"):
        raise ValueError(f"{WHERE}: {name} must be a list of one array a layer, got {value!r}")
    return [_array(f"{name}[{layer}]", each, rank) for layer, each in enumerate(value)]


def _draw_network(axes: "Axes", stepper: BackpropStepper) -> None:
    sizes, depth, known = stepper.sizes, len(stepper.weights), stepper.known
    _, kernel_slopes, bias_slopes = stepper.gradients()
    activity = [np.array(stepper.x)]
    for layer in stepper.network().layers:
        if isinstance(layer, layers.Dense):
            activity.append(layer(activity[-1][None])[0])
    places = [[(2.2 * column, (size - 1) / 2 - row) for row in range(size)] for column, size in enumerate(sizes)]

    for index, (kernel, slopes) in enumerate(zip(stepper.weights, kernel_slopes, strict=True)):
        before, after = places[index : index + 2]
        for (i, j), slope in np.ndenumerate(slopes):
            weight, (x, y), (end_x, end_y) = kernel[i][j], before[i], after[j]
            # at even distances, so that no label covers another
            middle = (x + end_x) / 2, y + (end_y - y) / (len(after) + 1)
            axes.plot(
                [x, middle[0], end_x],
                [y, middle[1], end_y],
                color=PLUS if weight > 0 else MINUS,
                linestyle="-" if weight > 0 else "--",
                linewidth=0.6 + min(5.0, 1.5 * abs(weight)),
            )
            words, style = _label(f"{weight:.3g}", slope if f"dw {index} {i} {j}" in known else None)
            axes.text(*middle, words, **style)
    for column, layer_places in enumerate(places):
        for unit, (x, y) in enumerate(layer_places):
            axes.plot(x, y, "o", markersize=46, color="white", markeredgecolor="black")
            letter = "x" if not column else "p" if column == depth else "h"
            output = f"{activity[column][unit]:.3f}" if not column or f"a {column - 1} {unit}" in known else "?"
            near: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "center"}
            axes.annotate(f"{letter}{'₁₂₃'[unit]}", (x, y), (0, 9), fontsize=10, **near)
            axes.annotate(output, (x, y), (0, -6), weight="bold", fontsize=10, **near)
            if column:
                bias, slope = stepper.biases[column - 1][unit], bias_slopes[column - 1][unit]
                words, style = _label(f"b {bias:.3g}", slope if f"db {column - 1} {unit}" in known else None)
                axes.annotate(words, (x, y), (0, -34), **near | style)
    axes.set(xlim=(-0.4, 2.2 * depth + 0.5), ylim=(-max(sizes) / 2 - 0.1, max(sizes) / 2 - 0.1))
    axes.set_axis_off()


def _label(value: str, slope: float | None) -> tuple[str, dict[str, Any]]:
    """A weight's words and look, with its gradient if that is known."""
    color = "black" if not slope else "#a04000" if slope > 0 else MINUS
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "0.8"}
    words = value if slope is None else f"{value}  ∂{slope:+.2g}"
    return words, {"ha": "center", "va": "center", "fontsize": 9, "color": color, "bbox": box}
