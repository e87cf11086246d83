"""Metrics: what a person wants to know of predictions, as a mean over all examples of an epoch.

A metric is fed batch by batch (`update_state`), read (`result`) and emptied before the next epoch (`reset_state`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course import losses
from course.activations import as_float
from course.errors import check_number
from course.registry import Registry


class Metric:
    """A number about predictions.

    Parameters
    ----------
    name : str, optional
        What the history calls it; validation adds `val_` in front.
    """

    name = "metric"

    def __init__(self, name: str | None = None) -> None:
        self.name = name or self.name
        self.reset_state()

    def update_state(self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """Take one batch into account.

        Parameters
        ----------
        y_true, y_pred : arrays
            The truth and the predictions, examples on the first axis.
        sample_weight : array of shape (n,) or (n, …), optional
            How much each example counts.

        Raises
        ------
        ValueError
            When shapes don't fit.
        """
        raise NotImplementedError

    def result(self) -> float:
        """Return the metric over all that came since the last reset."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Forget all batches."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this metric again."""
        return {"name": self.name}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}={self.result():.6g}>"


class Mean(Metric):
    """The weighted mean of numbers; 0 before the first."""

    name = "mean"

    def reset_state(self) -> None:
        self._total, self._count = 0.0, 0.0

    # a mean is fed with numbers, not with the truth and predictions
    def update_state(  # type: ignore[override]
        self, values: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> None:
        """Take numbers into account: (n, …), of which each example's are averaged first."""
        self._add(as_float(values), sample_weight)

    def result(self) -> float:
        return self._total / self._count if self._count else 0.0

    def _add(self, values: np.ndarray, sample_weight: np.ndarray | None) -> None:
        examples = values.shape[0] if values.ndim else 1
        if sample_weight is None:
            if examples:
                self._total += float(values.mean(dtype=np.float64)) * examples
            self._count += examples
            return
        weights = losses.match_weights(self.name, sample_weight, values[..., None])
        weights = np.broadcast_to(weights[..., 0], values.shape).reshape(examples, -1)
        self._total += float((values.reshape(examples, -1) * weights).mean(axis=1, dtype=np.float64).sum())
        self._count += float(weights.mean(axis=1, dtype=np.float64).sum())


class ExampleMean(Mean):
    """The mean over examples of what `values` says of each, which a subclass gives."""

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return one number for each example or row."""
        raise NotImplementedError

    def update_state(  # type: ignore[override]
        self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> None:
        values = self.values(np.asarray(y_true), np.asarray(y_pred))
        self._add(as_float(values), sample_weight)


class FunctionMean(ExampleMean):
    """The mean of a function (y_true, y_pred) → one number for each example or row, or one for the batch."""

    def __init__(self, function: Callable[[np.ndarray, np.ndarray], np.ndarray], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", type(function).__name__))
        self.function = function

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return self.function(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        return {"function": self.function, "name": self.name}


class MeanSquaredError(ExampleMean):
    """The mean of (p − y)²."""

    name = "mean_squared_error"

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return losses.mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(ExampleMean):
    """The mean of |p − y|."""

    name = "mean_absolute_error"

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return losses.mean_absolute_error(y_true, y_pred)


class BinaryAccuracy(ExampleMean):
    """How often a prediction is on the label's side of the threshold; a prediction equal to it counts as 0."""

    name = "binary_accuracy"

    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = check_number("BinaryAccuracy", "threshold", threshold)

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        y_true = losses.match_shape("BinaryAccuracy", y_true, y_pred)
        return as_float(y_true == (y_pred > self.threshold))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "threshold": self.threshold}


class CategoricalAccuracy(ExampleMean):
    """How often the likeliest class is the right one; y holds one-hot rows."""

    name = "categorical_accuracy"

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        y_true = losses.match_shape("CategoricalAccuracy", y_true, y_pred)
        return as_float(y_true.argmax(axis=-1) == y_pred.argmax(axis=-1))


class SparseCategoricalAccuracy(ExampleMean):
    """How often the likeliest class is the right one; y holds class numbers, (n, …) or (n, …, 1)."""

    name = "sparse_categorical_accuracy"

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        likeliest = y_pred.argmax(axis=-1)
        return as_float(losses.match_shape("SparseCategoricalAccuracy", y_true, likeliest) == likeliest)


class Accuracy(ExampleMean):
    """How often a prediction equals the label exactly.

    (The name `"accuracy"` given to a model means something else: one of the three kinds above, see `get`.)
    """

    name = "accuracy"

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return as_float(losses.match_shape("Accuracy", y_true, y_pred) == y_pred)


class AutomaticAccuracy(ExampleMean):
    """The accuracy that fits the shapes, what the names `"accuracy"` and `"acc"` mean.

    One output is binary; labels without the axis of classes, or with one class number on it, are sparse; else
    they are one-hot.
    """

    name = "accuracy"

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        if y_pred.shape[-1] == 1:
            return BinaryAccuracy().values(y_true, y_pred)
        if y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1:
            return SparseCategoricalAccuracy().values(y_true, y_pred)
        return CategoricalAccuracy().values(y_true, y_pred)


LOSS_NAMES = (
    "huber",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
)
_CLASSES: dict[str, type[Metric]] = {
    "accuracy": AutomaticAccuracy,
    "acc": AutomaticAccuracy,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "mean_absolute_error": MeanAbsoluteError,
    "mae": MeanAbsoluteError,
}
_REGISTRY = Registry("metric", _CLASSES)


def get(
    identifier: str | dict[str, Any] | Metric | losses.Loss | Callable[..., Any],
    output_shape: tuple[int | None, ...] | None = None,
    loss: losses.Loss | None = None,
) -> Metric:
    """Return the metric that an argument means.

    Parameters
    ----------
    identifier : str, dict, Metric, Loss or callable
        A name, which the metric keeps ("acc" stays "acc"); what `course.registry.to_config` wrote; a metric
        itself; a loss or its name, for its mean; or a function (y_true, y_pred) → one number for each example.
    output_shape : tuple, optional
        The shape of the model's output. With `loss` it settles which accuracy "accuracy" means; without them
        the shapes of each batch do.
    loss : Loss, optional
        The model's loss. If it takes logits, a binary accuracy has its threshold at logit 0, probability ½.

    Raises
    ------
    ValueError
        When the name isn't known; the nearest is suggested.
    TypeError
        When it is none of these.
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        if identifier.lower() in ("accuracy", "acc"):
            return _accuracy(identifier, output_shape, loss)
        if identifier in LOSS_NAMES:
            return FunctionMean(losses.get(identifier).per_example, identifier)
        return _REGISTRY.find(identifier)(identifier)
    if isinstance(identifier, dict):
        return _REGISTRY.from_config(identifier)
    if isinstance(identifier, losses.Loss):
        return FunctionMean(identifier.per_example, identifier.name)
    if callable(identifier) and not isinstance(identifier, type):
        return FunctionMean(identifier)
    raise _REGISTRY.wrong_type(identifier)


def _accuracy(name: str, output_shape: tuple[int | None, ...] | None, loss: losses.Loss | None) -> Metric:
    if output_shape and output_shape[-1] == 1:
        return BinaryAccuracy(name, threshold=0.0 if loss is not None and loss.from_logits else 0.5)
    if isinstance(loss, losses.SparseCategoricalCrossentropy):
        return SparseCategoricalAccuracy(name)
    if isinstance(loss, losses.CategoricalCrossentropy):
        return CategoricalAccuracy(name)
    return AutomaticAccuracy(name)
