"""How far a grading is, on one line of the terminal: counts, and the time that is left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.grade import Graded


class GradingProgress:
    """A bar on stderr where that is a terminal, and nothing else.

    Parameters
    ----------
    total : int
        Submissions.
    console : Console, optional
    """

    def __init__(self, total: int, console: Console | None = None) -> None:
        # Drawn when a submission is done and not by a thread of its own: the workers are forks of this process.
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
            auto_refresh=False,
            transient=True,
        )
        self._bar.disable = not self._bar.console.is_terminal
        self._task = self._bar.add_task("grading", total=total, counts="")
        self._counts = {"unchanged": 0, "to look at": 0, "not graded": 0}

    def __enter__(self) -> GradingProgress:
        self._bar.start()
        self._bar.refresh()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def done(self, graded: Graded) -> None:
        """Count a submission."""
        self._counts["unchanged"] += graded.unchanged
        self._counts["to look at"] += bool(graded.events)
        self._counts["not graded"] += graded.problem is not None
        counts = ", ".join(f"{count} {what}" for what, count in self._counts.items() if count)
        self._bar.update(self._task, advance=1, counts=counts)
        self._bar.refresh()
