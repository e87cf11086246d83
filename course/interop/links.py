"""Two models side by side: which layer stands for which, and where each number of a weight lies on the other side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from course.errors import did_you_mean, either
from course.layers.base import Layer, Parameter
from course.models.network import Network


class Link(NamedTuple):
    """A parameter, the other library's array, and for each place there which number of the parameter lies in it."""

    parameter: Parameter
    array: Any
    places: np.ndarray


@dataclass(frozen=True)
class Ours:
    """One of our layers with weights, and what must stand for it.

    Attributes
    ----------
    kinds : tuple of str
        The classes that may; none where there is no such layer.
    parameters : dict
        By their name there, our parameter and its places (see `Link`), of the shape that the array must have there.
    settings : dict
        By their name there, values that must be the same, or the same weights would compute something else.
    """

    layer: Layer
    kinds: tuple[str, ...]
    parameters: dict[str, tuple[Parameter, np.ndarray]]
    settings: dict[str, Any]


@dataclass(frozen=True)
class Theirs:
    """One of their layers with weights: its name, its class and those it inherits from, its arrays, its settings."""

    name: str
    kinds: tuple[str, ...]
    arrays: dict[str, Any]
    settings: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How messages call it: `Conv2d "features.0"`."""
        return f'{self.kinds[0]} "{self.name}"' if self.name else self.kinds[0]


class Mismatch(ValueError):
    """The two models aren't of one architecture."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}; nothing was changed")


def check_network(where: str, model: Any, order: str) -> Network:
    """`model`, if it is a network of this library with weights."""
    if not isinstance(model, Network):
        kind = f"{type(model).__module__.partition('.')[0]}'s {type(model).__name__}"
        raise TypeError(f"{where}: model must be a Model or Sequential of course, got {kind}; the order is {order}")
    if not model.built:
        raise ValueError(f"{where}: {model.label} has no weights yet: give its first layer input_shape=, or fit it")
    return model


def layers_with_weights(model: Network) -> list[Layer]:
    """The layers that have parameters of their own, in the order of `summary()`, those of inner models in its place."""
    return [layer for layer in model.flatten() if layer.parameters and not isinstance(layer, Network)]


def pair(where: str, ours: Sequence[Ours], theirs: Sequence[Theirs], names: Mapping[str, str] | None) -> list[Link]:
    """Link all parameters, or raise a Mismatch that names the first layer that doesn't fit.

    Parameters
    ----------
    names : dict, optional
        The name of one of our layers → the name of the layer that stands for it; the others are paired in order.
    """
    links = []
    for one, other in _in_pairs(where, list(ours), list(theirs), names or {}):
        if one is None or other is None:
            left = one.layer.label if one else other.label if other else ""
            there_are = "there is 1 layer" if len(ours) == 1 else f"there are {len(ours)} layers"
            raise Mismatch(where, f"{left} has no counterpart: {there_are} with weights here, {len(theirs)} there")
        _check(where, one, other)
        links += [Link(parameter, other.arrays[name], places) for name, (parameter, places) in one.parameters.items()]
    return links


def write(links: Sequence[Link], assign: Callable[[Any, np.ndarray], object]) -> None:
    """Copy ours over theirs."""
    for parameter, array, places in links:
        assign(array, parameter.value.ravel()[places])


def read(links: Sequence[Link], as_array: Callable[[Any], np.ndarray]) -> None:
    """Copy theirs over ours."""
    arrays = [as_array(array) for _, array, _ in links]
    for (parameter, _, places), array in zip(links, arrays, strict=True):
        values = np.empty(parameter.value.size, array.dtype)
        values[places.ravel()] = array.ravel()
        parameter.assign(values.reshape(parameter.shape))


def _in_pairs(
    where: str, ours: list[Ours], theirs: list[Theirs], names: Mapping[str, str]
) -> list[tuple[Ours | None, Theirs | None]]:
    chosen = [
        (
            _named(where, our_name, ours, [one.layer.name for one in ours]),
            _named(where, their_name, theirs, [other.name for other in theirs]),
        )
        for our_name, their_name in names.items()
    ]
    ours = [one for one in ours if all(one is not named for named, _ in chosen)]
    theirs = [other for other in theirs if all(other is not named for _, named in chosen)]
    return [*chosen, *zip_longest(ours, theirs)]


def _named(where: str, name: str, layers: list[Any], known: list[str]) -> Any:
    if known.count(name) != 1:
        found = "several layers with weights are" if name in known else "no layer with weights is"
        listed = ", ".join(map(repr, known))
        raise Mismatch(where, f"names: {found} named {name!r}{did_you_mean(name, known)} (there are {listed})")
    return layers[known.index(name)]


def _check(where: str, one: Ours, other: Theirs) -> None:
    both = f"{one.layer.label} and {other.label}"
    if not one.kinds:
        raise Mismatch(where, f"{one.layer.label} has weights, and no layer there is known to stand for it")
    if not set(one.kinds) & set(other.kinds):
        raise Mismatch(
            where,
            f"{one.layer.label} came to {other.label}, expected {either(one.kinds)}; layers with weights are "
            f"paired in order, names= pairs others",
        )
    if set(one.parameters) != set(other.arrays):
        raise Mismatch(where, f"{both}: must have {_listed(one.parameters)} there, has {_listed(other.arrays)}")
    for name, (_, places) in one.parameters.items():
        shape = tuple(other.arrays[name].shape)
        if shape != places.shape:
            raise Mismatch(where, f"{both}: {name} must have shape {places.shape} there, has {shape}")
    for name, value in one.settings.items():
        if not _same(value, other.settings[name]):
            raise Mismatch(where, f"{both}: {name} must be {value} there, is {other.settings[name]}")


def _listed(names: Mapping[str, Any]) -> str:
    return " and ".join(names) or "no weights"


def _same(value: Any, other: Any) -> bool:
    if isinstance(value, float):
        return math.isclose(value, other, rel_tol=1e-6)
    if isinstance(value, (tuple, list)):
        return tuple(value) == tuple(other)
    return bool(value == other)
