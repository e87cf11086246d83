"""Work on parts of a batch at once, on as many threads as BLAS would use.

NumPy lets go of Python's lock while it computes, so threads really run side by side, each with a BLAS of one thread:
that keeps both cores busy where a matrix product is too small to be worth sharing, and between the products.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from itertools import pairwise
from queue import SimpleQueue
from typing import Any, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


def split(count: int, parts: int) -> list[slice]:
    """`count` things in `parts` parts whose sizes differ by one at most; no part is empty."""
    parts = min(parts, count)
    bounds = [part * count // parts for part in range(parts + 1)] if parts else [0]
    return [slice(first, last) for first, last in pairwise(bounds)]


def run(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """The results of `work` on each part, in order; the calling thread takes the first, other threads the rest."""
    # a thread that waited for others while all of them wait for it would wait forever
    if len(parts) < 2 or threading.current_thread() in _workers:
        return [work(part) for part in parts]
    with _blas.one_thread():
        answers: list[SimpleQueue[tuple[Any, BaseException | None]]] = [_hand_over(work, part) for part in parts[1:]]
        try:
            results = [work(parts[0])]
        finally:
            # the others write into arrays of the caller's: never leave before they are done
            others = [answer.get() for answer in answers]
    for result, error in others:
        if error is not None:
            raise error
        results.append(result)
    return results


def threads() -> int:
    """How many threads to use: as many as BLAS is set to, 1 if that can't be known (without threadpoolctl)."""
    return _blas.threads()


def one_blas_thread() -> AbstractContextManager[None]:
    """While in it, each matrix product runs on the thread that asks for it, and `run` still uses all threads.

    A BLAS thread that has done its share goes on waiting busily, for longer than a training step takes, and keeps a
    core from the others. Where layers share out their work by `run`, the products between them are better left alone.
    """
    return _blas.one_thread()


class _Blas:
    """The BLAS that NumPy uses, and how many threads it may start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 1

    def threads(self) -> int:
        library = _library()
        if library is None:
            return 1
        return self._before if self._users else library.num_threads or 1

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Let each product run on the thread that asks for it; the last to leave sets things back."""
        library = _library()
        with self._lock:
            if library is not None and self._users == 0:
                self._before = library.num_threads or 1
                library.set_num_threads(1)
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if library is not None and self._users == 0:
                    library.set_num_threads(self._before)


_blas = _Blas()


@cache
def _library() -> Any:
    """threadpoolctl's handle of NumPy's BLAS, None without threadpoolctl."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return next((library for library in found if "numpy" in library.filepath), found[0] if found else None)


_jobs: SimpleQueue[tuple[Callable[[Any], Any], Any, SimpleQueue[tuple[Any, BaseException | None]]]] = SimpleQueue()
_workers: list[threading.Thread] = []


def _hand_over(work: Callable[[Part], Result], part: Part) -> SimpleQueue[tuple[Any, BaseException | None]]:
    """Give a part to a thread that waits, and get the place where it will put its answer.

    A queue is all that is needed, and starts work in half the time that a ThreadPoolExecutor takes.
    """
    if len(_workers) < threads() - 1:
        _workers.append(threading.Thread(target=_serve, args=(_jobs,), name="course-convolution", daemon=True))
        _workers[-1].start()
    answer: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
    _jobs.put((work, part, answer))
    return answer


def _serve(jobs: SimpleQueue[Any]) -> None:
    while True:
        work, part, answer = jobs.get()
        try:
            answer.put((work(part), None))
        except BaseException as error:
            answer.put((None, error))
        # an idle thread must not keep the last job's arrays
        del work, part, answer


def _forget_threads() -> None:
    global _blas, _jobs
    _workers.clear()
    _blas, _jobs = _Blas(), SimpleQueue()


if hasattr(os, "register_at_fork"):
    # a forked process has none of its parent's threads
    os.register_at_fork(after_in_child=_forget_threads)
