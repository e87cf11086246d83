"""A network is a layer that is made of layers: what it computes, its weights, its description. It doesn't learn yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from course.errors import check_integer, did_you_mean
from course.layers.arguments import Shape, Shapes, with_batch
from course.layers.base import Layer, Parameter
from course.layers.input import InputLayer
from course.layers.symbol import Symbol, connect, is_symbolic
from course.models import config, saving
from course.models.data import check_inputs
from course.models.graph import Graph, Step
from course.models.naming import keyed
from course.models.summary import summarize
from course.utils import next_seed


class Network(Layer):
    """All that lies between symbols, as one layer.

    Parameters
    ----------
    inputs, outputs : Symbol or list of Symbol
    name : str, optional
    trainable : bool
    seed : int, optional
        Settles first weights, shuffling, dropout: each layer and the model itself get a generator of their own,
        all descending from this number.
    """

    def __init__(
        self,
        inputs: Symbol | Sequence[Symbol],
        outputs: Symbol | Sequence[Symbol],
        *,
        name: str | None = None,
        trainable: bool = True,
        seed: int | None = None,
    ) -> None:
        super().__init__(name=name)
        self._seeds = seed_sequence(seed)
        self._graph: Graph | None = Graph(_symbols("inputs", inputs), _symbols("outputs", outputs))
        self.dtype = self._graph.outputs[0].dtype
        for node in self._graph.nodes:
            self._build_layer(node.layer, node.input_shapes if node.inputs else ())
        if not trainable:
            self.trainable = False

    @classmethod
    def automatic_prefix(cls) -> str:
        # Keras's name for a model made of symbols
        return "functional" if cls.__name__ == "Model" else super().automatic_prefix()

    @property
    def graph(self) -> Graph:
        """The layers in their order of execution.

        Raises
        ------
        ValueError
            When the shape of the input isn't known yet.
        """
        if self._graph is None:
            raise ValueError(
                f"{self.label} isn't built yet, because it doesn't know the shape of its input: give the first layer "
                f"input_shape=, begin with Input(shape), call build(input_shape), or train it on data"
            )
        return self._graph

    @property
    def built(self) -> bool:
        return self._graph is not None

    @property
    def layers(self) -> list[Layer]:
        """The layers, each once."""
        return list(self.graph.layers)

    @property
    def sublayers(self) -> list[Layer]:
        return self.layers

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or with this number in `layers`."""
        if (name is None) == (index is None):
            raise ValueError(f"get_layer: give a name or an index, got name={name!r} and index={index!r}")
        if index is not None:
            return self.layers[index]
        names = [layer.name for layer in self.layers]
        if name not in names:
            raise ValueError(f"{self.label} has no layer named {name!r}, only {names}{did_you_mean(name, names)}")
        return self.layers[names.index(name)]

    @property
    def inputs(self) -> list[Symbol]:
        return self.graph.inputs

    @property
    def outputs(self) -> list[Symbol]:
        return self.graph.outputs

    @property
    def input(self) -> Symbol | list[Symbol]:
        """The input symbol; a list if there are several."""
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self) -> Symbol | list[Symbol]:
        """The output symbol; a list if there are several: `Model(model.input, model.get_layer("x").output)`."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def input_shape(self) -> Any:
        """The input's shape as Keras shows it, `(None, 784)`; a list of them if there are several."""
        shapes = [symbol.shape for symbol in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> OutputShape:  # type: ignore[override]
        """The output's shape as Keras shows it, `(None, 10)`; and, as any layer's, the rule from input to output."""
        shapes: list[Any] = [symbol.shape for symbol in self.outputs] if self.built else [()]
        return OutputShape(shapes[0] if len(shapes) == 1 else shapes, self._output_shape)

    def _output_shape(self, input_shape: Shapes) -> Shapes:
        given = input_shape if isinstance(input_shape, list) else [input_shape]
        expected = [symbol.shape[1:] for symbol in self.inputs]
        if len(given) != len(expected) or not all(map(_fits, given, expected)):
            wanted = expected if len(expected) > 1 else expected[0]
            raise ValueError(
                f"{self.label}: expected inputs of shape {with_batch(wanted)}, got {with_batch(input_shape)}"
            )
        shapes = self.graph.output_shapes(given)
        return shapes[0] if len(shapes) == 1 else shapes

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        if is_symbolic(inputs):
            return connect(self, inputs)
        arrays = self.check_inputs(inputs, self.label)
        given = [array.astype(symbol.dtype, copy=False) for array, symbol in zip(arrays, self.inputs, strict=True)]
        return self.forward(given, training)[0]

    def check_inputs(self, x: Any, where: str) -> list[np.ndarray]:
        """`x` as a list of one array an input, if it fits; builds a network that was waiting for a shape."""
        return check_inputs(self, where, x)

    def forward(self, x: Any, training: bool = False) -> tuple[Any, Any]:
        """The output for a batch (a list of them if there are several), and the caches of all layers."""
        many = isinstance(x, (list, tuple))
        outputs, caches = self.graph.forward(list(x) if many else [x], training)
        return (outputs if len(outputs) > 1 else outputs[0]), (caches, many)

    def backward(self, dy: Any, cache: Any) -> Any:
        """Add the gradients of all parameters; the gradient by the input."""
        caches, many = cache
        dxs = self.graph.backward(dy if isinstance(dy, list) else [dy], caches)
        return dxs if many else dxs[0]

    def backward_parameters(self, dy: Any, cache: Any) -> None:
        self.graph.backward(dy if isinstance(dy, list) else [dy], cache[0], self.graph.parameter_route)

    @property
    def final_activation(self) -> str | None:
        """The last layer's, if there is one output."""
        last = self.graph.last_step(0) if len(self.outputs) == 1 else None
        return None if last is None else last[1].layer.final_activation

    def logits(self, cache: Any) -> np.ndarray:
        index, step = self._last_step()
        return step.layer.logits(cache[0][index])

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> Any:
        caches, many = cache
        dxs = self.graph.backward([dz], caches, self.graph.logits_route)
        return dxs if many else dxs[0]

    @property
    def parameters(self) -> dict[str, Parameter]:
        """All parameters, each once, by the key that they have in a weight file: `dense/kernel`."""
        parameters: dict[str, Parameter] = {}
        seen: set[int] = set()
        for key, layer in keyed(self.layers):
            for name, parameter in layer.parameters.items():
                if id(parameter) not in seen:
                    seen.add(id(parameter))
                    parameters[f"{key}/{name}"] = parameter
        return parameters

    def get_config(self) -> dict[str, Any]:
        return config.describe(self)

    @classmethod
    def from_config(cls, description: dict[str, Any]) -> Self:
        return config.rebuild(cls, description)

    def save_weights(self, filepath: str | PathLike[str], overwrite: bool = True) -> None:
        """Write all weights to a file: `.npz`, or HDF5 in Keras's layout if the name ends in `.h5`.

        Raises
        ------
        ValueError
            When the name ends in something else.
        FileExistsError
            When the file exists and `overwrite` is False.
        """
        self._require_built()
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | PathLike[str]) -> None:
        """Read all weights from a file that `save_weights` (for `.weights.h5` also Keras's) has written.

        Raises
        ------
        ValueError
            When the file is damaged or holds the weights of another architecture; the model is then unchanged.
        """
        self._require_built()
        saving.load_weights(self, filepath)

    def summary(self, line_length: int | None = None, print_fn: Callable[[str], object] | None = None) -> None:
        """Print the layers, their output shapes and how many parameters they have; in a notebook, show a table.

        Parameters
        ----------
        line_length : int, optional
            Characters a line.
        print_fn : callable, optional
            Takes the text instead of `print`.
        """
        table = summarize(self, line_length)
        if print_fn is None:
            table.show()
        else:
            print_fn(str(table))

    def astype(self, dtype: DTypeLike) -> Self:
        twin = super().astype(dtype)
        for symbol in twin.inputs if twin.built else []:
            symbol.node.layer.dtype = twin.dtype
        return twin

    def receive_seed(self, seed: np.random.SeedSequence) -> None:
        if self._seeds is None:
            self._seeds = seed

    @property
    def rng(self) -> np.random.Generator:
        """Where the order of the examples is drawn."""
        if self._rng is None:
            self._rng = np.random.default_rng(self._own_seeds())
        return self._rng

    @rng.setter
    def rng(self, generator: np.random.Generator) -> None:
        self._rng = generator

    def _own_seeds(self) -> np.random.SeedSequence:
        if self._seeds is None:
            self._seeds = next_seed()
        return self._seeds

    def _build_layer(self, layer: Layer, input_shape: Any) -> None:
        """Hand a layer its seed, the next of this model's, and build it."""
        if isinstance(layer, InputLayer):
            return  # it draws nothing: with or without it, the others get the same seeds
        layer.receive_seed(self._own_seeds().spawn(1)[0])
        layer.ensure_built(input_shape)

    def _require_built(self) -> None:
        _ = self.graph

    def _last_step(self) -> tuple[int, Step]:
        last = self.graph.last_step(0)
        assert last is not None  # asked only where there is a final activation
        return last


class OutputShape(tuple[Any, ...]):
    """A shape that answers both to Keras's `model.output_shape == (None, 10)` and to `layer.output_shape(shape)`."""

    _rule: Callable[[Any], Any]

    def __new__(cls, shape: Iterable[Any], rule: Callable[[Any], Any]) -> Self:
        made = super().__new__(cls, shape)
        made._rule = rule
        return made

    def __call__(self, input_shape: Any) -> Any:
        return self._rule(input_shape)


def _symbols(name: str, given: Symbol | Sequence[Symbol]) -> list[Symbol]:
    symbols: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    for symbol in symbols:
        if not isinstance(symbol, Symbol):
            raise TypeError(
                f"Model: {name} must be symbols, what Input(shape) gives and layers give of it; "
                f"got {type(symbol).__name__}"
            )
    if not symbols:
        raise ValueError(f"Model: {name} must hold at least one symbol, got an empty list")
    return symbols


def seed_sequence(seed: int | None) -> np.random.SeedSequence | None:
    """The root of a model's random numbers, if it was given one."""
    return None if seed is None else np.random.SeedSequence(check_integer("Model", "seed", seed, minimum=0))


def _fits(shape: Shape, expected: Shape) -> bool:
    return len(shape) == len(expected) and all(
        None in (length, wanted) or length == wanted for length, wanted in zip(shape, expected, strict=True)
    )
