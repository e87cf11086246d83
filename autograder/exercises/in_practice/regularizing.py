"""Dropout. Many answers are right, so an answer is judged by what it did to each number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.in_practice.chance import FIXED_SEEDS, generator, unlikely_share
from autograder.inputs import tenths, whole

NOT_RESCALED = "does not rescale what is kept"
SCALED_DOWN = "multiplies by the share that is kept"
RATE_IS_KEPT = "the rate is taken as the share that is kept"
WRONG_SHARE = "drops with the opposite probability"
SAME_FOR_ALL = "the same neurons for every example"
WHOLE_EXAMPLES = "whole examples are dropped"
FIXED = "draws the same numbers at every call"
BY_CHANCE = "scales by what happened to be kept"
MASK_ALONE = "returns which numbers are kept, not the numbers"
NOTHING = "drops nothing, as in evaluation"


def _dropout(x: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Each number is 0 with probability `rate`, else divided by 1 − rate: (n, d) -> (n, d)."""
    return np.where(rng.random(np.shape(x)) >= rate, np.asarray(x) / (1 - rate), 0)


def _ordinary(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 3), 0.5, generator(rng)
    yield tenths(rng, 60, 50), 0.2, generator(rng)
    yield tenths(rng, 50, 40).astype(np.float32), 0.75, generator(rng)


def _both_ends(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 50, 30), 0.0, generator(rng)
    yield tenths(rng, 50, 30), 0.9, generator(rng)


def _whole(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 50, 40), 0.4, generator(rng)


def _judge_dropout(arguments: Arguments, got: np.ndarray) -> str | None:
    x, rate, _ = arguments
    got = np.asarray(got, dtype=float)
    if got.shape != x.shape:
        return f"expected an array of shape {x.shape}, got {got.shape}"
    if not np.isfinite(got).all():
        return "not all numbers are finite"
    kept = got != 0
    if not kept.any():
        return None if x.size < 20 else "everything was dropped"
    factors = got[kept] / x[kept]
    factor = float(np.median(factors))
    if np.abs(factors - factor).max() > 1e-4 * abs(factor):
        return MASK_ALONE if np.ptp(got[kept]) < 1e-6 else "what is kept is not multiplied by one number"
    if rate > 0 and kept.all() and factor == 1:
        return NOTHING if x.size > 20 else "the input, as it was"
    share = float(kept.mean())
    if abs(factor * (1 - rate) - 1) > 1e-4:
        return _wrong_factor(factor, rate, share, x.size)
    if pattern := _pattern(kept, rate):  # with fewer draws the share varies more, too
        return pattern
    if unlikely_share(share, 1 - rate, x.size):
        return f"{1 - share:.0%} dropped at rate {rate}" if unlikely_share(share, rate, x.size) else WRONG_SHARE
    return None


def _wrong_factor(factor: float, rate: float, share: float, size: int) -> str:
    """Why what is kept is multiplied by another number than 1 / (1 − rate)."""
    usual = not unlikely_share(share, 1 - rate, size)
    known = {NOT_RESCALED: usual, SCALED_DOWN: usual * (1 - rate), BY_CHANCE: usual / share}
    known[RATE_IS_KEPT] = 1 / rate if rate else 0.0
    for name, theirs in known.items():
        if abs(factor - theirs) < 1e-4:
            return name
    return f"what is kept is multiplied by {factor:.4g}, expected {1 / (1 - rate):.4g}"


def _pattern(kept: np.ndarray, rate: float) -> str | None:
    """What is wrong with which numbers were kept."""
    if kept.size < 200 or rate == 0:
        return None
    if (kept == kept[0]).all():
        return SAME_FOR_ALL
    if (kept == kept[:, :1]).all():
        return WHOLE_EXAMPLES
    for seed in FIXED_SEEDS:
        drawn = np.random.default_rng(seed).random(kept.shape)
        if (kept == (drawn >= rate)).all() or (kept == (drawn < 1 - rate)).all():
            return FIXED
    return None


dropout = Exercise(
    name="dropout",
    reference=_dropout,
    cases=_ordinary,
    criteria=[
        Criterion("zero or scaled, at the right rate", 1.5, accepts=_judge_dropout),
        Criterion("rates 0 and 0.9", 0.5, cases=_both_ends, accepts=_judge_dropout),
        Criterion("whole numbers", 0.5, cases=_whole, accepts=_judge_dropout),
        Criterion("leaves its input alone", 0.5, unmodified=True, accepts=_judge_dropout),
    ],
    mistakes=[
        Mistake(
            NOT_RESCALED,
            lambda x, rate, rng: x * (rng.random(x.shape) >= rate),
            "Average your output over many calls. Is it the input, or less? The next layer expects the same mean.",
        ),
        Mistake(
            SCALED_DOWN,
            lambda x, rate, rng: x * (rng.random(x.shape) >= rate) * (1 - rate),
            "Half of the numbers are gone. Must the others become larger or smaller, so that the mean stays?",
        ),
        Mistake(
            RATE_IS_KEPT,
            lambda x, rate, rng: x * (rng.random(x.shape) < rate) / max(rate, 1e-12),
            "At rate 0 nothing is dropped. What does yours do there?",
        ),
        Mistake(
            WRONG_SHARE,
            lambda x, rate, rng: x * (rng.random(x.shape) < rate) / (1 - rate),
            "A random number between 0 and 1 lies below the rate with which probability? Is that case kept or dropped?",
        ),
        Mistake(
            SAME_FOR_ALL,
            lambda x, rate, rng: x * (rng.random(x.shape[1]) >= rate) / (1 - rate),
            "Look at two rows of your output. Each example should draw for itself: how many numbers do you draw?",
        ),
        Mistake(
            WHOLE_EXAMPLES,
            lambda x, rate, rng: x * (rng.random((len(x), 1)) >= rate) / (1 - rate),
            "Some rows are all zero. Each number is dropped for itself: how many random numbers does that take?",
        ),
        Mistake(
            FIXED,
            lambda x, rate, rng: x * (np.random.default_rng(0).random(x.shape) >= rate) / (1 - rate),
            "Call it twice: the same neurons are dropped each time. Draw from the generator that you are given.",
        ),
        Mistake(
            BY_CHANCE,
            lambda x, rate, rng: (lambda kept: x * kept / max(kept.mean(), 1e-12))(rng.random(x.shape) >= rate),
            "The factor should follow from the rate alone, so that chance in one batch does not change it.",
        ),
        Mistake(
            MASK_ALONE,
            lambda x, rate, rng: (rng.random(x.shape) >= rate) / (1 - rate),
            "There are no negative numbers in your output, but there are in x. Where does x come in?",
        ),
        Mistake(
            NOTHING,
            lambda x, rate, rng: x,
            "At evaluation the input passes unchanged. This function is what happens while training.",
        ),
    ],
)
