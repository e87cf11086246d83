"""A smaller learning rate where a number no longer gets better."""

from __future__ import annotations

from typing import Any

from course.callbacks.base import Logs
from course.callbacks.monitor import MonitorCallback
from course.errors import check_integer, check_number


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` when the monitored number hasn't become better for `patience` epochs.

    The logs get each epoch's rate as `learning_rate`, and so does the history.

    Parameters
    ----------
    monitor, mode, min_delta
        What is watched, and what counts as better: see `MonitorCallback`.
    factor : float from 0 to below 1
    patience : int
        0 is as 1.
    verbose : 0 or 1
        1 prints each new rate.
    cooldown : int
        After a reduction, so many epochs aren't counted.
    min_lr : float, 0 or more
        The rate doesn't fall below this.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        where = "ReduceLROnPlateau"
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor = check_number(where, "factor", factor, minimum=0, below=1)
        self.patience = check_integer(where, "patience", patience, minimum=0)
        self.verbose = verbose
        self.cooldown = check_integer(where, "cooldown", cooldown, minimum=0)
        self.min_lr = check_number(where, "min_lr", min_lr, minimum=0)
        self.cooldown_counter = self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best = None
        self.cooldown_counter = self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None and self.model.optimizer is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate
        current = self.monitored(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def in_cooldown(self) -> bool:
        """Whether a reduction is too recent for epochs to count."""
        return self.cooldown_counter > 0

    def get_state(self) -> dict[str, Any]:
        return {"best": self.best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def set_state(self, state: dict[str, Any]) -> None:
        self.best, self.wait, self.cooldown_counter = state["best"], state["wait"], state["cooldown_counter"]

    def _reduce(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        assert optimizer is not None  # the model is being trained
        if optimizer.learning_rate <= self.min_lr:
            return
        optimizer.learning_rate = max(optimizer.learning_rate * self.factor, self.min_lr)
        self.cooldown_counter, self.wait = self.cooldown, 0
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {optimizer.learning_rate}.")
