"""Data that come in batches: from a generator, a function that makes one, a sequence, any iterable.

Each batch is `(x, y)` or `(x, y, sample_weight)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from course.models.data import Batch, check_data

if TYPE_CHECKING:
    from course.models.network import Network

_END = object()


class IterableBatches:
    """Batches that somebody else makes, checked one by one.

    Parameters
    ----------
    model : Network
    where : str
        Who asks, for messages.
    source : iterable, function that gives one, or object with `__len__` and `__getitem__`
        An iterator is read on from epoch to epoch; anything else starts again with each pass. Its method
        `on_epoch_end`, if it has one, is called after each epoch.
    steps : int, optional
        Batches an epoch; needed for data that don't end.
    class_weight : dict, optional

    Attributes
    ----------
    steps : int or None
        Batches an epoch; None if that isn't known.
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
        self.wanted_steps = steps
        self.steps = steps if steps is not None else _length(source)
        if not model.built:
            raise ValueError(
                f"{where}: {model.label} doesn't know the shape of its input, and data that come in batches don't "
                f"tell it beforehand: give the first layer input_shape="
            )
        self.dtypes = [symbol.dtype for symbol in model.inputs]
        self._pass: Iterator[Any] | None = None
        self._done = 0

    def epoch(self, first: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, without the `first` ones, which are done already."""
        if first == 0 and self.wanted_steps is None:
            self._pass = None
        step = first
        while self.steps is None or step < self.steps:
            item = self._next(fresh=step == 0)
            if item is _END:
                break
            step += 1
            yield self._check(item)
        if step == 0:
            raise ValueError(
                f"{self.where}: x gave no batch; an iterator that was read to its end doesn't start again: give "
                f"something that does (with __len__ and __getitem__), or the number of steps an epoch"
            )
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()

    def restart(self) -> None:
        """Begin the data anew with the next epoch, if they can."""
        self._pass = None

    def get_position(self) -> dict[str, Any]:
        """Where the pass under way stands."""
        return {"done": self._done}

    def set_position(self, position: dict[str, Any]) -> None:
        """Go to where `get_position` was called. An iterator is left where it is: only who made it knows its place."""
        self._done = position["done"]
        self._pass = _iterate(self.source, 0 if isinstance(self.source, Iterator) else self._done)

    def _next(self, fresh: bool) -> Any:
        """The next of the pass; of a new pass if this one is at its end and the epoch hasn't begun yet."""
        item = _END if self._pass is None else next(self._pass, _END)
        if item is _END and fresh:
            self._pass, self._done = _iterate(self.source), 0
            item = next(self._pass, _END)
        self._done += item is not _END
        return item

    def _check(self, item: Any) -> Batch:
        parts = item if isinstance(item, tuple) else (item,)
        if not 1 <= len(parts) <= 3:
            raise ValueError(f"{self.where}: a batch must be (x, y) or (x, y, sample_weight), got {len(parts)} parts")
        x, y, weight = (*parts, None, None)[:3]
        data = check_data(self.model, self.where, x, y, weight, self.class_weight)
        x = [array.astype(dtype, copy=False) for array, dtype in zip(data.x, self.dtypes, strict=True)]
        return Batch(x, data.y, data.weights)


def _length(source: Any) -> int | None:
    try:
        return len(source)
    except TypeError:
        return None


def _iterate(source: Any, first: int = 0) -> Iterator[Any]:
    """The batches without the `first` ones."""
    if callable(source) and not isinstance(source, Iterable) and not hasattr(source, "__getitem__"):
        source = source()
    if isinstance(source, Iterable):
        return islice(source, first, None) if first else iter(source)
    return (source[index] for index in range(first, len(source)))
