"""A network gone through layer by layer: the images on the way, and which pixels of the first each of theirs sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import numpy as np

from course import layers
from course.layers.symbol import Node
from course.models.graph import Graph
from course.models.network import Network
from course.shapes import axis

Range: TypeAlias = tuple[int, int] | None
"""The first and the last pixel, or None where only zeros are seen."""

Sight: TypeAlias = list[list[Range]]
"""For each row and for each column, which rows and which columns it sees."""


class Stop(NamedTuple):
    """What a layer made of an image: `maps` of shape (h, w, channels), and what its rows and columns see."""

    name: str
    maps: np.ndarray
    sight: Sight


def trace(model: Network, image: np.ndarray) -> tuple[list[Stop], list[np.ndarray]]:
    """All images on the way of one of shape (h, w, channels), itself the first; and the outputs of the network.

    Numbers that don't lie in an image any more are left out.
    """
    stops = [Stop("input", image, _itself(image.shape))]
    outputs, _ = _walk(model.graph, [image[None]], [stops[0].sight], stops, "")
    return stops, outputs


def _walk(
    graph: Graph, arrays: list[np.ndarray], sights: list[Sight], stops: list[Stop], prefix: str
) -> tuple[list[np.ndarray], list[Sight]]:
    values, seen = dict(enumerate(arrays)), dict(enumerate(sights))
    for step in graph.steps:
        taken, before = [values[slot] for slot in step.sources], [seen[slot] for slot in step.sources]
        name = prefix + step.layer.name
        if isinstance(step.layer, Network):
            made, after = _walk(step.layer.graph, taken, before, stops, f"{name}/")
        else:
            made = _run(step.layer, step.node, taken)
            after = [_sight(step.layer, y.shape[1:], before) for y in made]
            stops += [Stop(name, y[0], sight) for y, sight in zip(made, after, strict=True) if y.ndim == 4]
        for slot, y, sight in zip(step.targets, made, after, strict=True):
            values[slot], seen[slot] = y, sight
    return [values[slot] for slot in graph.output_slots], [seen[slot] for slot in graph.output_slots]


def _run(layer: layers.Layer, node: Node, taken: list[np.ndarray]) -> list[np.ndarray]:
    y, _ = layer.forward(taken if node.takes_list else taken[0], training=False)
    return list(y) if node.gives_list else [y]


def _itself(shape: tuple[int, ...]) -> Sight:
    return [[(pixel, pixel) for pixel in range(length)] for length in shape[:2]]


def _sight(layer: layers.Layer, output: tuple[int, ...], before: list[Sight]) -> Sight:
    """What the rows and columns of a layer's output see, from what those of its inputs do."""
    lengths = output[:2] if len(output) == 3 else (1, 1)
    sight: Sight = []
    for way, length in enumerate(lengths):
        inputs = [each[way] for each in before]
        looks = [[_look(layer, way, len(each), length, place) for each in inputs] for place in range(length)]
        sight.append([_union(map(_through, inputs, look)) for look in looks])
    return sight


def _look(layer: layers.Layer, way: int, size: int, output: int, place: int) -> tuple[int, int]:
    """From where to where in `size` rows (way 0) or columns (way 1) the one at `place` of the output looks."""
    if isinstance(layer, layers.Conv2DTranspose):
        back = layer.window((size, size))[way]
        last = place + back.before
        return -((back.span - 1 - last) // back.stride), last // back.stride
    if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D | layers.MaxPool2D | layers.AveragePooling2D):
        kernel = layer.kernel_size if hasattr(layer, "kernel_size") else layer.pool_size
        dilation = getattr(layer, "dilation_rate", (1, 1))[way]
        window = axis(size, kernel[way], layer.strides[way], layer.padding, dilation)
        first = place * window.stride - window.before
        return first, first + window.span - 1
    if isinstance(layer, layers.UpSampling2D):
        factor, smooth = layer.factors[way], layer.interpolation != "nearest"
        within = 2 * (place % factor) + 1 - factor  # before or behind the middle of the old pixel
        return place // factor - (smooth and within < 0), place // factor + (smooth and within > 0)
    if isinstance(layer, layers.ZeroPadding2D | layers.Cropping2D):
        first = layer.sides[way][0]
        return (place + first * (-1 if isinstance(layer, layers.ZeroPadding2D) else 1),) * 2
    mixes = isinstance(layer, layers.Reshape | layers.Permute | layers.RepeatVector) or (
        isinstance(layer, layers.LayerNormalization) and bool(set(layer.axes) - {-1, 3})
    )
    return (place, place) if size == output and not mixes else (0, size - 1)


def _through(before: list[Range], look: tuple[int, int]) -> Range:
    """What the places from one to another see, of those that there are."""
    return _union(before[max(look[0], 0) : max(look[1] + 1, 0)])


def _union(ranges: Iterable[Range]) -> Range:
    some = [each for each in ranges if each is not None]
    return (min(first for first, _ in some), max(last for _, last in some)) if some else None
