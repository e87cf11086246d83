"""Cutting an epoch into batches: many answers are right, so they are judged by their properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake

Batches = list[np.ndarray]


def _minibatches(n: int, batch_size: int, rng: np.random.Generator) -> Batches:
    """The numbers 0 to n − 1 in random order, cut into batches."""
    return _cut(rng.permutation(n), batch_size)


def _cut(order: np.ndarray, batch_size: int) -> Batches:
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def _generator(rng: np.random.Generator) -> np.random.Generator:
    return np.random.default_rng(int(rng.integers(2**31)))


def _even(rng: np.random.Generator) -> Iterator[Arguments]:
    yield 12, 4, _generator(rng)
    yield 60, 10, _generator(rng)


def _uneven(rng: np.random.Generator) -> Iterator[Arguments]:
    yield 14, 4, _generator(rng)
    yield int(10 * rng.integers(4, 9) + rng.integers(1, 9)), 10, _generator(rng)


def _edges(rng: np.random.Generator) -> Iterator[Arguments]:
    yield 12, 12, _generator(rng)
    yield 15, 32, _generator(rng)
    yield 12, 1, _generator(rng)


TRUNCATED = "the last, shorter batch is dropped"
REPEATED = "some examples come twice, others never"
ORDERED = "not shuffled"
BLOCKS = "the same examples always come together"
EMPTY = "an empty batch"
FROM_ONE = "examples counted from 1"
COUNT = "as many batches as a batch should have examples"
FILLED = "the last batch is filled up"
FIXED = "the same order every time"
UNCUT = "not cut into batches"


def _partition(arguments: Arguments, got: Any) -> str | None:
    """What is wrong with batches that should hold each example once, in random order."""
    n, batch_size, _ = arguments
    batches = [np.asarray(batch) for batch in got]
    if not batches:
        return "there are no batches"
    if all(batch.ndim == 0 for batch in batches):
        return UNCUT
    if any(batch.ndim != 1 for batch in batches):
        return f"expected one-dimensional arrays of indices, got shapes {[batch.shape for batch in batches][:3]}"
    sizes = [len(batch) for batch in batches]
    if 0 in sizes:
        return EMPTY
    order = np.concatenate(batches)
    if order.dtype.kind not in "iu":
        return f"indices must be whole numbers, got {order.dtype}"
    return _order(n, batch_size, order) or _sizes(n, batch_size, sizes)


def _sizes(n: int, batch_size: int, sizes: list[int]) -> str | None:
    whole, rest = divmod(n, batch_size)
    expected = [batch_size] * whole + [rest] * bool(rest)
    if sizes == expected:
        return None
    if len(sizes) == min(batch_size, n) != len(expected):
        return COUNT
    return f"batches of {', '.join(map(str, sizes[:12]))} examples, expected {', '.join(map(str, expected[:12]))}"


def _order(n: int, batch_size: int, order: np.ndarray) -> str | None:
    if set(order) == set(range(1, n + 1)):
        return FROM_ONE
    if len(order) == n - n % batch_size < n and len(set(order)) == len(order):
        return TRUNCATED
    if len(order) > n and set(order) == set(range(n)):
        return FILLED
    if sorted(order) != list(range(n)):
        return REPEATED if len(order) == n and order.min() >= 0 and order.max() < n else _missing(n, order)
    if np.array_equal(order, np.arange(n)) or np.array_equal(order, np.arange(n)[::-1]):
        return ORDERED
    if any(np.array_equal(order, np.random.default_rng(seed).permutation(n)) for seed in (0, 1, 42)):
        return FIXED
    if 1 < batch_size < n and all(np.ptp(batch) == len(batch) - 1 for batch in _cut(order, batch_size)):
        return BLOCKS
    return None


def _missing(n: int, order: np.ndarray) -> str:
    missing = sorted(set(range(n)) - set(order.tolist()))
    return f"{len(order)} indices in all, expected {n}" + (f"; example {missing[0]} is missing" if missing else "")


def _shuffled_inside(n: int, batch_size: int, rng: np.random.Generator) -> Batches:
    return [rng.permutation(batch) for batch in _cut(np.arange(n), batch_size)]


def _filled(n: int, batch_size: int, rng: np.random.Generator) -> Batches:
    return _cut(np.resize(rng.permutation(n), -(-n // batch_size) * batch_size), batch_size)


minibatches = Exercise(
    name="minibatches",
    reference=_minibatches,
    cases=_even,
    criteria=[
        Criterion("each example once, in random order", 1.5, cases=_even, accepts=_partition, unmodified=True),
        Criterion("a shorter last batch", 1, cases=_uneven, accepts=_partition),
        Criterion("one batch, or batches of one", 0.5, cases=_edges, accepts=_partition),
    ],
    mistakes=[
        Mistake(
            TRUNCATED,
            lambda n, batch_size, rng: [b for b in _cut(rng.permutation(n), batch_size) if len(b) == batch_size],
            "With 14 examples and batches of 4, how many examples does nobody see in your epoch?",
        ),
        Mistake(
            BLOCKS,
            _shuffled_inside,
            "Neighbours in the file always share a batch in your answer. Which comes first, the shuffle or the cut?",
        ),
        Mistake(
            ORDERED,
            lambda n, batch_size, rng: _cut(np.arange(n), batch_size),
            "If the file lists all zeros first, what is in your first batch? Look for a permutation in the generator.",
        ),
        Mistake(
            REPEATED,
            lambda n, batch_size, rng: _cut(rng.integers(0, n, size=n), batch_size),
            "An epoch shows each example once. Draw them without putting them back.",
        ),
        Mistake(
            FROM_ONE,
            lambda n, batch_size, rng: _cut(rng.permutation(n) + 1, batch_size),
            "The first example has the index 0. Which index does your last one have, and is there such an example?",
        ),
        Mistake(
            COUNT,
            lambda n, batch_size, rng: np.array_split(rng.permutation(n), min(batch_size, n)),
            "A batch size of 10 means 10 examples in a batch. How many has yours, with 60 in all?",
        ),
        Mistake(
            EMPTY,
            lambda n, batch_size, rng: [
                *(b := _cut(rng.permutation(n), batch_size)),
                *([np.array([], dtype=int)] if len(b[-1]) == batch_size else []),
            ],
            "When the batches come out even, is there anything left for one more?",
        ),
        Mistake(
            FILLED,
            _filled,
            "The last batch may be shorter. Which examples come twice in your epoch?",
        ),
        Mistake(
            UNCUT,
            lambda n, batch_size, rng: rng.permutation(n),
            "A good order. Where does the first batch end, and the second begin?",
        ),
        Mistake(
            FIXED,
            lambda n, batch_size, rng: _cut(np.random.default_rng(0).permutation(n), batch_size),
            "Every epoch should have an order of its own. Where do your random numbers come from?",
        ),
    ],
)
