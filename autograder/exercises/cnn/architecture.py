"""A network by its figure: Conv 10 of 5×5, pool, Conv 25 of 5×5, pool, Conv 100 of 4×4, pool, Dense 10."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.probe import readable
from course import Input, Sequential
from course.layers import AveragePooling2D, Conv2D, Dense, Flatten, MaxPool2D

PARAMETERS = 47_645
CONVOLUTIONS = ((10, 5), (25, 5), (100, 4))
"""Filters and kernel of each."""

ONLY_ACTIVATE = ("InputLayer", "Activation", "ReLU", "Softmax")
"""Layers that change neither shape nor parameters, so that they may stand there or not."""


def _network(
    convolutions: Any = CONVOLUTIONS,
    *,
    channels: int = 1,
    pool: Callable[[], Any] | None = MaxPool2D,
    poolings: int = 3,
    flat: bool = True,
    hidden: int = 0,
    activation: str | None = "relu",
    last: str | None = "softmax",
    **options: Any,
) -> Sequential:
    """The network of the figure, or one that a mistake makes of it."""
    layers: list[Any] = [Input((32, 32, channels))]
    for i, (filters, kernel) in enumerate(convolutions):
        layers.append(Conv2D(filters, kernel, activation=activation, **options))
        layers += [pool()] if pool and i < poolings else []
    layers += [Flatten()] if flat else []
    layers += [Dense(hidden, activation=activation)] if hidden else []
    return Sequential([*layers, Dense(10, activation=last, use_bias=options.get("use_bias", True))])


def _build_cnn() -> Sequential:
    return _network()


def _layers(got: Any) -> list[tuple[str, tuple[int, ...], int]]:
    """Class, output shape and parameters of each layer that does more than to activate."""
    return [
        (layer["class"], tuple(int(length) for length in layer["output_shape"]), int(layer["parameters"]))
        for layer in got["layers"]
        if layer["class"] not in ONLY_ACTIVATE
    ]


def _activations(got: Any) -> list[str]:
    """The activation that follows each layer with parameters, whether it is its own or a layer behind it."""
    found: list[str] = []
    for layer in got["layers"]:
        name = layer["activation"] or {"ReLU": "relu", "Softmax": "softmax"}.get(layer["class"], "linear")
        if layer["class"] not in ONLY_ACTIVATE and layer["parameters"]:
            found.append(name)
        elif found and name != "linear":
            found[-1] = name
    return found


def _accepts_parameters(arguments: Arguments, got: Any) -> str | None:
    count = int(got["parameters"])
    return None if count == PARAMETERS else f"it has {count:,} parameters, the figure's network {PARAMETERS:,}"


def _accepts_layers(arguments: Arguments, got: Any) -> str | None:
    mine, theirs = _layers(got), _layers(readable(_build_cnn()))
    if mine == theirs:
        return None
    for mistake in OF_LAYERS:
        if mine == _layers(readable(mistake.wrong())):
            return mistake.name
    for number, (one, other) in enumerate(zip(mine, theirs, strict=False), start=1):
        if one != other:
            return f"layer {number} is {_say(*one)}, and in the figure {_say(*other)}"
    return f"it has {len(mine)} layers, the figure {len(theirs)} (activations not counted)"


def _say(kind: str, shape: tuple[int, ...], parameters: int) -> str:
    return f"{kind} with output {shape} and {parameters:,} parameters"


def _accepts_activations(arguments: Arguments, got: Any) -> str | None:
    found = _activations(got)
    if found == ["relu", "relu", "relu", "softmax"]:
        return None
    for mistake in OF_ACTIVATIONS:
        if found == _activations(readable(mistake.wrong())):
            return mistake.name
    return f"the activations are {', '.join(found) or 'none'}; asked are relu, relu, relu, softmax"


def _no_arguments(rng: np.random.Generator) -> Iterator[Arguments]:
    yield ()


OF_LAYERS = [
    Mistake(
        '"same" padding',
        lambda: _network(padding="same"),
        "In the figure an image of 32 pixels is 28 pixels wide after a kernel of 5. Which padding does that?",
    ),
    Mistake(
        "no pooling behind the last convolution",
        lambda: _network(poolings=2),
        "How large is the image in front of the dense layer in the figure? What makes it that small?",
    ),
    Mistake(
        "no pooling",
        lambda: _network(pool=None),
        "Between the convolutions the images in the figure get smaller by half. Which layer does that?",
    ),
    Mistake(
        "average pooling",
        lambda: _network(pool=AveragePooling2D),
        "Sizes and parameters are right. Which number of each window is kept in the figure's network?",
    ),
    Mistake(
        "nothing flattens",
        lambda: _network(flat=False),
        "A dense layer works along the last axis and leaves the others. Which shape has its output in yours, and "
        "which in the figure?",
    ),
    Mistake(
        "colour images",
        lambda: _network(channels=3),
        "How many channels has the image that goes in? Read the first shape in the figure.",
    ),
    Mistake(
        "kernels of 3",
        lambda: _network([(filters, 3) for filters, _ in CONVOLUTIONS]),
        "Read off the figure how many pixels an image loses at each convolution. How large is the kernel then?",
    ),
    Mistake(
        "a last kernel of 5",
        lambda: _network([*CONVOLUTIONS[:2], (100, 5)], poolings=2),
        "From 5 pixels to 2: how large is the last kernel?",
    ),
    Mistake(
        "no biases",
        lambda: _network(use_bias=False),
        "Compare the parameters of each layer with the figure. Which numbers are missing, one a filter?",
    ),
    Mistake(
        "one more dense layer",
        lambda: _network(hidden=100),
        "What stands between the flattened numbers and the ten outputs in the figure?",
    ),
    Mistake(
        "the filters in another order",
        lambda: _network([(100, 5), (25, 5), (10, 4)]),
        "In the figure, do the channels get more or fewer from left to right?",
    ),
]

OF_ACTIVATIONS = [
    Mistake(
        "no activations",
        lambda: _network(activation=None, last=None),
        "Sizes and parameters are right. What did lesson 1 put between two layers, and what behind the last one?",
    ),
    Mistake(
        "no activation between the layers",
        lambda: _network(activation=None),
        "Sizes and parameters are right. Without a bend between them, how many layers are three convolutions worth?",
    ),
    Mistake(
        "no softmax at the end",
        lambda: _network(last=None),
        "Ten outputs for ten classes: what makes probabilities of them?",
    ),
    Mistake(
        "ReLU at the end",
        lambda: _network(last="relu"),
        "Ten outputs for ten classes: what makes probabilities of them?",
    ),
    Mistake(
        "sigmoids at the end",
        lambda: _network(last="sigmoid"),
        "An image shows one digit of ten. Do ten sigmoids add up to 1?",
    ),
]

build_cnn = Exercise(
    name="build_cnn",
    reference=_build_cnn,
    cases=_no_arguments,
    criteria=[
        Criterion("47,645 parameters", 1, accepts=_accepts_parameters),
        Criterion("the layers of the figure", 1.5, accepts=_accepts_layers),
        Criterion("activations", 0.5, accepts=_accepts_activations),
    ],
    uses_course=True,
    mistakes=[*OF_LAYERS, *OF_ACTIVATIONS],
)
