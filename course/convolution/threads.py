"""Work on parts of a batch at once, on as many threads as BLAS would use.

NumPy lets go of Python's lock while it computes, so threads really run side by side, each with a BLAS of one thread:
that keeps both cores busy where a matrix product is too small to be worth sharing, and between the products.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
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
    if len(parts) < 2:
        return [work(part) for part in parts]
    with _blas.one_thread():
        others: list[Future[Result]] = [_executor().submit(work, part) for part in parts[1:]]
        try:
            first = work(parts[0])
        finally:
            # they write into arrays of the caller's: never leave before they are done
            wait(others)
    return [first, *(other.result() for other in others)]


def threads() -> int:
    """How many threads to use: as many as BLAS is set to, 1 if that can't be known (without threadpoolctl)."""
    return _blas.threads()


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


@cache
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(threads() - 1, 1), thread_name_prefix="course-convolution")


def _forget_threads() -> None:
    global _blas
    _executor.cache_clear()
    _blas = _Blas()


if hasattr(os, "register_at_fork"):
    # a forked process has none of its parent's threads
    os.register_at_fork(after_in_child=_forget_threads)
