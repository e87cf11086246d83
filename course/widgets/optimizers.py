"""Optimizers side by side: the paths of SGD, momentum, RMSProp and Adam on one loss surface (lesson 4)."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course.errors import check_choice, check_integer, check_number, check_positive
from course.layers.base import Parameter
from course.optimizers import SGD, Adam, Optimizer, RMSprop
from course.widgets.explorable import Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHERE = "OptimizerPaths"
REACH = (4.0, 3.0)
"""The plane is shown from −4 to 4 and from −3 to 3."""
FAR = 1e3
"""A weight beyond this has diverged: its path ends."""


class Surface(NamedTuple):
    """A loss of two weights, at least 0, with its gradient; x and y are numbers or arrays of one shape."""

    value: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], tuple[Any, Any]]
    start: tuple[float, float]


SURFACES = {
    "bowl": Surface(lambda x, y: (x**2 + y**2) / 2, lambda x, y: (x, y), (-3.0, 2.0)),
    "valley": Surface(lambda x, y: 0.15 * x**2 + 9 * y**2, lambda x, y: (0.3 * x, 18 * y), (-3.5, 1.0)),
    "saddle": Surface(
        lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 20 + 1.25, lambda x, y: (x, -y + y**3 / 5), (-3.0, 0.01)
    ),
    "rosenbrock": Surface(
        lambda x, y: 0.05 * (x - 2) ** 2 + 2 * (y + 1 - x**2 / 4) ** 2,
        lambda x, y: (0.1 * (x - 2) - 2 * x * (y + 1 - x**2 / 4), 4 * (y + 1 - x**2 / 4)),
        (-3.0, 2.5),
    ),
    "two minima": Surface(
        lambda x, y: (x + 2) ** 2 * ((x - 2) ** 2 + 0.5) / 16 + y**2 / 2,
        lambda x, y: (((x + 2) * ((x - 2) ** 2 + 0.5) + (x + 2) ** 2 * (x - 2)) / 8, y),
        (3.5, 2.0),
    ),
}
MAKERS: dict[str, Callable[[float], Optimizer]] = {
    "sgd": SGD,
    "momentum": lambda rate: SGD(rate, momentum=0.9),
    "rmsprop": RMSprop,
    "adam": Adam,
}
TITLES = {"sgd": "SGD", "momentum": "momentum", "rmsprop": "RMSProp", "adam": "Adam"}


class OptimizerPaths(Explorable):
    """The paths that optimizers take downhill from one start, on a loss surface drawn with its contours.

    The start can be dragged, the learning rates changed for each optimizer or for all, the gradients made noisy;
    beside it the loss against the steps, and below one step in numbers. Momentum is SGD's with 0.9; all else that
    isn't given has the defaults of `course.optimizers`.

    Parameters
    ----------
    surface : "bowl", "valley", "saddle", "rosenbrock" or "two minima".
    optimizers : names among "sgd", "momentum", "rmsprop" and "adam", at least one.
    learning_rate : above 0, for all; or a dict from names to rates, 0.1 for a name that it lacks.
    start : the first two weights, −4 to 4 and −3 to 3; None for a telling place of the surface.
    noise : standard deviation of what is added to each gradient, at least 0, as small batches do; the same for all.
    steps : how many, 10 to 500.
    seed : decides the noise.

    Attributes
    ----------
    surface, optimizers, … : as moved by the hand, to read and to set; `learning_rate` as a dict.
    step : the step that is shown, 0 to `steps`.

    Raises
    ------
    TypeError, ValueError
        If an argument isn't a known name or is outside the range above.

    Examples
    --------
    >>> explorer = OptimizerPaths("bowl", ["sgd"], learning_rate=0.5, start=(2.0, 1.0))
    >>> explorer.paths()["sgd"][:3].tolist()
    [[2.0, 1.0], [1.0, 0.5], [0.5, 0.25]]
    """

    _esm = script("optimizers.js")
    _css = style("optimizers")

    surface = Checked("valley", lambda value: check_choice(WHERE, "surface", value, tuple(SURFACES))).tag(sync=True)
    optimizers = Checked(list(MAKERS), lambda value: _names(value)).tag(sync=True)
    learning_rate = Checked(dict.fromkeys(MAKERS, 0.1), lambda value: _rates(value)).tag(sync=True)
    start = Checked(list(SURFACES["valley"].start), lambda value: _start(value)).tag(sync=True)
    noise = Checked(0.0, lambda value: check_number(WHERE, "noise", value, minimum=0)).tag(sync=True)
    steps = Checked(150, lambda value: _count("steps", value, 10, 500)).tag(sync=True)
    step = Checked(150, lambda value: _count("step", value, 0, 500)).tag(sync=True)
    draws = Checked([], list).tag(sync=True)

    def __init__(
        self,
        surface: str = "valley",
        optimizers: Sequence[str] = tuple(MAKERS),
        learning_rate: float | Mapping[str, float] = 0.1,
        start: Sequence[float] | None = None,
        *,
        noise: float = 0.0,
        steps: int = 150,
        seed: int = 0,
    ) -> None:
        check_choice(WHERE, "surface", surface, tuple(SURFACES))
        steps = _count("steps", steps, 10, 500)
        rng = np.random.default_rng(check_integer(WHERE, "seed", seed, minimum=0))
        super().__init__(
            surface=surface,
            optimizers=optimizers,
            learning_rate=learning_rate,
            start=SURFACES[surface].start if start is None else start,
            noise=noise,
            steps=steps,
            step=steps,
            # rounded: they travel to the browser as text
            draws=rng.standard_normal((500, 2)).round(3).tolist(),
        )

    def paths(self) -> dict[str, np.ndarray]:
        """The weights of each chosen optimizer, from the start on, of shape (steps + 1, 2).

        A path that diverges ends with its first weight beyond ±1000.
        """
        return {name: self._walk(MAKERS[name](self.learning_rate[name])) for name in self.optimizers}

    def _walk(self, optimizer: Optimizer) -> np.ndarray:
        weights = Parameter(np.array(self.start), name="weights")
        optimizer.build([weights])
        path = [weights.value.copy()]
        for draw in self.draws[: self.steps]:
            weights.grad[:] = SURFACES[self.surface].gradient(*weights.value)
            weights.grad += self.noise * np.array(draw)
            optimizer.step()
            path.append(weights.value.copy())
            if not np.abs(path[-1]).max() <= FAR:
                break
        return np.array(path)

    def describe(self) -> str:
        """Surface, start, and the loss of each optimizer at the step that is shown."""
        value = SURFACES[self.surface].value
        ends = []
        for name, path in self.paths().items():
            diverged = len(path) <= min(self.step, self.steps)
            end = f"diverged at step {len(path) - 1}" if diverged else f"{value(*path[self._shown]):.3g}"
            ends.append(f"{TITLES[name]} (rate {self.learning_rate[name]:g}) {end}")
        x, y = self.start
        return f"{WHERE}: {self.surface} from ({x:g}, {y:g}), loss after {self._shown} steps: {', '.join(ends)}"

    @property
    def _shown(self) -> int:
        return min(self.step, self.steps)

    def draw(self, figure: "Figure") -> None:
        """Draw the paths on the contours, and the loss against the steps."""
        plane, losses = figure.subplots(1, 2, width_ratios=(1.3, 1))
        surface = SURFACES[self.surface]
        x, y = np.meshgrid(np.linspace(-REACH[0], REACH[0], 121), np.linspace(-REACH[1], REACH[1], 91))
        plane.contourf(x, y, np.sqrt(surface.value(x, y)), levels=18, cmap="Greys", alpha=0.55)
        styles = {"sgd": "black o -", "momentum": "#d55e00 s --", "rmsprop": "#0072b2 ^ :", "adam": "#00735a D -."}
        for name, path in self.paths().items():
            color, marker, line = styles[name].split()
            path = path[: self._shown + 1]
            plane.plot(*path.T, color=color, marker=marker, markersize=3, linewidth=1)
            values = np.maximum(surface.value(*path.T), 1e-12)
            title = f"{TITLES[name]}, rate {self.learning_rate[name]:g}"
            losses.semilogy(values, color=color, linestyle=line, label=title)
        plane.plot(*self.start, "o", markersize=9, markerfacecolor="white", markeredgecolor="black")
        plane.set(xlim=(-REACH[0], REACH[0]), ylim=(-REACH[1], REACH[1]), aspect="equal", xlabel="w₁", ylabel="w₂")
        plane.set_title(f"{self.surface}, {self._shown} steps")
        losses.set(xlabel="step", ylabel="loss", ylim=(1e-6, 1e3))
        losses.legend(fontsize=8)


def _names(value: Any) -> list[str]:
    names = [value] if isinstance(value, str) else list(value)
    if not names:
        raise ValueError(f"{WHERE}: optimizers must name at least one of {', '.join(map(repr, MAKERS))}")
    for name in names:
        check_choice(WHERE, "optimizers", name, tuple(MAKERS))
    return [name for name in MAKERS if name in names]


def _rates(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        return dict.fromkeys(MAKERS, check_positive(WHERE, "learning_rate", value))
    for name in value:
        check_choice(WHERE, "a name in learning_rate", name, tuple(MAKERS))
    return {name: check_positive(WHERE, f"learning_rate of {name}", value.get(name, 0.1)) for name in MAKERS}


def _start(value: Any) -> list[float]:
    try:
        numbers = list(value)
    except TypeError:
        numbers = []
    if len(numbers) != 2 or isinstance(value, str):
        raise ValueError(f"{WHERE}: start must be two numbers, got {value!r}")
    return [
        check_number(WHERE, f"start's number {i + 1}", number, minimum=-reach, maximum=reach)
        for i, (number, reach) in enumerate(zip(numbers, REACH, strict=True))
    ]


def _count(name: str, value: Any, minimum: int, maximum: int) -> int:
    check_number(WHERE, name, value, minimum=minimum, maximum=maximum)
    return check_integer(WHERE, name, value)
