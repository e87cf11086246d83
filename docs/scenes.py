"""The explorables as the README and the lessons show them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Page

import course
from course import layers, widgets
from course.data import load_galaxies, toy
from course.data.galaxies import CLASSES

Act = Callable[[Page], None]
"""What to do in a widget's page before the picture is taken."""


def neuron() -> Any:
    """A line between two clouds."""
    points, labels = toy.blobs(30, noise=0.7, rng=np.random.default_rng(0))
    return widgets.NeuronExplorer(weights=(1.0, 1.5), bias=-0.4, points=points, labels=labels)


def at(widget: Any, **values: Any) -> Any:
    """The widget with some of its traits set."""
    for name, value in values.items():
        setattr(widget, name, value)
    return widget


def playground() -> tuple[Any, Act]:
    """A network on spirals, with the curve of its losses."""
    playground = widgets.Playground("spirals", hidden=(8, 6), optimizer="adam", learning_rate=0.01, noise=0.1)
    frames = []
    for _ in range(40):
        playground.step(4)
        frames.append({name: getattr(playground, name) for name in ("epoch", "losses", "parameters")})
    give = "frames => frames.forEach((frame) => listeners['msg:custom'].forEach((show) => show(frame)))"
    return playground, lambda page: page.evaluate(give, frames)


def curves() -> Any:
    """A small network that overfits noisy moons, trained with two optimizers."""
    x, y = toy.moons(120, noise=0.5, rng=np.random.default_rng(0))
    live = widgets.LiveCurves()
    for name, optimizer in (("plain", course.optimizers.SGD(0.03)), ("adaptive", course.optimizers.Adam(0.004))):
        hidden = [layers.Dense(24, activation="tanh") for _ in range(2)]
        stack: list[Any] = [layers.Input((2,)), *hidden, layers.Dense(1, activation="sigmoid")]
        model = course.Sequential(stack, name=name, seed=0)
        model.compile(optimizer, "binary_crossentropy")
        model.fit(x, y[:, None], epochs=60, batch_size=20, validation_split=0.5, verbose=0, callbacks=[live])
    return live.widget


def featuremaps() -> Any:
    """A small network that has learned to tell galaxies apart, and one of them."""
    (x, labels), _, (images, _) = load_galaxies()
    brightest = x.max()
    model = course.Sequential(
        [
            layers.Input((32, 32, 1)),
            layers.Conv2D(8, 5, activation="relu", name="conv1"),
            layers.MaxPool2D(2, name="pool1"),
            layers.Conv2D(12, 3, activation="relu", name="conv2"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ],
        seed=0,
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[..., None] / brightest * 10, labels, epochs=3, verbose=0)
    return widgets.FeatureMaps(model, images[:20, :, :, None] / brightest * 10)


def augmentation() -> Any:
    """Two galaxies of each shape."""
    (images, labels), _, _ = load_galaxies()
    two_each = np.concatenate([np.flatnonzero(labels == kind)[:2] for kind in range(3)])
    return widgets.AugmentationPreview(np.arcsinh(images[two_each]), [CLASSES[kind] for kind in labels[two_each]])


def _still(make: Callable[[], Any]) -> Callable[[], tuple[Any, None]]:
    return lambda: (make(), None)


SCENES: dict[str, Callable[[], tuple[Any, Act | None]]] = {
    "neuron": _still(neuron),
    "activations": _still(lambda: widgets.ActivationGallery("elu", compare="softplus", z=-1.5)),
    "softmax": _still(lambda: widgets.ActivationGallery("softmax")),
    "playground": playground,
    "backprop": _still(lambda: at(widgets.BackpropStepper(), position=12)),
    "convolution": _still(lambda: at(widgets.ConvolutionExplorer("galaxy", "sharpen", padding="same"), step=76)),
    "sizes": _still(widgets.SizesAtAGlance),
    "optimizers": _still(widgets.OptimizerPaths),
    "curves": _still(curves),
    "overfitting": _still(widgets.OverfittingExplorer),
    "gradientflow": _still(widgets.GradientFlow),
    "dropout": _still(widgets.DropoutExplorer),
    "featuremaps": _still(featuremaps),
    "augmentation": _still(augmentation),
}
