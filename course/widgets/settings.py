"""What a playground is set to, and the text that says it: `data=rings&hidden=4,4&activation=tanh&…`."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import numpy as np

from course.data import toy
from course.errors import check_choice, check_integer, check_number, did_you_mean
from course.widgets.points import Points, check_points, decode, encode

ACTIVATIONS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "softplus")
DATA = (*toy.MAKERS, "own")
"""The data sets of `course.data.toy`, and the points drawn by hand."""

MOST_LAYERS = 4
MOST_NEURONS = 8
WHERE = "Playground"


def _check_hidden(value: Any) -> tuple[int, ...]:
    expected = f"up to {MOST_LAYERS} numbers of neurons from 1 to {MOST_NEURONS}, such as (4, 4)"
    try:
        sizes = tuple(check_integer(WHERE, "hidden", size, minimum=1) for size in value)
    except (TypeError, ValueError):
        sizes = (MOST_NEURONS + 1,)
    if len(sizes) > MOST_LAYERS or any(size > MOST_NEURONS for size in sizes):
        raise ValueError(f"{WHERE}: hidden must be {expected}, got {value!r}")
    return sizes


CHECKS: dict[str, Callable[[Any], Any]] = {
    "data": lambda value: check_choice(WHERE, "data", value, DATA),
    "noise": lambda value: check_number(WHERE, "noise", value, minimum=0, maximum=1),
    "hidden": _check_hidden,
    "activation": lambda value: check_choice(WHERE, "activation", value, ACTIVATIONS),
    "optimizer": lambda value: check_choice(WHERE, "optimizer", value, ("sgd", "adam")),
    "learning_rate": lambda value: check_number(WHERE, "learning_rate", value, above=0),
    "regularization": lambda value: check_choice(WHERE, "regularization", value, ("none", "l1", "l2")),
    "regularization_rate": lambda value: check_number(WHERE, "regularization_rate", value, minimum=0),
    "batch_size": lambda value: check_integer(WHERE, "batch_size", value, minimum=1),
    "seed": lambda value: check_integer(WHERE, "seed", value, minimum=0),
    "points": lambda value: check_points(WHERE, value),
}


CHOICES: list[list[Any]] = [
    ["data", "data", [*([name, name] for name in toy.MAKERS), ["own", "your own"]]],
    ["noise", "noise", [[noise, noise] for noise in (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)]],
    ["activation", "activation", None],
    ["optimizer", "optimizer", [["sgd", "SGD"], ["adam", "Adam"]]],
    ["learning_rate", "learning rate", [[rate, rate] for rate in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3)]],
    ["regularization", "regularization", [["none", "none"], ["l1", "L1"], ["l2", "L2"]]],
    ["regularization_rate", "its rate", [[rate, rate] for rate in (0, 0.001, 0.003, 0.01, 0.03, 0.1)]],
    ["seed", "seed", [[seed, seed] for seed in range(8)]],
]
"""What can be chosen from lists: trait, label, [value, text] of each; the browser knows the activations itself."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that decides a playground's training; the values are checked when it is made."""

    data: str = "rings"
    noise: float = 0.15
    hidden: tuple[int, ...] = (4, 4)
    activation: str = "tanh"
    optimizer: str = "sgd"
    learning_rate: float = 0.03
    regularization: str = "none"
    regularization_rate: float = 0.003
    batch_size: int = 10
    seed: int = 0
    points: Points = ()

    def __post_init__(self) -> None:
        for name, check in CHECKS.items():
            object.__setattr__(self, name, check(getattr(self, name)))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units layer by layer, inputs and output included: (2, 4, 4, 1)."""
        return (2, *self.hidden, 1)

    def to_text(self, epoch: int = 0, parameters: np.ndarray | None = None) -> str:
        """The settings, the drawn points if there are any, and, if given, all weights and biases, as one line.

        Parameters
        ----------
        epoch : how many epochs led to the parameters.
        parameters : float32 ndarray of shape (count,), layer by layer, kernel before bias.
        """
        values = asdict(self) | {"hidden": ",".join(map(str, self.hidden)), "points": encode(self.points)}
        if not self.points:
            del values["points"]
        if parameters is not None:
            encoded = base64.urlsafe_b64encode(parameters.astype("<f4").tobytes())
            values |= {"epoch": epoch, "weights": encoded.decode()}
        return urlencode(values, safe=",=")

    @classmethod
    def from_text(cls, text: str) -> tuple[Self, int, np.ndarray | None]:
        """The settings, the epoch and the parameters (or None) that a line of `to_text` says.

        What it leaves out has its default.

        Raises
        ------
        ValueError
            If a name isn't known, a value doesn't read as what it should be, or the weights don't fit.
        """
        values = dict(parse_qsl(text.strip(), keep_blank_values=True))
        epoch = _read("epoch", values.pop("epoch", "0"), int)
        weights = values.pop("weights", None)
        defaults = {field.name: field.default for field in fields(cls)}
        given: dict[str, Any] = {}
        for name, value in values.items():
            if name not in defaults:
                raise ValueError(f"{WHERE}: unknown setting {name!r} in the state{did_you_mean(name, defaults)}")
            given[name] = _read(name, value, _READERS.get(name, type(defaults[name])))
        settings = cls(**given)
        return settings, epoch, None if weights is None else _decode(weights, settings.sizes)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(size) for size in text.split(",") if size)


_READERS: dict[str, Callable[[str], Any]] = {"hidden": _sizes, "points": decode}


def _read(name: str, text: str, kind: Callable[[str], Any]) -> Any:
    try:
        return kind(text)
    except ValueError:
        kinds = {
            int: "a whole number",
            float: "a number",
            _sizes: "whole numbers with commas between",
            decode: "points as a playground writes them",
        }
        raise ValueError(f"{WHERE}: {name} in the state must be {kinds[kind]}, got {text!r}") from None


def _decode(text: str, sizes: tuple[int, ...]) -> np.ndarray:
    count = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
    try:
        parameters = np.frombuffer(base64.urlsafe_b64decode(text.encode()), dtype="<f4").astype(np.float32)
    except (binascii.Error, ValueError):
        parameters = np.empty(0, dtype=np.float32)
    if len(parameters) != count or not np.isfinite(parameters).all():
        raise ValueError(
            f"{WHERE}: weights in the state must be {count} finite numbers for layers {sizes}; "
            f"the text is cut short, or belongs to other layers"
        )
    return parameters
