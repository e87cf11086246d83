"""Neural networks in NumPy, small enough to read: the library that the lessons build on.

The names are Keras's: `import course as tfk; tfkl = tfk.layers`, then `tfk.Sequential([tfkl.Dense(4, input_dim=3)])`.
"""

from importlib import import_module
from types import ModuleType

from course import (
    activations,
    callbacks,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from course.layers import Input
from course.models import Model, Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "activations",
    "callbacks",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "utils",
]


_ON_DEMAND = ("data", "gradcheck", "interop", "neuron", "plots", "schedules", "shapes", "widgets")


def __getattr__(name: str) -> ModuleType:
    """The parts that not every program needs are imported where they are first named."""
    if name in _ON_DEMAND:
        return import_module(f"course.{name}")
    raise AttributeError(f"module 'course' has no attribute {name!r}")
