"""What schedules and optimizers are asked: the paths of two parameters, from PyTorch and Keras."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves

# Schedules: (class in both libraries, arguments)

SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "exponential": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    ),
    "staircase": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True},
    ),
    "inverse": ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7}),
    "inverse_staircase": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7, "staircase": True},
    ),
    "cosine": ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 30}),
    "cosine_alpha": ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 30, "alpha": 0.2}),
    "cosine_warmup": (
        "CosineDecay",
        {"initial_learning_rate": 0.01, "decay_steps": 20, "warmup_target": 0.2, "warmup_steps": 10},
    ),
    "piecewise": ("PiecewiseConstantDecay", {"boundaries": [10, 25], "values": [0.1, 0.05, 0.01]}),
}
STEPS = range(50)


def ask_schedule(name: str, arguments: dict[str, Any]) -> np.ndarray:
    schedule = getattr(keras().optimizers.schedules, name)(**arguments)
    return flat(*(schedule(step) for step in STEPS))


# Optimizers: (class in both libraries, arguments); a schedule's name stands for the schedule

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{name}/{','.join(f'{key}={value}' for key, value in arguments.items())}": (name, arguments)
    for name, cases in {
        "SGD": [
            {"momentum": 0.9},
            {"momentum": 0.9, "nesterov": True},
            {"momentum": 0.5, "learning_rate": "staircase"},
            {"momentum": 0.5, "nesterov": True, "learning_rate": "cosine_warmup"},
            {"learning_rate": "inverse_staircase"},
        ],
        "RMSprop": [
            {"rho": 0.7},
            {"momentum": 0.9},
            {"centered": True},
            {"centered": True, "momentum": 0.5, "learning_rate": "exponential"},
            {"epsilon": 1e-2},
        ],
        "Adam": [
            {"beta_1": 0.5},
            {"beta_2": 0.9, "epsilon": 1e-3},
            {"amsgrad": True},
            {"amsgrad": True, "beta_2": 0.5, "learning_rate": "cosine"},
            {"learning_rate": "piecewise", "weight_decay": 0.1},
        ],
        "AdamW": [{"weight_decay": 0.5, "amsgrad": True}],
        "Adagrad": [{"initial_accumulator_value": 0.5}, {"epsilon": 1e-2}],
    }.items()
    for arguments in [
        {},
        {"learning_rate": 0.2},
        {"weight_decay": 0.01},
        {"clipnorm": 0.7},
        {"global_clipnorm": 0.7},
        {"clipvalue": 0.3},
        *cases,
    ]
}
DECAYED: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"momentum": 0.9}),
    "Adam": ("Adam", {}),
    "RMSprop": ("RMSprop", {"weight_decay": 0.1}),
}
DECAY, DECAY_RATE = 0.1, 0.05
LOOK_AT = (1, 2, 10, 50)


def first_values() -> list[np.ndarray]:
    return [waves(3, 2, size=2), waves(4, phase=1)]


def slope(values: Any, step: int) -> Any:
    """The gradient at a step, on the way to a minimum that moves; of NumPy arrays and PyTorch tensors alike."""
    return 1.5 * values + float(np.sin(1.7 * step)) * 0.6 + 0.2


def walk(make: Callable[[], Any]) -> np.ndarray:
    variables = [keras().Variable(value, dtype="float64") for value in first_values()]
    optimizer = make()
    seen = []
    for step in range(1, max(LOOK_AT) + 1):
        optimizer.apply([slope(variable.value, step).detach() for variable in variables], variables)
        if step in LOOK_AT:
            seen += [variable.numpy().copy() for variable in variables]
    return flat(*seen)


def ask_optimizer(name: str, arguments: dict[str, Any]) -> np.ndarray:
    def make() -> Any:
        options = dict(arguments)
        if isinstance(options.get("learning_rate"), str):
            schedule, schedule_arguments = SCHEDULES[options["learning_rate"]]
            options["learning_rate"] = getattr(keras().optimizers.schedules, schedule)(**schedule_arguments)
        return getattr(keras().optimizers, name)(**options)

    return walk(make)


def ask_decay(name: str, arguments: dict[str, Any]) -> np.ndarray:
    """Keras 3 has no `decay` any more; this schedule is the formula that it had."""
    schedule = keras().optimizers.schedules.InverseTimeDecay(DECAY_RATE, decay_steps=1, decay_rate=DECAY)
    return walk(lambda: getattr(keras().optimizers, name)(learning_rate=schedule, **arguments))


# The same steps in PyTorch, where the formulas are the same: (class here, arguments, class there, arguments)

TORCH_OPTIMIZERS: dict[str, tuple[str, dict[str, Any], str, dict[str, Any]]] = {
    "SGD": ("SGD", {"momentum": 0.9}, "SGD", {"lr": 0.01, "momentum": 0.9}),
    "Nesterov": (
        "SGD",
        {"momentum": 0.9, "nesterov": True},
        "SGD",
        {"lr": 0.01, "momentum": 0.9, "nesterov": True},
    ),
    "Adam": ("Adam", {"epsilon": 1e-16}, "Adam", {"lr": 0.001, "eps": 1e-16}),
    "AdamW": ("AdamW", {"epsilon": 1e-16}, "AdamW", {"lr": 0.001, "eps": 1e-16, "weight_decay": 0.004}),
    "Adagrad": (
        "Adagrad",
        {"epsilon": 1e-16},
        "Adagrad",
        {"lr": 0.001, "eps": 1e-16, "initial_accumulator_value": 0.1},
    ),
}


def ask_torch_optimizer(name: str, arguments: dict[str, Any]) -> np.ndarray:
    import torch

    tensors = [torch.tensor(value, requires_grad=True) for value in first_values()]
    optimizer = getattr(torch.optim, name)(tensors, **arguments)
    seen = []
    for step in range(1, max(LOOK_AT) + 1):
        for tensor in tensors:
            tensor.grad = slope(tensor.detach(), step)
        optimizer.step()
        if step in LOOK_AT:
            seen += [tensor.detach().numpy().copy() for tensor in tensors]
    return flat(*seen)
