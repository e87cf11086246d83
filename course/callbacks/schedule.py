"""A learning rate for each epoch, by a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from course.callbacks.base import Callback, Logs
from course.errors import check_number


class LearningRateScheduler(Callback):
    """Set the learning rate at the beginning of each epoch.

    The logs get the rate as `learning_rate`, and so does the history.

    Parameters
    ----------
    schedule : callable
        (epoch, rate) → rate: the epoch's number, from 0, and the rate so far. One of the epoch alone will do.
    verbose : 0 or 1
        1 prints each rate.

    Raises
    ------
    TypeError
        While training, when the schedule doesn't give a number, or when the optimizer follows a schedule of its own
        (`course.schedules`, a rate for each step).
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(f"LearningRateScheduler: schedule must be a function of (epoch, rate), got {schedule!r}")
        self.schedule = schedule
        self.verbose = verbose
        self._takes_rate = _takes_two(schedule)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        assert optimizer is not None  # the model is being trained
        given = (epoch, optimizer.learning_rate) if self._takes_rate else (epoch,)
        rate = self.schedule(*given)
        optimizer.learning_rate = check_number("LearningRateScheduler", "what schedule gives", rate, minimum=0)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {optimizer.learning_rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None and self.model.optimizer is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate


def _takes_two(function: Callable[..., float]) -> bool:
    try:
        signature = inspect.signature(function)
    except ValueError:  # something built in, which doesn't tell
        return True
    try:
        signature.bind(0, 0.0)
    except TypeError:
        return False
    return True
