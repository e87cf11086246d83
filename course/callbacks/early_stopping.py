"""Early stopping: end the training when it no longer helps, and go back to the best weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.callbacks.base import Logs
from course.callbacks.monitor import MonitorCallback
from course.errors import check_integer, check_number


class EarlyStopping(MonitorCallback):
    """Stop when the monitored number hasn't become better for `patience` epochs.

    Parameters
    ----------
    monitor, min_delta, mode
        What is watched, and what counts as better: see `MonitorCallback`.
    patience : int
        How many epochs in a row may bring nothing better; the last of them is the last of the training. 0 is as 1.
    verbose : 0 or 1
        1 prints when it stops.
    baseline : float, optional
        Stop also if within `patience` epochs the number isn't better than this.
    restore_best_weights : bool
        At the end set the weights back to those after the best epoch, better than `baseline` or not.
    start_from_epoch : int
        Epochs before this one, counted from 0, aren't looked at.

    Attributes
    ----------
    stopped_epoch : int
        The epoch, from 0, after which it stopped; 0 if it didn't.
    best_epoch : int
    wait : int
        Epochs since the last improvement.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = check_integer("EarlyStopping", "patience", patience, minimum=0)
        self.verbose = verbose
        self.baseline = None if baseline is None else check_number("EarlyStopping", "baseline", baseline)
        self.restore_best_weights = bool(restore_best_weights)
        self.start_from_epoch = check_integer("EarlyStopping", "start_from_epoch", start_from_epoch, minimum=0)
        self.best_weights: list[np.ndarray] | None = None
        self.wait = self.stopped_epoch = self.best_epoch = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        current = self.monitored(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        better = self.is_improvement(current, self.best)
        if better:
            self.best = current
            # the best so far may still be worse than the baseline, and patience runs out
            if self.baseline is None or self.is_improvement(current, self.baseline):
                self.wait = 0
        if better or (self.restore_best_weights and self.best_weights is None):
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
        if not better and self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.verbose and self.stopped_epoch:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_state(self) -> dict[str, Any]:
        weights = {f"best_weights.{index}": array for index, array in enumerate(self.best_weights or [])}
        return {"wait": self.wait, "best": self.best, "best_epoch": self.best_epoch, **weights}

    def set_state(self, state: dict[str, Any]) -> None:
        self.wait, self.best, self.best_epoch = state["wait"], state["best"], state["best_epoch"]
        count = sum(name.startswith("best_weights.") for name in state)
        self.best_weights = [state[f"best_weights.{index}"] for index in range(count)] or None
