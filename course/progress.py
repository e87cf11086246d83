"""The progress bar that fit, evaluate and predict print."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

WIDTH = 20
INTERVAL = 0.1
"""Seconds between two redrawings: often enough for the eye, too seldom to slow the training."""


class ProgressBar:
    """One line that is redrawn in place: `3/4 ━━━━━━━━━━━━━━━───── 0s 12ms/step - loss: 0.6931`.

    Parameters
    ----------
    steps : int or None
        How many there will be; None if that isn't known.
    verbose : 1 or 2
        1 draws the bar, 2 prints a line at the end.
    """

    def __init__(self, steps: int | None, verbose: int) -> None:
        self.steps, self.verbose = steps, verbose
        self._start = self._drawn = time.perf_counter()
        self._width = 0

    def update(self, done: int, values: Mapping[str, float]) -> None:
        """Redraw after `done` steps, unless it was redrawn a moment ago."""
        now = time.perf_counter()
        if self.verbose == 1 and now - self._drawn >= INTERVAL:
            self._drawn = now
            left = None if not self.steps else (now - self._start) / done * (self.steps - done)
            self._write(self._line(done, values, left))

    def finish(self, done: int, values: Mapping[str, float]) -> None:
        """Draw it a last time and end the line."""
        if self.verbose == 2:
            elapsed = time.perf_counter() - self._start
            line = f"{done}/{self.steps or done} - {elapsed:.0f}s - {_duration(elapsed / max(done, 1))}/step"
            sys.stdout.write(line + _write_values(values) + "\n")
        else:
            self.steps = self.steps or done
            self._write(self._line(done, values, None))
            sys.stdout.write("\n")
        sys.stdout.flush()

    def _line(self, done: int, values: Mapping[str, float], left: float | None) -> str:
        elapsed = time.perf_counter() - self._start
        bar = f"{done}/Unknown"
        if self.steps:
            filled = WIDTH * done // self.steps
            bar = f"{done:{len(str(self.steps))}d}/{self.steps} {'━' * filled}{'─' * (WIDTH - filled)}"
        clock = f"{elapsed if left is None else left:.0f}s"
        return f"{bar} {clock} {_duration(elapsed / max(done, 1))}/step{_write_values(values)}"

    def _write(self, line: str) -> None:
        # spaces cover what is left of a longer line before
        sys.stdout.write("\r" + line + " " * (self._width - len(line)))
        sys.stdout.flush()
        self._width = len(line)


def _write_values(values: Mapping[str, float]) -> str:
    return "".join(f" - {name}: {_number(value)}" for name, value in values.items())


def _number(value: float) -> str:
    return f"{value:.4e}" if abs(value) <= 1e-3 and value != 0 else f"{value:.4f}"


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"
