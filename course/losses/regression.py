"""Losses of numbers: squared, absolute, and Huber's between the two."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.errors import check_positive
from course.losses.base import Loss


class MeanSquaredError(Loss):
    """mean (p − y)²: the negative log-likelihood of a Gaussian of fixed width, but for constants."""

    name = "mean_squared_error"

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        error = y_pred - y_true
        return error * error, 2.0 * error


class MeanAbsoluteError(Loss):
    """mean |p − y|; the slope at p = y is taken as 0."""

    name = "mean_absolute_error"

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        error = y_pred - y_true
        return np.abs(error), np.sign(error)


class Huber(Loss):
    """½(p − y)² for errors up to delta, delta · |p − y| − ½ delta² beyond: squared, but calm at outliers."""

    name = "huber_loss"

    def __init__(self, delta: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.delta = check_positive("Huber", "delta", delta)

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        error = y_pred - y_true
        bounded = np.clip(error, -self.delta, self.delta)
        # with b the bounded error, ½e² and delta·|e| − ½delta² are both b·(e − ½b)
        return bounded * (error - 0.5 * bounded), bounded

    def get_config(self) -> dict[str, Any]:
        return {"delta": self.delta, **super().get_config()}
