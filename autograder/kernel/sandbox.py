"""The grading process's end of the sandbox: one template for all of its kernels, and for those of its forks.

The template takes a second to start. Nobody waits for that: what is asked of it meanwhile lies ready when it comes.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from autograder.errors import CourseError
from autograder.kernel import bubblewrap, packages, processes, seccomp
from autograder.kernel.bubblewrap import missing
from autograder.kernel.limits import Limits
from autograder.scratch import Scratch

NOBODY = bubblewrap.NOBODY
START_SECONDS, END_SECONDS = 60.0, 5.0


class SandboxError(CourseError):
    """The sandbox could not be started, or could not start a kernel."""


class Kernel:
    """A kernel's processes, by handles that mean these processes and never others.

    They end when `tie` is closed, as it is where the process that holds it ends.
    """

    def __init__(self, first: int, kernel: int, tie: socket.socket) -> None:
        self._first, self._kernel, self._tie = first, kernel, tie

    @property
    def alive(self) -> bool:
        return not _ended(self._kernel, 0)

    def interrupt(self, signum: int = signal.SIGINT) -> None:
        """Send a signal to the kernel."""
        _signal(self._kernel, signum)

    def kill(self, seconds: float = 10.0) -> bool:
        """End it with all that it started; whether that was done in time."""
        _signal(self._first, signal.SIGKILL)
        return _ended(self._first, seconds)

    def look(self) -> int:
        """Bytes that its processes have in memory; those that it started may no longer keep it from answering."""
        first, kernel = map(processes.pid_of, (self._first, self._kernel))
        family = processes.family(first) if first > 0 else []
        processes.put_last(pid for pid in family if pid not in (first, kernel))
        return processes.memory(family)

    def close(self) -> None:
        """Let go of the handles."""
        self._tie.close()
        for handle in (self._first, self._kernel):
            os.close(handle)


class Sandbox:
    """A template in bubblewrap, and the folders through which it and this process, and forks of it, speak.

    Raises
    ------
    SandboxError
        Where there can be none, with what to do about it.
    """

    def __init__(self) -> None:
        if reason := missing():
            raise SandboxError(reason)
        self._scratch = Scratch()
        self.folder = self._scratch.path
        self.folder.chmod(0o711)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        rooms, jobs = self.folder / "rooms", self.folder / "jobs"
        rooms.mkdir()
        jobs.mkdir()
        mounts = packages.write(rooms)
        _open_to_nobody(rooms)
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = f"import sys; sys.path.insert(0, {str(packages.COMMON)!r}); from autograder.kernel import template; "
        python = [sys.executable, "-I", "-B", "-c", code + f"template.main({theirs.fileno()})"]
        command = bubblewrap.command(python, mounts, jobs, packages.ready_made(), rooms / "absent", _fonts())
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (read where the sandbox did not start)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._requests.settimeout(START_SECONDS)
        self._handle = os.pidfd_open(self._process.pid)  # a fork of this process may not wait for it

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    @property
    def alive(self) -> bool:
        return not _ended(self._handle, 0)

    def new_job(self) -> Path:
        """A folder for one submission: `files`, which it gets a copy of, and `sockets`."""
        folder = Path(tempfile.mkdtemp(dir=self.folder / "jobs"))
        folder.chmod(0o711)
        for part in (folder / "files", folder / "sockets"):
            part.mkdir(mode=0o711)
        if os.geteuid() == 0:
            os.chown(folder / "sockets", NOBODY, NOBODY)
        return folder

    def fork(
        self, job: Path, connection: Mapping[str, Any], room: str, limits: Limits, bars: Iterable[str] = ()
    ) -> Kernel:
        """Start a kernel for a job.

        Raises
        ------
        SandboxError
        """
        _open_to_nobody(job / "files")
        request = {
            "job": job.name,
            "room": room,
            "connection": dict(connection),
            "limits": asdict(limits),
            "seccomp": seccomp.program().hex(),
            "bars": list(bars),
            "cores": sorted(os.sched_getaffinity(0)),
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            first, kernel = self._ask(json.dumps(request).encode(), ours, theirs)
        except SandboxError:
            ours.close()
            raise
        return Kernel(first, kernel, ours)

    def _ask(self, request: bytes, ours: socket.socket, theirs: socket.socket) -> list[int]:
        """The handles that come in answer to a request."""
        ours.settimeout(START_SECONDS)
        try:
            with theirs, self._lock:
                socket.send_fds(self._requests, [request], [theirs.fileno()])
            message, handles, _, _ = socket.recv_fds(ours, 2**16, 2)
        except OSError as error:
            raise SandboxError(f"the sandbox gives no kernel: {error} ({self._said()})") from error
        answer = json.loads(message) if message else {"error": f"no answer ({self._said()})"}
        if "error" in answer:
            raise SandboxError(f"the sandbox gives no kernel: {answer['error']}")
        return handles

    def close(self) -> None:
        """End the template and every kernel in it; a fork of the process that started it only lets go of it."""
        self._requests.close()  # the template ends when it notices, and with it all that is in its namespaces
        os.close(self._handle)
        self._errors.close()
        if self._owner == os.getpid():
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._scratch.close()


_current: Sandbox | None = None
_starting = threading.Lock()


def running() -> Sandbox:
    """The sandbox of this process, or of the one that it was forked from; started if there is none."""
    global _current
    with _starting:
        if _current is None or not _current.alive:
            stop()
            _current = Sandbox()
        return _current


def stop() -> None:
    """End the sandbox of this process."""
    global _current
    ended, _current = _current, None
    if ended is not None:
        ended.close()


atexit.register(stop)


def _fonts() -> Path | None:
    """Where the list of this machine's fonts is kept from one grading to the next: to make it takes half a second."""
    folder = user_cache_path("autograder") / "matplotlib"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def _open_to_nobody(folder: Path) -> None:
    """Let everybody read what lies in it, since a submission's process is nobody's."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _ended(handle: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(1e3 * seconds))


def _signal(handle: int, signum: int) -> None:
    try:
        signal.pidfd_send_signal(handle, signum)
    except ProcessLookupError:
        return
