"""Executes jobs on several processes, here or on a cluster, and gives their outcomes as they come."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import SimpleQueue
from typing import Any

import jupyter_core.utils

from autograder.errors import CourseError
from autograder.grading.execute import Job, Outcome, execute
from autograder.oneline import one_line

AHEAD = 2  # jobs that lie ready for each worker, so that none waits and few are in memory

END_SECONDS = 2.0
"""That a worker has to end when it is told to."""

_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [*range(os.cpu_count() or 1)]


def executor_for(workers: int, scheduler: str | None = None) -> Executor:
    """Where to work: on a Dask cluster, or in processes of this machine.

    Raises
    ------
    CourseError
        Where there is no such cluster.
    """
    return _processes(workers) if scheduler is None else _cluster(scheduler)


def outcomes(jobs: Iterator[Job], workers: int, scheduler: str | None = None) -> Iterator[tuple[Job, Outcome]]:
    """Execute jobs, and give each with its outcome as soon as that is there.

    Few jobs are taken at a time, so that a large class needs no more memory than a small one. With one worker nothing
    goes on beside it: the next job is taken when the last one's outcome is dealt with. A worker that dies takes
    nobody's grade with it: those that were being graded are graded again, one by one, each in a process of its own.
    """
    executor = executor_for(workers, scheduler)
    workers = max(workers, getattr(executor, "cores", 1))
    at_once = AHEAD * workers if workers > 1 else 1
    running: dict[Future, Job] = {}
    try:
        while True:
            suspects: list[Job] = []
            while len(running) < at_once and not suspects and (job := next(jobs, None)):
                try:
                    running[executor.submit(execute, job)] = job
                except BrokenProcessPool:
                    suspects.append(job)
            if not running and not suspects:
                return
            done = wait(running, return_when=FIRST_COMPLETED).done if not suspects else wait(running).done
            while done:
                future = done.pop()
                job = running.pop(future)
                try:
                    yield job, _result(job, future)
                except BrokenProcessPool:
                    suspects.append(job)
                    done |= wait(running).done
            if suspects:
                _end(executor)
                for job in suspects:
                    yield job, _alone(job)
                executor = executor_for(workers, scheduler)
    finally:
        _end(executor)


def _result(job: Job, future: Future) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:  # a cluster has its own ways to lose a worker
        return Outcome(
            job.submission.student, problem=f"could not be graded: {type(error).__name__}: {one_line(error)}"
        )


def _alone(job: Job) -> Outcome:
    """Execute a job in a process that may die of it."""
    executor = _processes(1)
    try:
        return _result(job, executor.submit(execute, job))
    except BrokenProcessPool:
        return Outcome(job.submission.student, problem="the process that graded it died, twice; look at its code")
    finally:
        _end(executor)


def _processes(workers: int) -> Executor:
    # a fork has all that was imported here, which takes seconds
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    places = context.SimpleQueue()
    for place in _places(workers):
        places.put(place)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare, initargs=(os.getpid(), places))


def _places(workers: int) -> list[list[int]]:
    """The cores of each worker and its kernels: one, where there are as many workers as cores.

    A worker and its kernel take turns. To wake each other across two cores takes a seventh of a class's time.
    """
    there = cores()
    return [[there[number % len(there)]] if workers >= len(there) else there for number in range(workers)]


def _prepare(parent: int, places: SimpleQueue[list[int]]) -> None:
    """A worker has its cores, ends with the process that started it, and leaves Ctrl-C to that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, places.get())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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


def _end(executor: Executor) -> None:
    """Let nothing go on: on the way out of a whole run there is nothing left, else it is not wanted any more."""
    processes = list((getattr(executor, "_processes", None) or {}).values())
    if (client := getattr(executor, "client", None)) is not None:
        executor.shutdown(wait=False)  # cancels what it still does for us
        client.close()
        return
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(END_SECONDS)
        if process.is_alive():  # it waits to hand over what nobody takes any more
            process.kill()
            process.join()


def _cluster(scheduler: str) -> Executor:
    try:
        from dask.distributed import Client
    except ImportError:
        raise CourseError('--scheduler needs Dask: pip install "handson-neural-networks[distributed]"') from None
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise CourseError(f"there is no Dask scheduler at {scheduler} ({error})") from None
    executor: Any = client.get_executor(pure=False)
    executor.client, executor.cores = client, sum(client.nthreads().values())
    return executor
