"""Processes of this machine that grade, each with a thread here that waits for it.

The standard library's pool has one pipe for all of its processes. Where one is killed while it writes, whoever reads,
or waits to write, does so for ever. Here each has its own: that its process ended is seen, whatever it did then.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import jupyter_core.utils

from autograder.scratch import Scratch

_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class WorkerDied(Exception):
    """A worker ended before it answered."""

    def __init__(self, worker: Worker | None = None) -> None:
        super().__init__("a worker ended before it answered")
        self.worker = worker


class Workers:
    """Makes calls in processes of this machine, several at once.

    Where one of them dies, the call's future raises `WorkerDied`, and nothing takes its place until `replace`.

    Parameters
    ----------
    number : int
        Processes, and so calls at once.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._scratch = Scratch()
        self._processes = [Worker(cores, self._scratch.path) for cores in _places(number)]  # before there are threads
        self._threads = ThreadPoolExecutor(number)
        self._idle: SimpleQueue[Worker | None] = SimpleQueue()
        for worker in self._processes:
            self._idle.put(worker)

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Call a function in one of the processes; the future of its result."""
        return self._threads.submit(self._call, function, arguments)

    def _call(self, *call: Any) -> Any:
        worker = self._idle.get()
        if worker is None:
            raise WorkerDied
        try:
            answer, error = worker.ask(call)
        except (EOFError, OSError):
            raise WorkerDied(worker) from None
        except BaseException:
            self._idle.put(worker)  # nothing was sent
            raise
        self._idle.put(worker)
        if error is not None:
            raise error
        return answer

    def replace(self, died: Worker | None) -> None:
        """Put a new process where one died; it is forked here, not in a thread that waits beside others."""
        if died is not None:
            died.end()
            place = self._processes.index(died)
            self._processes[place] = Worker(died.cores, self._scratch.path)
            self._idle.put(self._processes[place])

    def end(self) -> None:
        """Let nothing go on: what is still being done is not wanted any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._processes:
            worker.end()
            self._idle.put(None)  # a thread may wait in vain for one that died
        self._scratch.close()


class Worker:
    """One process, and the pipe to it.

    Parameters
    ----------
    cores : list of int
        That it and its kernels run on.
    folder : Path
        For its temporary files.
    """

    def __init__(self, cores: list[int], folder: Path) -> None:
        self.cores = cores
        # a fork has all that was imported here, which takes seconds
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, cores, folder, os.getpid()), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, call: tuple[Callable[..., Any], tuple[Any, ...]]) -> tuple[Any, Exception | None]:
        """What the function gives, or raises.

        Raises
        ------
        EOFError, OSError
            Where the process ended.
        """
        self._pipe.send(call)
        return self._pipe.recv()

    def end(self) -> None:
        """End the process; who waits for it is told."""
        self._process.kill()
        self._process.join()


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [*range(os.cpu_count() or 1)]


def _places(number: int) -> list[list[int]]:
    """The cores of each worker and its kernels: one, where there are as many workers as cores.

    A worker and its kernel take turns. To wake each other across two cores takes a seventh of a class's time.
    """
    there = cores()
    return [[there[place % len(there)]] if number >= len(there) else there for place in range(number)]


def _work(pipe: Connection, cores: list[int], folder: Path, parent: int) -> None:
    _prepare(cores, folder, parent)
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        answer, error = None, None
        try:
            answer = function(*arguments)
        except Exception as raised:  # the caller's, as it would be without a process between
            error = raised
        pipe.send((answer, error))


def _prepare(cores: list[int], folder: Path, parent: int) -> None:
    """A worker has its cores, ends with the process that started it, and leaves Ctrl-C to that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = str(folder)
    _forget_event_loop()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _forget_event_loop() -> None:
    """A fork has its parent's event loop, with what waits in it, but not the thread that ran it: start without one."""
    asyncio.set_event_loop(None)
    jupyter_core.utils._runner_map.clear()
    jupyter_core.utils._loop.set(None)
