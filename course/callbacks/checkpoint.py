"""Checkpoints: the model in a file, after every epoch or whenever it is better than before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from course.callbacks.base import Logs
from course.callbacks.files import BatchCounter, check_path
from course.callbacks.monitor import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Save the model while it is trained.

    Parameters
    ----------
    filepath : str or path
        Ends in `.npz` or `.h5`. Fields are filled in: `"{epoch:02d}-{val_loss:.3f}.npz"`, with epochs counted from 1,
        `{batch}` too if `save_freq` is a number, and anything in the logs. Folders are made.
    monitor, mode
        What `save_best_only` goes by: see `MonitorCallback`.
    verbose : 0 or 1
        1 prints what is saved.
    save_best_only : bool
        Save only when the monitored number is better than in all epochs before.
    save_weights_only : bool
        Leave out the optimizer's state, the random numbers' and the place in the training. Either way
        `model.load_weights(filepath)` reads the weights; `model.load_checkpoint(filepath)` needs the rest.
    save_freq : "epoch" or int
        Save after each epoch, or every so many batches.
    initial_value_threshold : float, optional
        The value to be better than at the beginning.
    """

    saves = True

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, baseline=initial_value_threshold)
        self.filepath = check_path("ModelCheckpoint", "filepath", filepath)
        if Path(self.filepath).suffix not in (".npz", ".h5"):
            raise ValueError(f"ModelCheckpoint: filepath must end in '.npz' or '.h5', got {self.filepath!r}")
        self.verbose = verbose
        self.save_best_only = bool(save_best_only)
        self.save_weights_only = bool(save_weights_only)
        self.save_freq = save_freq
        self._batches = BatchCounter("ModelCheckpoint", save_freq)
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._batches.due():
            self._consider(self._epoch, {**(logs or {}), "batch": batch + 1})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._consider(epoch, logs or {})

    def get_state(self) -> dict[str, Any]:
        return {"best": self.best, "batches": self._batches.count}

    def set_state(self, state: dict[str, Any]) -> None:
        self.best, self._batches.count = state["best"], state["batches"]

    def _consider(self, epoch: int, logs: Logs) -> None:
        """Save, unless something better is saved already."""
        path = self._fill_in(epoch, logs)
        said = f"saving model to {path}"
        if self.save_best_only:
            current = self.monitored({name: value for name, value in logs.items() if name != "batch"})
            # as in Keras, a file too many is better than none
            if current is not None:
                before = "None" if self.best is None else f"{self.best:.5f}"
                if not self.is_improvement(current, self.best):
                    self._say(epoch, f"{self.monitor} did not improve from {before}")
                    return
                self.best = current
                said = f"{self.monitor} improved from {before} to {current:.5f}, {said}"
        self._say(epoch, said)
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save_checkpoint(path)

    def _fill_in(self, epoch: int, logs: Logs) -> Path:
        fields = {**logs, "epoch": epoch + 1}
        try:
            return Path(self.filepath.format(**fields))
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(
                f"ModelCheckpoint: filepath may hold the fields {list(fields)}, got {self.filepath!r}"
            ) from error

    def _say(self, epoch: int, message: str) -> None:
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: {message}")
