"""One training as curves: its losses, its learning rates and its sweet spot, few enough points to send at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from course.models.model import Model

POINTS = 240
"""A curve is sent with at most about so many points: of a longer one every second, every third, …, and the last."""


@dataclass
class Run:
    """What is known of a training so far.

    Attributes
    ----------
    name : the model's name and its optimizer's, with the first learning rate.
    last : the epoch at which it is to end.
    steps : batches an epoch, or None if that isn't known.
    scheduled : whether the optimizer's learning rate follows a schedule and can't be set.
    epochs, loss, val_loss : a number for each finished epoch, counted from 1; losses that weren't measured or aren't
        finite are None.
    reached : epochs done, with the fraction of the one under way.
    tip : the mean loss of the epoch under way, so far.
    rates : (epochs done, learning rate from there on), as it changed: what steps use, after the optimizer's decay.
    rate : the optimizer's learning rate itself, the one that can be set.
    best : the epoch of the lowest validation loss, and that loss.
    finite : whether all losses were finite numbers.
    ended : "", "ended", "stopped" or "interrupted".
    """

    name: str
    last: int
    steps: int | None = None
    scheduled: bool = False
    epochs: list[int] = field(default_factory=list)
    loss: list[float | None] = field(default_factory=list)
    val_loss: list[float | None] = field(default_factory=list)
    reached: float = 0.0
    tip: float | None = None
    rates: list[tuple[float, float]] = field(default_factory=list)
    rate: float | None = None
    best: tuple[int, float] | None = None
    finite: bool = True
    ended: str = ""

    @classmethod
    def of(cls, model: Model, last: int, steps: int | None) -> Self:
        """The run of a model that begins to train."""
        optimizer = model.optimizer
        assert optimizer is not None  # the model is being trained
        name = f"{model.name}, {optimizer.name} {optimizer.learning_rate:.3g}"
        scheduled = not isinstance(optimizer.get_config()["learning_rate"], float)
        return cls(name, last, steps, scheduled)

    def advance(self, epoch: int, step: int, loss: float | None) -> None:
        """After so many steps of an epoch, counted from 0."""
        # of an epoch whose end isn't known, the middle
        self.reached = epoch + (min(step / self.steps, 1.0) if self.steps else 0.5)
        self.tip = self._number(loss)

    def add(self, epoch: int, logs: dict[str, float]) -> None:
        """After an epoch, counted from 1."""
        self.reached, self.tip = float(epoch), None
        self.epochs.append(epoch)
        self.loss.append(self._number(logs.get("loss")))
        validation = self._number(logs.get("val_loss"))
        self.val_loss.append(validation)
        if validation is not None and (self.best is None or validation < self.best[1]):
            self.best = epoch, validation

    def note_rate(self, reached: float, effective: float, base: float) -> None:
        """The learning rate from here on: what steps use, and what of it can be set."""
        self.rate = float(base)
        if not self.rates or self.rates[-1][1] != effective:
            self.rates.append((float(reached), float(effective)))

    def end(self, how: str) -> None:
        """The training is over."""
        self.ended, self.tip = how, None

    def frame(self) -> dict[str, Any]:
        """The run as JSON can say it: the attributes, thinned, and `epoch`, the number of the last finished one."""
        kept = _kept(len(self.epochs))
        return {
            "name": self.name,
            "last": self.last,
            "scheduled": self.scheduled,
            **{key: [getattr(self, key)[i] for i in kept] for key in ("epochs", "loss", "val_loss")},
            "epoch": self.epochs[-1] if self.epochs else 0,
            "reached": self.reached,
            "tip": self.tip,
            "rates": [list(self.rates[i]) for i in _kept(len(self.rates))],
            "rate": self.rate,
            "best": list(self.best) if self.best else None,
            "finite": self.finite,
            "ended": self.ended,
        }

    def _number(self, value: Any) -> float | None:
        """The number, or None where there is none or JSON has none for it."""
        if value is None:
            return None
        if not math.isfinite(value):
            self.finite = False
            return None
        return float(value)


def _kept(count: int) -> list[int]:
    """Which of so many points to send."""
    kept = list(range(0, count, max(1, -(-count // POINTS))))
    return kept if not count or kept[-1] == count - 1 else [*kept, count - 1]
