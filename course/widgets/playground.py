"""The playground: a small network, its neurons and its decision boundary, while it trains (lesson 2)."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import traitlets

from course.errors import check_integer
from course.widgets.explorable import MINUS, PLUS, Checked, Explorable, diverging, script, style
from course.widgets.points import REACH
from course.widgets.settings import CHECKS, CHOICES, WHERE, Settings
from course.widgets.training import Player, Trainer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _setting(name: str) -> Checked:
    def check(value: Any) -> Any:
        value = CHECKS[name](value)
        # JSON has no tuples: what goes to the browser comes back as a list
        if isinstance(value, tuple):
            return [list(each) if isinstance(each, tuple) else each for each in value]
        return value

    return Checked(check(getattr(Settings(), name)), check).tag(sync=True)


class Playground(Explorable):
    """A network of two inputs and one output that learns to tell two classes apart, before one's eyes.

    It is a `course` Sequential of Dense layers with a sigmoid output and the binary cross-entropy, trained in a
    thread while the notebook stays usable. Every line is a weight: its width is its size, dashed is negative; a
    click selects it, a slider changes it. Every neuron shows its own output on the plane, on which points can be
    drawn: with the mouse, or with the arrow keys and space.

    Parameters
    ----------
    data : "moons", "rings", "spirals", "xor" or "blobs" (see `course.data.toy`), or "own", the drawn points.
    hidden : neurons of each hidden layer: 0 to 4 layers of 1 to 8 neurons.
    activation : of the hidden layers.
    learning_rate : above 0.
    noise : standard deviation of the noise on the data, 0 to 1. Drawn points stay where they are, and are tested
        where it moves them.
    optimizer : "sgd" or "adam".
    regularization : "none", "l1" or "l2", a penalty on the weights (not the biases).
    regularization_rate : its strength, at least 0.
    batch_size : examples a step; an epoch has 200.
    seed : decides data and first weights.
    points : the drawn points, up to 300 of (x₁, x₂, class), coordinates from −3 to 3, classes 0 and 1.

    Attributes
    ----------
    data, hidden, … : all parameters, as moved by the hand, to read and to set; a new learning rate, a new penalty
        and drawn points take hold at once, anything else begins anew.
    epoch, losses : epochs trained, (train, test) loss (None of no points), as of the last pause.
    state : all of it as text, drawn points and weights included, for `Playground.from_state`, `load` or the field
        in the playground; as of the last pause.

    Raises
    ------
    ValueError
        If an argument is outside the range above.

    Examples
    --------
    >>> playground = Playground("xor", hidden=(3,))
    >>> playground.step(2)
    >>> playground.epoch
    2
    >>> Playground.from_state(playground.state).losses == playground.losses
    True
    """

    _esm = script("playground.js")
    _css = style("playground")

    data = _setting("data")
    noise = _setting("noise")
    hidden = _setting("hidden")
    activation = _setting("activation")
    optimizer = _setting("optimizer")
    learning_rate = _setting("learning_rate")
    regularization = _setting("regularization")
    regularization_rate = _setting("regularization_rate")
    batch_size = _setting("batch_size")
    seed = _setting("seed")
    points = _setting("points")

    choices: traitlets.List[Any] = traitlets.List(CHOICES, read_only=True).tag(sync=True)
    train: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    test: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    epoch = traitlets.Int(read_only=True).tag(sync=True)
    losses: traitlets.List[Any] = traitlets.List(read_only=True).tag(
        sync=True, to_json=lambda value, widget: _finite(value)
    )
    parameters: traitlets.List[Any] = traitlets.List(read_only=True).tag(
        sync=True, to_json=lambda value, widget: _finite(value)
    )
    playing = traitlets.Bool(read_only=True).tag(sync=True)
    state = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(
        self,
        data: str = "rings",
        hidden: tuple[int, ...] = (4, 4),
        activation: str = "tanh",
        learning_rate: float = 0.03,
        *,
        noise: float = 0.15,
        optimizer: str = "sgd",
        regularization: str = "none",
        regularization_rate: float = 0.003,
        batch_size: int = 10,
        seed: int = 0,
        points: Any = (),
    ) -> None:
        settings = Settings(
            data=data,
            noise=noise,
            hidden=hidden,
            activation=activation,
            optimizer=optimizer,
            learning_rate=learning_rate,
            regularization=regularization,
            regularization_rate=regularization_rate,
            batch_size=batch_size,
            seed=seed,
            points=points,
        )
        self._trainer = Trainer(settings)
        self._player = Player(self._trainer, self._show, self._publish)
        super().__init__(**{name: getattr(settings, name) for name in CHECKS})
        self._publish()
        self.observe(self._configure, list(CHECKS))
        self.on_msg(self._receive)

    @classmethod
    def from_state(cls, text: str) -> Self:
        """The playground that a `state` describes.

        Raises
        ------
        ValueError
            If the text isn't a state: an unknown name, a value out of range, weights that don't fit the layers.
        """
        playground = cls()
        playground.load(text)
        return playground

    def load(self, text: str) -> None:
        """Stop, and become what a `state` describes; what it leaves out has its default.

        Raises
        ------
        ValueError
            If the text isn't a state; nothing is changed then.
        """
        settings, epoch, parameters = Settings.from_text(text)
        self._player.pause()
        with self.hold_trait_notifications():
            for name in CHECKS:
                setattr(self, name, getattr(settings, name))
        self._trainer.reset()
        if parameters is not None:
            self._trainer.restore(parameters, epoch)
        self._publish()

    def play(self) -> None:
        """Begin to train in the background; ends by itself after 5000 epochs."""
        self.set_trait("playing", True)  # first, for the thread may end before this does
        self._player.play()

    def pause(self) -> None:
        """Stop training."""
        self._player.pause()
        self._publish()

    def step(self, epochs: int = 1) -> None:
        """Train that many epochs, at least 1, and return."""
        epochs = check_integer("Playground.step", "epochs", epochs, minimum=1)
        self._player.pause()
        self._trainer.run(epochs)
        self._publish()

    def reset(self) -> None:
        """Stop, and go back to the first weights."""
        self._player.pause()
        self._trainer.reset()
        self._publish()

    def predict(self, x: Any) -> np.ndarray:
        """The network's probability of class 1 at points of shape (n, 2), as (n,)."""
        return self._trainer.predict(np.asarray(x, dtype=np.float32))

    def close(self) -> None:
        """Stop training and end the widget."""
        if hasattr(self, "_player"):  # also runs where a bad argument ended __init__
            self._player.pause()
        super().close()

    def describe(self) -> str:
        """Data, layers, epoch and losses."""
        layers = "-".join(map(str, self._trainer.settings.sizes))
        data = self.data if self.data != "own" else f"{len(self.points)} points of one's own"
        train, test = self.losses
        known = f", train loss {train:.3f}, test loss {test:.3f}" if self.train else ""
        return f"{WHERE}: network {layers} ({self.activation}) on {data}, epoch {self.epoch}{known}"

    def draw(self, figure: "Figure") -> None:
        """Draw the network's weights and its decision boundary."""
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: "))
        network, plane = figure.subplots(1, 2, width_ratios=(1.1, 1))
        self._draw_network(network)

        axis = np.linspace(-REACH, REACH, 121)
        grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        probability = self.predict(grid).reshape(121, 121)
        box = (-REACH, REACH, -REACH, REACH)
        plane.imshow(probability, extent=box, origin="lower", cmap=diverging(), vmin=0, vmax=1)
        plane.contour(axis, axis, probability, levels=[0.5], colors="black", linewidths=1.5)
        for label, marker, color in ((0, "s", MINUS), (1, "o", PLUS)):
            points = np.array([p[:2] for p in self.train if p[2] == label]).reshape(-1, 2)
            plane.plot(*points.T, marker, color=color, markersize=5, markeredgecolor="black", label=f"class {label}")
        plane.set(xlabel="x₁", ylabel="x₂")
        plane.legend(loc="upper right", fontsize=8)

    def _draw_network(self, axes: "Axes") -> None:
        places = [
            [(column, (size - 1) / 2 - row) for row in range(size)]
            for column, size in enumerate(self._trainer.settings.sizes)
        ]
        for kernel, before, after in zip(self.parameters[::2], places, places[1:], strict=False):
            for start, row in zip(before, kernel, strict=True):
                for end, weight in zip(after, row, strict=True):
                    axes.plot(
                        *zip(start, end, strict=True),
                        color=PLUS if weight > 0 else MINUS,
                        linestyle="-" if weight > 0 else "--",
                        linewidth=min(8.0, 0.3 + 2 * abs(weight)),
                        zorder=1,
                    )
        for x, y in (place for column in places for place in column):
            axes.plot(x, y, "o", markersize=18, color="white", markeredgecolor="black")
        axes.set_title("weights: orange solid is positive, blue dashed negative", fontsize=9)
        axes.set_axis_off()

    def _configure(self, change: Any) -> None:
        settings = Settings(**{name: getattr(self, name) for name in CHECKS})
        if settings != self._trainer.settings:  # several settings may have changed at once
            self._trainer.configure(settings)
            self._publish()

    def _receive(self, widget: Any, message: dict[str, Any], buffers: Any) -> None:
        """What the buttons and the weight slider ask for."""
        match message:
            case {"do": "weight", "array": array, "index": index, "value": value}:
                self._trainer.set_weight(array, tuple(index), float(value))
                if not self._player.playing:
                    self._publish()
            case {"do": "load", "text": text}:
                try:
                    self.load(text)
                except ValueError as error:
                    self.send({"error": str(error).removeprefix(f"{WHERE}: ")})
            case {"do": ("play" | "pause" | "step" | "reset") as name}:
                getattr(self, name)()

    def _show(self, frame: dict[str, Any]) -> None:
        self.send(_finite(frame))

    def _publish(self) -> None:
        """Bring what the browser and Python see up to date."""
        trainer = self._trainer
        frame = trainer.frame()
        if not len(trainer.train[0]):
            frame["losses"] = [None, None]
        weights = trainer.parameters()
        telling = trainer.touched and np.isfinite(weights).all()
        state = trainer.settings.to_text(frame["epoch"], weights if telling else None)
        with self.hold_sync():
            for name, (x, y) in (("train", trainer.train), ("test", trainer.test)):
                self.set_trait(name, np.round(np.hstack([x, y]).astype(np.float64), 3).tolist())
            for name, value in frame.items():
                self.set_trait(name, value)
            self.set_trait("playing", self._player.playing)
            self.set_trait("state", state)


def _finite(value: Any) -> Any:
    """The value as JSON can say it, which knows no infinity: None for numbers that aren't finite."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
