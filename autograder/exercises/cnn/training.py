"""A convolutional network, trained: it has to read digits that stand anywhere on a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from course.data.digits import load_digits

SHEET, DIGIT, CLASSES = 14, 8, 10
TRAINED_ON, ASKED = 500, 200
ENOUGH = 0.85
"""Share of new digits to get right. A dense network reaches a half, one that compares pixels less than two thirds."""

GUESSING, NO_SENSE_OF_PLACE = 0.2, 0.68

SCORES, LABELS, SIGMOIDS = "scores in place of probabilities", "digits in place of probabilities", "sum is not 1"
OLD_IMAGES, ONE_FOR_ALL, BY_CHANCE = "answers for the training images", "one answer for all", "no better than guessing"
PIXELS = "digits have to stand where they stood"


def _sheets(rng: np.random.Generator, digits: np.ndarray) -> np.ndarray:
    """(n, 8, 8) -> (n, 14, 14, 1), each digit in a place of its own."""
    sheets = np.zeros((len(digits), SHEET, SHEET, 1), np.float32)
    for sheet, digit, (row, column) in zip(sheets, digits, rng.integers(0, 7, (len(digits), 2)), strict=True):
        sheet[row : row + DIGIT, column : column + DIGIT, 0] = digit
    return sheets


def _draw(rng: np.random.Generator, seen: int, new: int) -> Arguments:
    """Digits to learn from, and others, of people whose hand is not among the first."""
    (x, y), (x_new, _), _ = load_digits()
    chosen = rng.permutation(len(x))[:seen]
    return _sheets(rng, x[chosen]), y[chosen], _sheets(rng, x_new[rng.permutation(len(x_new))[:new]])


def _many(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _draw(rng, TRAINED_ON, ASKED)


def _few(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _draw(rng, 60, 7)


@cache
def _known() -> dict[bytes, int]:
    """What each of the digits shows."""
    return {image.tobytes(): int(label) for x, y in load_digits() for image, label in zip(x, y, strict=True)}


def _labels(sheets: np.ndarray) -> np.ndarray:
    """What stands on each sheet: the grader knows all digits, wherever they are put."""
    windows = np.lib.stride_tricks.sliding_window_view(sheets[..., 0], (DIGIT, DIGIT), axis=(1, 2))
    found = []
    for sheet, places in zip(sheets, windows.reshape(len(sheets), -1, DIGIT, DIGIT), strict=True):
        ink = float(sheet.sum())
        found.append(next(_known()[w.tobytes()] for w in places if w.sum() == ink and w.tobytes() in _known()))
    return np.array(found)


def _not_probabilities(arguments: Arguments, got: np.ndarray) -> str | None:
    x_train, _, x_new = arguments
    probabilities = np.asarray(got, dtype=float)
    if probabilities.shape in ((len(x_new),), (len(x_new), 1)):
        return LABELS
    if probabilities.shape == (len(x_train), CLASSES):
        return OLD_IMAGES
    if probabilities.shape != (len(x_new), CLASSES):
        return f"expected an array of shape {(len(x_new), CLASSES)}, got an array of shape {probabilities.shape}"
    if not np.isfinite(probabilities).all():
        return "some probabilities are not finite"
    if probabilities.min() < 0 or probabilities.max() > 1 + 1e-4:
        return SCORES
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        return SIGMOIDS
    return None


def _accepts_right_answers(arguments: Arguments, got: np.ndarray) -> str | None:
    if wrong := _not_probabilities(arguments, got):
        return wrong
    answers = np.argmax(got, axis=1)
    right = float(np.mean(answers == _labels(arguments[2])))
    if right >= ENOUGH:
        return None
    if (answers == answers[0]).all():
        return ONE_FOR_ALL
    if right < GUESSING:
        return BY_CHANCE
    if right < NO_SENSE_OF_PLACE:
        return PIXELS
    return f"{right:.0%} of the {len(answers)} new digits are right, {ENOUGH:.0%} are asked"


def _nearest(x_train: np.ndarray, y_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    gaps = ((x_new[:, None] - x_train[None]) ** 2).reshape(len(x_new), len(x_train), -1).sum(axis=2)
    return np.eye(CLASSES)[y_train[gaps.argmin(axis=1)]]


def _classify(x_train: np.ndarray, y_train: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """Each new digit as the one that it resembles most, both moved to the middle: fast, and right often enough."""
    return _nearest(_centred(x_train), y_train, _centred(x_new))


def _centred(sheets: np.ndarray) -> np.ndarray:
    """The sheets with the middle of the ink in the middle of the sheet."""
    places = np.arange(SHEET)
    moved = np.empty_like(sheets)
    for i, sheet in enumerate(sheets[..., 0]):
        ink = max(float(sheet.sum()), 1e-9)
        row, column = ((sheet.sum(axis=axis) * places).sum() / ink for axis in (1, 0))
        shift = (round(SHEET / 2 - row), round(SHEET / 2 - column))
        moved[i, ..., 0] = np.roll(sheet, shift, axis=(0, 1))
    return moved


classify = Exercise(
    name="classify",
    reference=_classify,
    cases=_many,
    criteria=[
        Criterion("85 % of new digits", 3, accepts=_accepts_right_answers),
        Criterion("probabilities, its input left alone", 1, cases=_few, unmodified=True, accepts=_not_probabilities),
    ],
    uses_course=True,
    rules_out=("course.data", "sklearn", "scipy", "torch", "keras", "tensorflow"),
    seconds=60,
    mistakes=[
        Mistake(
            SCORES,
            lambda x_train, y_train, x_new: 7 * _classify(x_train, y_train, x_new) - 3,
            "Probabilities lie between 0 and 1. Which activation has the last layer to have, for ten classes?",
        ),
        Mistake(
            LABELS,
            lambda x_train, y_train, x_new: _classify(x_train, y_train, x_new).argmax(axis=1),
            "Ten numbers are asked for each image, how likely each digit is, and not the most likely one. Where do you "
            "choose?",
        ),
        Mistake(
            SIGMOIDS,
            lambda x_train, y_train, x_new: 0.9 * _classify(x_train, y_train, x_new) + 0.05,
            "An image shows one digit of ten, so the ten probabilities share what there is. Which activation sees to "
            "that?",
        ),
        Mistake(
            OLD_IMAGES,
            lambda x_train, y_train, x_new: _classify(x_train, y_train, x_train),
            "Train with the one set, and then answer for the other. Which images does the network get at the end?",
        ),
        Mistake(
            ONE_FOR_ALL,
            lambda x_train, y_train, x_new: np.tile(np.eye(CLASSES)[3], (len(x_new), 1)),
            "A network that always says the same has not learned, or its learning broke down. Look at the loss after "
            "each epoch: does it fall? Is the learning rate too large?",
        ),
        Mistake(
            BY_CHANCE,
            lambda x_train, y_train, x_new: np.roll(_classify(x_train, y_train, x_new), 1, axis=1),
            "One in ten is what guessing gives. Is the network trained at all, and do images and labels still belong "
            "together?",
        ),
        Mistake(
            PIXELS,
            lambda x_train, y_train, x_new: _nearest(x_train, y_train, x_new),
            "That is about what a network without convolutions reaches. A digit can stand anywhere: which layer finds "
            "a pattern in every place, and which one forgets the place in the end? Or was the training too short?",
        ),
    ],
)
