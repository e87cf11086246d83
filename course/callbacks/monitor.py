"""What callbacks that watch one number have in common: whether less or more of it is better, and what counts."""

from __future__ import annotations

import math
import warnings
from typing import Any

from course import metrics
from course.callbacks.base import Callback, Logs
from course.errors import check_choice, check_number, did_you_mean

_RISING = (
    metrics.Accuracy,
    metrics.AutomaticAccuracy,
    metrics.BinaryAccuracy,
    metrics.CategoricalAccuracy,
    metrics.SparseCategoricalAccuracy,
)
_FALLING = (metrics.MeanSquaredError, metrics.MeanAbsoluteError)


class MonitorCallback(Callback):
    """Watches one of the logs.

    Parameters
    ----------
    monitor : str
        Its name: `loss`, a metric's, or either with `val_` in front.
    mode : "auto", "min" or "max"
        Whether less is better or more. "auto" knows it of losses and of the metrics in `course.metrics`.
    baseline : float, optional
        The value to be better than at the beginning.
    min_delta : float, 0 or more
        How much better a value has to be to count; as in Keras, the sign doesn't matter.

    Attributes
    ----------
    best : float or None
        The best value so far.

    Raises
    ------
    ValueError
        At the end of the first epoch, when nothing is called `monitor`, or when "auto" doesn't know.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0.0,
    ) -> None:
        super().__init__()
        where = type(self).__name__
        if not isinstance(monitor, str):
            raise TypeError(f"{where}: monitor must be a name such as 'val_loss', got {monitor!r}")
        self.monitor = monitor
        self.mode = check_choice(where, "mode", mode, ("auto", "min", "max"))
        self.best = None if baseline is None else check_number(where, "baseline", baseline)
        self.min_delta = abs(check_number(where, "min_delta", min_delta))
        self._sign: int | None = None
        self._seen = False
        self._warned = False

    def monitored(self, logs: Logs | None) -> float | None:
        """The watched number, or None, after a warning, in an epoch without validation."""
        logs = logs or {}
        if self.monitor in logs:
            self._seen = True
            return float(logs[self.monitor])
        known = self.monitor.removeprefix("val_") in logs
        if not known and not self._seen:
            names = list(logs)
            possible = [*names, *(f"val_{name}" for name in names)]
            raise ValueError(
                f"{type(self).__name__}: monitor must name one of {names}, got {self.monitor!r}"
                f"{did_you_mean(self.monitor, possible)}"
            )
        if not self._warned and not self._seen:
            self._warned = True
            warnings.warn(
                f"{type(self).__name__}: {self.monitor!r} isn't there to monitor, only {list(logs)}; give fit "
                f"validation_data or validation_split, or monitor another",
                stacklevel=2,
            )
        return None

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether `value` is better than `reference`, by more than `min_delta`. NaN never is."""
        if math.isnan(value):
            return False
        if self._sign is None:
            self._sign = self._direction()
        return reference is None or self._sign * (value - reference) > self.min_delta

    def _direction(self) -> int:
        """1 where more is better, −1 where less is."""
        if self.mode != "auto":
            return 1 if self.mode == "max" else -1
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return -1
        metric: Any = self.model.named_metrics.get(name)
        if isinstance(metric, _RISING):
            return 1
        if isinstance(metric, _FALLING) or getattr(metric, "name", None) in metrics.LOSS_NAMES:
            return -1
        raise ValueError(
            f"{type(self).__name__}: mode='auto' can't tell whether less or more of monitor={self.monitor!r} is "
            f"better; give mode='min' or mode='max'"
        )
