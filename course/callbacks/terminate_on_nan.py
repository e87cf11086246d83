"""Stop as soon as the loss is no longer a number."""

from __future__ import annotations

import math

from course.callbacks.base import Callback, Logs


class TerminateOnNaN(Callback):
    """End the training after the first batch with a loss that is infinite or not a number.

    Parameters
    ----------
    raise_error : bool
        Raise RuntimeError instead, so that no callback gets to its `on_train_end`.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = bool(raise_error)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"TerminateOnNaN: the loss is {loss} at batch {batch}")
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
