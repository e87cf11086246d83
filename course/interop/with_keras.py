"""Keras 3: our layers have its names, its weights and its shapes, so that nothing has to be rearranged."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from course.interop.links import Mismatch, Ours, Theirs, check_network, layers_with_weights, pair, read, write
from course.layers.base import Layer
from course.models.network import Network

SETTINGS = ("epsilon", "strides", "padding", "dilation_rate")
"""Arguments that must be the same, where a layer has them."""


def to_keras(model: Network, keras_model: Any, *, names: Mapping[str, str] | None = None) -> None:
    """Copy the weights of `model` to a Keras model of the same architecture.

    Parameters
    ----------
    model : Model or Sequential
    keras_model : keras.Model
        Built: it knows the shape of its input.
    names : dict, optional
        The name of a layer here → the name of its counterpart there, for layers that don't come in the same order.

    Raises
    ------
    ValueError
        When a layer has no counterpart, or one of another kind, shape or setting; then nothing is changed.

    Examples
    --------
    ::

        net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
        interop.to_keras(model, net)
        np.allclose(net.predict(x), model.predict(x), atol=1e-4)
    """
    write(_links("to_keras", model, keras_model, names), lambda variable, value: variable.assign(value))


def from_keras(keras_model: Any, model: Network, *, names: Mapping[str, str] | None = None) -> None:
    """Copy the weights of a Keras model to `model`, of the same architecture; see `to_keras`."""
    read(_links("from_keras", model, keras_model, names), lambda variable: np.asarray(variable.numpy()))


def _links(where: str, model: Network, keras_model: Any, names: Mapping[str, str] | None) -> Any:
    check_network(where, model, f"{where}{'(model, keras_model)' if where == 'to_keras' else '(keras_model, model)'}")
    keras = sys.modules.get("keras")  # a model of Keras's can't be without it
    if keras is None or not isinstance(keras_model, keras.Model):
        raise TypeError(f"{where}: keras_model must be a Model or Sequential of Keras 3, got {type(keras_model)}")
    if not keras_model.built:
        raise Mismatch(where, f'the Keras model "{keras_model.name}" has no weights yet: begin it with keras.Input')
    theirs = [_theirs(layer) for layer in _layers(keras_model, set()) if layer.weights]
    return pair(where, [_ours(layer) for layer in layers_with_weights(model)], theirs, names)


def _layers(layer: Any, seen: set[int]) -> Iterator[Any]:
    """The layers, each once, those of inner models in the place of these."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if not hasattr(layer, "layers"):
        yield layer
        return
    for inner in layer.layers:
        yield from _layers(inner, seen)


def _ours(layer: Layer) -> Ours:
    config = layer.get_config()
    return Ours(
        layer,
        kinds=tuple(kind.__name__ for kind in type(layer).__mro__ if kind.__name__ in Layer.classes),
        parameters={
            name: (parameter, np.arange(parameter.value.size).reshape(parameter.shape))
            for name, parameter in layer.parameters.items()
        },
        settings={name: config[name] for name in SETTINGS if name in config},
    )


def _theirs(layer: Any) -> Theirs:
    kinds = tuple(kind.__name__ for kind in type(layer).__mro__)
    return Theirs(layer.name, kinds, {variable.name: variable for variable in layer.weights}, layer.get_config())
