"""What callbacks that write files are told: where, and how often."""

from __future__ import annotations

import os
from typing import Any

from course.errors import check_integer


def check_path(where: str, name: str, value: Any) -> str:
    """Return a path as text if it is one, and isn't empty."""
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise TypeError(f"{where}: {name} must be a path, got {value!r}")
    return str(value)


class BatchCounter:
    """Says when it is time.

    Parameters
    ----------
    where : str
        Who asks, for messages.
    save_freq : "epoch" or int, 1 or more
        With "epoch" it is never time after a batch.

    Attributes
    ----------
    count : int
        Batches since the last time, over the ends of epochs.
    """

    def __init__(self, where: str, save_freq: str | int) -> None:
        self.every: int | None = None
        if save_freq != "epoch":
            if isinstance(save_freq, str):
                raise ValueError(f"{where}: save_freq must be 'epoch' or a number of batches, got {save_freq!r}")
            self.every = check_integer(where, "save_freq", save_freq, minimum=1)
        self.count = 0

    def due(self) -> bool:
        """Count one batch, and whether it is time after it."""
        if self.every is None:
            return False
        self.count += 1
        if self.count < self.every:
            return False
        self.count = 0
        return True
