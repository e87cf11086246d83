"""The workers of a Dask cluster, with the methods of `Workers`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from autograder.errors import CourseError


class Cluster:
    """An executor whose calls are made by a Dask cluster.

    Parameters
    ----------
    scheduler : str
        Its address, such as ``"tcp://10.0.0.1:8786"``.

    Raises
    ------
    CourseError
        Where there is no such cluster.

    Attributes
    ----------
    number : int
        Calls that it makes at once.
    """

    def __init__(self, scheduler: str) -> None:
        try:
            from dask.distributed import Client
        except ImportError:
            raise CourseError('--scheduler needs Dask: pip install "handson-neural-networks[distributed]"') from None
        try:
            self._client = Client(scheduler, timeout="10s")
        except (OSError, ValueError) as error:
            raise CourseError(f"there is no Dask scheduler at {scheduler} ({error})") from None
        self._executor = self._client.get_executor(pure=False)
        self.number = sum(self._client.nthreads().values())

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Call a function on the cluster; the future of its result."""
        return self._executor.submit(function, *arguments)

    def end(self) -> None:
        """Let nothing go on: what is still being done is not wanted any more."""
        self._executor.shutdown(wait=False)
        self._client.close()
