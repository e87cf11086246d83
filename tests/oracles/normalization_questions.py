"""What normalization is asked: output, gradients and running averages, from PyTorch and from Keras; short trainings.

Keras normalizes in float32 here whatever it is told, so it is right to about 1e-6; PyTorch does in float64.
"""

from types import ModuleType
from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves
from tests.oracles.model_questions import Program, train

# Batch normalization: name of the case -> (arguments, shape)

BATCH: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "features": ({}, (6, 4)),
    "one_feature": ({}, (7, 1)),
    "one_example": ({}, (1, 4, 3, 2)),
    "sequences": ({}, (3, 5, 2)),
    "images": ({}, (4, 3, 5, 3)),
    "volumes": ({}, (2, 3, 2, 2, 3)),
    "large": ({"epsilon": 1e-5}, (40, 17, 16, 24)),
    "no_center": ({"center": False}, (4, 3, 3, 2)),
    "no_scale": ({"scale": False}, (4, 3, 3, 2)),
    "neither": ({"center": False, "scale": False}, (4, 3, 3, 2)),
    "momentum": ({"momentum": 0.7, "epsilon": 0.1}, (5, 3)),
    "axis_1": ({"axis": 1}, (4, 3, 2, 2)),
    "axis_-2": ({"axis": -2}, (4, 3, 2, 5)),
}

# Layer normalization: name of the case -> (arguments, shape)

LAYER: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "features": ({}, (6, 4)),
    "sequences": ({"epsilon": 1e-5}, (3, 5, 6)),
    "images": ({}, (2, 3, 4, 5)),
    "whole_images": ({"axis": (1, 2, 3)}, (3, 3, 4, 2)),
    "rows": ({"axis": [2, 3]}, (3, 2, 4, 2)),
    "inner": ({"axis": 1}, (3, 4, 2)),
    "apart": ({"axis": (1, 3)}, (3, 4, 2, 3)),
    "no_center": ({"center": False}, (4, 5)),
    "no_scale": ({"scale": False}, (4, 5)),
    "neither": ({"center": False, "scale": False}, (4, 5)),
}


# sums over ten thousand pixels in float32 say little
BATCH_IN_KERAS = [case for case in BATCH if case != "large"]
# Keras on PyTorch can't normalize over axes that aren't the last
LAYER_IN_KERAS = [case for case in LAYER if case not in ("inner", "apart")]


def values(shape: tuple[int, ...]) -> np.ndarray:
    """Inputs whose features differ in mean and width."""
    last = np.arange(shape[-1], dtype=np.float64)
    return waves(*shape, phase=1) * (1 + last) + 3 * last - 2


def slope(shape: tuple[int, ...]) -> np.ndarray:
    """The gradient that arrives at the output."""
    return waves(*shape, phase=3)


def weight(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """A weight by its name; a variance is positive."""
    value = waves(*shape, phase={"gamma": 5, "beta": 6, "moving_mean": 7, "moving_variance": 8}[name], size=0.8)
    return np.abs(value) + 0.3 if name == "moving_variance" else value


def thin(answer: np.ndarray) -> np.ndarray:
    """Of very many numbers, one in a thousand and the last (those of the weights)."""
    return answer if answer.size < 10_000 else np.concatenate([answer[:-100:997], answer[-100:]])


def ask_batch(arguments: dict[str, Any], shape: tuple[int, ...], training: bool) -> np.ndarray:
    """y, dx, dgamma, dbeta, then the running averages, from PyTorch."""
    import torch

    axis = arguments.get("axis", -1) % len(shape)
    momentum, epsilon = arguments.get("momentum", 0.99), arguments.get("epsilon", 1e-3)
    features = (shape[axis],)
    x = torch.tensor(values(shape), requires_grad=True)
    learned = {
        name: torch.tensor(weight(name, features), requires_grad=True)
        for name, wanted in (("gamma", "scale"), ("beta", "center"))
        if arguments.get(wanted, True)
    }
    mean, variance = (torch.tensor(weight(name, features)) for name in ("moving_mean", "moving_variance"))
    moved = x.movedim(axis, 1)
    y = torch.nn.functional.batch_norm(
        moved, mean, variance, learned.get("gamma"), learned.get("beta"), training, 0.0, epsilon
    ).movedim(1, axis)
    (y * torch.tensor(slope(shape))).sum().backward()
    if training:
        # PyTorch keeps the variance with n − 1 in the denominator, Keras the one that it divides by
        others = [other for other in range(len(shape)) if other != axis]
        mean = momentum * mean + (1 - momentum) * x.detach().mean(others)
        variance = momentum * variance + (1 - momentum) * x.detach().var(others, unbiased=False)
    return thin(flat(y, x.grad, *(one.grad for one in learned.values()), mean, variance))


def ask_layer(arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """y, dx, dgamma, dbeta, from PyTorch."""
    import torch

    axis = arguments.get("axis", -1)
    axes = sorted(one % len(shape) for one in (axis if isinstance(axis, (list, tuple)) else [axis]))
    features = tuple(shape[one] for one in axes)
    x = torch.tensor(values(shape), requires_grad=True)
    learned = {
        name: torch.tensor(weight(name, features), requires_grad=True)
        for name, wanted in (("gamma", "scale"), ("beta", "center"))
        if arguments.get(wanted, True)
    }
    last = list(range(-len(axes), 0))
    y = torch.nn.functional.layer_norm(
        x.movedim(axes, last), features, learned.get("gamma"), learned.get("beta"), arguments.get("epsilon", 1e-3)
    ).movedim(last, axes)
    (y * torch.tensor(slope(shape))).sum().backward()
    return flat(y, x.grad, *(one.grad for one in learned.values()))


def ask_keras(name: str, arguments: dict[str, Any], shape: tuple[int, ...], training: bool) -> np.ndarray:
    """y, dx, the gradients of the weights that learn, then the running averages, from Keras."""
    import torch

    layer = getattr(keras().layers, name)(**arguments, dtype="float64")
    layer.build(shape)
    layer.set_weights([weight(one.name, tuple(one.shape)) for one in layer.weights])
    x = torch.tensor(values(shape), requires_grad=True)
    y = layer(x, training=training) if name == "BatchNormalization" else layer(x)
    (y * torch.tensor(slope(shape))).sum().backward()
    learned, running = layer.trainable_weights, layer.non_trainable_weights
    return thin(flat(y, x.grad, *(one.value.grad for one in learned), *(one.value for one in running)))


# Trainings, after which the weights and the running averages are compared (see model_questions)

X = waves(40, 6, phase=1, size=1.5) + 2
TARGETS = np.stack([X[:, 0] * X[:, 1], np.sin(X[:, 2])], axis=1)


def set_waves(model: Any) -> None:
    model.set_weights(
        [
            np.abs(value) + 0.5 if one.name.endswith("moving_variance") else value
            for number, one in enumerate(model.weights)
            for value in [waves(*one.shape, phase=7 + number, size=0.7)]
        ]
    )


def batch_normalized(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    model = lib.Sequential([lib.Input((6,)), layers.Dense(5, activation="relu")])
    model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.Dense(4, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.Activation("tanh"))
    model.add(layers.Dense(2))
    set_waves(model)
    model.compile(lib.optimizers.SGD(0.05, momentum=0.9), "mse")
    return model, {"x": X, "y": TARGETS, "batch_size": 9, "epochs": 2, "validation_split": 0.2}


def frozen(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    held = layers.BatchNormalization(momentum=0.5)
    model = lib.Sequential([lib.Input((6,)), layers.Dense(5, activation="relu"), held, layers.Dense(2)])
    set_waves(model)
    held.trainable = False
    model.compile("adam", "mse")
    return model, {"x": X, "y": TARGETS, "batch_size": 8, "epochs": 2}


def shared(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    left, right = lib.Input((3,)), lib.Input((3,))
    normalize = layers.BatchNormalization(momentum=0.9)
    together = layers.add([normalize(left), normalize(right)])
    model = lib.Model([left, right], layers.Dense(2)(layers.LayerNormalization()(together)))
    set_waves(model)
    model.compile("sgd", "mse")
    return model, {"x": [X[:, :3], X[:, 3:]], "y": TARGETS, "batch_size": 8, "epochs": 2}


TRAININGS: dict[str, Program] = {program.__name__: program for program in (batch_normalized, frozen, shared)}


def ask_training(name: str) -> np.ndarray:
    before = keras().config.dtype_policy()
    keras().config.set_dtype_policy("float64")
    try:
        return train(TRAININGS[name], keras())
    finally:
        keras().config.set_dtype_policy(before)
