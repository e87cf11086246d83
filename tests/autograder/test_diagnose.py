"""A wrong answer is told which mistake it is: the exercise's own first, then those that can be made anywhere."""

import math
import time

import numpy as np
import pytest

from autograder.exercise import Criterion, Mistake
from tests.autograder.toy import array, arrays, exercise, judge

PRODUCT = exercise(lambda x, W: x @ W, arrays((2, 2), (2, 2)), arrays((4, 3), (3, 2)))
ROWS = exercise(lambda x: x.sum(axis=1), array(3, 4), array(1, 2))
ROWS_KEPT = exercise(lambda x: x.sum(axis=1, keepdims=True), array(3, 4), array(1, 2))
MEAN = exercise(lambda x: float(np.mean(x)), array(3), array(8))
COLUMN_MEANS = exercise(lambda x: x.mean(axis=0), array(3, 2), array(5, 4))
TOTAL = exercise(lambda x: x.sum(axis=0), array(3, 2), array(5, 4))
HALF = exercise(lambda x: x / 2, lambda rng: (rng.integers(1, 9, size=6),), lambda rng: (np.array([1, 3]),))
SIGMOID = exercise(lambda z: 1 / (1 + np.exp(-z)), array(4), lambda rng: (rng.integers(-4, 5, size=6),))
LOG = exercise(lambda x: np.log1p(np.abs(x)), array(4), array(2, 3))
DISTANCE = exercise(lambda x, y: x - 2 * y, arrays((3,), (3,)), arrays((2, 2), (2, 2)))
BACKWARD = exercise(
    lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(axis=0)),
    arrays((2, 3), (2, 4), (4, 3)),
    arrays((5, 2), (5, 2), (2, 2)),
)


def nan_at_the_first(x):
    return np.where(np.arange(x.size).reshape(x.shape) == 0, np.nan, np.log1p(np.abs(x)))


def sigmoid_in_an_array_like_z(z):
    y = np.zeros_like(z)
    y[:] = 1 / (1 + np.exp(-z))
    return y


def in_place(x):
    x /= 2
    return x


def backward(dy, x, W, factor=1.0):
    return factor * (dy @ W.T), factor * (x.T @ dy), factor * dy.sum(axis=0)


@pytest.mark.parametrize(
    ("toy", "answer", "name"),
    [
        (PRODUCT, lambda x, W: (x @ W).T, "transposed"),
        (PRODUCT, lambda x, W: -x @ W, "opposite sign"),
        (PRODUCT, lambda x, W: 2 * x @ W, "a constant factor: 2 times the expected numbers"),
        (PRODUCT, lambda x, W: x @ W / 3, "a constant factor: 0.3333 times the expected numbers"),
        (ROWS, lambda x: x.sum(axis=1, keepdims=True), "a column of shape (3, 1) for (3,)"),
        (ROWS_KEPT, lambda x: x.sum(axis=1), "the last axis of length 1 is missing"),
        (MEAN, lambda x: np.sum(x), "the factor 1/n is missing"),
        (COLUMN_MEANS, lambda x: x.sum(axis=0), "the factor 1/n is missing"),
        (TOTAL, lambda x: x.mean(axis=0), "a factor 1/n too many"),
        (HALF, lambda x: (x / 2).astype(int), "whole numbers where fractions were expected"),
        (SIGMOID, sigmoid_in_an_array_like_z, "whole numbers where fractions were expected"),
        (LOG, nan_at_the_first, "the result has NaN in it"),
        (LOG, lambda x: np.log(x * 0), "the result has infinity in it"),
        (LOG, lambda x: None, "nothing returned"),
        (LOG, lambda x: print(np.log1p(np.abs(x))), "printed instead of returned"),
        (DISTANCE, lambda x, y: y - 2 * x, "arguments in another order"),
        (BACKWARD, lambda dy, x, W: backward(dy, x, W, -1.0), "opposite sign"),
        (BACKWARD, lambda dy, x, W: backward(dy, x, W, 1 / len(dy)), "a factor 1/n too many"),
        (BACKWARD, lambda dy, x, W: backward(dy, x, W, 2.0), "a constant factor: 2 times the expected numbers"),
    ],
)
def test_a_mistake_that_can_be_made_anywhere_is_named(toy, answer, name):
    result = judge(toy, answer)
    assert result.diagnosis is not None, result.summary
    assert result.diagnosis.name == name
    assert result.summary == name
    assert result.diagnosis.hint


def test_the_order_that_was_taken_is_said():
    assert "as if the arguments were (y, x) and not (x, y)" in judge(DISTANCE, lambda x, y: y - 2 * x).diagnosis.hint


def test_right_numbers_by_writing_into_the_input():
    careful = exercise(lambda x: x / 2, array(3), criteria=[Criterion("alone", 1, unmodified=True)])
    assert judge(careful, in_place).summary == "changes its input"
    assert judge(exercise(lambda x: x / 2, array(3)), in_place).passed


def test_an_answer_that_does_not_come_back():
    def slow(x):
        time.sleep(30)

    assert judge(LOG, slow, seconds=0.1).summary == "does not come back"


def test_a_stub_is_not_written_yet():
    def stub(x):
        raise NotImplementedError

    assert judge(LOG, stub).summary == "not written yet"


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: np.zeros_like(x),
        lambda x: x < 0,
        lambda x: x > 0,
        lambda x: np.random.default_rng(0).random(x.shape),
        lambda x: x + 1j,
        lambda x: [],
        lambda x: {"answer": x},
        lambda x: [[1.0], [2.0, 3.0]],
        lambda x: (x, x),
        lambda x: "4",
        lambda x: 1 / 0,
        lambda x: object(),
        lambda x: np.float32(1),
        lambda x: x.astype(np.uint8),
    ],
)
@pytest.mark.parametrize(
    "toy", [LOG, ROWS, MEAN, BACKWARD, PRODUCT], ids=["log", "rows", "mean", "backward", "product"]
)
def test_what_nobody_knows_gets_no_points_and_no_wrong_name(toy, answer):
    def of_the_first(*arguments):
        return answer(arguments[0])

    result = judge(toy, of_the_first)
    assert result.points == 0
    assert result.diagnosis is None
    assert result.summary


AFFINE = {
    "reference": lambda x, w: x @ w + 1,
    "mistakes": [
        Mistake("forgot the 1", lambda x, w: x @ w, "What is left when all inputs are zero?"),
        Mistake("sign", lambda x, w: -(x @ w) - 1, "Which sign should come out for ones?"),
        Mistake("column", lambda x, w: (x @ w + 1)[:, None], "How many axes should be left?"),
    ],
}


def affine(**options):
    return exercise(AFFINE["reference"], arrays((2, 3), (3,)), mistakes=AFFINE["mistakes"], **options)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda x: x if x > 0 else -x, "a question to a whole array"),
        (lambda x: max(0, x), "a question to a whole array"),
        (lambda x: math.log(x), "a function of one number, given an array"),
        (lambda x: float(x), "a function of one number, given an array"),
        (lambda x: np.max(0, x), "an array where one whole number is asked"),
        (lambda x: x @ np.ones(17), "shapes that do not fit"),
        (lambda x: np.dot(x, np.ones(17)), "shapes that do not fit"),
        (lambda x: x + np.ones(17), "shapes that do not fit"),
        (
            lambda x: np.multiply(np.ones(x.shape, dtype=int), 0.5, out=np.ones(x.shape, dtype=int)),
            "fractions written into whole numbers",
        ),
        (lambda x: np.array([[1.0], [1.0, 2.0]]), "rows of different lengths"),
        (lambda x, y: x, "another number of arguments"),
        (lambda: 1, "another number of arguments"),
        (lambda x: undefined_name(x), "a name that is not defined"),  # noqa: F821
    ],
)
def test_an_error_is_told_in_words_that_lead_on(answer, name):
    result = judge(LOG, answer)
    assert result.points == 0
    assert result.summary == name, result.summary
    assert result.criteria[0].message.startswith("raised ")


def test_errors_of_several_kinds_have_no_one_name():
    answer = lambda x: x @ np.ones(17) if x.ndim == 1 else math.log(x)  # noqa: E731
    assert judge(LOG, answer).diagnosis is None


def test_an_exercise_s_own_mistakes_come_first():
    assert judge(affine(), lambda x, w: -(x @ w + 1)).summary == "sign"
    assert judge(affine(), lambda x, w: x @ w[:, None] + 1).summary == "column"


def test_a_mistake_must_reproduce_the_right_results_too():
    toy = exercise(
        lambda x: np.maximum(x, 0),
        lambda rng: (np.array([1.0, 2.0]),),
        lambda rng: (np.array([-1.0, 2.0]),),
        mistakes=[Mistake("twice the size", lambda x: 2 * np.abs(x), "…"), Mistake("size", lambda x: np.abs(x), "…")],
    )
    assert judge(toy, lambda x: np.abs(x)).summary == "size"
    assert judge(toy, lambda x: np.where(x < 0, -2 * x, x)).diagnosis is None


def test_of_two_mistakes_at_once_the_first_criterion_s_is_named():
    whole = Criterion("whole numbers", 1, cases=lambda rng: [(rng.integers(1, 5, (2, 3)), rng.integers(1, 5, 3))])
    toy = affine(criteria=[Criterion("values", 1), whole])

    def forgets_and_fails(x, w):
        if x.dtype.kind == "i":
            raise TypeError("no whole numbers, please")
        return x @ w

    assert judge(toy, forgets_and_fails).summary == "forgot the 1"


def test_that_both_raise_the_same_kind_of_error_is_no_proof():
    toy = exercise(
        lambda x, w: x @ w,
        arrays((2, 3), (3,)),
        mistakes=[Mistake("turns x", lambda x, w: x.T @ w, "Which shapes fit together?")],
    )
    assert judge(toy, lambda x, w: np.reshape(x, (5, 5))).diagnosis is None
