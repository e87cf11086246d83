"""Data cut into batches.

Arrays are cut here. Anything else that gives one batch `(x, y)` or `(x, y, sample_weight)` after the other is taken
as it is: a generator, an object with `__len__` and `__getitem__`, any iterable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from course.errors import check_integer
from course.models.data import Batch, check_data, holds_arrays

if TYPE_CHECKING:
    from course.models.network import Network


class ArrayBatches:
    """Batches of arrays that are in memory.

    Parameters
    ----------
    data : Batch
        All examples.
    dtypes : list of dtype
        What each x is converted to, batch by batch.
    batch_size : int
        The last batch may be smaller.
    rng : Generator, optional
        Shuffles the examples anew for each epoch; without it they come in their order.
    steps : int, optional
        Leave an epoch after so many batches.
    """

    def __init__(
        self,
        data: Batch,
        dtypes: list[np.dtype],
        batch_size: int,
        rng: np.random.Generator | None = None,
        steps: int | None = None,
    ) -> None:
        self.data, self.dtypes, self.batch_size, self.rng = data, dtypes, batch_size, rng
        self.examples = len(data.x[0])
        self.wanted_steps = steps
        available = math.ceil(self.examples / batch_size)
        self.steps: int | None = available if steps is None else min(steps, available)

    def epoch(self) -> Iterator[Batch]:
        """The batches of one epoch."""
        order = None if self.rng is None else self.rng.permutation(self.examples)
        for start in range(0, (self.steps or 0) * self.batch_size, self.batch_size):
            rows = slice(start, start + self.batch_size)
            chosen = rows if order is None else order[rows]
            x = [_pick(array, chosen).astype(t, copy=False) for array, t in zip(self.data.x, self.dtypes, strict=True)]
            y = [None if array is None else _pick(array, chosen) for array in self.data.y]
            weights = [None if array is None else _pick(array, chosen) for array in self.data.weights]
            yield Batch(x, y, weights)


class IterableBatches:
    """Batches that somebody else makes, checked one by one.

    Parameters
    ----------
    model : Network
    where : str
        Who asks, for messages.
    source : iterable, or object with `__len__` and `__getitem__`
        An iterator is read on from epoch to epoch; anything else starts again.
    steps : int, optional
        Batches an epoch; needed for an iterator that doesn't end.
    class_weight : dict, optional
    """

    def __init__(
        self,
        model: Network,
        where: str,
        source: Any,
        steps: int | None = None,
        class_weight: Mapping[int, float] | None = None,
    ) -> None:
        self.model, self.where, self.source, self.class_weight = model, where, source, class_weight
        self.steps = steps if steps is not None else _length(source)
        if not model.built:
            raise ValueError(
                f"{where}: {model.label} doesn't know the shape of its input, and data that come in batches don't "
                f"tell it beforehand: give the first layer input_shape="
            )
        self.dtypes = [symbol.dtype for symbol in model.inputs]

    def epoch(self) -> Iterator[Batch]:
        """The batches of one epoch."""
        item = None
        for item in islice(_iterate(self.source), self.steps):
            parts = item if isinstance(item, tuple) else (item,)
            if not 1 <= len(parts) <= 3:
                raise ValueError(
                    f"{self.where}: a batch must be (x, y) or (x, y, sample_weight), got {len(parts)} parts"
                )
            x, y, weight = (*parts, None, None)[:3]
            data = check_data(self.model, self.where, x, y, weight, self.class_weight)
            x = [array.astype(dtype, copy=False) for array, dtype in zip(data.x, self.dtypes, strict=True)]
            yield Batch(x, data.y, data.weights)
        if item is None:
            raise ValueError(
                f"{self.where}: x gave no batch; an iterator that was read to its end doesn't start again: give "
                f"something that does (with __len__ and __getitem__), or the number of steps an epoch"
            )


Batches = ArrayBatches | IterableBatches


def make_batches(
    model: Network,
    where: str,
    data: tuple[Any, Any, Any],
    batch_size: int,
    rng: np.random.Generator | None = None,
    steps: int | None = None,
    class_weight: Mapping[int, float] | None = None,
) -> Batches:
    """Whatever the user gave as (x, y, sample_weight), as batches."""
    x, y, weight = data
    if steps is not None:
        check_integer(where, "steps", steps, minimum=1)
    if not holds_arrays(x):
        if y is not None:
            raise ValueError(f"{where}: y must be left out where x gives batches of (x, y), got {type(y).__name__}")
        return IterableBatches(model, where, x, steps, class_weight)
    checked = check_data(model, where, x, y, weight, class_weight)
    return ArrayBatches(checked, [symbol.dtype for symbol in model.inputs], batch_size, rng, steps)


def one_batch(
    model: Network, where: str, data: tuple[Any, Any, Any], class_weight: Mapping[int, float] | None = None
) -> Batch:
    """All examples in one batch."""
    checked = check_data(model, where, *data, class_weight)
    return next(ArrayBatches(checked, [symbol.dtype for symbol in model.inputs], len(checked.x[0])).epoch())


def split_off(
    batches: Batches, fraction: float, batch_size: int, steps: int | None
) -> tuple[ArrayBatches, ArrayBatches]:
    """The batches without the last `fraction` of the examples, and those, in batches of `batch_size`.

    Keras splits like this: before any shuffling.
    """
    if not isinstance(batches, ArrayBatches):
        raise ValueError("fit: validation_split needs arrays; beside data in batches give validation_data")
    examples = batches.examples
    kept = math.floor(examples * (1.0 - fraction))
    if kept in (0, examples):
        raise ValueError(
            f"fit: validation_split={fraction} of {examples} examples leaves {kept} to learn from and "
            f"{examples - kept} to validate on; both need at least one"
        )
    first, last = _rows(batches.data, slice(None, kept)), _rows(batches.data, slice(kept, None))
    return (
        ArrayBatches(first, batches.dtypes, batches.batch_size, batches.rng, batches.wanted_steps),
        ArrayBatches(last, batches.dtypes, batch_size, steps=steps),
    )


def _pick(array: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
    return array[rows] if isinstance(rows, slice) else array.take(rows, axis=0)


def _length(source: Any) -> int | None:
    try:
        return len(source)
    except TypeError:
        return None


def _iterate(source: Any) -> Iterator[Any]:
    if isinstance(source, Iterable):
        return iter(source)
    return (source[index] for index in range(len(source)))


def _rows(data: Batch, rows: slice) -> Batch:
    x = [array[rows] for array in data.x]
    y, weights = ([None if array is None else array[rows] for array in part] for part in (data.y, data.weights))
    return Batch(x, y, weights)
