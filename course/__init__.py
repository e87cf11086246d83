"""Neural networks in NumPy, small enough to read: the library that the lessons build on.

The names are Keras's: `import course as tfk; tfkl = tfk.layers`, then `tfk.Sequential([tfkl.Dense(4, input_dim=3)])`.
"""

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
