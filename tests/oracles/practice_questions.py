"""What the practice of training is asked of Keras: how callbacks act on given numbers, and how losses go, step by step.

Each question is written once and run with either library, which is handed in as a module.
"""

from types import ModuleType
from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves
from tests.oracles.model_questions import CLASSES, TARGETS, X, set_waves

# Numbers that callbacks watch, exact in float32, in which Keras compares them: falling, stuck, rising again, equal ones

WATCHED: dict[str, list[float]] = {
    "falling": [2.0, 1.5, 1.25, 1.0, 0.875, 0.8125, 0.78125],
    "valley": [2.0, 1.0, 0.5, 0.75, 0.5, 0.625, 0.25, 0.5, 0.5, 0.375, 0.5, 0.75, 1.0],
    "stuck": [1.0] * 12,
    "slow": [1.0, 0.96875, 0.9375, 0.90625, 0.875, 0.84375, 0.8125, 0.78125, 0.75],
    "waves": (np.round(waves(30, phase=2) * 16) / 16).tolist(),
    "hills": (np.round(waves(30, phase=5) * 16 - np.arange(30)) / 16).tolist(),
}

# Callbacks: name -> (class in both libraries, arguments)

CALLBACKS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{name}({','.join(f'{key}={value}' for key, value in arguments.items())})": (name, arguments)
    for name, cases in {
        "EarlyStopping": [
            {},
            {"patience": 1},
            {"patience": 2},
            {"patience": 3, "restore_best_weights": True},
            {"patience": 2, "min_delta": 0.0625},
            {"patience": 2, "min_delta": -0.0625, "restore_best_weights": True},
            {"patience": 3, "mode": "max", "restore_best_weights": True},
            {"patience": 2, "mode": "min", "baseline": 0.875},
            {"patience": 3, "baseline": 0.25, "restore_best_weights": True},
            {"patience": 0, "baseline": 5.0},
            {"patience": 1, "start_from_epoch": 4, "restore_best_weights": True},
            {"patience": 100, "restore_best_weights": True},
        ],
        "ReduceLROnPlateau": [
            {},
            {"patience": 1},
            {"patience": 0, "factor": 0.5},
            {"patience": 2, "factor": 0.5},
            {"patience": 2, "factor": 0.5, "cooldown": 2},
            {"patience": 1, "factor": 0.5, "cooldown": 3, "min_delta": 0.25},
            {"patience": 1, "factor": 0.25, "min_lr": 0.03125},
            {"patience": 2, "factor": 0.5, "mode": "max"},
        ],
    }.items()
    for arguments in cases
}


def watch(lib: ModuleType, callback: tuple[str, dict[str, Any]], values: list[float]) -> np.ndarray:
    """Tell a callback of epochs in which the validation loss had these values.

    Gives the number of epochs until it stopped, the learning rate after each, and the weight at the end, which before
    each epoch's end is set to the epoch's number.
    """
    model = lib.Sequential([lib.Input((1,)), lib.layers.Dense(1, use_bias=False)])
    model.compile(lib.optimizers.SGD(0.125), "mse")
    name, arguments = callback
    watcher = getattr(lib.callbacks, name)(**arguments)
    watcher.set_params({"epochs": len(values), "steps": 1, "verbose": 0})
    watcher.set_model(model)
    model.stop_training = False
    watcher.on_train_begin({})
    rates = np.zeros(len(values))
    epochs = 0
    for epoch, value in enumerate(values):
        watcher.on_epoch_begin(epoch, {})
        model.set_weights([np.full((1, 1), float(epoch))])
        watcher.on_epoch_end(epoch, {"loss": 0.0, "val_loss": value})
        rates[epoch] = float(model.optimizer.learning_rate)
        epochs += 1
        if model.stop_training:
            break
    watcher.on_train_end({})
    return flat(epochs, rates, *model.get_weights())


# Losses step by step: name -> (optimizer in both libraries, arguments)

CURVES: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"learning_rate": 0.1}),
    "momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    "Adam": ("Adam", {"learning_rate": 0.01}),
    "RMSprop": ("RMSprop", {"learning_rate": 0.01}),
    "AdamW": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1}),
    "clipnorm": ("SGD", {"learning_rate": 0.5, "clipnorm": 0.1}),
    "global_clipnorm": ("SGD", {"learning_rate": 0.5, "momentum": 0.9, "global_clipnorm": 0.1}),
    "clipvalue": ("Adam", {"learning_rate": 0.01, "clipvalue": 0.02}),
}
PENALTIES: dict[str, dict[str, Any]] = {
    "none": {},
    "L1": {"kernel_regularizer": "l1"},
    "L2": {"kernel_regularizer": "l2", "bias_regularizer": "l2"},
    "both": {"kernel_regularizer": "l1", "bias_regularizer": "l2"},
}
CURVE_STEPS = 50


def losses(lib: ModuleType, optimizer: str, penalty: str = "none", dtype: str | None = None) -> np.ndarray:
    """The running means of the loss after each of 50 steps, and the weights they lead to."""
    name, arguments = CURVES[optimizer]
    hidden = [lib.layers.Dense(units, activation="relu", **PENALTIES[penalty]) for units in (16, 8)]
    model = lib.Sequential([lib.Input((3,)), *hidden, lib.layers.Dense(3, activation="softmax")])
    if dtype is not None:
        model = model.astype(dtype)
    set_waves(model)
    model.compile(getattr(lib.optimizers, name)(**arguments), "sparse_categorical_crossentropy")
    seen: list[float] = []
    note = lib.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(float(logs["loss"])))
    model.fit(X, CLASSES, batch_size=8, epochs=CURVE_STEPS // 5, shuffle=False, verbose=0, callbacks=[note])
    assert len(seen) == CURVE_STEPS
    return flat(seen, *model.get_weights())


# What goes into fit in other shapes: name -> a compiled model and the arguments


def one_loss(lib: ModuleType, **compiled: Any) -> Any:
    model = lib.Sequential([lib.Input((3,)), lib.layers.Dense(4, activation="tanh"), lib.layers.Dense(2)])
    set_waves(model)
    model.compile(lib.optimizers.SGD(0.05), "mse", **compiled)
    return model


def two_losses(lib: ModuleType, **compiled: Any) -> Any:
    x = lib.Input((3,), name="x")
    h = lib.layers.Dense(4, activation="tanh")(x)
    outputs = [lib.layers.Dense(2, name="value")(h), lib.layers.Dense(3, activation="softmax", name="kind")(h)]
    model = lib.Model(x, outputs)
    set_waves(model)
    model.compile(lib.optimizers.SGD(0.05), **compiled)
    return model


WEIGHTS = np.abs(waves(40, phase=4)) + 0.1
BY_LIST = {"loss": ["mse", "sparse_categorical_crossentropy"]}
BY_NAME = {"loss": {"value": "mse", "kind": "sparse_categorical_crossentropy"}}
BOTH = [TARGETS, CLASSES]


def practice(lib: ModuleType, name: str) -> np.ndarray:
    """The history of a short training by name in alphabetical order, and the weights after it."""
    weighted_validation = (X[:9], TARGETS[:9], WEIGHTS[:9])
    model, arguments = {
        "sample_weight": lambda: (one_loss(lib, metrics=["mae"], weighted_metrics=["mae"]), {"sample_weight": WEIGHTS}),
        "validation_weights": lambda: (
            one_loss(lib, metrics=["mse"], weighted_metrics=["mse", "mae"]),
            {"validation_data": weighted_validation, "validation_batch_size": 4},
        ),
        "validation_split_weights": lambda: (one_loss(lib), {"validation_split": 0.3, "sample_weight": WEIGHTS}),
        "steps": lambda: (one_loss(lib), {"steps_per_epoch": 2, "epochs": 5}),
        "steps_that_do_not_divide": lambda: (one_loss(lib), {"steps_per_epoch": 3, "epochs": 5}),
        "validation_steps": lambda: (
            one_loss(lib),
            {"validation_data": (X, TARGETS), "validation_steps": 2, "epochs": 3},
        ),
        "loss_weights_list": lambda: (
            two_losses(lib, **BY_LIST, loss_weights=[0.3, 2.0]),
            {"y": [TARGETS, CLASSES]},
        ),
        "loss_weights_dict": lambda: (
            two_losses(lib, **BY_NAME, loss_weights={"value": 0.3, "kind": 2.0}, metrics={"kind": ["accuracy"]}),
            {"y": BOTH, "validation_split": 0.25},
        ),
        "one_weight_for_two_outputs": lambda: (
            two_losses(lib, **BY_NAME, weighted_metrics={"kind": ["accuracy"], "value": ["mae"]}),
            {"y": BOTH, "sample_weight": WEIGHTS},
        ),
        "weights_by_output": lambda: (
            two_losses(lib, **BY_NAME),
            {"y": BOTH, "sample_weight": [WEIGHTS, WEIGHTS[::-1].copy()]},
        ),
    }[name]()
    arguments = {"x": X, "y": TARGETS, "batch_size": 10, "epochs": 2, "shuffle": False, "verbose": 0, **arguments}
    history = model.fit(**arguments).history
    return flat(*(history[key] for key in sorted(history)), *model.get_weights())


PRACTICE = (
    "sample_weight",
    "validation_weights",
    "validation_split_weights",
    "steps",
    "steps_that_do_not_divide",
    "validation_steps",
    "loss_weights_list",
    "loss_weights_dict",
    "one_weight_for_two_outputs",
    "weights_by_output",
)


def transfer(lib: ModuleType) -> np.ndarray:
    """A frozen beginning under a new end, then both together at a smaller rate: losses and weights of both times."""
    base = lib.Sequential([lib.Input((3,)), lib.layers.Dense(5, activation="tanh"), lib.layers.BatchNormalization()])
    model = lib.Sequential([base, lib.layers.Dense(2)])
    model.build((None, 3))
    for layer in (*base.layers, model.layers[-1]):
        set_waves(layer)
    running = base.layers[-1]
    running.set_weights([np.abs(weight) for weight in running.get_weights()])  # a variance isn't negative
    arguments = {"batch_size": 10, "epochs": 3, "shuffle": False, "verbose": 0}
    base.trainable = False
    model.compile(lib.optimizers.Adam(0.05), "mse")
    found = [model.fit(X, TARGETS, **arguments).history["loss"], *model.get_weights()]
    base.trainable = True
    model.compile(lib.optimizers.Adam(0.005), "mse")
    found += [model.fit(X, TARGETS, **arguments).history["loss"], *model.get_weights()]
    return flat(*found)


def on_batch(lib: ModuleType) -> np.ndarray:
    """What training, testing and predicting on single batches answer."""
    one, two = one_loss(lib, metrics=["mae"]), two_losses(lib, **BY_LIST)
    both = [TARGETS, CLASSES]
    classes = lib.Sequential([lib.Input((3,)), lib.layers.Dense(3, activation="softmax")])
    set_waves(classes)
    classes.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return flat(
        *(one.train_on_batch(X[rows], TARGETS[rows]) for rows in (slice(0, 8), slice(8, 24), slice(24, 40))),
        one.train_on_batch(X, TARGETS, sample_weight=WEIGHTS),
        one.test_on_batch(X, TARGETS),
        one.test_on_batch(X, TARGETS, sample_weight=WEIGHTS),
        one.predict_on_batch(X),
        *(two.train_on_batch(X, both, return_dict=True)[name] for name in ("loss", "value_loss", "kind_loss") * 2),
        two.test_on_batch(X, both),
        *two.predict_on_batch(X),
        *(classes.train_on_batch(X, CLASSES, class_weight={0: 0.5, 1: 2.0, 2: 3.0}) for _ in range(2)),
        *one.get_weights(),
        *two.get_weights(),
        *classes.get_weights(),
    )


def in_float64(question: Any, *arguments: Any) -> np.ndarray:
    """Keras's answer, its layers computing in float64."""
    keras().config.set_dtype_policy("float64")
    try:
        return question(keras(), *arguments)
    finally:
        # not what dtype_policy() gave before: where none was set, it takes the type of the moment and keeps it
        keras().config.set_dtype_policy("float32")
