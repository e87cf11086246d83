"""A folder below the temporary one that goes with its process, even with one that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "autograder-"


class Scratch:
    """A folder of this process.

    It is locked as long as this process or a fork of it lives. Whoever makes the next one removes those that are not.

    Attributes
    ----------
    path : Path
    """

    def __init__(self) -> None:
        _remove_abandoned()
        # it gets the name by which others look for abandoned ones when it is locked
        unlocked = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
        self._lock = (unlocked / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = unlocked.rename(unlocked.with_name(unlocked.name.removeprefix(".")))
        self._owner = os.getpid()

    def close(self) -> None:
        """Remove it; a fork of its process only lets go of it."""
        self._lock.close()
        if self._owner == os.getpid():
            _remove(self.path)


def _remove(folder: Path) -> None:
    """Remove it, the lock last: where this is interrupted, the next one still knows the rest for what it is."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with open(folder / "lock", "r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
        except OSError:
            continue  # in use, somebody else's, or something else
