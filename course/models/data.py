"""What `fit`, `evaluate` and `predict` accept as data: numbers, finite, of the model's shapes, equally many of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course.errors import check_number, write_shape
from course.layers.arguments import as_numbers

if TYPE_CHECKING:
    from course.models.network import Network


class Batch(NamedTuple):
    """One array an input, one an output, and the weights of the examples for each output."""

    x: list[np.ndarray]
    y: list[np.ndarray | None]
    weights: list[np.ndarray | None]


def holds_arrays(where: str, x: Any) -> bool:
    """Whether `x` is data itself, and not something that gives batches one after the other."""
    if isinstance(x, (np.ndarray, list, tuple, dict, str, int, float)) or x is None or hasattr(x, "__array__"):
        return True
    if isinstance(x, Iterable) or (hasattr(x, "__len__") and hasattr(x, "__getitem__")) or callable(x):
        return False
    raise TypeError(f"{where}: x must be an array, a list of arrays, or give batches (x, y), got {type(x).__name__}")


def check_data(
    model: Network, where: str, x: Any, y: Any, sample_weight: Any, class_weight: Mapping[int, float] | None = None
) -> Batch:
    """The examples, in as many arrays as the model has inputs and outputs; builds the model if that is yet to do.

    Raises
    ------
    ValueError
        When something isn't numbers, isn't finite, or doesn't fit the model or the rest of the data.
    """
    inputs = model.check_inputs(x, where)
    names = [symbol.node.layer.name for symbol in model.outputs]
    targets = per_output(where, "y", y, names)
    if hasattr(sample_weight, "__array__"):
        sample_weight = dict.fromkeys(names, sample_weight)  # one for all
    weights = per_output(where, "sample_weight", sample_weight, names)
    for position, array in enumerate(inputs):
        _check_finite(where, _numbered("x", position, inputs), array)
    targets = [
        None if target is None else as_numbers(where, _numbered("y", position, targets), target)
        for position, target in enumerate(targets)
    ]
    for position, target in enumerate(targets):
        if target is not None:
            _check_finite(where, _numbered("y", position, targets), target)
            _check_length(where, _numbered("y", position, targets), target, inputs[0])
    weights = [None if weight is None else as_numbers(where, "sample_weight", weight) for weight in weights]
    for weight in weights:
        if weight is not None:
            _check_length(where, "sample_weight", weight, inputs[0])
    if class_weight is not None:
        weights = _weigh_classes(where, class_weight, targets, weights)
    return Batch(inputs, targets, weights)


def check_inputs(model: Network, where: str, x: Any) -> list[np.ndarray]:
    """The model's inputs as a list of arrays, checked for type, shape and length, in their own number type."""
    names = [symbol.node.layer.name for symbol in model.inputs] if model.built else [""]
    if isinstance(x, Mapping):
        missing = [name for name in names if name not in x]
        if missing:
            raise ValueError(f"{where}: x must have a key for each input {names}, got {list(x)}")
        x = [x[name] for name in names]
    elif len(names) == 1:
        # a list around the one array of a model with one input is taken off, as Keras does
        alone = isinstance(x, (list, tuple)) and len(x) == 1 and isinstance(x[0], np.ndarray) and x[0].ndim > 1
        x = list(x) if alone else [x]
    elif not isinstance(x, (list, tuple)) or len(x) != len(names):
        came = f"{len(x)}" if isinstance(x, (list, tuple)) else f"a single {type(x).__name__}"
        raise ValueError(f"{where}: x must be a list of {len(names)} arrays, one for each input {names}, got {came}")
    arrays = [as_numbers(where, _numbered("x", position, x), array) for position, array in enumerate(x)]
    if not model.built:
        model.ensure_built(arrays[0].shape[1:])
    arrays = [_fit_shape(model, where, position, array) for position, array in enumerate(arrays)]
    for position, array in enumerate(arrays[1:], start=1):
        _check_length(where, _numbered("x", position, arrays), array, arrays[0])
    if not len(arrays[0]):
        raise ValueError(f"{where}: x must hold at least one example, got shape {arrays[0].shape}")
    return arrays


def per_output(where: str, name: str, value: Any, outputs: list[str]) -> list[Any]:
    """One value an output, from a single value, a list or tuple of them, or a dict by output name."""
    if value is None:
        return [None] * len(outputs)
    if isinstance(value, Mapping):
        unknown = [key for key in value if key not in outputs]
        if unknown:
            raise ValueError(f"{where}: {name} has keys {unknown}, but the outputs are {outputs}")
        return [value.get(output) for output in outputs]
    if len(outputs) == 1:
        return [value]
    if not isinstance(value, (list, tuple)) or len(value) != len(outputs):
        came = f"{len(value)}" if isinstance(value, (list, tuple)) else f"a single {type(value).__name__}"
        raise ValueError(f"{where}: {name} must be a list of {len(outputs)}, one for each output {outputs}, got {came}")
    return list(value)


def _numbered(name: str, position: int, of: list[Any]) -> str:
    return name if len(of) == 1 else f"{name}[{position}]"


def _check_finite(where: str, name: str, array: np.ndarray) -> None:
    if array.dtype.kind != "f":
        return
    with np.errstate(over="ignore", invalid="ignore"):
        # one look at the sum, which is finite in nearly every case, costs less than one at each number
        if np.isfinite(array.sum()) or np.isfinite(array).all():
            return
    first = tuple(int(axis) for axis in np.argwhere(~np.isfinite(array))[0])
    raise ValueError(f"{where}: {name} must be finite, got {array[first]} at {name}[{', '.join(map(str, first))}]")


def _check_length(where: str, name: str, array: np.ndarray, x: np.ndarray) -> None:
    if len(array) != len(x):
        raise ValueError(f"{where}: x and {name} must have equally many examples, got {len(x)} and {len(array)}")


def _fit_shape(model: Network, where: str, position: int, array: np.ndarray) -> np.ndarray:
    """The array, with a last axis of length one added or taken off if that makes it fit the input."""
    symbol = model.inputs[position]
    expected = symbol.shape
    if array.ndim == len(expected) - 1 and expected[-1] == 1:
        array = array[..., None]
    elif array.ndim == len(expected) + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    fits = array.ndim == len(expected) and all(
        wanted in (None, length) for wanted, length in zip(expected, array.shape, strict=True)
    )
    name = _numbered("x", position, model.inputs)
    if not fits and array.shape == expected[1:]:
        raise ValueError(
            f"{where}: {name} must have shape {write_shape(expected)}, got one example of shape {array.shape}; "
            f"give it a batch axis: x[None]"
        )
    if not fits:
        for step in model.graph.steps:
            if list(step.node.inputs) == [symbol] and not step.node.takes_list:
                # the layer that doesn't get what it needs can say more about it
                step.layer.output_shape(array.shape[1:])
        raise ValueError(f"{where}: {name} must have shape {write_shape(expected)}, got {array.shape}")
    return array


def _weigh_classes(
    where: str,
    class_weight: Mapping[int, float],
    targets: list[np.ndarray | None],
    weights: list[np.ndarray | None],
) -> list[np.ndarray | None]:
    """The examples' weights times those of their classes; classes that aren't named weigh 1."""
    target = targets[0]
    if len(targets) != 1 or target is None:
        raise ValueError(f"{where}: class_weight needs a model with one output, got {len(targets)}")
    labels = target.argmax(axis=-1) if target.ndim > 1 and target.shape[-1] > 1 else target.reshape(len(target))
    factors = np.ones(len(target), dtype=np.float32)
    if not isinstance(class_weight, Mapping):
        raise TypeError(f"{where}: class_weight must be a dict of class number to weight, got {class_weight!r}")
    for label, weight in class_weight.items():
        factors[labels == label] = check_number(where, f"class_weight[{label!r}]", weight, minimum=0)
    return [factors if weights[0] is None else weights[0] * factors]
