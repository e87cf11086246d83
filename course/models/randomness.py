"""The states of random number generators as numbers, so that a training that is resumed draws what it would have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.errors import check_choice
from course.layers.base import Layer
from course.models.naming import keyed

KINDS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def get_states(model: Layer) -> dict[str, dict[str, Any]]:
    """The state of each generator that a model or a layer inside it holds, by a key that the session doesn't change."""
    model.rng  # noqa: B018 (made on first use, but the next training begins with what it draws)
    return {
        f"{path}{attribute}": dict(value.bit_generator.state)
        for path, layer in _paths(model)
        for attribute, value in vars(layer).items()
        if isinstance(value, np.random.Generator)
    }


def set_states(model: Layer, states: dict[str, dict[str, Any]]) -> None:
    """Take back what `get_states` gave; generators that aren't among them stay as they are."""
    layers = dict(_paths(model))
    for key, state in states.items():
        path, slash, attribute = key.rpartition("/")
        layer = layers.get(path + slash)
        if layer is None:
            continue
        present = vars(layer).get(attribute)
        if present is not None and present.bit_generator.state["bit_generator"] == state["bit_generator"]:
            present.bit_generator.state = state  # in place, for layers may share one
        else:
            setattr(layer, attribute, generator(state))


def generator(state: dict[str, Any]) -> np.random.Generator:
    """A new generator in this state."""
    kind = check_choice("generator", "state['bit_generator']", state["bit_generator"], KINDS)
    bits = getattr(np.random, kind)()
    bits.state = state
    return np.random.Generator(bits)


def _paths(layer: Layer, path: str = "") -> Iterator[tuple[str, Layer]]:
    """A layer and all inside it, each behind where it is: `""`, `dense/`, `encoder/`, `encoder/dense/`."""
    yield path, layer
    for key, inner in keyed(layer.sublayers):
        yield from _paths(inner, f"{path}{key}/")
