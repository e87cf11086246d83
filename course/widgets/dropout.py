"""Dropout in a small network: who is off, what the others are multiplied with, and the average (lesson 7)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from course import layers
from course.errors import check_flag, check_integer, check_number, check_numbers
from course.models import Sequential
from course.widgets.draws import normal, uniform
from course.widgets.explorable import MINUS, PLUS, Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHERE = "DropoutExplorer"
INPUTS = 3
MOST_NEURONS = 6
LIMIT = 2.0
"""The largest input, of either sign."""
HIGHEST_RATE = 0.9


class DropoutExplorer(Explorable):
    """A small network whose hidden neurons are switched off at random: one draw, many draws, and their average.

    Left the network with the number that each neuron passes on: in training a neuron is off with probability `rate`,
    and the others are multiplied by 1 / (1 − rate); at evaluation all are on, as they are. A neuron can be switched by
    hand. Right the outputs of all draws so far, in front of those of all networks that switching can make, each as
    likely as it is; their average is nearly what the whole network says at evaluation.

    Parameters
    ----------
    rate : the probability with which a hidden neuron is off, 0 to 0.9.
    hidden : neurons of two hidden layers, 1 to 6 each, with ReLU.
    x : three inputs, −2 to 2.
    training : whether to begin in training.
    rescale : whether those that stay are multiplied by 1 / (1 − rate), as `course.layers.Dropout` does. Without it the
        average is smaller than what the network says at evaluation.
    seed : decides the weights.

    Attributes
    ----------
    rate, x, training, rescale : as moved by the hand, to read and to set.
    draw_number : the number of the draw that is shown, from 0; the same number switches
        the same neurons.
    weights, biases : lists of arrays, layer by layer, of shapes (inputs, units) and (units,).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside the range above.

    Examples
    --------
    >>> explorer = DropoutExplorer(rate=0.0)
    >>> bool(np.isclose(explorer.output(), explorer.evaluation()))
    True
    """

    _esm = script("dropout.js")
    _css = style("dropout")

    rate = Checked(0.5, lambda value: check_number(WHERE, "rate", value, minimum=0, maximum=HIGHEST_RATE)).tag(
        sync=True
    )
    x = Checked([1.0, 0.5, -0.5], lambda value: _inputs(value)).tag(sync=True)
    training = Checked(True, lambda value: check_flag(WHERE, "training", value)).tag(sync=True)
    rescale = Checked(True, lambda value: check_flag(WHERE, "rescale", value)).tag(sync=True)
    draw_number = Checked(0, lambda value: check_integer(WHERE, "draw_number", value, minimum=0)).tag(sync=True)
    weights = Checked([], list).tag(sync=True)
    biases = Checked([], list).tag(sync=True)

    def __init__(
        self,
        rate: float = 0.5,
        hidden: Sequence[int] = (5, 4),
        x: Sequence[float] = (1.0, 0.5, -0.5),
        *,
        training: bool = True,
        rescale: bool = True,
        seed: int = 1,
    ) -> None:
        sizes = (INPUTS, *_hidden(hidden), 1)
        weights, biases = _draw_weights(sizes, check_integer(WHERE, "seed", seed, minimum=0))
        super().__init__(rate=rate, x=x, training=training, rescale=rescale, weights=weights, biases=biases)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units layer by layer, inputs first: (3, 5, 4, 1)."""
        return (INPUTS, *map(len, self.biases))

    def kept(self) -> list[np.ndarray]:
        """Which neurons this draw leaves on, for each hidden layer a bool array."""
        sizes = self.sizes[1:-1]
        on = uniform(self.draw_number, sum(sizes)) >= self.rate
        return [np.array(part) for part in np.split(on, np.cumsum(sizes)[:-1])]

    def output(self) -> float:
        """What the network says in the mode that is chosen, in this draw."""
        return self._forward(self.kept() if self.training else None)

    def evaluation(self) -> float:
        """What it says at evaluation, with all neurons on."""
        return self._forward(None)

    def average(self) -> float:
        """The average of what all networks say that switching can make, each as often as it comes."""
        return float(sum(chance * output for chance, output in self._all()))

    def network(self) -> Sequential:
        """The same network as a `course` model in float64, with `Dropout` behind each hidden layer."""
        # names of its own, for the automatic ones are counted and belong to the student's models
        options: dict[str, Any] = {"dtype": np.float64}
        stack: list[layers.Layer] = []
        for number, units in enumerate(self.sizes[1:-1], start=1):
            stack.append(layers.Dense(units, activation="relu", name=f"hidden_{number}", **options))
            stack.append(layers.Dropout(self.rate, name=f"dropout_{number}", **options))
        output = layers.Dense(1, name="output", **options)
        model = Sequential([layers.Input((INPUTS,), dtype=np.float64), *stack, output], name="dropout")
        model.set_weights([np.array(array) for pair in zip(self.weights, self.biases, strict=True) for array in pair])
        return model

    def describe(self) -> str:
        """The mode, what is on, and the outputs."""
        kept = np.concatenate(self.kept())
        mode = f"draw {self.draw_number} leaves {kept.sum()} of {len(kept)} neurons on" if self.training else "all on"
        return (
            f"{WHERE}: network {'-'.join(map(str, self.sizes))}, rate {self.rate:g}, "
            f"{'training' if self.training else 'evaluation'}, {mode}: output {self.output():.3g}; average over all "
            f"{2 ** len(kept)} networks {self.average():.3g}, evaluation {self.evaluation():.3g}"
        )

    def draw(self, figure: "Figure") -> None:
        """Draw the network, and the outputs of all networks."""
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: ").replace(": ", ":\n"), fontsize=10)
        network, outputs = figure.subplots(1, 2, width_ratios=(1.2, 1))
        self._draw_network(network)
        chances, values = np.array(list(self._all())).T
        outputs.hist(values, bins=30, weights=chances, color="0.75")
        lines = (("average", self.average(), PLUS, "-"), ("evaluation", self.evaluation(), "#00735a", "--"))
        for name, value, color, line in lines:
            outputs.axvline(value, color=color, linestyle=line, linewidth=2, label=f"{name} {value:.3g}")
        outputs.set(xlabel="output", ylabel="probability")
        outputs.legend(fontsize=8)

    def _forward(self, kept: list[np.ndarray] | None) -> float:
        h = np.array(self.x)
        scale = 1 / (1 - self.rate) if self.rescale else 1.0
        for number, (kernel, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = h @ np.array(kernel) + bias
            if number < len(self.weights) - 1:
                h = np.maximum(h, 0)
                h = h if kept is None else h * kept[number] * scale
        return float(h[0])

    def _all(self) -> Iterator[tuple[float, float]]:
        """The probability and the output of each network that switching can make."""
        first, second = self.sizes[1:-1]
        for on in product((False, True), repeat=first + second):
            chance = self.rate ** on.count(False) * (1 - self.rate) ** on.count(True)
            yield chance, self._forward([np.array(on[:first]), np.array(on[first:])])

    def _draw_network(self, axes: "Axes") -> None:
        everything = [np.ones(size, dtype=bool) for size in self.sizes]
        on = [everything[0], *self.kept(), everything[-1]] if self.training else everything
        places = [[(column, (size - 1) / 2 - row) for row in range(size)] for column, size in enumerate(self.sizes)]
        for number, kernel in enumerate(self.weights):
            for (i, j), weight in np.ndenumerate(np.array(kernel)):
                both = on[number][i] and on[number + 1][j]
                axes.plot(
                    *zip(places[number][i], places[number + 1][j], strict=True),
                    color=PLUS if weight > 0 else MINUS,
                    linestyle="-" if weight > 0 else "--",
                    linewidth=0.4 + 2 * abs(weight),
                    alpha=1 if both else 0.1,
                )
        for column, layer in enumerate(places):
            for row, place in enumerate(layer):
                color = "white" if on[column][row] else "0.85"
                axes.plot(*place, "o", markersize=22, color=color, markeredgecolor="black", zorder=3)
                if not on[column][row]:
                    axes.plot(*place, "x", markersize=18, color="black", zorder=4)
        axes.margins(0.12)
        axes.set_axis_off()


def _draw_weights(sizes: Sequence[int], seed: int) -> tuple[list, list]:
    """Weights with one decimal, that one can compute with, of about the size that keeps a signal's size."""
    weights, biases = [], []
    for number, (inputs, units) in enumerate(pairwise(sizes)):
        draws = normal(1000 * seed + number, inputs * units).reshape(inputs, units)
        weights.append((draws * np.sqrt(2 / inputs)).round(1).tolist())
        biases.append([0.0 if units == 1 else 0.4] * units)
    return weights, biases


def _inputs(value: Any) -> list[float]:
    array = check_numbers(WHERE, "x", value)
    if array.shape != (INPUTS,) or not (np.abs(array) <= LIMIT).all():
        raise ValueError(f"{WHERE}: x must be {INPUTS} numbers from −{LIMIT:g} to {LIMIT:g}, got {value!r}")
    return array.astype(float).tolist()


def _hidden(value: Any) -> tuple[int, ...]:
    try:
        sizes = tuple(check_integer(WHERE, "hidden", size, minimum=1) for size in value)
    except (TypeError, ValueError):
        sizes = ()
    if len(sizes) != 2 or max(sizes) > MOST_NEURONS:
        raise ValueError(f"{WHERE}: hidden must be two numbers of neurons from 1 to {MOST_NEURONS}, got {value!r}")
    return sizes
