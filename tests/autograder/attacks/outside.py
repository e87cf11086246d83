"""What the world looks like outside a submission: files, gradebook, processes, and who called."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import selectors
import socket
import sqlite3
import stat
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import psutil

REPO = Path(__file__).parents[3]
WATCHED = [
    "/",
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run",
    "/root",
    "~",
    "~/.ipython/profile_default/startup",
    "~/.jupyter",
]
DEFINITIONS = ("assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "source_cells")


def files(root: Path, own: Iterable[str]) -> dict[str, str]:
    """Every file below `root` by its content, without the gradebook and the graded copies of the students in `own`."""
    ours = {str(root / step / student) for step in ("autograded", "feedback") for student in own}
    found = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if f"{folder}/{name}" not in ours]
        for name in [*names, *folders]:
            path = os.path.join(folder, name)
            if not name.startswith("gradebook.db"):
                found[os.path.relpath(path, root)] = _content(path)
    return found


def _content(path: str) -> str:
    about = os.lstat(path)
    kind = f"{about.st_mode:o} {about.st_uid}"
    if stat.S_ISLNK(about.st_mode):
        return f"{kind} {os.readlink(path)}"
    if not stat.S_ISREG(about.st_mode):
        return kind
    if about.st_size > 2**24:
        return f"{kind} {about.st_size} {about.st_mtime}"
    return f"{kind} {hashlib.sha256(Path(path).read_bytes()).hexdigest()}"


def named(mark: str) -> list[str]:
    """The files with `mark` in their names, where attacks try to lay some."""
    packages: list[str | Path] = [sys.prefix, Path(np.__file__).parent, REPO / "autograder", REPO / "course", REPO]
    found = []
    for folder in dict.fromkeys(Path(one).expanduser() for one in [*WATCHED, *packages]):
        with contextlib.suppress(OSError):
            found += [str(path) for path in folder.iterdir() if mark in path.name]
    return found


def gradebook(path: Path) -> dict[str, list[tuple]]:
    """What the gradebook says: of the lesson under "lesson", of every student under the name."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
        lesson = [
            row for table in DEFINITIONS if table in tables for row in connection.execute(f"select * from {table}")
        ]
        rows = connection.execute(
            "select student_id, auto_score, manual_score, extra_credit, cell_id from grade"
            " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
            " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id order by 1, 5"
        ).fetchall()
    students: dict[str, list[tuple]] = {}
    for student, *row in rows:
        students.setdefault(student, []).append(tuple(row))
    return {"lesson": sorted(lesson, key=repr), **students}


def adopt_orphans(adopt: bool) -> None:
    """Whether what loses its parent becomes this process's child, so that `left_behind` sees it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, int(adopt), 0, 0, 0)


def left_behind(before: set[int], mark: str, seconds: float = 5.0) -> list[str]:
    """Processes below this one that were not there before, but for the grader's own; they get a moment to end."""
    until = time.monotonic() + seconds
    while (found := _strangers(before, mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _strangers(before: set[int], mark: str) -> list[str]:
    me, found = psutil.Process(), []
    for process in psutil.process_iter(["pid", "cmdline", "status", "name"]):
        words = " ".join(process.info["cmdline"] or [process.info["name"] or ""])
        if mark in words:
            found.append(f"{process.pid} {words[:200]}")
        if process.pid in before or process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        with contextlib.suppress(psutil.Error):
            line = process.parents()
            below = line[: line.index(me)] if me in line else None
            own = (
                words.startswith("bwrap") or "/bwrap" in words or "template.main" in words or "multiprocessing" in words
            )
            hosted = any("template.main" in " ".join(parent.cmdline()) for parent in below or [])
            if below is not None and (hosted or not own):
                found.append(f"{process.pid} {words[:200]}")
    return found


def processes() -> set[int]:
    """The processes below this one."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


class Listener:
    """Listens where a submission could reach this host, and keeps what it hears."""

    def __init__(self, mark: str, folder: Path) -> None:
        self.heard: list[str] = []
        self._open = True
        self.path = folder / "listener"
        self._selector = selectors.DefaultSelector()
        tcp = self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self.port))
        with contextlib.suppress(OSError):  # a machine without version 6
            self._listen(socket.AF_INET6, socket.SOCK_STREAM, ("::1", self.port))
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{mark}")
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, str(self.path))
        self.path.chmod(0o777)
        threading.Thread(target=self._hear, daemon=True).start()

    def _listen(self, family: int, kind: int, address: object) -> socket.socket:
        listening = socket.socket(family, kind)
        listening.bind(address)  # type: ignore[arg-type]
        if kind == socket.SOCK_STREAM:
            listening.listen()
        self._selector.register(listening, selectors.EVENT_READ)
        return listening

    def close(self) -> None:
        """Listen no more."""
        self._open = False

    def _hear(self) -> None:
        while self._open:
            for key, _ in self._selector.select(0.5):
                listening = key.fileobj
                assert isinstance(listening, socket.socket)
                if listening.type == socket.SOCK_DGRAM:
                    self.heard.append(repr(listening.recvfrom(999)))
                else:
                    connection, who = listening.accept()
                    connection.settimeout(1)
                    with contextlib.suppress(OSError):
                        self.heard.append(repr((listening.getsockname(), who, connection.recv(999))))
                    connection.close()
