"""What models are asked: what a short training without shuffling leaves behind, from Keras on PyTorch.

Each program is written once and run with either library: it gets the module (`keras` or `course`) and gives a compiled
model with its data.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves

Program = Callable[[ModuleType], tuple[Any, dict[str, Any]]]
"""module -> a compiled model, the arguments of fit"""

X = waves(40, 3, phase=1, size=1.5)
LABELS = (X.sum(axis=1) > 0).astype(np.float64)
CLASSES = np.abs(np.round(X[:, 0] * 1.4)).astype(np.int64)
TARGETS = np.stack([X[:, 0] * X[:, 1], np.sin(X[:, 2])], axis=1)
FEWER = np.abs(waves(40, phase=4)) + 0.1


def set_waves(model: Any) -> None:
    """Give a model weights without randomness."""
    model.set_weights([waves(*w.shape, phase=7 + number, size=0.7) for number, w in enumerate(model.weights)])


def perceptron(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    model = lib.Sequential([lib.Input((3,)), lib.layers.Dense(1, activation="sigmoid")])
    set_waves(model)
    model.compile(lib.optimizers.SGD(learning_rate=0.5), "binary_crossentropy", metrics=["accuracy"])
    return model, {"x": X, "y": LABELS, "batch_size": 7, "epochs": 4, "validation_split": 0.3}


def classes(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    model = lib.Sequential(
        [lib.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(5, activation="tanh"), layers.Dense(3)]
    )
    model.add(layers.Activation("softmax"))
    set_waves(model)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": X, "y": CLASSES, "batch_size": 16, "epochs": 3, "validation_data": (X[:9], CLASSES[:9])}


def one_hot(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    model = lib.Sequential([lib.Input((3,)), layers.Dense(6, activation="elu"), layers.Dense(3, activation="softmax")])
    set_waves(model)
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy", "mse"])
    return model, {"x": X, "y": np.eye(3)[CLASSES], "batch_size": 10, "epochs": 3, "sample_weight": FEWER}


def class_weights(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    model = lib.Sequential([lib.Input((3,)), lib.layers.Dense(3, activation="softmax")])
    set_waves(model)
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model, {"x": X, "y": CLASSES, "epochs": 2, "class_weight": {0: 0.5, 1: 2.0, 2: 3.0}}


def regression(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers, penalty = lib.layers, lib.regularizers
    hidden = layers.Dense(5, activation="tanh", kernel_regularizer=penalty.L2(0.02), bias_regularizer=penalty.L1(0.01))
    model = lib.Sequential([lib.Input((3,)), hidden, layers.PReLU(), layers.Dense(2, kernel_regularizer="l2")])
    set_waves(model)
    model.compile(lib.optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    return model, {"x": X, "y": TARGETS, "batch_size": 32, "epochs": 3, "validation_split": 0.25}


def frozen(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    held = layers.Dense(4, activation="tanh", kernel_regularizer="l2")
    model = lib.Sequential([lib.Input((3,)), held, layers.Dense(3, activation="relu"), layers.Dense(2)])
    set_waves(model)
    held.trainable = False
    model.compile("adam", "huber")
    return model, {"x": X, "y": TARGETS, "batch_size": 8, "epochs": 2}


def residual(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    x = lib.Input((3,))
    h = layers.Dense(3, activation="relu")(x)
    h = layers.add([x, layers.Dense(3)(h)])
    h = layers.concatenate([h, x, layers.Dense(2, activation="sigmoid")(h)])
    model = lib.Model(x, layers.Dense(2)(h))
    set_waves(model)
    model.compile("sgd", "mae")
    return model, {"x": X, "y": TARGETS, "batch_size": 8, "epochs": 2}


def siamese(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    shared = lib.Sequential([lib.Input((2,)), layers.Dense(4, activation="tanh"), layers.Dense(2)])
    left, right = lib.Input((2,)), lib.Input((2,))
    distance = layers.Subtract()([shared(left), shared(right)])
    model = lib.Model([left, right], layers.Dense(1, activation="sigmoid")(layers.Multiply()([distance, distance])))
    set_waves(model)
    model.compile(lib.optimizers.SGD(0.3), "binary_crossentropy", metrics=["accuracy"])
    return model, {"x": [X[:, :2], X[:, 1:]], "y": LABELS, "batch_size": 9, "epochs": 3}


def two_heads(lib: ModuleType) -> tuple[Any, dict[str, Any]]:
    layers = lib.layers
    x = lib.Input((3,))
    h = layers.Dense(6, activation="tanh")(x)
    value = layers.Dense(2, name="value")(h)
    kind = layers.Dense(3, activation="softmax", name="kind")(h)
    model = lib.Model(x, [value, kind])
    set_waves(model)
    model.compile("sgd", ["mse", "sparse_categorical_crossentropy"], loss_weights=[0.3, 2.0])
    return model, {"x": X, "y": [TARGETS, CLASSES], "batch_size": 16, "epochs": 2}


PROGRAMS: dict[str, Program] = {
    program.__name__: program
    for program in (
        perceptron,
        classes,
        one_hot,
        class_weights,
        regression,
        frozen,
        residual,
        siamese,
        two_heads,
    )
}


def train(program: Program, lib: ModuleType, dtype: str | None = None) -> np.ndarray:
    """The history by name in alphabetical order, the weights after the training, predictions, and an evaluation.

    With a `dtype`, the model (of `course`) is converted to it before the training.
    """
    model, arguments = program(lib)
    if dtype is not None:
        model = model.astype(dtype)
        set_waves(model)
    history = model.fit(**arguments, shuffle=False, verbose=0).history
    predictions = model.predict(arguments["x"], verbose=0, batch_size=11)
    evaluation = model.evaluate(arguments["x"], arguments["y"], verbose=0, return_dict=True)
    return flat(
        *(history[name] for name in sorted(history)),
        *model.get_weights(),
        *(predictions if isinstance(predictions, list) else [predictions]),
        *(evaluation[name] for name in sorted(evaluation)),
    )


def ask_training(name: str) -> np.ndarray:
    before = keras().config.dtype_policy()
    keras().config.set_dtype_policy("float64")
    try:
        return train(PROGRAMS[name], keras())
    finally:
        keras().config.set_dtype_policy(before)
