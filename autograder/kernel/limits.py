"""What a submission may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

MEGABYTE = 10**6


@dataclass(frozen=True)
class Limits:
    """Limits of one submission. Bytes, seconds, and counts.

    Parameters
    ----------
    memory : int
        Of all its processes together, and the address space of each (beyond what a fresh kernel has).
    processes : int
        Processes and threads at once. A kernel has eight threads of its own.
    open_files : int
        In each process.
    file_size : int
        Of one file.
    disk : int
        Of all files together, in memory.
    cpu_seconds : int
        Of each process.
    cell_seconds, notebook_seconds : float
        From start to end.
    cell_output, notebook_output : int
        What is printed, displayed and raised.
    reply : int
        Of a message from the kernel; larger ones are not received.
    """

    memory: int = 2_000 * MEGABYTE
    processes: int = 100
    open_files: int = 512
    file_size: int = 100 * MEGABYTE
    disk: int = 200 * MEGABYTE
    cpu_seconds: int = 600
    cell_seconds: float = 60.0
    notebook_seconds: float = 600.0
    cell_output: int = 2 * MEGABYTE
    notebook_output: int = 10 * MEGABYTE
    reply: int = 100 * MEGABYTE

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
                raise ValueError(f"Limits: {field.name} must be a positive number, got {value!r}")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Limits:
        """The defaults, but for what is given.

        Raises
        ------
        ValueError
            For a limit that there isn't, or a value that is no positive number.
        """
        known = [field.name for field in fields(cls)]
        if unknown := [name for name in given if name not in known]:
            raise ValueError(f"Limits: there is no {', '.join(unknown)}; there are {', '.join(known)}")
        return cls(**given)
