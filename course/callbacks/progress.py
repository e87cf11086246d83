"""Progress for something that draws it: told often enough for the eye, too seldom to slow the training."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from course.callbacks.base import Callback, Logs
from course.errors import check_number


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands.

    Attributes
    ----------
    epoch, epochs : int
        Epochs that are finished, and how many there will be.
    step, steps : int, int or None
        Batches of the epoch under way that are done, and how many it has; None if that isn't known.
    logs : dict
        The newest means by name.
    history : dict of lists of (int, float)
        The numbers of the finished epochs by name, each behind its epoch's, from 0: points to draw.
    finished : bool
        Whether the training has ended.
    """

    epoch: int
    epochs: int
    step: int
    steps: int | None
    logs: Logs
    history: dict[str, list[tuple[int, float]]]
    finished: bool = False


class ProgressCallback(Callback):
    """Tell a function how the training goes, at a bounded rate.

    Parameters
    ----------
    on_progress : callable
        Takes a `Progress`; called in the training's thread, at its beginning, its end, and between them after a
        batch or an epoch, if the last call is `every` seconds ago. Epochs that pass in between aren't lost: they
        are in the next call's `history`.
    every : float, 0 or more
        Seconds between two calls.
    """

    def __init__(self, on_progress: Callable[[Progress], object], every: float = 0.1) -> None:
        super().__init__()
        if not callable(on_progress):
            raise TypeError(f"ProgressCallback: on_progress must be a function of a Progress, got {on_progress!r}")
        self.on_progress = on_progress
        self.every = check_number("ProgressCallback", "every", every, minimum=0)
        self._history: dict[str, list[tuple[int, float]]] = {}
        self._epoch = self._step = 0
        self._told = 0.0

    def stop(self) -> None:
        """End the training after the batch under way; may be called from another thread."""
        self.model.stop_training = True

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._history = {}
        self._epoch = self._step = 0
        self._tell(logs)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch, self._step = epoch, 0

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._step = batch + 1
        self._tell_in_time(logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch, self._step = epoch + 1, 0
        for name, value in (logs or {}).items():
            self._history.setdefault(name, []).append((epoch, value))
        self._tell_in_time(logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._tell(logs, finished=True)

    def _tell_in_time(self, logs: Logs | None) -> None:
        if time.monotonic() - self._told >= self.every:
            self._tell(logs)

    def _tell(self, logs: Logs | None, finished: bool = False) -> None:
        history = {name: list(values) for name, values in self._history.items()}
        epochs, steps = self.params["epochs"], self.params["steps"]
        self.on_progress(Progress(self._epoch, epochs, self._step, steps, dict(logs or {}), history, finished))
        # after the call, so that a slow one gets no less rest than a fast one
        self._told = time.monotonic()
