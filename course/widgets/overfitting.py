"""Overfitting: a noisy curve, models of growing size, and their errors on training and validation points (lesson 4)."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course import layers
from course.data.curves import HALF_WIDTH, curve
from course.errors import check_choice, check_integer, check_number
from course.models import Sequential
from course.widgets.draws import normal, uniform
from course.widgets.explorable import Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHERE = "OverfittingExplorer"
MOST_WEIGHTS, MOST_POINTS, VALIDATION = 24, 200, 200
LEAST_DECAY = 1e-9
"""Where there are more weights than points, even this little penalty leaves one answer: the smallest weights."""


class Points(NamedTuple):
    """Points to fit, x and y, and points to validate with, xs and ys: arrays of shape (n,)."""

    x: np.ndarray
    y: np.ndarray
    xs: np.ndarray
    ys: np.ndarray


class OverfittingExplorer(Explorable):
    """Models of 1 to 24 weights fitted to a noisy curve: too stiff, about right, or following the noise.

    Left the points, the true curve and the model's; right the mean squared error on the training points and on 200
    validation points, for every model size, with the sweet spot marked. Each model is the very best of its size: its
    weights are found by least squares, not by steps downhill, so that every answer is there at once.

    Parameters
    ----------
    size : weights of the model that is shown, 1 to 24.
    points : training points, 5 to 200.
    noise : standard deviation of the noise on them, 0 to 1.
    model : "network", one hidden layer of size − 1 tanh neurons of which each is a step of its own place, with the
        weights of the output to be found; or "polynomial" of degree size − 1, in Legendre's polynomials.
    decay : λ of the penalty λ Σ w² on the sum of the squared errors, 0 to 10. Below 1e-9 it is 1e-9.
    seed : decides the points.

    Attributes
    ----------
    size, points, noise, model, decay, seed : as moved by the hand, to read and to set.
    sweet_spot : the size with the lowest validation error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside the range above.

    Examples
    --------
    >>> explorer = OverfittingExplorer(points=20, noise=0.2)
    >>> train, validation = explorer.errors()
    >>> bool(train[23] < train[7] and validation[23] > validation[7])
    True
    """

    _esm = script("overfitting.js")
    _css = style("overfitting")

    size = Checked(8, lambda value: _whole("size", value, 1, MOST_WEIGHTS)).tag(sync=True)
    points = Checked(20, lambda value: _whole("points", value, 5, MOST_POINTS)).tag(sync=True)
    noise = Checked(0.2, lambda value: check_number(WHERE, "noise", value, minimum=0, maximum=1)).tag(sync=True)
    model = Checked("network", lambda value: check_choice(WHERE, "model", value, ("network", "polynomial"))).tag(
        sync=True
    )
    decay = Checked(
        LEAST_DECAY, lambda value: max(LEAST_DECAY, check_number(WHERE, "decay", value, minimum=0, maximum=10))
    ).tag(sync=True)
    seed = Checked(0, lambda value: check_integer(WHERE, "seed", value, minimum=0)).tag(sync=True)

    def __init__(
        self,
        size: int = 8,
        points: int = 20,
        noise: float = 0.2,
        model: str = "network",
        *,
        decay: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(size=size, points=points, noise=noise, model=model, decay=decay, seed=seed)

    def data(self) -> Points:
        """The points to fit and to validate with."""
        places, draws = uniform(2 * self.seed, 2 * VALIDATION), normal(2 * self.seed + 1, 2 * VALIDATION)
        # training points at steps of the golden section are spread evenly, however many there are
        number = np.arange(VALIDATION, 2 * VALIDATION)
        places[VALIDATION:] = (0.618034 * number + 0.04 * places[VALIDATION:]) % 1
        x = (2 * places - 1) * HALF_WIDTH
        y = curve(x) + self.noise * draws
        some = slice(VALIDATION, VALIDATION + self.points)
        return Points(x[some], y[some], x[:VALIDATION], y[:VALIDATION])

    def weights(self, size: int | None = None) -> np.ndarray:
        """The weights with the smallest Σ (y − f(x))² + decay · Σ w², of shape (size,), the constant first."""
        size = self.size if size is None else _whole("size", size, 1, MOST_WEIGHTS)
        x, y, _, _ = self.data()
        # a row more for each weight: its square, times the decay, is one more squared error
        rows = np.concatenate([self._features(x, size), np.sqrt(self.decay) * np.eye(size)])
        return np.linalg.lstsq(rows, np.concatenate([y, np.zeros(size)]), rcond=None)[0]

    def predict(self, x: Any, size: int | None = None) -> np.ndarray:
        """The model's values at x of shape (n,), as (n,)."""
        weights = self.weights(size)
        return self._features(np.asarray(x, dtype=np.float64), len(weights)) @ weights

    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """The mean squared errors on training and on validation points for 1, 2, … 24 weights, each of shape (24,)."""
        x, y, xs, ys = self.data()
        found = [self.weights(size) for size in range(1, MOST_WEIGHTS + 1)]
        train, validation = (
            np.array([np.mean((truth - self._features(places, len(weights)) @ weights) ** 2) for weights in found])
            for places, truth in ((x, y), (xs, ys))
        )
        return train, validation

    @property
    def sweet_spot(self) -> int:
        """The model size with the lowest validation error."""
        return int(self.errors()[1].argmin()) + 1

    def network(self) -> Sequential:
        """The model that is shown as a `course` network in float64; its last layer holds what was found.

        Raises
        ------
        ValueError
            For a polynomial, and for a model of one weight, which has no hidden neuron.
        """
        if self.model != "network" or self.size == 1:
            raise ValueError(
                f"{WHERE}: only a network of 2 weights or more is a network, "
                f"got model {self.model!r} with {self.size} weight{'s' * (self.size > 1)}"
            )
        centres, slopes = _steps(self.size - 1)
        constant, *weights = self.weights()
        # names of its own, for the automatic ones are counted and belong to the student's models
        hidden = layers.Dense(self.size - 1, activation="tanh", trainable=False, name="hidden", dtype=np.float64)
        output = layers.Dense(1, name="output", dtype=np.float64)
        model = Sequential([layers.Input((1,), dtype=np.float64), hidden, output], name="overfitting")
        model.set_weights([slopes[None], -slopes * centres, np.array(weights)[:, None], np.array([constant])])
        return model

    def describe(self) -> str:
        """The model, its errors and the sweet spot."""
        train, validation = self.errors()
        return (
            f"{WHERE}: {self.model} of {self.size} weight{'s' * (self.size > 1)} on {self.points} points with noise "
            f"{self.noise:g}: training error {train[self.size - 1]:.2g}, validation error "
            f"{validation[self.size - 1]:.2g}; sweet spot at {self.sweet_spot}"
        )

    def draw(self, figure: "Figure") -> None:
        """Draw the fit, and the errors against the model size."""
        fit, errors = figure.subplots(1, 2, width_ratios=(1.15, 1))
        x, y, xs, ys = self.data()
        grid = np.linspace(-HALF_WIDTH, HALF_WIDTH, 301)
        fit.plot(xs, ys, "+", color="#00735a", alpha=0.4, label="validation")
        fit.plot(x, y, "o", color="black", markersize=5, label="training")
        fit.plot(grid, curve(grid), "--", color="grey", label="true curve")
        fit.plot(grid, self.predict(grid), color="#b84a00", linewidth=2, label=f"{self.model}, {self.size} weights")
        fit.set(xlabel="x", ylim=(-2, 2))
        fit.legend(fontsize=8, loc="upper left")

        train, validation = self.errors()
        sizes, best = np.arange(1, MOST_WEIGHTS + 1), self.sweet_spot
        errors.semilogy(sizes, train, color="black", label="training")
        errors.semilogy(sizes, validation, "--", color="#00735a", label="validation")
        errors.semilogy(best, validation[best - 1], "o", markersize=10, markerfacecolor="none", color="#00735a")
        errors.annotate("sweet spot", (best, validation[best - 1]), (6, -16), textcoords="offset points")
        errors.axvline(self.size, color="#b84a00", linewidth=1)
        if self.noise:
            errors.axhline(self.noise**2, linestyle=":", color="grey", label="the noise")
        errors.set(xlabel="model size (weights)", ylabel="mean squared error", ylim=(1e-4, 1e2))
        errors.legend(fontsize=8, loc="upper left")

    def _features(self, x: np.ndarray, size: int) -> np.ndarray:
        """What the weights are multiplied with, of shape (n, size)."""
        if self.model == "polynomial":
            # of mean square 1, as far as x is even
            return np.polynomial.legendre.legvander(x / HALF_WIDTH, size - 1) * np.sqrt(2 * np.arange(size) + 1)
        centres, slopes = _steps(size - 1)
        return np.concatenate([np.ones((len(x), 1)), np.tanh(slopes * (x[:, None] - centres))], axis=1)


def _steps(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the hidden neurons stand and how steep they are; any number of the first ones is spread evenly."""
    number = np.arange(count)
    return number * 0.618034 % 1 * 2 * HALF_WIDTH - HALF_WIDTH, np.where(number % 2, -2.5, 2.5)


def _whole(name: str, value: Any, minimum: int, maximum: int) -> int:
    number = check_integer(WHERE, name, value, minimum=minimum)
    if number > maximum:
        raise ValueError(f"{WHERE}: {name} must be an integer of at most {maximum}, got {number}")
    return number
