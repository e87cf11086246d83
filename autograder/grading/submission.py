"""A submission read from its folder: what lies there, by value. Links are never followed, and nothing is changed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.errors import CourseError

MAX_NOTEBOOK = 20_000_000
MAX_FILES = 100_000_000
MAX_COUNT = 1_000


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Parameters
    ----------
    student, lesson : str
    notebook : bytes
    files : dict of str to bytes
        All else, by its path in the folder.
    timestamp : datetime or None
        When, in UTC without a time zone, as nbgrader keeps it.
    events : list of dict
        What a person should know about how it was read.
    """

    student: str
    lesson: str
    notebook: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    timestamp: datetime | None = None
    events: list[dict[str, str]] = field(default_factory=list)


def read(folder: Path, student: str, lesson: str) -> Submission:
    """Read the submission in `folder`.

    Raises
    ------
    CourseError
        Where there is no notebook to grade, with what to do about it.
    """
    if folder.is_symlink() or folder.parent.is_symlink():
        raise CourseError("its folder is a link; ask the student to submit the files themselves")
    name = f"{lesson}.ipynb"
    notebook = _notebook(folder / name)
    events: list[dict[str, str]] = []
    files: dict[str, bytes] = {}
    room = MAX_FILES
    for path in _own_files(folder):
        shown = path.relative_to(folder).as_posix()
        size = path.stat().st_size
        if shown == name:
            continue
        if size > room or len(files) == MAX_COUNT:
            events.append({"what": "left out", "message": f"{shown} is left out: too many files, or too large"})
            continue
        room -= size
        files[shown] = _bytes(path)
    timestamp = _timestamp(files.get("timestamp.txt"), events)
    return Submission(student, lesson, notebook, files, timestamp, events)


def _notebook(path: Path) -> bytes:
    try:
        information = path.lstat()
    except OSError:
        others = sorted(other.name for other in path.parent.glob("*.ipynb"))
        found = f"found {', '.join(others)}: rename it to {path.name}" if others else "ask the student for it"
        raise CourseError(f"there is no such notebook; {found}") from None
    if not stat.S_ISREG(information.st_mode):
        raise CourseError(f"is no file but a {_kind(information.st_mode)}; ask the student to submit it again")
    if information.st_size > MAX_NOTEBOOK:
        size, most = information.st_size / 1e6, MAX_NOTEBOOK / 1e6
        raise CourseError(f"has {size:.0f} MB, more than {most:.0f} MB; ask the student to clear its outputs")
    try:
        return _bytes(path)
    except OSError as error:
        raise CourseError(f"can't be read ({error.strerror}); see to its permissions") from None


def _own_files(folder: Path) -> list[Path]:
    """The regular files below a folder that can be read, without what links lead to."""
    found: list[Path] = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False) and entry.name not in (".ipynb_checkpoints", "__pycache__"):
            try:
                found += _own_files(Path(entry.path))
            except OSError:
                continue
        elif entry.is_file(follow_symlinks=False) and os.access(entry.path, os.R_OK):
            found.append(Path(entry.path))
    return found


def _bytes(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(max(MAX_NOTEBOOK, MAX_FILES) + 1)


def _timestamp(content: bytes | None, events: list[dict[str, str]]) -> datetime | None:
    text = (content or b"").decode(errors="replace").strip()
    if not text:
        return None
    try:
        return parse_utc(text)
    except (ValueError, OverflowError, TypeError):
        message = f"timestamp.txt is no time ({text[:40]!r}): graded as handed in on time"
        events.append({"what": "timestamp", "message": " ".join(message.split())})
        return None


def _kind(mode: int) -> str:
    kinds = {stat.S_IFLNK: "link", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")
