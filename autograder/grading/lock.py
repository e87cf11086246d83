"""One grader a lesson: two at once would write the same scores, notebooks and pages."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.errors import CourseError

FOLDER = ".grading"


@contextmanager
def only_grader(autograded: Path, lesson: str) -> Iterator[None]:
    """Keep all others from grading a lesson. The system lets go of it with this process, however that ends.

    Parameters
    ----------
    autograded : Path
        The course's folder of autograded notebooks.
    lesson : str

    Raises
    ------
    CourseError
        Where somebody else grades it, or the lock can't be had.
    """
    folder = autograded / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(folder / f"{lesson}.lock"), folder / f"{lesson}.holder"
    try:
        lock.acquire(timeout=0)
    except PermissionError:
        raise CourseError(
            f"{lesson} can't be locked: {lock.lock_file} is another user's; see to its permissions"
        ) from None
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.is_file() else "another process"
        raise CourseError(f"{lesson} is being graded already, by {who}; wait until that is done, or end it") from None
    try:
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
