"""A submission read from its folder: what lies there, by value. Links are never followed, and nothing is changed."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.errors import CourseError
from autograder.oneline import one_line

MAX_NOTEBOOK = 20_000_000
MAX_FILES = 100_000_000
MAX_COUNT = 1_000
MAX_DEPTH = 20
NAMED, SHOWN = 3, 40  # files that a line names, and characters of each
TIMESTAMP = "timestamp.txt"


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
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    room = MAX_FILES
    # first of all when it was handed in, so that no number of other files keeps that from being read
    for path in sorted(_all_below(folder), key=lambda path: path != folder / TIMESTAMP):
        shown = path.relative_to(folder).as_posix()
        if shown == name:
            continue
        try:
            reason = _why_not(path.lstat(), room, len(files))
            content = b"" if reason else _bytes(path)
        except OSError as error:
            reason = error.strerror or "can't be read"
        if not reason:
            room -= len(content)
            files[shown] = content
        elif shown != TIMESTAMP:
            left_out.append(f"{one_line(shown, SHOWN)} ({reason})")
    events = [{"what": "left out", "message": f"left out: {_few(left_out)}"}] if left_out else []
    timestamp = _timestamp(folder / TIMESTAMP, files.get(TIMESTAMP), events)
    return Submission(student, lesson, notebook, files, timestamp, events)


def lay(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, by their paths in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _why_not(information: os.stat_result, room: int, count: int) -> str:
    """Why a file is left out; empty where it isn't."""
    if stat.S_ISDIR(information.st_mode):
        return "nested too deep"
    if not stat.S_ISREG(information.st_mode):
        return _kind(information.st_mode)
    if information.st_size > room:
        return "too large"
    return "too many files" if count == MAX_COUNT else ""


def _few(names: list[str]) -> str:
    """The first of some names, and how many more there are."""
    named, more = ", ".join(names[:NAMED]), len(names) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def _notebook(path: Path) -> bytes:
    try:
        information = path.lstat()
    except OSError:
        others = sorted(one_line(other.name, SHOWN) for other in path.parent.glob("*.ipynb"))
        found = f"found {_few(others)}: rename it to {path.name}" if others else "ask the student for it"
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


def _all_below(folder: Path, depth: int = 0) -> Iterator[Path]:
    """What lies below a folder: all but folders, unless they are too deep in it, and not what links lead to."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_dir(follow_symlinks=False) or depth == MAX_DEPTH:
            yield Path(entry.path)
        elif entry.name not in (".ipynb_checkpoints", "__pycache__"):
            with contextlib.suppress(OSError):
                yield from _all_below(Path(entry.path), depth + 1)


def _bytes(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(max(MAX_NOTEBOOK, MAX_FILES) + 1)


def _timestamp(path: Path, content: bytes | None, events: list[dict[str, str]]) -> datetime | None:
    text = (content or b"").decode(errors="replace").strip()
    if content is None and os.path.lexists(path):
        kind = _kind(path.lstat().st_mode)
        events.append(_on_time("can't be read" if kind == "file" else f"is a {kind}"))
    if not text:
        return None
    try:
        return parse_utc(text)
    except (ValueError, OverflowError, TypeError):
        events.append(_on_time(f"is no time ({one_line(text, SHOWN)!r})"))
        return None


def _on_time(problem: str) -> dict[str, str]:
    return {"what": "timestamp", "message": f"{TIMESTAMP} {problem}: graded as handed in on time"}


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFREG: "file",
        stat.S_IFLNK: "link",
        stat.S_IFDIR: "folder",
        stat.S_IFIFO: "pipe",
        stat.S_IFSOCK: "socket",
    }
    return kinds.get(stat.S_IFMT(mode), "device")
