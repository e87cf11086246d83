"""Images seen from eight sides at random. Judged by which of the eight was done to each image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.in_practice.chance import generator

ONE_FOR_ALL = "the same symmetry for the whole batch"
FLIPS_ALONE = "mirrors, but does not turn"
TURNS_ALONE = "turns, but does not mirror"
LEFT_RIGHT = "mirrors left and right alone"
THREE_QUARTERS = "one of the four turns never happens"
NEVER_AS_IT_WAS = "no image stays as it is"
OTHER_ORDER = "the images are in another order"
PIXELS_MIXED = "pixels are mixed, not moved together"
UNCHANGED = "nothing is done to the images"

NONE = -1  # of the eight
ENOUGH = 100  # images from which on every one of the eight has to occur
UNLIKELY = 60.0  # χ² of eight counts: by chance once in 10¹⁰ batches

Images = np.ndarray
Symmetry = Callable[[Images], Images]


def _symmetries(image: Images) -> list[Images]:
    """The four turns of an image, then those of its mirror image: (s, s, c) -> eight of (s, s, c)."""
    return [np.rot90(side, k) for side in (image, image[:, ::-1]) for k in range(4)]


def _augment(images: Images, rng: np.random.Generator) -> Images:
    """Each image turned and mirrored at random: (n, s, s, c) -> (n, s, s, c)."""
    return np.stack([_symmetries(image)[rng.integers(8)] for image in images])


def _pictures(rng: np.random.Generator, n: int, side: int, channels: int = 1) -> Images:
    """Images whose pixels are all different, so that each of the eight symmetries gives another."""
    pixels = side * side * channels
    return np.stack([rng.permutation(np.arange(1, pixels + 1)) for _ in range(n)]).reshape(n, side, side, channels)


def _few(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _pictures(rng, 3, 2), generator(rng)
    yield _pictures(rng, 240, 3) / 10, generator(rng)
    yield (_pictures(rng, 160, 4) / 10).astype(np.float32), generator(rng)


def _coloured(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _pictures(rng, 160, 3, 3) / 10, generator(rng)


def _judge(arguments: Arguments, got: Images) -> str | None:
    images, _ = arguments
    got = np.asarray(got, dtype=float)
    if got.shape != images.shape:
        return f"expected an array of shape {images.shape}, got {got.shape}"
    found = _which(images, got)
    if NONE in found:
        return _no_symmetry(images, got, found.index(NONE))
    counts = Counter(found)
    if len(images) < ENOUGH:
        return None
    if name := _missing(set(counts)):
        return name
    expected = len(images) / 8
    if sum((counts[k] - expected) ** 2 / expected for k in range(8)) > UNLIKELY:
        return f"the eight symmetries are not equally likely: {[counts[k] for k in range(8)]} of {len(images)} images"
    return None


def _which(images: Images, got: Images) -> list[int]:
    """Which of the eight symmetries was done to each image."""
    sides = np.stack(_symmetries(np.moveaxis(images, 0, -1)))  # (8, s, s, c, n)
    same = np.abs(sides - np.moveaxis(got, 0, -1)).max(axis=(1, 2, 3)) < 1e-4  # (8, n)
    return np.where(same.any(axis=0), same.argmax(axis=0), NONE).tolist()


def _no_symmetry(images: Images, got: Images, first: int) -> str:
    seen_elsewhere = set(_which(images, np.broadcast_to(got[first], images.shape))) != {NONE}
    if len(images) >= ENOUGH and seen_elsewhere:  # among few small images that may be chance
        return OTHER_ORDER
    same_pixels = all(sorted(a.flat) == sorted(b.flat) for a, b in zip(images.astype(float), got, strict=True))
    if not seen_elsewhere and same_pixels:
        return PIXELS_MIXED
    return f"image {first} is none of the eight symmetries of the one that came in"


def _missing(seen: set[int]) -> str:
    """The name of the mistake when only those were seen in many images; empty where all eight were."""
    if len(seen) == 8:
        return ""
    known = {
        (0,): UNCHANGED,
        (0, 4): LEFT_RIGHT,
        (0, 2, 4, 6): FLIPS_ALONE,
        (0, 1, 2, 3): TURNS_ALONE,
        (1, 2, 3, 4, 5, 6, 7): NEVER_AS_IT_WAS,
    }
    if len(seen) == 1 and seen != {0}:
        return ONE_FOR_ALL
    if len(seen) == 6 and {0, 4} <= seen:
        return THREE_QUARTERS
    return known.get(tuple(sorted(seen)), f"only {len(seen)} of the eight symmetries occur")


def _each(images: Images, change: Symmetry) -> Images:
    return np.stack([change(image) for image in images])


def _at_random(sides: tuple[int, ...]) -> Callable[[Images, np.random.Generator], Images]:
    """An answer that takes only those of the eight symmetries."""
    return lambda images, rng: _each(images, lambda image: _symmetries(image)[rng.choice(sides)])


augment = Exercise(
    name="augment",
    reference=_augment,
    cases=_few,
    criteria=[
        Criterion("one of the eight symmetries each", 1.5, accepts=_judge),
        Criterion("images with channels", 0.5, cases=_coloured, accepts=_judge),
        Criterion("leaves its input alone", 0.5, unmodified=True, accepts=_judge),
    ],
    mistakes=[
        Mistake(
            ONE_FOR_ALL,
            lambda images, rng: _at_random((int(rng.integers(1, 8)),))(images, rng),
            "All images were treated alike. How often do you draw, and how many images are there?",
        ),
        Mistake(
            UNCHANGED,
            lambda images, rng: images,
            "Compare your output with the input. Is what you did to each image kept anywhere?",
        ),
        Mistake(
            LEFT_RIGHT,
            _at_random((0, 4)),
            "A galaxy has no up or down either. Which of the eight never happen in your answer?",
        ),
        Mistake(
            FLIPS_ALONE,
            _at_random((0, 2, 4, 6)),
            "Two mirrors give four pictures. What else leaves a square a square?",
        ),
        Mistake(
            TURNS_ALONE,
            _at_random((0, 1, 2, 3)),
            "Four turns give four pictures. A spiral that winds the other way is not among them: what is missing?",
        ),
        Mistake(
            THREE_QUARTERS,
            _at_random((0, 1, 2, 4, 5, 6)),
            "How many quarter turns are there, counting none as one? Does your draw reach the last of them?",
        ),
        Mistake(
            NEVER_AS_IT_WAS,
            _at_random((1, 2, 3, 4, 5, 6, 7)),
            "Doing nothing is one of the eight. Can your draw come out like that?",
        ),
        Mistake(
            OTHER_ORDER,
            lambda images, rng: _augment(images, rng)[::-1],
            "Image 3 must stay image 3, because its label does. Which axis did you turn over or shuffle?",
        ),
        Mistake(
            PIXELS_MIXED,
            lambda images, rng: np.stack([rng.permuted(image, axis=0) for image in images]),
            "Neighbours must stay neighbours. Look at one image before and after.",
        ),
    ],
)
