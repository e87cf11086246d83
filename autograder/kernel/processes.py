"""What a process and all that it started take, read from /proc."""

from __future__ import annotations

import os
import re
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def memory_below(handle: int) -> int:
    """Bytes in memory of a process, by its pidfd, and of its descendants; what several share counts once for each."""
    said = re.search(r"^Pid:\s+(-?\d+)", Path(f"/proc/self/fdinfo/{handle}").read_text(), re.MULTILINE)
    pid = int(said.group(1)) if said else -1
    return sum(map(_private, _family(pid))) if pid > 0 else 0


def _family(pid: int) -> list[int]:
    family = [pid]
    for member in family:
        try:
            for task in os.listdir(f"/proc/{member}/task"):
                family += map(int, Path(f"/proc/{member}/task/{task}/children").read_text().split())
        except OSError:  # it has ended meanwhile
            continue
    return family


def _private(pid: int) -> int:
    """Bytes that are this process's own: resident, without what it shares with the template."""
    try:
        _, resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[:3])
    except (OSError, ValueError):
        return 0
    return (resident - shared) * _PAGE
