"""A network's architecture as plain values that JSON can hold, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from course.errors import did_you_mean
from course.layers.base import Layer
from course.layers.input import InputLayer
from course.layers.symbol import Symbol

if TYPE_CHECKING:
    from course.models.network import Network
    from course.models.sequential import Sequential

NetworkType = TypeVar("NetworkType", bound="Network")
SequentialType = TypeVar("SequentialType", bound="Sequential")


def describe(network: Network) -> dict[str, Any]:
    """The layers, and their uses in order of execution.

    A use (`calls`) names its layer by number, and its inputs by the number of the use that gives them and which of
    that use's outputs it is.
    """
    graph = network.graph
    layers: list[dict[str, Any]] = []
    layer_numbers: dict[int, int] = {}
    calls: list[dict[str, Any]] = []
    places: dict[int, list[int]] = {}
    for symbol in graph.inputs:
        layer = symbol.node.layer
        # a network may begin inside another, at a symbol that isn't an input there
        entry = layer if symbol.node.is_input else InputLayer(symbol.shape[1:], dtype=symbol.dtype)
        places[id(symbol)] = [len(calls), 0]
        calls.append({"layer": len(layers), "inputs": [], "list": False})
        layers.append(_describe_layer(entry))
    for step in graph.steps:
        if id(step.layer) not in layer_numbers:
            layer_numbers[id(step.layer)] = len(layers)
            layers.append(_describe_layer(step.layer))
        for index, output in enumerate(step.node.outputs):
            places[id(output)] = [len(calls), index]
        inputs = [places[id(symbol)] for symbol in step.node.inputs]
        calls.append({"layer": layer_numbers[id(step.layer)], "inputs": inputs, "list": step.node.takes_list})
    return {
        "name": network.name,
        "trainable": network.trainable,
        "layers": layers,
        "calls": calls,
        "inputs": [places[id(symbol)] for symbol in graph.inputs],
        "outputs": [places[id(symbol)] for symbol in graph.outputs],
    }


def rebuild(cls: type[NetworkType], description: dict[str, Any]) -> NetworkType:
    """A network of the same architecture, with new weights."""
    layers = [_rebuild_layer(layer) for layer in description["layers"]]
    given: list[list[Symbol]] = []
    for call in description["calls"]:
        layer = layers[call["layer"]]
        if not call["inputs"]:
            given.append([layer.nodes[0].outputs[0]])
            continue
        symbols = [given[use][index] for use, index in call["inputs"]]
        outputs = layer(symbols if call["list"] else symbols[0])
        given.append(outputs if isinstance(outputs, list) else [outputs])
    inputs = [given[use][index] for use, index in description["inputs"]]
    outputs = [given[use][index] for use, index in description["outputs"]]
    network = cls(inputs, outputs, name=description["name"])
    network._trainable = description["trainable"]
    return network


def describe_stack(model: Sequential) -> dict[str, Any]:
    """The layers from bottom to top, and the shape of the input if it is known."""
    known = model.built
    return {
        "name": model.name,
        "trainable": model.trainable,
        "input_shape": list(model.inputs[0].shape[1:]) if known else None,
        "dtype": model.inputs[0].dtype.name if known else None,
        "layers": [_describe_layer(layer) for layer in model.layers],
    }


def rebuild_stack(cls: type[SequentialType], description: dict[str, Any]) -> SequentialType:
    """A Sequential of the same layers, with new weights."""
    model = cls(name=description["name"])
    if description["input_shape"] is not None:
        model.add(InputLayer(description["input_shape"], dtype=description["dtype"]))
    for layer in description["layers"]:
        model.add(_rebuild_layer(layer))
    model._trainable = description["trainable"]
    return model


def clone_model(model: NetworkType) -> NetworkType:
    """A model of the same architecture, with new weights."""
    return type(model).from_config(model.get_config())


def _describe_layer(layer: Layer) -> dict[str, Any]:
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def _rebuild_layer(description: dict[str, Any]) -> Layer:
    name = description["class_name"]
    if name not in Layer.classes:
        hint = did_you_mean(name, Layer.classes) or "; a layer of your own must be defined before"
        raise ValueError(f"unknown layer class {name!r}{hint}")
    return Layer.classes[name].from_config(description["config"])
