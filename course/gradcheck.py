"""Is a layer's backward the gradient of its forward? Compare it with finite differences.

A central difference (f(x + ε) − f(x − ε)) / 2ε is wrong by about ε², and by what rounding leaves of f's last digits,
divided by ε. In float64 with ε = 10⁻⁵ both are near 10⁻¹⁰: a mistake stands out by many orders of magnitude. At a kink
(ReLU at 0) the two sides differ, and neither is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.errors import check_integer, check_positive
from course.layers.arguments import Shapes
from course.layers.base import Layer


def numerical_gradient(f: Callable[[np.ndarray], Any], x: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """The gradient of `f` at `x`, one number of `x` after the other: 2 · x.size calls of `f`.

    Parameters
    ----------
    f : callable
        array of x's shape → one number.
    x : array
        Where; it isn't changed. Whole numbers are taken as float64, and float32 too.
    eps : float above 0
        The step to either side.

    Returns
    -------
    ndarray of float64, of x's shape

    Raises
    ------
    ValueError
        When `f` gives more than one number.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, 3.0])).round(6)
    array([2., 6.])
    """
    check_positive("numerical_gradient", "eps", eps)
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(point)
    for place in np.ndindex(point.shape):
        middle = point[place]
        point[place] = middle + eps
        above = _one_number(f(point))
        point[place] = middle - eps
        below = _one_number(f(point))
        point[place] = middle
        gradient[place] = (above - below) / (2.0 * eps)
    return gradient


def check_layer(
    layer: Any,
    input_shape: Shapes,
    *,
    x: Any = None,
    batch_size: int = 3,
    training: bool = False,
    eps: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
    verbose: bool = True,
) -> dict[str, float]:
    """Compare a layer's backward with finite differences, for its input and each parameter that learns.

    It works on a copy of the layer in float64, with random inputs, a random `dy`, and weights moved a little at
    random: a scale of exactly 1 would hide that it was forgotten.

    Parameters
    ----------
    layer : Layer
        Also a model, or a layer of your own: `forward(x, training) -> (y, cache)`, `backward(dy, cache) -> dx`.
    input_shape : tuple of int, or a list of them
        Of one example.
    x : array or list of arrays, optional
        Inputs to check at, instead of random ones.
    batch_size : int
    training : bool
        Whether forward is called for training.
    eps : float
        The step of the differences.
    tolerance : float
        Relative errors below it are reported as right.
    seed : int
    verbose : bool
        Print the report.

    Returns
    -------
    dict of float
        `x` (`x[0]`, `x[1]` … of several inputs) and each parameter's name → the largest difference between the two
        gradients, relative to the largest number in them; infinite where backward gave the wrong shape.
    """
    check_integer("check_layer", "batch_size", batch_size, minimum=1)
    rng = np.random.default_rng(seed)
    twin = layer.astype(np.float64)
    twin.ensure_built(input_shape)
    twin.trainable = True
    learning = {name: p for name, p in twin.parameters.items() if any(p is one for one in twin.trainable_weights)}
    for parameter in learning.values():
        parameter.value += 0.1 * rng.normal(size=parameter.shape)
    xs = _inputs(x, input_shape, batch_size, rng)
    many = isinstance(input_shape, list)

    def forward() -> tuple[Any, Any]:
        with _same_random_numbers(twin):
            return twin.forward(xs if many else xs[0], training)

    y, cache = forward()
    ys = y if isinstance(y, list) else [y]
    dys = [rng.normal(size=one.shape) for one in ys]

    def loss(_: np.ndarray) -> float:
        y, _cache = forward()
        return sum(float((one * dy).sum()) for one, dy in zip(y if isinstance(y, list) else [y], dys, strict=True))

    before = {name: rng.normal(size=parameter.shape) for name, parameter in learning.items()}
    for name, parameter in learning.items():
        parameter.grad[...] = before[name]
    dx = twin.backward(dys if isinstance(y, list) else dys[0], cache)
    comparisons = [
        _compare(f"x[{number}]" if many else "x", given, _differences(loss, array, eps))
        for number, (given, array) in enumerate(zip(dx if many else [dx], xs, strict=True))
    ]
    for name, parameter in learning.items():
        numerical = _differences(loss, parameter.value, eps)
        comparisons.append(_compare(name, parameter.grad - before[name], numerical, before[name]))
    if verbose:
        print(_report(twin, comparisons, eps, tolerance, ys[0].dtype))
    return {comparison.name: comparison.error for comparison in comparisons}


@dataclass(frozen=True)
class _Comparison:
    name: str
    given: np.ndarray
    numerical: np.ndarray
    error: float
    place: tuple[int, ...]
    suspicion: str


def _compare(name: str, given: Any, numerical: np.ndarray, before: np.ndarray | None = None) -> _Comparison:
    given = np.asarray(given)
    if given.shape != numerical.shape:
        return _Comparison(name, given, numerical, math.inf, (), f"its shape is {given.shape}, not {numerical.shape}")
    difference = np.nan_to_num(np.abs(given - numerical), nan=np.inf)
    largest = max(float(np.abs(numerical).max(initial=0.0)), float(np.nan_to_num(np.abs(given)).max(initial=0.0)))
    worst = float(difference.max(initial=0.0))
    error = worst / largest if largest > 1e-10 else worst
    place = tuple(map(int, np.unravel_index(int(difference.argmax()), difference.shape))) if difference.size else ()
    return _Comparison(name, given, numerical, error, place, _suspect(given, numerical, before))


def _suspect(given: np.ndarray, numerical: np.ndarray, before: np.ndarray | None) -> str:
    """What mistake gives numbers like these."""
    if before is not None and np.allclose(given + before, numerical, rtol=1e-4, atol=1e-7):
        return "backward writes over grad; it must add: grad += …"
    if not np.isfinite(given).all():
        return "it isn't finite"
    if not given.any():
        return "it is zero everywhere: was it forgotten?"
    factor = float((given * numerical).sum() / ((numerical * numerical).sum() or 1.0))
    if abs(factor - 1.0) > 1e-3 and np.allclose(given, factor * numerical, rtol=1e-4, atol=1e-7):
        return f"it is {factor:.4g} times the right one"
    square = given.ndim == 2 and given.shape[0] == given.shape[1]
    if square and np.allclose(given.T, numerical, rtol=1e-4, atol=1e-7):
        return "it is the right one transposed"
    wrong = float(np.mean(~np.isclose(given, numerical, rtol=1e-4, atol=1e-7)))
    return f"{wrong:.0%} of its numbers differ"


def _report(layer: Layer, comparisons: list[_Comparison], eps: float, tolerance: float, dtype: np.dtype) -> str:
    lines = [f"{layer.label}: backward against central differences (float64, step {eps:g})"]
    if dtype != np.float64:
        lines.append(f"  forward gives {dtype} for a float64 input: the differences are then too coarse to tell")
    width = max(len(comparison.name) for comparison in comparisons)
    for comparison in comparisons:
        right = comparison.error < tolerance
        lines.append(
            f"  {comparison.name:{width}}  {comparison.numerical.shape!s:15} relative error {comparison.error:.1e}"
            f"  {'right' if right else 'WRONG: ' + comparison.suspicion}"
        )
        if not right and comparison.place:
            lines.append(
                f"  {'':{width}}  at {comparison.place}: backward {comparison.given[comparison.place]:.6g}, "
                f"numerical {comparison.numerical[comparison.place]:.6g}"
            )
    return "\n".join(lines)


def _differences(loss: Callable[[np.ndarray], float], array: np.ndarray, eps: float) -> np.ndarray:
    """The numerical gradient of a loss that reads `array` itself, which is as before in the end."""

    def moved(point: np.ndarray) -> float:
        array[...] = point
        return loss(array)

    start = array.copy()
    try:
        return numerical_gradient(moved, start, eps)
    finally:
        array[...] = start


@contextmanager
def _same_random_numbers(layer: Layer) -> Iterator[None]:
    """Put all generators back afterwards, so that the next call draws the same (dropout's mask)."""
    generators = [inner.rng.bit_generator for inner in layer.flatten()]
    states = [generator.state for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.state = state


def _inputs(x: Any, input_shape: Shapes, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    shapes = input_shape if isinstance(input_shape, list) else [input_shape]
    if x is not None:
        return [np.array(one, dtype=np.float64) for one in (x if isinstance(input_shape, list) else [x])]
    return [rng.normal(size=(batch_size, *(length or 4 for length in shape))) for shape in shapes]


def _one_number(value: Any) -> float:
    array = np.asarray(value)
    if array.size != 1:
        raise ValueError(f"numerical_gradient: f must give one number, got an array of shape {array.shape}")
    return float(array.reshape(()))
