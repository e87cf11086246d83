"""Losses of classes: cross-entropy between the truth and predicted probabilities, or logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.activations import log_softmax, sigmoid
from course.errors import check_flag, check_number, check_numbers
from course.losses.base import Loss

# probabilities are kept this far from 0 and 1, where a logarithm would be infinite (Keras's number)
EPSILON = 1e-7


class BinaryCrossentropy(Loss):
    """−mean [y log p + (1 − y) log(1 − p)] for two classes, y between 0 and 1.

    Parameters
    ----------
    from_logits : bool
        Whether predictions are logits z, with p = sigmoid(z), instead of probabilities. Exact for any z,
        while probabilities are clipped to [10⁻⁷, 1 − 10⁻⁷], with a slope of 0 outside.
    label_smoothing : float between 0 and 1
        Draws the labels towards ½ by this fraction.
    """

    name = "binary_crossentropy"
    fuses_with = "sigmoid"

    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.from_logits = check_flag(type(self).__name__, "from_logits", from_logits)
        self.label_smoothing = check_number(
            "BinaryCrossentropy", "label_smoothing", label_smoothing, minimum=0, maximum=1
        )

    def prepare(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        y_true = super().prepare(y_true, y_pred)
        lowest, highest = y_true.min(), y_true.max()
        # an image scaled to [0, 1] in float32 may pass 1 by a rounding error
        if not (lowest >= -1e-6 and highest <= 1 + 1e-6):
            raise ValueError(
                f"BinaryCrossentropy: y_true must be between 0 and 1, got values from {lowest:g} to {highest:g}"
            )
        if self.label_smoothing:
            y_true = y_true * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing
        return y_true

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.from_logits:
            z = y_pred
            # −y log σ(z) − (1 − y) log(1 − σ(z)), with exponents that are never positive
            terms = np.maximum(z, 0.0) - z * y_true + np.log1p(np.exp(-np.abs(z)))
            return terms, sigmoid(z) - y_true
        p, inside = _clip_probabilities(y_pred)
        terms = -(y_true * np.log(p) + (1.0 - y_true) * np.log1p(-p))
        return terms, (p - y_true) / (p * (1.0 - p)) * inside

    def get_config(self) -> dict[str, Any]:
        own = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**own, **super().get_config()}


class CategoricalCrossentropy(Loss):
    """−Σⱼ yⱼ log pⱼ, averaged over examples; y holds one probability for each class (one-hot).

    Parameters
    ----------
    from_logits : bool
        Whether predictions are logits z, with p = softmax(z), instead of probabilities. Exact for any z,
        while probabilities are divided by their sum and clipped to [10⁻⁷, 1 − 10⁻⁷], with a slope of 0 outside.
    label_smoothing : float between 0 and 1
        Draws the labels towards equal probabilities by this fraction.
    """

    name = "categorical_crossentropy"
    fuses_with = "softmax"

    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.from_logits = check_flag(type(self).__name__, "from_logits", from_logits)
        self.label_smoothing = check_number(
            "CategoricalCrossentropy", "label_smoothing", label_smoothing, minimum=0, maximum=1
        )

    def prepare(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        y_true = check_numbers("CategoricalCrossentropy", "y_true", y_true)
        if y_pred.ndim < 2 or y_pred.shape[-1] < 2:
            raise ValueError(
                f"CategoricalCrossentropy: y_pred must have at least two classes on its last axis, got shape"
                f" {y_pred.shape}; for one output of two classes use BinaryCrossentropy"
            )
        if y_true.shape in (y_pred.shape[:-1], (*y_pred.shape[:-1], 1)):
            raise ValueError(
                f"CategoricalCrossentropy: y_true must have y_pred's shape {y_pred.shape}, one probability"
                f" for each class, got {y_true.shape}; for class numbers use SparseCategoricalCrossentropy"
            )
        y_true = super().prepare(y_true, y_pred)
        if self.label_smoothing:
            y_true = y_true * (1.0 - self.label_smoothing) + self.label_smoothing / y_pred.shape[-1]
        return y_true

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.from_logits:
            log_p = log_softmax(y_pred)
            slopes = np.exp(log_p) * y_true.sum(axis=-1, keepdims=True) - y_true
            return -(y_true * log_p).sum(axis=-1), slopes
        total = y_pred.sum(axis=-1, keepdims=True)
        p, inside = _clip_probabilities(y_pred / total)
        slopes = -y_true / p * inside
        # the division by the sum: p = q / Σq, so dq = (dp − Σ dp p) / Σq
        slopes = (slopes - (slopes * y_pred).sum(axis=-1, keepdims=True) / total) / total
        return -(y_true * np.log(p)).sum(axis=-1), slopes

    def get_config(self) -> dict[str, Any]:
        own = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**own, **super().get_config()}


class SparseCategoricalCrossentropy(Loss):
    """−log p of the right class, averaged over examples; y holds class numbers, 0 to k − 1.

    Parameters
    ----------
    from_logits : bool
        As in `CategoricalCrossentropy`.
    """

    name = "sparse_categorical_crossentropy"
    fuses_with = "softmax"

    def __init__(self, from_logits: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.from_logits = check_flag(type(self).__name__, "from_logits", from_logits)

    def prepare(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        given = check_numbers("SparseCategoricalCrossentropy", "y_true", y_true)
        rows = y_pred.shape[:-1]
        if not rows or given.shape not in (rows, (*rows, 1)):
            hint = "; for one-hot labels use CategoricalCrossentropy" if given.shape == y_pred.shape else ""
            raise ValueError(
                f"SparseCategoricalCrossentropy: y_true must have y_pred's shape {y_pred.shape} without the"
                f" classes, one class number for each example, got {given.shape}{hint}"
            )
        given, classes = given.reshape(rows), y_pred.shape[-1]
        with np.errstate(invalid="ignore"):
            labels = given.astype(np.intp, copy=False)
        whole = labels is given or given.dtype.kind in "iub" or np.array_equal(labels, given)
        if not whole or labels.min() < 0 or labels.max() >= classes:
            wrong = given[(labels != given) | (labels < 0) | (labels >= classes)][0]
            raise ValueError(
                f"SparseCategoricalCrossentropy: y_true must hold whole class numbers from 0 to {classes - 1}"
                f" (y_pred has {classes} classes), got {wrong}"
            )
        return labels

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = y_true.reshape(-1)
        index = np.arange(rows.size)
        flat = y_pred.reshape(rows.size, -1)
        if self.from_logits:
            log_p = log_softmax(flat)
            slopes = np.exp(log_p)
            slopes[index, rows] -= 1.0
            terms = -log_p[index, rows]
        else:
            total = flat.sum(axis=-1)
            p, inside = _clip_probabilities(flat[index, rows] / total)
            slope = -1.0 / p * inside
            slopes = np.repeat((-slope * flat[index, rows] / total**2)[:, None], flat.shape[1], axis=1)
            slopes[index, rows] += slope / total
            terms = -np.log(p)
        return terms.reshape(y_true.shape), slopes.reshape(y_pred.shape)

    def get_config(self) -> dict[str, Any]:
        return {"from_logits": self.from_logits, **super().get_config()}


def _clip_probabilities(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return p within [10⁻⁷, 1 − 10⁻⁷], and where it was: elsewhere the clipped p doesn't change with p."""
    return np.clip(p, EPSILON, 1.0 - EPSILON), (p >= EPSILON) & (p <= 1.0 - EPSILON)
