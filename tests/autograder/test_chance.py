"""Mistakes in random answers are named by what came out, however the random numbers were drawn."""

import numpy as np
import pytest

from autograder.assess import check_function
from autograder.exercises import find


def dropout(x, kept, factor):
    return np.where(kept, x * factor, 0.0)


def square(image, turns, mirrored):
    image = np.rot90(image, -turns)
    return image[::-1] if mirrored else image


ANSWERS = [
    ("dropout", "does not rescale what is kept", lambda x, r, rng: dropout(x, rng.binomial(1, 1 - r, x.shape), 1)),
    (
        "dropout",
        "the rate is taken as the share that is kept",
        lambda x, r, rng: dropout(x, rng.binomial(1, r, x.shape), 1 / max(r, 1e-9)),
    ),
    (
        "dropout",
        "drops with the opposite probability",
        lambda x, r, rng: dropout(x, rng.uniform(0, 1, x.shape) <= r, 1 / (1 - r)),
    ),
    (
        "dropout",
        "the same neurons for every example",
        lambda x, r, rng: dropout(x, rng.binomial(1, 1 - r, x.shape[1]), 1 / (1 - r)),
    ),
    (
        "dropout",
        "whole examples are dropped",
        lambda x, r, rng: dropout(x, rng.binomial(1, 1 - r, (len(x), 1)), 1 / (1 - r)),
    ),
    (
        "dropout",
        "draws the same numbers at every call",
        lambda x, r, rng: dropout(x, np.random.default_rng(42).random(x.shape) < 1 - r, 1 / (1 - r)),
    ),
    ("he_normal", "the variance 1/fan_in", lambda d, shape, rng: rng.standard_normal(shape) / np.sqrt(d)),
    ("he_normal", "the variance in place of the standard deviation", lambda d, s, rng: rng.standard_normal(s) * 2 / d),
    ("he_normal", "a uniform distribution", lambda d, s, rng: rng.uniform(-np.sqrt(2 / d), np.sqrt(2 / d), s)),
    ("he_normal", "no negative weights", lambda d, s, rng: abs(rng.standard_normal(s)) * np.sqrt(2 / d)),
    (
        "augment",
        "turns, but does not mirror",
        lambda images, rng: [square(image, rng.choice(4), False) for image in images],
    ),
    (
        "augment",
        "one of the four turns never happens",
        lambda images, rng: [square(image, rng.integers(0, 3), rng.random() < 0.5) for image in images],
    ),
    (
        "augment",
        "the images are in another order",
        lambda images, rng: [square(image, rng.integers(4), rng.random() < 0.5) for image in rng.permutation(images)],
    ),
]


@pytest.mark.parametrize(("exercise", "mistake", "answer"), ANSWERS, ids=[f"{a}: {b}" for a, b, _ in ANSWERS])
def test_a_mistake_drawn_in_another_way_is_named(exercise, mistake, answer):
    for seed in range(5):
        result = check_function(find(exercise), answer, seed)
        assert not result.passed
        assert result.diagnosis is not None
        assert result.diagnosis.name == mistake
