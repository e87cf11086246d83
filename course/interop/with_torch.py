"""PyTorch: the same layers under other names, their weights transposed, and images with their channels first."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from course.interop.layouts import Layout, layouts
from course.interop.links import (
    Link,
    Mismatch,
    Ours,
    Theirs,
    check_network,
    layers_with_weights,
    pair,
    read,
    write,
)
from course.layers.base import Layer
from course.models.network import Network

KINDS = {
    "BatchNormalization": ("BatchNorm1d", "BatchNorm2d"),
    "Conv1D": ("Conv1d",),
    "Conv1DTranspose": ("ConvTranspose1d",),
    "Conv2D": ("Conv2d",),
    "Conv2DTranspose": ("ConvTranspose2d",),
    "Dense": ("Linear",),
    "DepthwiseConv2D": ("Conv2d",),
    "Embedding": ("Embedding",),
    "LayerNormalization": ("LayerNorm",),
    "PReLU": ("PReLU",),
}

NAMES = {
    "alpha": "weight",
    "beta": "bias",
    "bias": "bias",
    "embeddings": "weight",
    "gamma": "weight",
    "kernel": "weight",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}

SETTINGS = {"epsilon": "eps", "strides": "stride", "dilation_rate": "dilation"}
"""Arguments that must be the same. Momentum, which is one minus ours there and acts in training only, needn't."""

COUNTER = "num_batches_tracked"
"""A buffer of BatchNorm that has no counterpart here, nor any effect where momentum is given."""


def to_torch(
    model: Network, module: Any, *, names: Mapping[str, str] | None = None, channels_first: bool = True
) -> None:
    """Copy the weights of `model` to a PyTorch module of the same architecture.

    Kernels are transposed as PyTorch wants them. Images have their channels first there, and `nn.Flatten` gives their
    numbers in another order: the rows of the dense layer that follows are put in that order, and the columns of one
    that `nn.Unflatten` folds into (c, h, w).

    Parameters
    ----------
    model : Model or Sequential
    module : torch.nn.Module
        Its layers are taken in the order in which `print(module)` lists them.
    names : dict, optional
        The name of a layer here → the path of its counterpart there (`"block.0.conv"`), for layers that don't come in
        the same order.
    channels_first : bool
        False if the module itself moves the channels to the end before it flattens.

    Raises
    ------
    ValueError
        When a layer has no counterpart, or one of another kind, shape or setting; then nothing is changed.

    Notes
    -----
    Defaults differ: give `nn.BatchNorm2d(c, eps=1e-3)` and `nn.LayerNorm(c, eps=1e-3)` our epsilon. Padding "same" is
    PyTorch's only at stride 1. In training, PyTorch's running variance follows the unbiased variance of a batch.

    Examples
    --------
    ::

        net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 26 * 26, 10))
        interop.to_torch(model, net)
        net(torch.from_numpy(images.transpose(0, 3, 1, 2)))
    """
    import torch

    def assign(tensor: Any, value: np.ndarray) -> None:
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(value))

    write(_links("to_torch", model, module, names, channels_first), assign)


def from_torch(
    module: Any, model: Network, *, names: Mapping[str, str] | None = None, channels_first: bool = True
) -> None:
    """Copy the weights of a PyTorch module to `model`, of the same architecture; see `to_torch`."""
    links = _links("from_torch", model, module, names, channels_first)
    read(links, lambda tensor: tensor.detach().cpu().double().numpy())


def _links(
    where: str, model: Network, module: Any, names: Mapping[str, str] | None, channels_first: bool
) -> list[Link]:
    check_network(where, model, f"{where}{'(model, module)' if where == 'to_torch' else '(module, model)'}")
    torch = sys.modules.get("torch")  # a module of PyTorch's can't be without it
    if torch is None or not isinstance(module, torch.nn.Module):
        raise TypeError(f"{where}: module must be a torch.nn.Module, got {type(module)}")
    if "keras" in sys.modules and isinstance(module, sys.modules["keras"].Model):
        raise TypeError(f"{where}: module is a Keras model, for which there is {where.replace('torch', 'keras')}")
    found = layouts(where, model, channels_first)
    ours = [_ours(where, layer, found.get(id(layer), Layout())) for layer in layers_with_weights(model)]
    theirs = [_theirs(where, name, inner, torch) for name, inner in module.named_modules() if _own_arrays(inner)]
    return pair(where, ours, theirs, names)


def _ours(where: str, layer: Layer, layout: Layout) -> Ours:
    kind = next((kind.__name__ for kind in type(layer).__mro__ if kind.__name__ in KINDS), None)
    if kind is None:
        return Ours(layer, (), {}, {})
    config = layer.get_config()
    if kind == "BatchNormalization" and config["axis"] not in (-1, layout.rank):
        raise Mismatch(where, f"{layer.label}: axis must be the last, where the channels are, is {config['axis']}")
    parameters = {}
    for name, parameter in layer.parameters.items():
        numbers = np.arange(parameter.value.size).reshape(parameter.shape)
        parameters[NAMES[name]] = (parameter, _rearranged(where, layer, kind, name, numbers, layout))
    settings = {theirs: config[name] for name, theirs in SETTINGS.items() if name in config}
    return Ours(layer, KINDS[kind], parameters, settings)


def _rearranged(where: str, layer: Layer, kind: str, name: str, numbers: np.ndarray, layout: Layout) -> np.ndarray:
    """A weight of ours (here: the numbers of its elements) in the shape and order that it has there."""
    if name == "kernel" and kind == "Dense":
        return _ordered(_ordered(numbers, layout.enters, 0), layout.leaves, 1).T  # (in, out) -> (out, in)
    if name == "kernel" and kind == "DepthwiseConv2D":
        height, width, channels, multiplier = numbers.shape
        return numbers.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    if name == "kernel":
        # (k, …, in, out) -> (out, in, k, …); a transposed convolution's (k, …, out, in) -> (in, out, k, …)
        return np.moveaxis(numbers, (-1, -2), (0, 1))
    if name == "alpha":
        return _channel_alphas(where, layer, numbers, layout)
    if kind == "Embedding" or numbers.ndim < layout.rank:
        return numbers  # one for each channel
    return np.moveaxis(numbers, -1, 0) if layout.channels_first else _ordered(numbers, layout.leaves, 0)


def _channel_alphas(where: str, layer: Layer, numbers: np.ndarray, layout: Layout) -> np.ndarray:
    if numbers.size != numbers.shape[-1]:
        raise Mismatch(
            where,
            f"{layer.label} has its own alpha for each place, shape {numbers.shape}, PyTorch's PReLU one for each "
            f"channel: shared_axes must be all axes but the channels'",
        )
    return _ordered(numbers.reshape(-1), layout.leaves if layout.rank == 1 else None, 0)


def _ordered(numbers: np.ndarray, order: np.ndarray | None, axis: int) -> np.ndarray:
    return numbers if order is None else np.take(numbers, order, axis)


def _own_arrays(module: Any) -> dict[str, Any]:
    """The parameters and buffers of this module itself, not of those inside it."""
    own = {**module._parameters, **module._buffers}
    return {name: array for name, array in own.items() if array is not None and name != COUNTER}


def _theirs(where: str, name: str, module: Any, torch: Any) -> Theirs:
    kinds = tuple(kind.__name__ for kind in type(module).__mro__)
    arrays = _own_arrays(module)
    waiting = (torch.nn.parameter.UninitializedParameter, torch.nn.parameter.UninitializedBuffer)
    if any(isinstance(array, waiting) for array in arrays.values()):
        raise Mismatch(where, f'{kinds[0]} "{name}" has no weights yet: run the module once')
    return Theirs(name, kinds, arrays, {theirs: getattr(module, theirs, None) for theirs in SETTINGS.values()})
