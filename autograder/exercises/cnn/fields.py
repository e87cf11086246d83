"""The receptive field: how much of the image one number of a layer sees."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from course import shapes

Layers = list[tuple[int, int]]


def _receptive_field(layers: Layers) -> int:
    """1 + Σ (k − 1) · product of the strides before, from `course`."""
    return shapes.receptive_field(layers)


def _stacks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield ([(3, 1), (3, 1)],)
    yield ([(3, 1), (2, 2), (3, 1)],)
    yield ([(5, 1), (2, 2), (5, 1), (2, 2), (4, 1), (2, 2)],)
    # no two strides alike, and the last one is not 1, so that their order and place show
    kernels, strides = rng.choice(np.arange(3, 8), size=3, replace=False), rng.permutation([2, 3, 4])
    yield ([(int(k), int(s)) for k, s in zip(kernels, strides, strict=True)],)


def _short_stacks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield ([(int(rng.integers(3, 8)), 2)],)
    yield ([],)


def _deep_stacks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield ([(7, 2), (3, 2), *[(3, 1)] * int(rng.integers(3, 6)), (3, 2), (3, 1)],)


def _own_stride_first(layers: Layers) -> int:
    field, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        field += (kernel - 1) * step
    return field


def _in_the_wrong_order(layers: Layers) -> int:
    field = 1
    for kernel, stride in layers:
        field = (field - 1) * stride + kernel
    return field


def _last_stride_only(layers: Layers) -> int:
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step = stride
    return field


def _strides_added(layers: Layers) -> int:
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step += stride - 1
    return field


def _whole_kernels(layers: Layers) -> int:
    field, step = 1, 1
    for kernel, stride in layers:
        field += kernel * step
        step *= stride
    return field


receptive_field = Exercise(
    name="receptive_field",
    reference=_receptive_field,
    cases=_stacks,
    criteria=[
        Criterion("values", 2),
        Criterion("one layer, or none", 0.5, cases=_short_stacks),
        Criterion("many layers", 0.5, cases=_deep_stacks),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    rtol=0,
    atol=1e-9,
    mistakes=[
        Mistake(
            "forgot the strides",
            lambda layers: 1 + sum(k - 1 for k, _ in layers),
            "After a pooling by 2, neighbours lie two pixels of the image apart. How much further does a kernel reach?",
        ),
        Mistake(
            "a layer's own stride counts for it",
            _own_stride_first,
            "How far a number of this layer sees depends on its kernel, and on how far apart its inputs lie. Which "
            "layers decide the latter?",
        ),
        Mistake(
            "the layers in the other order",
            _in_the_wrong_order,
            "The formula that goes from field to field by multiplying begins at the last layer and walks towards the "
            "image. Which way do you walk?",
        ),
        Mistake(
            "only the stride of the layer before",
            _last_stride_only,
            "Two poolings by 2, one after the other: how many pixels of the image lie between two neighbours then?",
        ),
        Mistake(
            "strides added up",
            _strides_added,
            "Two poolings by 3, one after the other: how many pixels of the image lie between two neighbours then?",
        ),
        Mistake(
            "the whole kernel at each layer",
            _whole_kernels,
            "A kernel of 1 sees one number of the layer before, and the field stays. What does yours say?",
        ),
        Mistake(
            "begins with nothing",
            lambda layers: _receptive_field(layers) - 1,
            "Without any layer, a number is a pixel. How many pixels does it see?",
        ),
        Mistake(
            "adds up the kernels",
            lambda layers: sum(k for k, _ in layers),
            "Two kernels of 3, one after the other: draw the pixels that one number sees. Are there six?",
        ),
        Mistake(
            "multiplies the kernels",
            lambda layers: math.prod(k for k, _ in layers),
            "Two kernels of 3, one after the other: draw the pixels that one number sees. Are there nine in a row?",
        ),
        Mistake(
            "the product of the strides",
            lambda layers: math.prod(s for _, s in layers),
            "That is how far apart two neighbours lie. How far does one of them see?",
        ),
        Mistake(
            "the last layer is left out",
            lambda layers: _receptive_field(layers[:-1]),
            "How many layers are there, and how many does your loop see?",
        ),
        Mistake(
            "both sides of the image",
            lambda layers: _receptive_field(layers) ** 2,
            "The field is asked for along one axis, in pixels.",
        ),
    ],
)
