"""Channels last here, channels first in PyTorch: what that does to arrays that were flattened, or will be folded.

An image (h, w, c) of ours is (c, h, w) there. Flattened, its numbers come in another order, and so must the rows of the
dense layer that takes them. Where a dense layer's output is folded into an image, the same holds for its columns.
This walks through a network, forwards and backwards, and notes the order of the numbers wherever it matters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from course.interop.links import Mismatch
from course.layers.base import Layer, Shape
from course.layers.reshaping import Permute
from course.models.network import Network

SEQUENCES = {
    "AveragePooling1D",
    "Conv1D",
    "Conv1DTranspose",
    "Cropping1D",
    "DepthwiseConv1D",
    "MaxPooling1D",
    "UpSampling1D",
    "ZeroPadding1D",
}
"""Layers for which PyTorch wants the channels of (steps, channels) first; elsewhere it leaves two axes as they are."""

MIXING = ("Dense", "Embedding")
"""Layers of whose outputs each depends on all inputs: these may come in any order."""

DIFFERENTLY = "has in different orders, its channels being first (channels_first=False says that the module sees to it)"

Order = np.ndarray | None
"""For each place there, which number of ours lies in it; None where the order is the same."""


@dataclass(frozen=True)
class Layout:
    """How the numbers that enter and leave a layer lie there.

    Attributes
    ----------
    enters, leaves : ndarray of int of shape (features,), or None
        The order of inputs and outputs that have one axis.
    channels_first : bool
        Whether the output is an image (or sequence) whose channels come first there.
    rank : int
        The output's axes, without the batch's.
    """

    enters: Order = None
    leaves: Order = None
    channels_first: bool = False
    rank: int = 1


@dataclass(eq=False)
class _Value:
    """What travels between layers."""

    shape: Shape
    channels_first: bool = False
    order: Order = None
    wanted: Order = None

    @property
    def flat_order(self) -> Order:
        return self.order if len(self.shape) == 1 else None


@dataclass(frozen=True)
class _Use:
    layer: Layer
    sources: list[_Value]
    targets: list[_Value] = field(default_factory=list)

    @property
    def keeps_places(self) -> bool:
        """Whether each number of the output stands where those that it comes from stood."""
        shapes = {value.shape for value in self.sources + self.targets}
        return len(shapes) == 1 and not _is(self.layer, *MIXING, "Permute")

    @property
    def reshapes(self) -> bool:
        return _is(self.layer, "Flatten", "Reshape")


def layouts(where: str, network: Network, channels_first: bool) -> dict[int, Layout]:
    """The layout of each layer, by its id.

    Raises
    ------
    Mismatch
        Where no order of weights makes up for the difference.
    """
    inputs = [_Value(symbol.shape[1:]) for symbol in network.inputs]
    uses, _ = _uses(network, inputs)
    _find_images(uses)
    if channels_first:
        _find_wishes(uses)
        _find_orders(where, uses)
    found: dict[int, Layout] = {}
    for use in uses:
        source, target = use.sources[0], use.targets[0]
        layout = Layout(source.flat_order, target.flat_order, target.channels_first, len(target.shape))
        first = found.setdefault(id(use.layer), layout)
        if not (_agree(first.enters, layout.enters) and _agree(first.leaves, layout.leaves)):
            raise Mismatch(where, f"{use.layer.label} is used in several places, whose values PyTorch {DIFFERENTLY}")
    return found


def _uses(network: Network, values: list[_Value]) -> tuple[list[_Use], list[_Value]]:
    """All uses of layers in order, those within inner models too; and the values that the network gives."""
    slots = dict(enumerate(values))
    uses = []
    for step in network.graph.steps:
        sources = [slots[slot] for slot in step.sources]
        if isinstance(step.layer, Network):
            inner, targets = _uses(step.layer, sources)
            uses += inner
        else:
            targets = [_Value(symbol.shape[1:]) for symbol in step.node.outputs]
            uses.append(_Use(step.layer, sources, targets))
        slots.update(zip(step.targets, targets, strict=True))
    return uses, [slots[slot] for slot in network.graph.output_slots]


def _find_images(uses: list[_Use]) -> None:
    """Mark what has its channels first there: all that has three axes, and sequences that are treated like images."""
    for use in uses:
        for value in use.sources + use.targets:
            if len(value.shape) == 3 or (len(value.shape) == 2 and _is(use.layer, *SEQUENCES)):
                value.channels_first = True
    for use in [*uses, *reversed(uses), *uses]:
        values = use.sources + use.targets
        if use.keeps_places and any(value.channels_first for value in values):
            for value in values:
                value.channels_first = True


def _find_wishes(uses: list[_Use]) -> None:
    """Note, from the end to the beginning, in which order a value should come because it will be folded."""
    for use in reversed(uses):
        target = use.targets[0]
        wish = target.wanted if len(target.shape) == 1 else _image_order(target)
        if (use.reshapes or use.keeps_places) and wish is not None:
            for source in use.sources:
                source.wanted = wish


def _find_orders(where: str, uses: list[_Use]) -> None:
    """Give each value its order, from the beginning to the end."""
    for use in uses:
        for value in use.sources + use.targets:
            if len(value.shape) > 1:
                value.order = _image_order(value)
        source, target = use.sources[0], use.targets[0]
        if source.channels_first and _moves_channels(use.layer):
            raise Mismatch(where, f"{use.layer.label} moves the channels of values that PyTorch {DIFFERENTLY}")
        if use.reshapes and len(target.shape) > 1:
            _check_folding(where, use)
        elif use.reshapes:
            target.order = source.order
        elif len(target.shape) == 1 and _is(use.layer, *MIXING):
            target.order = target.wanted
        elif len(target.shape) == 1 and use.keeps_places:
            if not all(_agree(source.order, other.order) for other in use.sources):
                raise Mismatch(where, f"{use.layer.label} joins values that PyTorch {DIFFERENTLY}")
            target.order = source.order
        elif len(target.shape) == 1 and _is(use.layer, "Concatenate"):
            target.order = _one_after_the_other(use.sources)
        elif any(source.flat_order is not None for source in use.sources):
            raise Mismatch(where, f"{use.layer.label} takes values that PyTorch {DIFFERENTLY}")


def _check_folding(where: str, use: _Use) -> None:
    source, target = use.sources[0], use.targets[0]
    channels_stay = len(source.shape) > 1 and source.shape[-1] == target.shape[-1]
    if not channels_stay and not _agree(source.order, target.order):
        raise Mismatch(
            where,
            f"{use.layer.label} makes {target.shape} of values that PyTorch {DIFFERENTLY}, and no dense layer before "
            f"it can put that right",
        )


def _moves_channels(layer: Layer) -> bool:
    return isinstance(layer, Permute) and layer.dims[-1] != len(layer.dims)


def _image_order(value: _Value) -> Order:
    """(h, w, c) read in the order c, h, w."""
    lengths = [length for length in value.shape if length is not None]
    if not value.channels_first or len(lengths) < len(value.shape):
        return None
    numbers = np.arange(math.prod(lengths)).reshape(lengths)
    order = np.moveaxis(numbers, -1, 0).ravel()
    return None if np.array_equal(order, numbers.ravel()) else order


def _one_after_the_other(values: list[_Value]) -> Order:
    if all(value.order is None for value in values):
        return None
    lengths = [value.shape[0] or 0 for value in values]
    starts = np.cumsum([0, *lengths])
    orders = [np.arange(n) if value.order is None else value.order for n, value in zip(lengths, values, strict=True)]
    return np.concatenate([start + order for start, order in zip(starts, orders, strict=False)])


def _agree(one: Order, other: Order) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _is(layer: Layer, *kinds: str) -> bool:
    return any(kind.__name__ in kinds for kind in type(layer).__mro__)
