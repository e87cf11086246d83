"""A training that survives an interruption: started again, it goes on as if nothing had happened."""

from __future__ import annotations

import os
from pathlib import Path

from course.callbacks.base import Callback, Logs
from course.callbacks.files import BatchCounter, check_path


class BackupAndRestore(Callback):
    """Keep the state of the training in a file; when `fit` finds one, it goes on from there.

    Run the same program again: with arrays, or batches from an object with `__len__` and `__getitem__`, the result
    is bit for bit that of a run without interruption. A generator has to be where it was by itself.

    Parameters
    ----------
    backup_dir : str or path
        A folder for this alone. It is made, and after the training removed.
    save_freq : "epoch" or int
        Save after each epoch, or every so many batches.
    double_checkpoint : bool
        Keep the file before the newest too, for the case that the newest is damaged.
    delete_checkpoint : bool
        Whether the files are removed after the training.

    Raises
    ------
    ValueError
        In `fit`, when the file is damaged, or was made by another model.
    """

    saves = True

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        self.backup_dir = Path(check_path("BackupAndRestore", "backup_dir", backup_dir))
        self.save_freq = save_freq
        self.double_checkpoint = bool(double_checkpoint)
        self.delete_checkpoint = bool(delete_checkpoint)
        self._batches = BatchCounter("BackupAndRestore", save_freq)
        self._latest, self._previous = self.backup_dir / "latest.npz", self.backup_dir / "previous.npz"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batches.count = 0
        if not self._latest.exists():
            # interrupted between two files, or at the very beginning
            if self._previous.exists():
                self.model.load_checkpoint(self._previous)
            return
        try:
            self.model.load_checkpoint(self._latest)
        except ValueError:
            if not self._previous.exists():
                raise
            self.model.load_checkpoint(self._previous)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._batches.due():
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if not self.delete_checkpoint:
            return
        for path in (self._latest, self._previous):
            path.unlink(missing_ok=True)
        if self.backup_dir.is_dir() and not any(self.backup_dir.iterdir()):
            self.backup_dir.rmdir()

    def _save(self) -> None:
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self._latest.exists():
            self._latest.replace(self._previous)
        self.model.save_checkpoint(self._latest)
