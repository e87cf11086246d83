"""What every layer has in common: parameters, a shape rule, a forward, and directly under it its backward.

The forward returns a cache beside its output, and the backward takes it back. Nothing is stored on the layer, so one
layer can be used twice before its backward: the gradients of both uses add up in its parameters.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike

from course import initializers, regularizers
from course.errors import check_flag
from course.layers.arguments import (
    LayerOptions,
    Shape,
    Shapes,
    as_numbers,
    declared_shape,
    float_type,
    layer_name,
    one_input,
    refuse_options,
)
from course.layers.parameter import Parameter
from course.layers.symbol import Node, Symbol, connect, is_symbolic
from course.utils import automatic_name, next_seed, snake_case

__all__ = ["Layer", "LayerOptions", "Parameter", "Shape", "Shapes"]


class Layer:
    """A step of a network. Subclasses give `build`, `output_shape`, `forward` and `backward`.

    Parameters
    ----------
    name : str, optional
        `dense`, `dense_1` … if left out.
    trainable : bool
        Whether training changes the parameters; read when the model is compiled.
    dtype : "float32" or "float64"
        Of the parameters and the outputs.
    input_shape : tuple of int, optional
        On a `Sequential`'s first layer: the shape of one example. `input_dim=3` is `input_shape=(3,)`.
    """

    classes: ClassVar[dict[str, type[Layer]]] = {}
    """All kinds of layers by name: where a saved configuration finds its class."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        Layer.classes[cls.__name__] = cls

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike = "float32",
        input_shape: Sequence[int | None] | int | None = None,
        input_dim: int | None = None,
        **unknown: Any,
    ) -> None:
        where = type(self).__name__
        if unknown:
            known = [*inspect.signature(type(self)).parameters, *LayerOptions.__annotations__]
            refuse_options(where, unknown, known)
        self.name = automatic_name(self.automatic_prefix()) if name is None else layer_name(where, name)
        self.dtype = float_type(where, dtype)
        self.declared_shape = declared_shape(where, input_shape, input_dim)
        self.nodes: list[Node] = []
        self._parameters: dict[str, Parameter] = {}
        self._trainable = check_flag(where, "trainable", trainable)
        self._built = False
        self._rng: np.random.Generator | None = None

    # What a subclass gives.

    def build(self, input_shape: Any) -> None:
        """Make the parameters for inputs of this shape (without the batch axis), with `add_weight`."""

    def output_shape(self, input_shape: Any) -> Any:
        """The shape of one output for one input of `input_shape`; raises ValueError if the input doesn't fit."""
        return one_input(self.label, input_shape)

    def forward(self, x: Any, training: bool = False) -> tuple[Any, Any]:
        """The output for a batch, and what `backward` needs to remember."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(x, training) -> (y, cache)")

    def backward(self, dy: Any, cache: Any) -> Any:
        """Take the gradient of the loss by `y`, add the gradients of the parameters, give the gradient by `x`."""
        raise NotImplementedError(f"{type(self).__name__} has no backward(dy, cache) -> dx")

    def backward_parameters(self, dy: Any, cache: Any) -> None:
        """`backward` where nobody asks for `dx`, as in a first layer. A layer whose `dx` is costly overrides this."""
        self.backward(dy, cache)

    @property
    def final_activation(self) -> str | None:
        """The name of the activation that `logits` leaves out, where a loss can be computed together with it."""
        return None

    def logits(self, cache: Any) -> np.ndarray:
        """What the final activation was applied to, for a layer with a `final_activation`."""
        raise NotImplementedError

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> Any:
        """`backward`, from the gradient by the logits instead of the output."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as values that JSON can hold; a subclass adds its own."""
        return {"name": self.name, "trainable": self._trainable, "dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """A new layer with this configuration; its weights are drawn anew."""
        return cls(**config)

    @classmethod
    def automatic_prefix(cls) -> str:
        """What a layer without a name is called, before the number."""
        return snake_case(cls.__name__)

    # What a subclass and its user find ready.

    def add_weight(
        self,
        name: str,
        shape: tuple[int, ...],
        initializer: Any = "glorot_uniform",
        trainable: bool = True,
        regularizer: Any = None,
    ) -> Parameter:
        """Make a parameter; called in `build`."""
        value = initializers.get(initializer)(shape, self.rng, dtype=self.dtype)
        parameter = Parameter(value, name, trainable, regularizers.get(regularizer))
        self._parameters[name] = parameter
        return parameter

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """The output: of data, an array; of a symbol, the next symbol. Builds the layer if that is yet to do."""
        if is_symbolic(inputs):
            return connect(self, inputs)
        many = isinstance(inputs, (list, tuple)) and all(isinstance(x, np.ndarray) for x in inputs)
        arrays = [as_numbers(self.label, "inputs", x, self.dtype) for x in (inputs if many else [inputs])]
        shapes = [x.shape[1:] for x in arrays]
        if any(0 in shape for shape in shapes):
            raise ValueError(f"{self.label}: inputs must have no axis of length 0, got shape {arrays[0].shape}")
        self.output_shape(shapes if many else shapes[0])
        self.ensure_built(shapes if many else shapes[0])
        return self.forward(arrays if many else arrays[0], training)[0]

    @property
    def label(self) -> str:
        """How error messages call this layer: `Dense "dense_1"`."""
        return f'{type(self).__name__} "{self.name}"'

    @property
    def built(self) -> bool:
        """Whether the parameters exist, if it has any."""
        return self._built or bool(self._parameters) or type(self).build is Layer.build

    def ensure_built(self, input_shape: Any) -> None:
        """Build, unless that is done."""
        if not self.built:
            self.build(input_shape)
            self._built = True

    def _require_built(self) -> None:
        if not self.built and self.nodes:
            self.ensure_built(self.nodes[0].input_shapes)
        if not self.built:
            raise ValueError(
                f"{self.label} has no weights yet, because it doesn't know the shape of its input: "
                f"call build(input_shape), give the first layer input_shape=, or call it on data"
            )

    @property
    def rng(self) -> np.random.Generator:
        """Where initial weights and dropout masks are drawn; handed by the model, or made on first use."""
        if self._rng is None:
            self._rng = np.random.default_rng(next_seed())
        return self._rng

    @rng.setter
    def rng(self, generator: np.random.Generator) -> None:
        self._rng = generator

    def receive_seed(self, seed: np.random.SeedSequence) -> None:
        """Take a seed from the model, unless this layer has a generator already."""
        if self._rng is None:
            self._rng = np.random.default_rng(seed)

    @property
    def sublayers(self) -> list[Layer]:
        """The layers inside this one: none, unless it is a model."""
        return []

    def flatten(self) -> Iterator[Layer]:
        """This layer and all layers inside it, each once."""
        seen = {id(self)}
        waiting = [self]
        while waiting:
            layer = waiting.pop()
            yield layer
            fresh = [inner for inner in layer.sublayers if id(inner) not in seen]
            seen.update(map(id, fresh))
            waiting.extend(reversed(fresh))

    @property
    def trainable(self) -> bool:
        """Whether training changes the parameters. Setting it sets it for all layers inside, too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        flag = check_flag(self.label, "trainable", value)
        for layer in self.flatten():
            layer._trainable = flag

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name, in Keras's order (kernel before bias)."""
        return self._parameters

    @property
    def weights(self) -> list[Parameter]:
        """All parameters, each once."""
        return list(self.parameters.values())

    @property
    def trainable_weights(self) -> list[Parameter]:
        """Those that training changes."""
        if not self.trainable:
            return []
        own = [parameter for parameter in self._parameters.values() if parameter.trainable]
        inner = [parameter for layer in self.sublayers for parameter in layer.trainable_weights]
        return list({id(parameter): parameter for parameter in own + inner}.values())

    @property
    def non_trainable_weights(self) -> list[Parameter]:
        """Those that training leaves alone: frozen ones, running means."""
        learned = {id(parameter) for parameter in self.trainable_weights}
        return [parameter for parameter in self.weights if id(parameter) not in learned]

    def count_params(self) -> int:
        """How many numbers the parameters hold, trainable or not."""
        self._require_built()
        return sum(parameter.value.size for parameter in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all values, in the order of `weights`."""
        self._require_built()
        return [parameter.value.copy() for parameter in self.weights]

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Write all values, in the order of `get_weights`; if one doesn't fit, nothing is changed."""
        self._require_built()
        values = [np.asarray(value) for value in weights]
        wanted = [parameter.shape for parameter in self.weights]
        came = [value.shape for value in values]
        if came != wanted:
            raise ValueError(f"{self.label}: weights must be arrays of shapes {wanted}, got {came}")
        for parameter, value in zip(self.weights, values, strict=True):
            parameter.assign(value)

    def astype(self, dtype: DTypeLike) -> Self:
        """A copy of this layer that computes in another float type: float64 to check gradients."""
        twin = copy.deepcopy(self)
        for layer in twin.flatten():
            layer.dtype = float_type(layer.label, dtype)
            for parameter in layer._parameters.values():
                parameter.value = parameter.value.astype(layer.dtype)
                parameter.grad = np.zeros_like(parameter.value)
        return twin

    @property
    def input(self) -> Symbol | list[Symbol]:
        """The symbol(s) that this layer was first called on."""
        node = self._first_node()
        return node.inputs if node.takes_list else node.inputs[0]

    @property
    def output(self) -> Symbol | list[Symbol]:
        """The symbol(s) that this layer gave when it was first called: `Model(model.input, layer.output)`."""
        node = self._first_node()
        return node.outputs if node.gives_list else node.outputs[0]

    def _first_node(self) -> Node:
        if not self.nodes:
            raise AttributeError(f"{self.label} isn't part of a model yet, so it has no input or output")
        return self.nodes[0]

    def __repr__(self) -> str:
        return f"<{self.label}>"
