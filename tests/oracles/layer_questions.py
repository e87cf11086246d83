"""What layers are asked: output, and gradients of input and weights, from Keras on PyTorch, and from PyTorch alone.

Keras multiplies matrices in float32 here whatever it is told, so it is right to about 1e-7; PyTorch does in float64.
"""

from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves

Shapes = tuple[int, ...] | list[tuple[int, ...]]

# Name of the case -> (class in both libraries, arguments, shape(s) of the input with the batch axis)

LAYERS: dict[str, tuple[str, dict[str, Any], Shapes]] = {
    **{
        f"Dense/{activation}": ("Dense", {"units": 4, "activation": activation}, (5, 3))
        for activation in ("linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus")
    },
    "Dense/no_bias": ("Dense", {"units": 2, "use_bias": False}, (5, 3)),
    "Dense/one_unit": ("Dense", {"units": 1, "activation": "sigmoid"}, (4, 6)),
    "Dense/rank_3": ("Dense", {"units": 4, "activation": "softmax"}, (2, 5, 3)),
    "Dense/rank_4": ("Dense", {"units": 2, "activation": "tanh"}, (2, 3, 2, 3)),
    "Activation/relu": ("Activation", {"activation": "relu"}, (3, 4)),
    "Activation/softmax": ("Activation", {"activation": "softmax"}, (3, 2, 4)),
    "Softmax": ("Softmax", {}, (3, 4)),
    "Softmax/axis_1": ("Softmax", {"axis": 1}, (3, 2, 4)),
    "ReLU": ("ReLU", {}, (3, 4)),
    "ReLU/all": ("ReLU", {"max_value": 0.7, "negative_slope": 0.1, "threshold": 0.2}, (3, 4, 2)),
    "LeakyReLU": ("LeakyReLU", {}, (3, 4)),
    "LeakyReLU/0.1": ("LeakyReLU", {"negative_slope": 0.1}, (3, 4)),
    "ELU": ("ELU", {"alpha": 0.5}, (3, 4)),
    "PReLU": ("PReLU", {}, (3, 4, 2)),
    "PReLU/shared": ("PReLU", {"shared_axes": [1, 2]}, (2, 3, 4, 2)),
    "PReLU/shared_last": ("PReLU", {"shared_axes": [2]}, (2, 3, 4)),
    "Dropout/evaluation": ("Dropout", {"rate": 0.5}, (3, 4)),
    "Flatten": ("Flatten", {}, (3, 4, 2)),
    "Flatten/flat": ("Flatten", {}, (3, 4)),
    "Reshape": ("Reshape", {"target_shape": (3, 8)}, (2, 4, 6)),
    "Reshape/left_over": ("Reshape", {"target_shape": (-1, 2)}, (2, 4, 6)),
    "Add": ("Add", {}, [(3, 4), (3, 4)]),
    "Add/three": ("Add", {}, [(3, 4), (3, 4), (3, 4)]),
    "Add/broadcast": ("Add", {}, [(3, 4, 2), (3, 1, 2)]),
    "Subtract": ("Subtract", {}, [(3, 4), (3, 4)]),
    "Multiply": ("Multiply", {}, [(3, 4), (3, 4), (3, 4)]),
    "Multiply/broadcast": ("Multiply", {}, [(3, 4, 2), (3, 1, 2)]),
    "Average": ("Average", {}, [(3, 4), (3, 4), (3, 4)]),
    "Maximum": ("Maximum", {}, [(3, 4), (3, 4), (3, 4)]),
    "Minimum": ("Minimum", {}, [(3, 4), (3, 4)]),
    "Concatenate": ("Concatenate", {}, [(3, 4), (3, 2), (3, 1)]),
    "Concatenate/axis_1": ("Concatenate", {"axis": 1}, [(3, 4, 2), (3, 1, 2)]),
    "Concatenate/axis_-2": ("Concatenate", {"axis": -2}, [(3, 4, 2), (3, 1, 2)]),
}


def inputs(shapes: Shapes) -> list[np.ndarray]:
    """The data of a case, an array an input."""
    each = shapes if isinstance(shapes, list) else [shapes]
    return [waves(*shape, phase=1 + 0.3 * number, size=2.0) for number, shape in enumerate(each)]


def weight(number: int, shape: tuple[int, ...]) -> np.ndarray:
    """A layer's weight number so and so."""
    return waves(*shape, phase=5 + number, size=0.8)


def slope(shape: tuple[int, ...]) -> np.ndarray:
    """The gradient that arrives at the output."""
    return waves(*shape, phase=3)


def ask_layer(name: str, arguments: dict[str, Any], shapes: Shapes) -> np.ndarray:
    import torch

    layer = getattr(keras().layers, name)(**arguments, dtype="float64")
    xs = [torch.tensor(x, requires_grad=True) for x in inputs(shapes)]
    given = xs if isinstance(shapes, list) else xs[0]
    layer(given)  # builds it
    layer.set_weights([weight(number, tuple(w.shape)) for number, w in enumerate(layer.weights)])
    y = layer(given, training=False)
    (y * torch.tensor(slope(tuple(y.shape)))).sum().backward()
    return flat(y, *(x.grad for x in xs), *(w.value.grad for w in layer.weights))


DENSE = {case: what for case, what in LAYERS.items() if what[0] == "Dense"}


def ask_dense(_: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """The same of a dense layer, from PyTorch alone."""
    import torch

    functions = {
        "linear": lambda z: z,
        "softmax": lambda z: torch.softmax(z, -1),
        "elu": torch.nn.functional.elu,
        "softplus": torch.nn.functional.softplus,
    }
    activation = arguments.get("activation", "linear")
    (x,) = (torch.tensor(x, requires_grad=True) for x in inputs(shape))
    weights = [torch.tensor(weight(0, (shape[-1], arguments["units"])), requires_grad=True)]
    if arguments.get("use_bias", True):
        weights.append(torch.tensor(weight(1, (arguments["units"],)), requires_grad=True))
    z = torch.nn.functional.linear(x, weights[0].T, *weights[1:])
    y = functions[activation](z) if activation in functions else getattr(torch, activation)(z)
    (y * torch.tensor(slope(tuple(y.shape)))).sum().backward()
    return flat(y, x.grad, *(w.grad for w in weights))
