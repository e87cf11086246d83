"""What a process and all that it started take, by /proc, and when they run."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def pid_of(handle: int) -> int:
    """The number of a process, by its pidfd; -1 where it has ended."""
    said = re.search(r"^Pid:\s+(-?\d+)", Path(f"/proc/self/fdinfo/{handle}").read_text(), re.MULTILINE)
    return int(said.group(1)) if said else -1


def memory(pids: Iterable[int]) -> int:
    """Bytes in memory of some processes; what several share counts once for each."""
    return sum(map(_private, pids))


def put_last(pids: Iterable[int]) -> None:
    """Let processes, and what they start from now on, run when nobody else wants to."""
    for pid in pids:
        with contextlib.suppress(OSError):  # it has ended meanwhile
            os.setpriority(os.PRIO_PROCESS, pid, 19)


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for member in found:
        try:
            for task in os.listdir(f"/proc/{member}/task"):
                found += map(int, Path(f"/proc/{member}/task/{task}/children").read_text().split())
        except OSError:  # it has ended meanwhile
            continue
    return found


def _private(pid: int) -> int:
    """Bytes that are this process's own: resident, without what it shares with the template."""
    try:
        _, resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[:3])
    except (OSError, ValueError):
        return 0
    return (resident - shared) * _PAGE
