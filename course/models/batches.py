"""Data cut into batches: arrays are cut here, other data come as they are (`course.models.streams`).

One pass over the data is one epoch, unless an epoch is to have a number of steps of its own. Then, as in Keras, each
epoch goes on in the pass where the one before has left it, and one that comes to the end of the data is shorter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course.errors import check_integer
from course.models.data import Batch, check_data, holds_arrays
from course.models.randomness import generator
from course.models.streams import IterableBatches

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
        Shuffles the examples anew for each pass; without it they come in their order.
    steps : int, optional
        Batches an epoch, if that isn't to be a pass.

    Attributes
    ----------
    steps : int
        Batches an epoch.
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
        self._available = math.ceil(self.examples / batch_size)
        self.steps: int | None = self._available if steps is None else min(steps, self._available)
        self._order: np.ndarray | None = None
        self._before: dict[str, Any] | None = None
        self._done = self._available  # batches of the pass under way

    def epoch(self, first: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, without the `first` ones, which are done already."""
        if first == 0 and (self.wanted_steps is None or self._done == self._available):
            self._begin_pass()
        for _ in range(first, self.steps or 0):
            if self._done == self._available:
                return
            start = self._done * self.batch_size
            self._done += 1
            yield self._cut(slice(start, start + self.batch_size))

    def restart(self) -> None:
        """Begin the data anew with the next epoch."""
        self._done = self._available

    def get_position(self) -> dict[str, Any]:
        """Where the pass under way stands: numbers, for a checkpoint."""
        sizes = {"examples": self.examples, "batch_size": self.batch_size}
        return {"done": self._done, "before": self._before, **sizes}

    def set_position(self, position: dict[str, Any]) -> None:
        """Go to where `get_position` was called, in the same data.

        Raises
        ------
        ValueError
            When there aren't as many examples as there were, or as many in a batch.
        """
        if (position["examples"], position["batch_size"]) != (self.examples, self.batch_size):
            raise ValueError(
                f"fit: the checkpoint was saved on the way through {position['examples']} examples in batches of "
                f"{position['batch_size']} and can't be resumed with {self.examples} in batches of {self.batch_size}"
            )
        self._done, self._before = position["done"], position["before"]
        if self._before is not None and self.rng is not None:
            # the model's own generator is behind this order already
            self._order = generator(self._before).permutation(self.examples)

    def _begin_pass(self) -> None:
        self._done = 0
        if self.rng is not None:
            self._before = dict(self.rng.bit_generator.state)
            self._order = self.rng.permutation(self.examples)

    def _cut(self, rows: slice) -> Batch:
        chosen = rows if self._order is None else self._order[rows]
        x = [_pick(array, chosen).astype(t, copy=False) for array, t in zip(self.data.x, self.dtypes, strict=True)]
        y = [None if array is None else _pick(array, chosen) for array in self.data.y]
        weights = [None if array is None else _pick(array, chosen) for array in self.data.weights]
        return Batch(x, y, weights)


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
    if not holds_arrays(where, x):
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


def _rows(data: Batch, rows: slice) -> Batch:
    x = [array[rows] for array in data.x]
    y, weights = ([None if array is None else array[rows] for array in part] for part in (data.y, data.weights))
    return Batch(x, y, weights)
