"""How weights start: normal numbers whose variance follows from the number of inputs. Judged by their statistics."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.in_practice.chance import FIXED_SEEDS, SIGMAS, generator

FIXED = "draws the same numbers at every call"
NO_ROOT = "the variance in place of the standard deviation"
GLOROT = "Glorot's variance, for inputs and outputs"
LECUN = "the variance 1/fan_in"
FROM_SHAPE = "takes the number of inputs from the shape"
WRONG_ROOT = "the root of the 2 alone"
UPSIDE_DOWN = "multiplies by the root of fan_in/2"
UNSCALED = "does not scale at all"
UNIFORM = "a uniform distribution"
POSITIVE = "no negative weights"
REPEATED = "every row has the same weights"

LEAST = 500  # numbers from which a variance can be told


def _he_normal(fan_in: int, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Normal numbers of mean 0 and variance 2 / fan_in, of that shape."""
    return rng.normal(0.0, math.sqrt(2 / fan_in), size=shape)


def _dense(rng: np.random.Generator) -> Iterator[Arguments]:
    yield 3, (3, 2), generator(rng)
    yield 50, (50, 80), generator(rng)
    yield 200, (200, 30), generator(rng)


def _convolution(rng: np.random.Generator) -> Iterator[Arguments]:
    """A kernel's inputs are the pixels under it times the channels."""
    yield 3 * 3 * 16, (3, 3, 16, 32), generator(rng)


def _judge(arguments: Arguments, got: np.ndarray) -> str | None:
    fan_in, shape, _ = arguments
    got = np.asarray(got, dtype=float)
    if got.shape != shape:
        return f"expected an array of shape {shape}, got {got.shape}"
    if not np.isfinite(got).all():
        return "not all numbers are finite"
    if np.ptp(got) == 0:
        return "all weights are the same"
    if got.size < LEAST:
        return None
    spread = float(got.std())
    if (got >= 0).all():
        return POSITIVE
    if (got == got[:1]).all():
        return REPEATED
    if abs(got.mean()) > SIGMAS * spread / math.sqrt(got.size):
        return f"the mean is {got.mean():.3g}, expected 0 but for chance"
    # the fourth moment of a normal distribution is 3, cut off at two standard deviations 2.4, of a uniform one 1.8
    if np.mean((got / spread) ** 4) < 2.1:
        return UNIFORM
    expected = 2 / fan_in
    if not _same_variance(spread**2, expected, got.size):
        return _wrong_variance(spread**2, fan_in, shape, got.size)
    for seed in FIXED_SEEDS:
        drawn = np.random.default_rng(seed).standard_normal(shape) * math.sqrt(expected)
        if np.allclose(got, drawn, rtol=1e-3, atol=1e-6):
            return FIXED
    return None


def _same_variance(variance: float, expected: float, count: int) -> bool:
    return abs(variance / expected - 1) < SIGMAS * math.sqrt(2 / count)


def _wrong_variance(variance: float, fan_in: int, shape: tuple[int, ...], count: int) -> str:
    """Where another variance than 2 / fan_in comes from."""
    fan_out = shape[-1]
    known = {
        NO_ROOT: (2 / fan_in) ** 2,
        WRONG_ROOT: 2 / fan_in**2,
        LECUN: 1 / fan_in,
        GLOROT: 2 / (fan_in + fan_out),
        UPSIDE_DOWN: fan_in / 2,
        UNSCALED: 1.0,
    }
    if shape[0] != fan_in:
        known[FROM_SHAPE] = 2 / shape[0]
    for name, theirs in known.items():
        if _same_variance(variance, theirs, count):
            return name
    return f"the variance is {variance:.3g}, expected {2 / fan_in:.3g} but for chance"


he_normal = Exercise(
    name="he_normal",
    reference=_he_normal,
    cases=_dense,
    criteria=[
        Criterion("mean 0, variance 2/fan_in", 1.5, accepts=_judge),
        Criterion("a kernel of a convolution", 0.5, cases=_convolution, accepts=_judge),
        Criterion("leaves its input alone", 0.5, unmodified=True, accepts=_judge),
    ],
    mistakes=[
        Mistake(
            NO_ROOT,
            lambda fan_in, shape, rng: rng.normal(0, 2 / fan_in, size=shape),
            "A generator's scale is a standard deviation. What is the standard deviation, if the variance is given?",
        ),
        Mistake(
            LECUN,
            lambda fan_in, shape, rng: rng.normal(0, math.sqrt(1 / fan_in), size=shape),
            "ReLU sets half of the numbers to zero. By which factor must the variance be larger to make up for it?",
        ),
        Mistake(
            GLOROT,
            lambda fan_in, shape, rng: rng.normal(0, math.sqrt(2 / (fan_in + shape[-1])), size=shape),
            "That balances forward and backward pass for tanh. For ReLU, which number alone stands in the denominator?",
        ),
        Mistake(
            FROM_SHAPE,
            lambda fan_in, shape, rng: rng.normal(0, math.sqrt(2 / shape[0]), size=shape),
            "For a kernel of 3 by 3 pixels, the first axis is a side of it. How many numbers does one output add up?",
        ),
        Mistake(
            WRONG_ROOT,
            lambda fan_in, shape, rng: rng.normal(0, math.sqrt(2) / fan_in, size=shape),
            "How far does the root reach? Square your standard deviation: is it the variance that was asked for?",
        ),
        Mistake(
            UPSIDE_DOWN,
            lambda fan_in, shape, rng: rng.standard_normal(shape) * math.sqrt(fan_in / 2),
            "With more inputs there is more to add up. Must each weight be larger or smaller then?",
        ),
        Mistake(
            UNSCALED,
            lambda fan_in, shape, rng: rng.standard_normal(shape),
            "Where does the number of inputs come in? A sum of many terms grows with their number.",
        ),
        Mistake(
            POSITIVE,
            lambda fan_in, shape, rng: rng.random(shape) * math.sqrt(2 / fan_in),
            "All your weights have the same sign. Which distribution is symmetric about zero?",
        ),
        Mistake(
            UNIFORM,
            lambda fan_in, shape, rng: rng.uniform(-1, 1, size=shape) * math.sqrt(6 / fan_in),
            "The spread may be right, but the distribution has edges. Which method of the generator gives a bell?",
        ),
        Mistake(
            REPEATED,
            lambda fan_in, shape, rng: np.zeros(shape) + rng.normal(0, math.sqrt(2 / fan_in), size=shape[-1]),
            "Look at two rows of your weights. How many random numbers did you draw, and how many are there?",
        ),
        Mistake(
            FIXED,
            lambda fan_in, shape, rng: np.random.default_rng(0).normal(0, math.sqrt(2 / fan_in), size=shape),
            "Two layers of one size would start alike. Draw from the generator that you are given.",
        ),
    ],
)
