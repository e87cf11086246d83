"""How two answers differ: what counts as equal, and what is said where they are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograder.compare import as_array, count, describe, differ

TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}
ordinary = arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6))


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1.0, 2.0], np.array([1, 2])),
        ((1.0, 2.0), np.array([1, 2])),
        (np.array([True, False]), np.array([1.0, 0.0])),
        (np.float32(1 / 3), 1 / 3),
        (np.array(3), 3),
        (3.0, 3),
        (np.array([1, 2], dtype=np.uint8), np.array([1.0, 2.0])),
        (np.array([np.inf, -np.inf, np.nan]), np.array([np.inf, -np.inf, np.nan])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ([np.zeros((2, 3)), np.zeros(3)], (np.zeros((2, 3)), np.zeros(3))),
        (np.zeros((2, 3)), (np.zeros(3), np.zeros(3))),
        ({"w": [1.0], "b": 2}, {"b": 2.0, "w": np.ones(1)}),
        (np.array([1 + 0j]), np.array([1.0])),
        ("valid", "valid"),
        (None, None),
    ],
)
def test_equal(got, expected):
    assert differ(got, expected, **TOLERANCE) is None


@pytest.mark.parametrize(
    ("got", "expected", "kind", "message"),
    [
        (None, np.ones(2), "type", "expected an array of shape (2,), got None"),
        ("1 2", np.ones(2), "type", "expected an array of shape (2,), got text"),
        ({"a": 1}, np.ones(2), "type", "expected an array of shape (2,), got a dict of 1"),
        ([[1, 2], [3]], np.ones((2, 2)), "type", "expected an array of shape (2, 2), got a list of 2"),
        (np.ones((2, 1)), np.ones(2), "shape", "expected an array of shape (2,), got an array of shape (2, 1)"),
        (1.0, np.ones(1), "shape", "expected an array of shape (1,), got a single number"),
        ([1.0], 1.0, "shape", "expected a single number, got an array of shape (1,)"),
        (
            np.array([1.0, np.nan, np.inf]),
            np.ones(3),
            "not finite",
            "2 of 3 values are not finite (nan)",
        ),
        (np.inf, 1.0, "not finite", "the value is not finite (inf)"),
        (2, 1.5, "values", "expected 1.5, got 2"),
        (
            np.array([[1.0, 2.0], [3.1, 9.0]]),
            np.array([[1.0, 2.0], [3.0, 4.0]]),
            "values",
            "2 of 4 values differ, most at [1, 1]: expected 4, got 9",
        ),
        (1.0, (1.0, 2.0), "type", "expected 2 results, got a single number"),
        ((1.0,), (1.0, 2.0), "length", "expected 2 results, got 1"),
        ((1.0, 3.0), (1.0, 2.0), "values", "result 2: expected 2, got 3"),
        (
            (np.ones(2), [np.ones(2), np.ones((3, 1))]),
            (np.ones(2), [np.ones(2), np.ones(3)]),
            "shape",
            "result 2[1]: expected an array of shape (3,), got an array of shape (3, 1)",
        ),
        ([1.0], {"w": 1.0}, "type", "expected a dict of ['w'], got an array of shape (1,)"),
        ({"v": 1.0}, {"w": 1.0}, "length", "expected the keys ['w'], got ['v']"),
        ({"w": 2.0}, {"w": 1.0}, "values", "['w']: expected 1, got 2"),
        ("same", "valid", "values", "expected 'valid', got 'same'"),
        (np.ones(2), None, "values", "expected None, got array([1., 1.])"),
    ],
)
def test_different(got, expected, kind, message):
    difference = differ(got, expected, **TOLERANCE)
    assert difference is not None
    assert (difference.kind, difference.message) == (kind, message)


def test_a_number_where_nothing_finite_was_expected_is_wrong():
    assert differ(np.array([1.0, 2.0]), np.array([np.nan, 2.0]), **TOLERANCE).kind == "values"
    assert differ(np.array([1.0, 2.0]), np.array([np.inf, 2.0]), **TOLERANCE).kind == "values"
    assert differ(np.inf, -np.inf, **TOLERANCE).kind == "not finite"


def test_tolerance_is_relative_to_each_number_and_to_the_largest():
    big = np.array([1000.0, 1.0])
    assert differ(big * (1 + 0.9e-4), big, **TOLERANCE) is None
    assert differ(big + [0.0, 0.9e-2], big, **TOLERANCE) is None
    assert differ(big + [0.0, 1.2e-2], big, **TOLERANCE) is not None
    assert differ(big + [0.2, 0.0], big, **TOLERANCE) is not None


def test_a_count_can_be_asked_for_exactly():
    assert differ(47_645, 47_645, rtol=0, atol=1e-9) is None
    assert differ(47_644, 47_645, rtol=0, atol=1e-9) is not None


def test_unsigned_numbers_are_compared_without_wrapping():
    assert differ(np.array([255], dtype=np.uint8), np.array([-1]), **TOLERANCE) is not None


def test_an_imaginary_part_is_a_difference():
    assert differ(np.array([1 + 1j]), np.array([1.0]), **TOLERANCE).kind == "values"


@given(ordinary)
def test_whatever_equals_itself_in_float32(array):
    assert differ(array, array, **TOLERANCE) is None
    assert differ(array.astype(np.float32), array, **TOLERANCE) is None
    assert differ(array.tolist(), array, **TOLERANCE) is None


@given(ordinary, st.data())
def test_one_wrong_number_is_found_where_it_is(array, data):
    index = tuple(data.draw(st.integers(0, size - 1)) for size in array.shape)
    wrong = array.copy()
    wrong[index] += 1e-3 * max(1.0, np.abs(array).max())
    difference = differ(wrong, array, **TOLERANCE)
    assert difference is not None
    assert f"1 of {array.size} values differ, most at {list(index)}" in difference.message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ("abc", "text"),
        (2, "a single number"),
        (np.ones((2, 3)), "an array of shape (2, 3)"),
        ([1, 2], "an array of shape (2,)"),
        ([1, None], "a list of 2"),
        ((np.ones(2), np.ones(3)), "a tuple of 2"),
        ({}, "a dict of 0"),
        (len, "an object of type builtin_function_or_method"),
        (np.array([None]), "an object of type ndarray"),
    ],
)
def test_describe(value, words):
    assert describe(value) == words


def test_what_is_no_array():
    assert [as_array(value) for value in ("1", None, [[1], [2, 3]], [1, "a"], object())] == [None] * 5


def test_count():
    assert count([np.ones((2, 3)), (1, [np.ones(4)]), {"w": np.ones(5)}, "a", []]) == 6 + 1 + 4 + 5 + 1
