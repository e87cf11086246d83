"""The numbers of each epoch in a table that a spreadsheet reads."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import IO, Any

from course.callbacks.base import Callback, Logs
from course.callbacks.files import check_path


class CSVLogger(Callback):
    """Write a line an epoch: its number, from 0, then the logs by name in alphabetical order.

    Parameters
    ----------
    filename : str or path
    separator : str, one character
    append : bool
        Go on in a file that exists, without another headline, instead of replacing it.
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(f"CSVLogger: separator must be one character, got {separator!r}")
        self.filename = check_path("CSVLogger", "filename", filename)
        self.sep = separator
        self.append = bool(append)
        self._file: IO[str] | None = None
        self._writer: csv.DictWriter[str] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._close()
        path = Path(self.filename)
        if not path.parent.is_dir():
            raise FileNotFoundError(f"CSVLogger: there is no folder {path.parent}")
        self._needs_headline = not (self.append and path.exists() and path.stat().st_size)
        # the csv module ends its lines itself
        self._file = path.open("a" if self.append else "w", newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        assert self._file is not None  # open since the beginning of the training
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, ["epoch", *_columns(logs)], "NA", "ignore", delimiter=self.sep)
            if self._needs_headline:
                self._writer.writeheader()
        row: dict[str, Any] = {**logs, "epoch": epoch}
        self._writer.writerow(row)
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = self._writer = None


def _columns(logs: Logs) -> list[str]:
    """The names in their order, with room for a validation that comes in a later epoch."""
    names = sorted(logs)
    if any(name.startswith("val_") for name in names):
        return names
    return names + [f"val_{name}" for name in names]
