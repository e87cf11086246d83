"""Early stopping: when is the best loss so far old enough?"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake


def _stop_epoch(val_losses: Sequence[float], patience: int) -> int:
    """The first epoch at which the best loss is `patience` epochs old, else the last; epochs counted from 0."""
    return _walk(val_losses, patience)


def _walk(losses: Sequence[float], patience: int, **wrong: Any) -> int:
    stopped = _stopped(losses, patience, **wrong)
    return len(losses) - 1 if stopped is None else stopped


def _stopped(
    losses: Sequence[float],
    patience: int,
    *,
    better: Callable[[float, float], bool] = operator.lt,
    forgives: bool = True,
    last_loss: bool = False,
) -> int | None:
    """The epoch at which it stops, or None; right as long as no option is given."""
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], start=1):
        if better(loss, best):
            best, waited = loss, (0 if forgives else waited)
        else:
            waited += 1
        if last_loss:
            best = loss
        if waited >= patience:
            return epoch
    return None


def _curve(rng: np.random.Generator, falling: int, rising: int) -> list[float]:
    """A loss that falls with a bump on the way, and then rises and falls a little above its lowest value."""
    down = np.sort(rng.choice(np.arange(20, 50), size=falling, replace=False))[::-1]
    down[[falling - 3, falling - 2]] = down[[falling - 2, falling - 3]]
    up = down[-1] + rng.permutation(np.arange(1, rising + 1))
    return [float(loss) / 10 for loss in (*down, *up)]


def _curves(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _curve(rng, 5, 4), 3
    yield _curve(rng, 7, 6), 2
    yield _curve(rng, 6, 8), 5


def _ties(rng: np.random.Generator) -> Iterator[Arguments]:
    losses = _curve(rng, 4, 4)
    yield [*losses[:5], losses[3], *losses[5:]], 2
    yield [losses[0] + 1, *[losses[0]] * 6], 3


def _to_the_end(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _curve(rng, 6, 2), 5
    yield [float(loss) for loss in range(9, 2, -1)], 2


def _impatient(rng: np.random.Generator) -> Iterator[Arguments]:
    losses = sorted(_curve(rng, 4, 1)[:4], reverse=True)
    yield [*losses, losses[-1] + 0.3, losses[-1] - 0.5, losses[-1]], 1


stop_epoch = Exercise(
    name="stop_epoch",
    reference=_stop_epoch,
    cases=_curves,
    criteria=[
        Criterion("values", 1.5),
        Criterion("an equal loss is no improvement", 0.5, cases=_ties),
        Criterion("never stopped", 0.5, cases=_to_the_end),
        Criterion("a patience of 1", 0.5, cases=_impatient),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rtol=0,
    atol=1e-9,
    mistakes=[
        Mistake(
            "an equal loss counts as an improvement",
            lambda losses, patience: _walk(losses, patience, better=operator.le),
            "Right as long as no loss comes twice. Is a loss that is as good as the best any better?",
        ),
        Mistake(
            "compares with the epoch before, not with the best",
            lambda losses, patience: _walk(losses, patience, last_loss=True),
            "The loss may wobble above its lowest value. Is it better than the best, or only than the last?",
        ),
        Mistake(
            "the bad epochs are counted altogether",
            lambda losses, patience: _walk(losses, patience, forgives=False),
            "What happens to the count when there is a new best loss?",
        ),
        Mistake(
            "one epoch too late",
            lambda losses, patience: _walk(losses, patience + 1),
            "The best loss is at epoch 4, the patience is 3. At which epoch is it 3 epochs old?",
        ),
        Mistake(
            "one epoch too early",
            lambda losses, patience: _walk(losses, max(patience - 1, 1)) if patience > 1 else _walk(losses, 1) - 1,
            "The best loss is at epoch 4, the patience is 3. At which epoch is it 3 epochs old?",
        ),
        Mistake(
            "epochs counted from 1",
            lambda losses, patience: _walk(losses, patience) + 1,
            "Here the first epoch has the number 0, as the first entry of a list has.",
        ),
        Mistake(
            "the epoch of the best loss",
            lambda losses, patience: int(np.argmin(losses[: _walk(losses, patience) + 1])),
            "That is whose weights you keep. But how many epochs more do you have to wait to know?",
        ),
        Mistake(
            "the best epoch of all, seen from the end",
            lambda losses, patience: int(np.argmin(losses)),
            "While it trains, nobody knows the losses to come. Walk through the epochs one by one.",
        ),
        Mistake(
            "the lowest loss, not its epoch",
            lambda losses, patience: min(losses),
            "Which epoch is it? The answer is a place in the list.",
        ),
        Mistake(
            "never stops early",
            lambda losses, patience: len(losses) - 1,
            "What happens when the loss has not improved for as many epochs as the patience says?",
        ),
        Mistake(
            "stops at the first rise",
            lambda losses, patience: next(
                (i for i in range(1, len(losses)) if losses[i] > losses[i - 1]), len(losses) - 1
            ),
            "A single bump is no reason to stop. What does the patience say?",
        ),
        Mistake(
            "nothing to hand back where it never stops",
            _stopped,
            "Right where it stops. And if the list ends before that: which epoch was the last?",
        ),
        Mistake(
            "one past the end where it never stops",
            lambda losses, patience: len(losses) if (e := _stopped(losses, patience)) is None else e,
            "Right where it stops. What is the number of the last epoch in a list of 7?",
        ),
    ],
)
