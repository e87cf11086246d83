"""A network as a graph: which layers stand between some symbols and others, in which order they run, and back.

Forward visits the uses of layers (nodes) in topological order, backward in reverse. Both are loops over a list that
is made once. Where a value goes to several nodes, its gradient is the sum of what they hand back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from course.convolution.threads import one_blas_thread
from course.layers.base import Layer, Shape
from course.layers.kernels import Kernels
from course.layers.symbol import Node, Symbol

How = Literal["full", "parameters", "logits"]


@dataclass(frozen=True, slots=True)
class Step:
    """One node in the order of execution. Values travel in numbered slots: it takes `sources`, fills `targets`."""

    node: Node
    layer: Layer
    sources: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """A step on the way back, and which of the layer's backwards to call."""

    index: int
    step: Step
    how: How


class Graph:
    """All that lies between the symbols `inputs` and `outputs`.

    Attributes
    ----------
    nodes : list of Node
        In topological order, those of inputs included.
    layers : list of Layer
        Each once, in Keras's order: the longer the way to an output, the earlier.
    steps : list of Step

    Raises
    ------
    ValueError
        When an output needs a symbol that isn't among the inputs, or two layers have one name.
    """

    def __init__(self, inputs: list[Symbol], outputs: list[Symbol]) -> None:
        self.nodes, visited = _topological_order(inputs, outputs)
        self.inputs, self.outputs = inputs, outputs
        self.layers = _keras_order(self.nodes, visited, inputs)
        _check_names(self.layers)
        slots = {id(symbol): slot for slot, symbol in enumerate(inputs)}
        self.steps = [_step(node, slots) for node in self.nodes if not node.is_input]
        self.output_slots = [slots[id(symbol)] for symbol in outputs]
        self._slot_count = len(slots)
        self._convolves = any(isinstance(inner, Kernels) for layer in self.layers for inner in layer.flatten())

    def forward(self, arrays: list[np.ndarray], training: bool) -> tuple[list[np.ndarray], list[Any]]:
        """The outputs, and the caches of all steps."""
        values: list[Any] = [*arrays, *[None] * (self._slot_count - len(arrays))]
        caches = []
        with self._cores(arrays):
            for step in self.steps:
                if step.node.takes_list:
                    y, cache = step.layer.forward([values[slot] for slot in step.sources], training)
                else:
                    y, cache = step.layer.forward(values[step.sources[0]], training)
                if step.node.gives_list:
                    for slot, value in zip(step.targets, y, strict=True):
                        values[slot] = value
                else:
                    values[step.targets[0]] = y
                caches.append(cache)
        return [values[slot] for slot in self.output_slots], caches

    def backward(
        self, dys: list[np.ndarray | None], caches: list[Any], route: list[Visit] | None = None
    ) -> list[np.ndarray | None]:
        """Add to the gradients of all parameters on the route; the gradients of the inputs.

        Parameters
        ----------
        dys : list of ndarray or None
            The gradient of the loss by each output; None where the loss doesn't depend on it.
        caches : list
            What `forward` gave.
        route : list of Visit, optional
            What `route` gave; without it, gradients of all parameters and inputs are computed.
        """
        gradients: list[np.ndarray | None] = [None] * self._slot_count
        for slot, given in zip(self.output_slots, dys, strict=True):
            _add(gradients, slot, given)
        with self._cores(dys):
            for visit in self.full_route if route is None else route:
                step = visit.step
                dy: Any = (
                    [gradients[slot] for slot in step.targets] if step.node.gives_list else gradients[step.targets[0]]
                )
                if dy is None or (step.node.gives_list and all(one is None for one in dy)):
                    continue  # no loss depends on this step
                if visit.how == "parameters":
                    step.layer.backward_parameters(dy, caches[visit.index])
                    continue
                back = step.layer.backward if visit.how == "full" else step.layer.backward_from_logits
                dx = back(dy, caches[visit.index])
                for slot, gradient in zip(step.sources, dx if step.node.takes_list else [dx], strict=True):
                    _add(gradients, slot, gradient)
                for slot in step.targets:
                    gradients[slot] = None  # its memory is free for the next
        return gradients[: len(self.inputs)]

    def route(self, learns: Callable[[Layer], bool], from_logits: tuple[int, ...] = ()) -> list[Visit]:
        """The way back that reaches the parameters of all layers for which `learns`, and computes nothing more.

        Parameters
        ----------
        learns : callable
            layer → whether the gradients of its parameters are wanted.
        from_logits : tuple of int
            Outputs whose gradient will be given by the logits.
        """
        wanted: set[int] = set()  # slots whose gradients are needed
        visits = []
        logits = {self.output_slots[output] for output in from_logits}
        for index, step in enumerate(self.steps):
            before = any(slot in wanted for slot in step.sources)
            if not before and not learns(step.layer):
                continue
            wanted.update(step.targets)
            how: How = "logits" if step.targets[0] in logits else ("full" if before else "parameters")
            visits.append(Visit(index, step, how))
        return visits[::-1]

    @cached_property
    def full_route(self) -> list[Visit]:
        """The way back that reaches all parameters and all inputs."""
        return [Visit(index, step, "full") for index, step in enumerate(self.steps)][::-1]

    @cached_property
    def logits_route(self) -> list[Visit]:
        """The same, where the gradient of the one output is given by its logits."""
        last = self.output_slots[0]
        return [
            Visit(visit.index, visit.step, "logits" if visit.step.targets[0] == last else "full")
            for visit in self.full_route
        ]

    @cached_property
    def parameter_route(self) -> list[Visit]:
        """The way back that reaches all parameters, whether they learn or not, and no input."""
        return self.route(lambda layer: bool(layer.weights))

    def output_shapes(self, input_shapes: list[Shape]) -> list[Shape]:
        """The shapes of the outputs for inputs of these shapes, which may fix lengths that were left open."""
        shapes: list[Any] = [*input_shapes, *[None] * (self._slot_count - len(input_shapes))]
        for step in self.steps:
            taken = [shapes[slot] for slot in step.sources]
            given = step.layer.output_shape(taken if step.node.takes_list else taken[0])
            for slot, shape in zip(step.targets, given if step.node.gives_list else [given], strict=True):
                shapes[slot] = shape
        return [shapes[slot] for slot in self.output_slots]

    def _cores(self, batches: Sequence[np.ndarray | None]) -> AbstractContextManager[None]:
        """Leave all cores to convolutions that share out their work, as they do with more than one example."""
        several = any(batch is not None and len(batch) > 1 for batch in batches)
        return one_blas_thread() if self._convolves and several else nullcontext()

    def last_step(self, output: int) -> tuple[int, Step] | None:
        """The step that computes an output and its number, if nothing else uses what it computes."""
        slot = self.output_slots[output]
        used = any(slot in step.sources for step in self.steps) or self.output_slots.count(slot) > 1
        last = next(((index, step) for index, step in enumerate(self.steps) if slot in step.targets), None)
        return None if used or last is None or last[1].node.gives_list else last


def _topological_order(inputs: list[Symbol], outputs: list[Symbol]) -> tuple[list[Node], list[Node]]:
    """All nodes on which the outputs depend, each after those it needs; and in the order of the first visit."""
    given = {id(symbol) for symbol in inputs}
    finished: dict[int, Node] = {}
    visited: dict[int, Node] = {}
    waiting = [(symbol, False) for symbol in reversed(outputs)]
    while waiting:
        symbol, explored = waiting.pop()
        node = symbol.node
        if id(node) in finished:
            continue
        if explored:
            finished[id(node)] = node
            continue
        visited.setdefault(id(node), node)
        if id(symbol) in given:
            if node.is_input:
                finished[id(node)] = node
            continue
        if node.is_input:
            raise ValueError(
                f'Model: the outputs depend on the input "{node.layer.name}", which isn\'t among inputs; '
                f"got inputs {[one.node.layer.name for one in inputs]}"
            )
        waiting.append((symbol, True))
        waiting.extend((source, False) for source in reversed(node.inputs))
    return list(finished.values()), list(visited.values())


def _keras_order(nodes: list[Node], visited: list[Node], inputs: list[Symbol]) -> list[Layer]:
    """The layers by their largest distance from an output, those at equal distance as first visited."""
    distance: dict[int, int] = {}
    layer_distance: dict[int, int] = {}
    for node in reversed(nodes):
        layer = id(node.layer)
        layer_distance[layer] = max(distance.get(id(node), 0), layer_distance.get(layer, 0))
        for source in node.inputs:
            before = distance.get(id(source.node), 0)
            distance[id(source.node)] = max(before, layer_distance[layer] + 1)
    layers = {id(node.layer): node.layer for node in visited if id(node.layer) in layer_distance}
    unused = [symbol.node.layer for symbol in inputs if symbol.node.is_input]
    ordered = sorted(layers.values(), key=lambda layer: -layer_distance[id(layer)])
    return ordered + [layer for layer in unused if id(layer) not in layers]


def _check_names(layers: list[Layer]) -> None:
    for name, count in Counter(layer.name for layer in layers).items():
        if count > 1:
            raise ValueError(f'Model: {count} layers are named "{name}", but names must differ in a model')


def _step(node: Node, slots: dict[int, int]) -> Step:
    sources = tuple(slots[id(symbol)] for symbol in node.inputs)
    targets = tuple(slots.setdefault(id(symbol), len(slots)) for symbol in node.outputs)
    return Step(node, node.layer, sources, targets)


def _add(gradients: list[np.ndarray | None], slot: int, gradient: np.ndarray | None) -> None:
    """Add to a slot without writing into either array: both may be somebody's."""
    present = gradients[slot]
    if gradient is not None:
        gradients[slot] = gradient if present is None else present + gradient
