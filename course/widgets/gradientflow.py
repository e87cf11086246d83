"""Signals and gradients by depth: what initialization, normalization and skip connections do to them (lesson 7)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from course import initializers, layers
from course.errors import check_choice, check_flag, check_integer
from course.widgets.explorable import Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHERE = "GradientFlow"
WIDTH, EXAMPLES, DEEPEST = 64, 128, 60
INITIALIZATIONS: dict[str, initializers.Initializer] = {
    "normal 0.01": initializers.RandomNormal(stddev=0.01),
    "normal 0.3": initializers.RandomNormal(stddev=0.3),
    "glorot_normal": initializers.GlorotNormal(),
    "he_normal": initializers.HeNormal(),
    "orthogonal": initializers.Orthogonal(),
}
ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu")
NORMALIZATIONS = ("none", "batch", "layer")
SETTINGS = ("depth", "initialization", "activation", "normalization", "skip", "seed")


class GradientFlow(Explorable):
    """A deep network of fresh weights: the size of its signal after each layer, and of the gradient on its way back.

    The network has dense layers of 64 neurons, in float64, and sees 128 random examples of mean 0 and variance 1;
    where there is a normalization, it stands before the activation. The gradient begins at random too, with size 1
    behind the last layer. Sizes are root mean squares over all neurons and examples. All of it is computed by the
    layers of `course`, in the kernel, whenever a setting changes.

    Parameters
    ----------
    depth : number of layers, 2 to 60.
    initialization : "normal 0.01" or "normal 0.3", of that standard deviation; "glorot_normal", "he_normal"
        or "orthogonal".
    activation : "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "selu".
    normalization : "none", "batch" or "layer".
    skip : whether each layer's input is added to its output.
    seed : decides weights and examples.

    Attributes
    ----------
    depth, initialization, … : as moved by the hand, to read and to set.
    signal : root mean square of the input and of each layer's output, depth + 1 numbers.
    gradient : root mean square of the gradient by each of them, depth + 1 numbers, of which the last is about 1.

    Raises
    ------
    TypeError, ValueError
        If an argument isn't a known name or is outside the range above.

    Examples
    --------
    >>> flow = GradientFlow(10, "normal 0.01", "tanh")  # each layer multiplies by about 0.01 · √64
    >>> bool(flow.signal[-1] < 1e-9 and flow.gradient[0] < 1e-9)
    True
    """

    _esm = script("gradientflow.js")
    _css = style("gradientflow")

    depth = Checked(20, lambda value: _depth(value)).tag(sync=True)
    initialization = Checked(
        "glorot_normal", lambda value: check_choice(WHERE, "initialization", value, tuple(INITIALIZATIONS))
    ).tag(sync=True)
    activation = Checked("relu", lambda value: check_choice(WHERE, "activation", value, ACTIVATIONS)).tag(sync=True)
    normalization = Checked("none", lambda value: check_choice(WHERE, "normalization", value, NORMALIZATIONS)).tag(
        sync=True
    )
    skip = Checked(False, lambda value: check_flag(WHERE, "skip", value)).tag(sync=True)
    seed = Checked(0, lambda value: check_integer(WHERE, "seed", value, minimum=0)).tag(sync=True)
    result: traitlets.Dict[str, Any] = traitlets.Dict(read_only=True).tag(sync=True)
    """The settings that are computed, under "of", and what came of them."""

    def __init__(
        self,
        depth: int = 20,
        initialization: str = "glorot_normal",
        activation: str = "relu",
        normalization: str = "none",
        skip: bool = False,
        *,
        seed: int = 0,
    ) -> None:
        super().__init__(
            depth=depth,
            initialization=initialization,
            activation=activation,
            normalization=normalization,
            skip=skip,
            seed=seed,
        )
        self._compute()
        self.observe(self._compute, names=SETTINGS)

    @property
    def signal(self) -> np.ndarray:
        """Root mean square of the input and of each layer's output, of shape (depth + 1,)."""
        return np.array(self.result["signal"])

    @property
    def gradient(self) -> np.ndarray:
        """Root mean square of the gradient by the input and by each layer's output, of shape (depth + 1,)."""
        return np.array(self.result["gradient"])

    def blocks(self) -> list[list[layers.Layer]]:
        """The layers that the examples pass, block by block: dense, normalization if there is one, activation."""
        rng = np.random.default_rng([self.seed, 1])
        return [list(self._block(number, rng)) for number in range(self.depth)]

    def examples(self) -> tuple[np.ndarray, np.ndarray]:
        """The input, and the gradient behind the last layer, each of shape (128, 64)."""
        rng = np.random.default_rng([self.seed, 0])
        x, dy = rng.standard_normal((2, EXAMPLES, WIDTH))
        return x, dy

    def describe(self) -> str:
        """The settings, and by what a layer multiplies signal and gradient."""
        around = " with skip connections" if self.skip else ""
        norm = f", {self.normalization} normalization" if self.normalization != "none" else ""
        return (
            f"{WHERE}: {self.depth} {self.activation} layers{around}, {self.initialization}{norm}: "
            f"the signal ends at {self.signal[-1]:.2g}, the gradient at the input is {self.gradient[0]:.2g}; "
            f"a layer multiplies them by {_factor(self.signal):.2g} and {_factor(self.gradient[::-1]):.2g}"
        )

    def draw(self, figure: Figure) -> None:
        """Draw signal and gradient against the layers."""
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: ").replace(": ", ":\n", 1), fontsize=10)
        for axes, values, color, name in zip(
            figure.subplots(1, 2),
            (self.signal, self.gradient),
            ("black", "#b84a00"),
            ("signal →", "← gradient"),
            strict=True,
        ):
            axes.semilogy(np.maximum(values, 1e-300), marker=".", color=color)
            low, high = axes.get_ylim()
            axes.set(xlabel="layer", title=name, ylim=(min(low, 1e-3), max(high, 1e2)))
            axes.axhline(1, color="grey", linewidth=0.8)

    def _block(self, number: int, rng: np.random.Generator) -> Iterator[layers.Layer]:
        # names of its own, for the automatic ones are counted and belong to the student's models
        options: dict[str, Any] = {"dtype": np.float64}
        initializer = INITIALIZATIONS[self.initialization]
        stack: list[layers.Layer] = [
            layers.Dense(WIDTH, kernel_initializer=initializer, name=f"dense_{number}", **options)
        ]
        if self.normalization == "batch":
            stack.append(layers.BatchNormalization(name=f"norm_{number}", **options))
        if self.normalization == "layer":
            stack.append(layers.LayerNormalization(name=f"norm_{number}", **options))
        stack.append(layers.Activation(self.activation, name=f"activation_{number}", **options))
        for layer in stack:
            layer.rng = rng
            layer.ensure_built((WIDTH,))
            yield layer

    def _compute(self, change: Any = None) -> None:
        blocks, (h, dy) = self.blocks(), self.examples()
        signal, caches = [_size(h)], []
        for block in blocks:
            y, kept = h, []
            for layer in block:
                y, cache = layer.forward(y, training=True)
                kept.append(cache)
            h = h + y if self.skip else y
            signal.append(_size(h))
            caches.append(kept)
        gradient = [_size(dy)]
        for block, kept in zip(reversed(blocks), reversed(caches), strict=True):
            dx = dy
            for layer, cache in zip(reversed(block), reversed(kept), strict=True):
                dx = layer.backward(dx, cache)
            dy = dy + dx if self.skip else dx
            gradient.append(_size(dy))
        kernel = blocks[0][0].get_weights()[0]
        self.set_trait(
            "result",
            {
                "of": {name: getattr(self, name) for name in SETTINGS},
                "signal": signal,
                "gradient": gradient[::-1],
                "inputs": WIDTH,
                "spread": float(kernel.std()),
            },
        )


def _size(array: np.ndarray) -> float:
    return math.sqrt(float(np.mean(array**2)))


def _factor(values: np.ndarray) -> float:
    """By what a step multiplies, in the geometric mean."""
    return float((values[-1] / values[0]) ** (1 / (len(values) - 1)))


def _depth(value: Any) -> int:
    number = check_integer(WHERE, "depth", value, minimum=2)
    if number > DEEPEST:
        raise ValueError(f"{WHERE}: depth must be an integer of at most {DEEPEST}, got {number}")
    return number
