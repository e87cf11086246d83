"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from course.layers.arguments import Shape, as_shape
from course.layers.base import Layer
from course.layers.input import Input, InputLayer
from course.layers.symbol import Symbol, connect
from course.models import config
from course.models.graph import Graph
from course.models.model import Model
from course.models.network import Network, seed_sequence


class Sequential(Model):
    """A stack of layers, each with one input and one output.

    Parameters
    ----------
    layers : list of Layer, optional
        May begin with `Input(shape)`. The shape can also be given to the first layer (`input_shape=`, `input_dim=`)
        or be left to the first data.
    name : str, optional
    trainable : bool
    seed : int, optional
        See `Model`.

    Examples
    --------
    >>> from course import Sequential
    >>> from course.layers import Dense
    >>> model = Sequential([Dense(4, input_dim=3, activation="sigmoid"), Dense(4), Dense(1)])
    >>> model.count_params()
    41
    """

    def __init__(
        self,
        layers: Sequence[Layer | Symbol] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        seed: int | None = None,
    ) -> None:
        Layer.__init__(self, name=name)
        self._stack: list[Layer] = []
        self._symbols: list[Symbol] = []
        self._graph = None
        self._seeds = seed_sequence(seed)
        for layer in layers or []:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer: Layer | Symbol) -> None:
        """Put a layer on top.

        Raises
        ------
        TypeError
            When it isn't a layer.
        ValueError
            When an input comes after the beginning, a name is taken, or the layer can't take what is below it.
        """
        if isinstance(layer, Symbol):
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            hint = f"; give an instance: {layer.__name__}(...)" if isinstance(layer, type) else ""
            raise TypeError(f"{self.label}: add takes a layer, got {layer!r}{hint}")
        if isinstance(layer, InputLayer):
            self._begin(layer.symbol)
            return
        if any(layer.name == other.name for other in self._stack):
            raise ValueError(f'{self.label}: a layer named "{layer.name}" is there already, and names must differ')
        shape = _known_input_shape(layer)
        if not self._stack and not self._symbols and shape is not None:
            self._begin(Input(shape, dtype=layer.dtype))
        if self._symbols:
            self._connect(layer)
        self._stack.append(layer)
        self._graph = None

    def pop(self) -> Layer:
        """Take the last layer off."""
        if not self._stack:
            raise ValueError(f"{self.label}: there is no layer to take off")
        layer = self._stack.pop()
        if self._symbols:
            layer.nodes.remove(self._symbols.pop().node)
        self._graph = None
        return layer

    def build(self, input_shape: Any) -> None:
        """Make the weights, for inputs of this shape; a batch axis in front, written None as in Keras, is dropped."""
        shape = as_shape(self.label, "input_shape", input_shape)
        self.ensure_built(shape[1:] if len(shape) > 1 and shape[0] is None else shape)

    def ensure_built(self, input_shape: Any) -> None:
        if self._symbols:
            return
        if not self._stack:
            raise ValueError(f"{self.label} has no layers yet: add some with model.add(layer)")
        self._begin(Input(input_shape, dtype=self._stack[0].dtype))

    @property
    def built(self) -> bool:
        return bool(self._symbols) and bool(self._stack)

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return list(self._stack)

    @property
    def graph(self) -> Graph:
        if self._graph is None and self.built:
            self._graph = Graph(self._symbols[:1], self._symbols[-1:])
        return super().graph

    def get_config(self) -> dict[str, Any]:
        return config.describe_stack(self)

    @classmethod
    def from_config(cls, description: dict[str, Any]) -> Self:
        return config.rebuild_stack(cls, description)

    def _begin(self, symbol: Symbol) -> None:
        if self._symbols:
            raise ValueError(f"{self.label}: an input must come before all layers, and only once")
        self._shape_above(symbol.shape[1:])  # if a layer can't take what is below it, nothing has happened yet
        self._symbols = [symbol]
        for layer in self._stack:
            self._connect(layer)

    def _connect(self, layer: Layer) -> None:
        below = self._symbols[-1]
        above = connect(layer, below)
        if isinstance(above, list):
            raise ValueError(f"{self.label}: {layer.label} has {len(above)} outputs, but each layer must have one")
        self._build_layer(layer, below.shape[1:])
        self._symbols.append(above)
        self.dtype = above.dtype

    def _output_shape(self, input_shape: Any) -> Any:
        return super()._output_shape(input_shape) if self.built else self._shape_above(input_shape)

    def _shape_above(self, shape: Any) -> Any:
        for layer in self._stack:
            shape = layer.output_shape(shape)
        return shape


def _known_input_shape(layer: Layer) -> Shape | None:
    """The shape that a first layer was told, or, if it is a model, has."""
    if isinstance(layer, Network) and layer.built and len(layer.inputs) == 1:
        return layer.inputs[0].shape[1:]
    return layer.declared_shape
