"""What keeps gradients alive and in bounds: the skip connection, and clipping by the global norm."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.formula import Formula
from autograder.inputs import tenths, whole

Array = np.ndarray
Function = Callable[[Array], Array]

SQUARE = Formula("lambda x: x ** 2")
RELU = Formula("lambda x: np.maximum(x, 0)")
REVERSED = Formula("lambda x: x[:, ::-1]")
ITSELF = Formula("lambda x: x")
NEXT = Formula("lambda x: x + 1")


def _residual_block(x: Array, f: Function) -> Array:
    """x + f(x), for f that keeps the shape."""
    return x + f(x)


def _blocks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 2), SQUARE
    yield tenths(rng, 3, 4), NEXT
    yield tenths(rng, 2, 3).astype(np.float32), RELU
    yield tenths(rng, 3, 2), REVERSED


def _image_blocks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 3, 3, 2), SQUARE


def _whole_blocks(rng: np.random.Generator) -> Iterator[Arguments]:
    # a float added into an array of whole numbers in place would raise
    yield whole(rng, 2, 3), Formula("lambda x: 0.5 * x")


def _handed_back(rng: np.random.Generator) -> Iterator[Arguments]:
    """A function that gives back the very array it got: adding into its result writes into x."""
    yield tenths(rng, 2, 2), ITSELF
    yield tenths(rng, 2, 2), SQUARE


residual_block = Exercise(
    name="residual_block",
    reference=_residual_block,
    cases=_blocks,
    criteria=[
        Criterion("values", 1),
        Criterion("images", 0.5, cases=_image_blocks),
        Criterion("whole numbers", 0.5, cases=_whole_blocks),
        Criterion("leaves its input alone", 1, cases=_handed_back, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "no skip connection",
            lambda x, f: f(x),
            "Let f answer zero everywhere. What should the block give then, and what does yours?",
        ),
        Mistake(
            "only the skip connection",
            lambda x, f: x,
            "Your block never asks f. What is added to the input?",
        ),
        Mistake(
            "ReLU after the sum",
            lambda x, f: np.maximum(x + f(x), 0),
            "With f of zero, the block must hand on negative numbers too. Does it?",
        ),
        Mistake(
            "ReLU on the branch",
            lambda x, f: x + np.maximum(f(x), 0),
            "What f answers is added as it is, negative numbers too. Which activations it has is its own affair.",
        ),
        Mistake(
            "multiplies in place of adding",
            lambda x, f: x * f(x),
            "Let f answer zero everywhere. What should the block give then, and what does yours?",
        ),
        Mistake(
            "subtracts the branch",
            lambda x, f: x - f(x),
            "Let f answer one everywhere. Should the block's output be larger or smaller than its input?",
        ),
        Mistake(
            "the mean of both ways",
            lambda x, f: (x + f(x)) / 2,
            "Stack twenty of yours with f of zero. What is left of the input?",
        ),
        Mistake(
            "f of the sum",
            lambda x, f: f(x + x),
            "Draw the two ways from input to output. On which of them does f stand, and where do they meet?",
        ),
        Mistake(
            "f twice",
            lambda x, f: x + f(f(x)),
            "How often does the input pass through f on its way? Once is what is asked.",
        ),
        Mistake(
            "concatenates in place of adding",
            lambda x, f: np.concatenate([x, f(x)], axis=-1),
            "Blocks are stacked, so the output has the input's shape. Yours has grown. What joins the two ways?",
        ),
        Mistake(
            "the input is added to itself",
            lambda x, f: x + x,
            "Your block never asks f. What is added to the input?",
        ),
    ],
)

Arrays = list[Array]


def _norm(grads: Arrays) -> float:
    return float(np.sqrt(sum(float(np.sum(np.asarray(g, dtype=float) ** 2)) for g in grads)))


def _clip(grads: Arrays, max_norm: float) -> Arrays:
    """All gradients times one number, so that their common norm is at most `max_norm`."""
    norm = _norm(grads)
    return [g * (max_norm / norm) if norm > max_norm else g * 1.0 for g in grads]


def _scaled(grads: Arrays, factor: float) -> Arrays:
    return [g * factor for g in grads]


def _large(rng: np.random.Generator) -> Iterator[Arguments]:
    yield [tenths(rng, 2), tenths(rng, 2)], 1.0
    yield [tenths(rng, 3, 2), tenths(rng, 2), tenths(rng, 2, 1)], 2.5
    yield [tenths(rng, 4, 3).astype(np.float32), tenths(rng, 3).astype(np.float32)], 0.5


def _small(rng: np.random.Generator) -> Iterator[Arguments]:
    """Below the bound, and zero; one above it, so that handing all back is not enough."""
    yield [tenths(rng, 2), tenths(rng, 3)], 50.0
    yield [np.zeros(2), np.zeros((2, 2))], 1.0
    yield [tenths(rng, 2), tenths(rng, 3)], 0.1


def _between(rng: np.random.Generator) -> Iterator[Arguments]:
    """Each of them below the bound, together above it."""
    first, second, third = (g / np.linalg.norm(g) for g in (tenths(rng, 3), tenths(rng, 4), tenths(rng, 2)))
    yield [0.9 * first, 0.9 * second, 0.9 * third], 1.0


def _whole_gradients(rng: np.random.Generator) -> Iterator[Arguments]:
    yield [whole(rng, 2, 2), whole(rng, 3)], 1
    yield [np.array([3, 0]), np.array([0, 4])], 2


clip_by_global_norm = Exercise(
    name="clip_by_global_norm",
    reference=_clip,
    cases=_large,
    criteria=[
        Criterion("values", 1),
        Criterion("small and zero gradients stay", 0.5, cases=_small),
        Criterion("each small, together large", 0.5, cases=_between),
        Criterion("whole numbers", 0.5, cases=_whole_gradients),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "each gradient by its own norm",
            lambda grads, max_norm: [_clip([g], max_norm)[0] for g in grads],
            "The direction of the step must stay. Is the ratio between two gradients the same before and after?",
        ),
        Mistake(
            "cuts each number off",
            lambda grads, max_norm: [np.clip(g, -max_norm, max_norm) for g in grads],
            "The direction of the step must stay. Is the ratio between two numbers the same before and after?",
        ),
        Mistake(
            "makes small gradients larger",
            lambda grads, max_norm: _scaled(grads, max_norm / max(_norm(grads), 1e-12)),
            "The norm is to be at most the bound. What should happen to a gradient that is below it already?",
        ),
        Mistake(
            "divides by zero",
            lambda grads, max_norm: [g / np.float64(_norm(grads)) * min(_norm(grads), max_norm) for g in grads],
            "Let all gradients be zero. What is your factor then?",
        ),
        Mistake(
            "forgot the root",
            lambda grads, max_norm: _scaled(grads, min(1.0, max_norm / max(_norm(grads) ** 2, 1e-12))),
            "Try one gradient of two numbers, 3 and 4. Its norm is 5. What do you get?",
        ),
        Mistake(
            "adds up the norms",
            lambda grads, max_norm: _scaled(grads, min(1.0, max_norm / max(sum(_norm([g]) for g in grads), 1e-12))),
            "Think of all numbers as one long vector. Is its length the sum of the lengths of its parts?",
        ),
        Mistake(
            "the largest of the norms",
            lambda grads, max_norm: _scaled(grads, min(1.0, max_norm / max(*(_norm([g]) for g in grads), 1e-12))),
            "Think of all numbers as one long vector. Is its length that of its longest part?",
        ),
        Mistake(
            "the sum of absolute values",
            lambda grads, max_norm: _scaled(
                grads, min(1.0, max_norm / max(sum(float(np.abs(g).sum()) for g in grads), 1e-12))
            ),
            "Try one gradient of two numbers, 3 and 4. Its norm is 5. What do you get?",
        ),
        Mistake(
            "divides by the norm alone",
            lambda grads, max_norm: _scaled(grads, 1 / _norm(grads) if _norm(grads) > max_norm else 1.0),
            "Work out the norm of your result. Is it the bound, or 1?",
        ),
        Mistake(
            "multiplies by the bound alone",
            lambda grads, max_norm: _scaled(grads, max_norm if _norm(grads) > max_norm else 1.0),
            "Work out the norm of your result. By what must it still be divided?",
        ),
        Mistake(
            "large gradients become zero",
            lambda grads, max_norm: _scaled(grads, 0.0 if _norm(grads) > max_norm else 1.0),
            "A long step in a good direction becomes a shorter one. It need not be given up.",
        ),
    ],
)
