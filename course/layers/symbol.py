"""Symbols: what a layer gives back when it is called on no data yet, so that a network can be drawn before it runs.

`Input(shape)` makes the first symbol, `layer(symbol)` the next. A symbol knows its shape and the node that will
compute it; a node is one use of a layer. A layer that is shared has one node a use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from course.layers.base import Layer, Shapes


class Symbol:
    """A value to come.

    Attributes
    ----------
    shape : tuple
        Its shape as Keras shows it: `(None, 28, 28, 1)`, None for the batch axis (and for any other that may vary).
    node : Node
        The use of a layer that computes it, as its output number `index`.
    """

    def __init__(self, shape: tuple[int | None, ...], node: Node, index: int) -> None:
        self.shape = shape
        self.node = node
        self.index = index

    @property
    def dtype(self) -> np.dtype:
        """The type of its numbers: its layer's."""
        return self.node.layer.dtype

    def __add__(self, other: Symbol) -> Symbol:
        return _merge("Add", self, other)

    def __sub__(self, other: Symbol) -> Symbol:
        return _merge("Subtract", self, other)

    def __mul__(self, other: Symbol) -> Symbol:
        return _merge("Multiply", self, other)

    def __repr__(self) -> str:
        return f"<Symbol {self.shape} {self.dtype}, output of {self.node.layer.name}>"

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise TypeError(
            f"{self!r} has no numbers yet: make a model of it, `Model(inputs, outputs)`, and call that on data"
        )

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no numbers yet, so it is neither true nor false")


class Node:
    """One use of a layer.

    Attributes
    ----------
    layer : Layer
    inputs, outputs : list of Symbol
    takes_list : bool
        Whether the layer takes its inputs as a list (Add, Concatenate, a model with several inputs).
    gives_list : bool
        Whether it gives a list of outputs (a model with several).
    """

    def __init__(self, layer: Layer, inputs: list[Symbol], takes_list: bool, output_shapes: Shapes) -> None:
        self.inputs = inputs
        self.layer = layer
        self.takes_list = takes_list
        self.gives_list = isinstance(output_shapes, list)
        shapes = output_shapes if isinstance(output_shapes, list) else [output_shapes]
        self.outputs = [Symbol((None, *shape), self, index) for index, shape in enumerate(shapes)]
        layer.nodes.append(self)

    @property
    def is_input(self) -> bool:
        """Whether data enter here: the node behind an `Input`."""
        return not self.inputs

    @property
    def input_shapes(self) -> Shapes:
        """What the layer's `build` and `output_shape` take: shapes without the batch axis."""
        shapes = [symbol.shape[1:] for symbol in self.inputs]
        return shapes if self.takes_list else shapes[0]


def is_symbolic(inputs: object) -> bool:
    """Whether `inputs` is a symbol, or a list that begins with one."""
    if isinstance(inputs, (list, tuple)):
        return bool(inputs) and isinstance(inputs[0], Symbol)
    return isinstance(inputs, Symbol)


def connect(layer: Layer, inputs: Symbol | list[Symbol]) -> Symbol | list[Symbol]:
    """Note that `layer` is to be used on `inputs`; its `output_shape` decides whether they fit."""
    takes_list = isinstance(inputs, (list, tuple))
    symbols = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    for symbol in symbols:
        if not isinstance(symbol, Symbol):
            raise TypeError(
                f"{layer.label}: symbols and data can't be mixed in one call; got a {type(symbol).__name__} "
                f"beside a symbol"
            )
    shapes: Shapes = [symbol.shape[1:] for symbol in symbols]
    node = Node(layer, symbols, takes_list, layer.output_shape(shapes if takes_list else shapes[0]))
    return node.outputs if node.gives_list else node.outputs[0]


def _merge(name: str, first: Symbol, second: Symbol) -> Symbol:
    from course.layers import merging  # merging layers are layers, and layers stand on symbols

    if not isinstance(second, Symbol):
        return NotImplemented
    return getattr(merging, name)()([first, second])
