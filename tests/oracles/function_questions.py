"""What activations, losses, regularizers, initializers and metrics are asked: values and slopes from PyTorch, Keras."""

from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves

# Activations: name of the case -> (name of the function in both libraries, arguments)

ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "linear": ("linear", {}),
    "relu": ("relu", {}),
    "leaky_relu": ("leaky_relu", {}),
    "leaky_relu_0.01": ("leaky_relu", {"negative_slope": 0.01}),
    "leaky_relu_1.5": ("leaky_relu", {"negative_slope": 1.5}),
    "elu": ("elu", {}),
    "elu_0.3": ("elu", {"alpha": 0.3}),
    "selu": ("selu", {}),
    "softplus": ("softplus", {}),
    "sigmoid": ("sigmoid", {}),
    "tanh": ("tanh", {}),
    "silu": ("silu", {}),
    "softmax": ("softmax", {}),
    "softmax_axis_0": ("softmax", {"axis": 0}),
}
Z = np.concatenate([np.linspace(-6, 6, 49), [0.0, -30, 30, -100, 100, -1e4, 1e4]]).reshape(7, 8)
DY = waves(7, 8, phase=1)


def ask_activation(name: str, arguments: dict[str, Any]) -> np.ndarray:
    import torch

    z = torch.tensor(Z, requires_grad=True)
    y = getattr(keras().activations, name)(z, **arguments)
    (y * torch.tensor(DY)).sum().backward()
    return flat(y, z.grad)


PRELU_ALPHA = waves(8, phase=2)


def ask_prelu() -> np.ndarray:
    import torch

    z, alpha = torch.tensor(Z, requires_grad=True), torch.tensor(PRELU_ALPHA, requires_grad=True)
    y = torch.nn.functional.prelu(z, alpha)
    (y * torch.tensor(DY)).sum().backward()
    return flat(y, z.grad, alpha.grad)


def ask_softmax_jacobian() -> np.ndarray:
    import torch

    return flat(torch.autograd.functional.jacobian(lambda z: torch.softmax(z, -1), torch.tensor(Z[0])))


# Losses: (class in both libraries, arguments, y_true, y_pred, sample_weight)


def probabilities(*shape: int) -> np.ndarray:
    exponentials = np.exp(waves(*shape, size=2))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    return np.eye(classes)[labels]


LABELS = np.array([0, 3, 1, 2, 1])
MAP_LABELS = np.array([[0, 1, 2], [2, 2, 1]])
NUMBERS = (waves(4, 3, size=2), waves(4, 3, size=2, phase=1))
IMAGES = (waves(2, 3, 4, 1), waves(2, 3, 4, 1, phase=2))
BINARY = ((waves(6, 2, phase=3) > 0).astype(float), 0.5 + waves(6, 2, size=0.49))
CERTAIN = (np.array([[0.0], [1], [0], [1], [0.3]]), np.array([[0.0], [0], [1], [1], [1]]))
BINARY_LOGITS = (
    np.array([[0.0, 1], [0, 1], [0.3, 0.3], [1, 0]]),
    np.array([[1e4, -1e4], [-1e4, 1e4], [50, -50], [0.1, 3]]),
)
UNSURE = (one_hot(LABELS, 4), probabilities(5, 4))
UNNORMALIZED = (one_hot(LABELS, 4), 3 * probabilities(5, 4))
SOFT = (probabilities(5, 4), probabilities(5, 4)[::-1].copy())
WRONG = (one_hot(LABELS, 4), one_hot(LABELS[::-1].copy(), 4))
LOGITS = (one_hot(LABELS, 4), waves(5, 4, size=5))
HUGE_LOGITS = (one_hot(LABELS, 4), waves(5, 4, size=1e4))
SPARSE = (LABELS, probabilities(5, 4))
SPARSE_LOGITS = (LABELS, waves(5, 4, size=5))
SPARSE_HUGE_LOGITS = (LABELS, waves(5, 4, size=1e4))
SPARSE_COLUMN = (LABELS[:, None], 3 * probabilities(5, 4))
MAP = (MAP_LABELS, probabilities(2, 3, 3))
MAP_LOGITS = (MAP_LABELS, waves(2, 3, 3, size=3))
WEIGHTS = np.array([0.5, 2, 0, 1, 3, 1.5])
MAP_WEIGHTS = np.array([[1.0, 2, 0.5], [0, 1, 3]])

LOSSES: dict[str, tuple[str, dict[str, Any], np.ndarray, np.ndarray, np.ndarray | None]] = {
    f"{loss}/{case}": (loss, arguments, *data, weights)
    for loss, case, arguments, data, weights in [
        *(
            (loss, f"{case}{label}", arguments, data, weights)
            for loss, label, arguments in [
                ("MeanSquaredError", "", {}),
                ("MeanAbsoluteError", "", {}),
                ("Huber", "", {}),
                ("Huber", "_narrow", {"delta": 0.2}),
            ]
            for case, data, weights in [
                ("numbers", NUMBERS, None),
                ("weighted", NUMBERS, WEIGHTS[:4]),
                ("images", IMAGES, None),
                ("images_weighted", IMAGES, np.tile(WEIGHTS[:2, None, None], (1, 3, 4))),
            ]
        ),
        ("MeanSquaredError", "sum", {"reduction": "sum"}, NUMBERS, WEIGHTS[:4]),
        ("BinaryCrossentropy", "plain", {}, BINARY, None),
        ("BinaryCrossentropy", "weighted", {}, BINARY, WEIGHTS),
        ("BinaryCrossentropy", "certain", {}, CERTAIN, None),
        ("BinaryCrossentropy", "smooth", {"label_smoothing": 0.2}, BINARY, None),
        ("BinaryCrossentropy", "logits", {"from_logits": True}, BINARY_LOGITS, None),
        ("BinaryCrossentropy", "logits_weighted", {"from_logits": True}, BINARY_LOGITS, WEIGHTS[:4]),
        ("BinaryCrossentropy", "sum", {"reduction": "sum"}, BINARY, None),
        ("CategoricalCrossentropy", "plain", {}, UNSURE, None),
        ("CategoricalCrossentropy", "weighted", {}, UNSURE, WEIGHTS[:5]),
        ("CategoricalCrossentropy", "unnormalized", {}, UNNORMALIZED, None),
        ("CategoricalCrossentropy", "soft_labels", {}, SOFT, None),
        ("CategoricalCrossentropy", "wrong", {}, WRONG, None),
        ("CategoricalCrossentropy", "smooth", {"label_smoothing": 0.1}, UNSURE, None),
        ("CategoricalCrossentropy", "logits", {"from_logits": True}, LOGITS, WEIGHTS[:5]),
        (
            "CategoricalCrossentropy",
            "logits_smooth",
            {"from_logits": True, "label_smoothing": 0.1},
            LOGITS,
            None,
        ),
        ("CategoricalCrossentropy", "huge_logits", {"from_logits": True}, HUGE_LOGITS, None),
        ("CategoricalCrossentropy", "sum", {"reduction": "sum"}, UNSURE, WEIGHTS[:5]),
        ("SparseCategoricalCrossentropy", "plain", {}, SPARSE, None),
        ("SparseCategoricalCrossentropy", "weighted", {}, SPARSE, WEIGHTS[:5]),
        ("SparseCategoricalCrossentropy", "column", {}, SPARSE_COLUMN, None),
        ("SparseCategoricalCrossentropy", "map", {}, MAP, MAP_WEIGHTS),
        ("SparseCategoricalCrossentropy", "logits", {"from_logits": True}, SPARSE_LOGITS, None),
        ("SparseCategoricalCrossentropy", "huge_logits", {"from_logits": True}, SPARSE_HUGE_LOGITS, None),
        ("SparseCategoricalCrossentropy", "map_logits", {"from_logits": True}, MAP_LOGITS, MAP_WEIGHTS),
        ("SparseCategoricalCrossentropy", "sum", {"reduction": "sum"}, SPARSE, WEIGHTS[:5]),
    ]
}


def ask_loss(case: str) -> np.ndarray:
    import torch

    name, arguments, y_true, y_pred, weights = LOSSES[case]
    prediction = torch.tensor(y_pred, requires_grad=True)
    value = getattr(keras().losses, name)(**arguments)(y_true, prediction, sample_weight=weights)
    value.backward()
    return flat(value, prediction.grad)


# Regularizers: (class in both libraries, arguments)

REGULARIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "l1": ("L1", {}),
    "l2": ("L2", {}),
    "l1_0.3": ("L1", {"l1": 0.3}),
    "l2_0.2": ("L2", {"l2": 0.2}),
    "l1l2": ("L1L2", {"l1": 0.1, "l2": 0.4}),
    "l1l2_default": ("L1L2", {}),
}
KERNEL = waves(3, 4, size=2)


def ask_regularizer(name: str, arguments: dict[str, Any]) -> np.ndarray:
    import torch

    kernel = torch.tensor(KERNEL, requires_grad=True)
    penalty = getattr(keras().regularizers, name)(**arguments)(kernel)
    if penalty.requires_grad:
        penalty.backward()
    return flat(penalty, np.zeros_like(KERNEL) if kernel.grad is None else kernel.grad)


# Initializers: the spread of a million numbers says what variance is meant; here, what a kernel's fans are

KERNEL_SHAPES = [(), (7,), (5, 9), (3, 5, 7), (3, 3, 16, 32), (2, 3, 4, 5, 6)]


def ask_fans() -> np.ndarray:
    from keras.src.initializers.random_initializers import compute_fans

    return np.array([compute_fans(shape) for shape in KERNEL_SHAPES])


# Metrics: (class in both libraries, arguments, batches of (y_true, y_pred, sample_weight))

METRICS: dict[str, tuple[str, dict[str, Any], list[tuple[Any, Any, Any]]]] = {
    "accuracy": ("Accuracy", {}, [(LABELS, LABELS[::-1], None), (LABELS[:3], LABELS[:3], WEIGHTS[:3])]),
    "binary": ("BinaryAccuracy", {}, [(*BINARY, None), (BINARY[0][:2], BINARY[1][2:4], None)]),
    "binary_weighted": ("BinaryAccuracy", {}, [(*BINARY, WEIGHTS)]),
    "binary_threshold": ("BinaryAccuracy", {"threshold": 0.3}, [(*BINARY, None)]),
    "binary_edge": ("BinaryAccuracy", {}, [(np.array([[1.0], [0], [0]]), np.full((3, 1), 0.5), None)]),
    "categorical": ("CategoricalAccuracy", {}, [(*UNSURE, None), (*WRONG, WEIGHTS[:5])]),
    "sparse": ("SparseCategoricalAccuracy", {}, [(*SPARSE, None), (*SPARSE_COLUMN, WEIGHTS[:5])]),
    "sparse_map": ("SparseCategoricalAccuracy", {}, [(*MAP, MAP_WEIGHTS), (*MAP_LOGITS, None)]),
    "mse": ("MeanSquaredError", {}, [(*NUMBERS, None), (*NUMBERS, WEIGHTS[:4])]),
    "mse_images": ("MeanSquaredError", {}, [(*IMAGES, None), (*NUMBERS, None)]),
    "mae": ("MeanAbsoluteError", {}, [(*NUMBERS, WEIGHTS[:4]), (NUMBERS[0][:1], NUMBERS[1][:1], None)]),
}


def ask_metric(case: str) -> np.ndarray:
    name, arguments, batches = METRICS[case]
    metric = getattr(keras().metrics, name)(**arguments)
    results = []
    for y_true, y_pred, weights in batches:
        metric.update_state(np.copy(y_true), np.copy(y_pred), sample_weight=weights)
        results.append(metric.result())
    return flat(*results)
