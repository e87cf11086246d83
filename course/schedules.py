"""Learning-rate schedules: functions of the step number that an optimizer takes as its learning rate."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from course.errors import check_flag, check_integer, check_number, check_positive
from course.registry import Registry


class Schedule:
    """A learning rate for each step, the first being step 0."""

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this schedule again."""
        raise NotImplementedError


class ExponentialDecay(Schedule):
    """η₀ · decay_rate^(step / decay_steps); with `staircase`, the exponent is rounded down."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
    ) -> None:
        where = type(self).__name__
        self.initial_learning_rate = check_number(where, "initial_learning_rate", initial_learning_rate, minimum=0)
        self.decay_steps = check_positive(where, "decay_steps", decay_steps)
        self.decay_rate = check_positive(where, "decay_rate", decay_rate)
        self.staircase = check_flag(type(self).__name__, "staircase", staircase)

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate * self.decay_rate ** self._periods(step)

    def _periods(self, step: int) -> float:
        periods = step / self.decay_steps
        return math.floor(periods) if self.staircase else periods

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
        }


class InverseTimeDecay(ExponentialDecay):
    """η₀ / (1 + decay_rate · step / decay_steps): with decay_steps = 1, what the old argument `decay` does."""

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate / (1 + self.decay_rate * self._periods(step))


class CosineDecay(Schedule):
    """Half a cosine from η₀ down to alpha · η₀ in `decay_steps` (Loshchilov & Hutter 2016, arXiv:1608.03983).

    Parameters
    ----------
    initial_learning_rate : float
        η₀, or where the warm-up starts if there is one.
    decay_steps : int
        How long the decay takes; then the rate stays.
    alpha : float
        What is left at the end, as a fraction.
    warmup_target, warmup_steps : float, int
        First rise in a straight line to `warmup_target`, over `warmup_steps`, and decay from there.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        where = "CosineDecay"
        self.initial_learning_rate = check_number(where, "initial_learning_rate", initial_learning_rate, minimum=0)
        self.decay_steps = check_positive(where, "decay_steps", decay_steps)
        self.alpha = check_number(where, "alpha", alpha)
        self.warmup_target = (
            None if warmup_target is None else check_number(where, "warmup_target", warmup_target, minimum=0)
        )
        self.warmup_steps = check_integer(where, "warmup_steps", warmup_steps, minimum=0)

    def __call__(self, step: int) -> float:
        start, peak = self.initial_learning_rate, self.warmup_target
        if peak is None:
            return start * self._fraction(step)
        if step < self.warmup_steps:
            return start + (peak - start) * step / self.warmup_steps
        return peak * self._fraction(step - self.warmup_steps)

    def _fraction(self, step: int) -> float:
        cosine = 0.5 * (1 + math.cos(math.pi * min(step / self.decay_steps, 1)))
        return (1 - self.alpha) * cosine + self.alpha

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class PiecewiseConstantDecay(Schedule):
    """values[0] up to and with step boundaries[0], values[1] up to and with boundaries[1], …, then the last."""

    def __init__(self, boundaries: Sequence[int], values: Sequence[float]) -> None:
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                "PiecewiseConstantDecay: values must be one more than boundaries,"
                f" got {len(values)} values and {len(boundaries)} boundaries"
            )
        if any(first >= second for first, second in pairwise(boundaries)):
            raise ValueError(f"PiecewiseConstantDecay: boundaries must increase, got {list(boundaries)}")
        self.boundaries = list(boundaries)
        self.values = [check_number("PiecewiseConstantDecay", "values", value, minimum=0) for value in values]

    def __call__(self, step: int) -> float:
        return self.values[bisect_left(self.boundaries, step)]

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values}


_CLASSES: dict[str, type[Schedule]] = {
    "ExponentialDecay": ExponentialDecay,
    "InverseTimeDecay": InverseTimeDecay,
    "CosineDecay": CosineDecay,
    "PiecewiseConstantDecay": PiecewiseConstantDecay,
}
_REGISTRY = Registry("schedule", _CLASSES)


def from_config(config: dict[str, Any]) -> Schedule:
    """Make a schedule from `{"class_name": …, "config": …}`, what `course.registry.to_config` wrote."""
    return _REGISTRY.from_config(config)
