"""Exercises to which several answers are right, that take a function, that yield, or that build a model."""

import itertools

import numpy as np
import pytest

from autograder.diagnosis import Diagnosis
from autograder.exercise import Criterion, Mistake
from autograder.formula import Formula
from autograder.probe import observe, read_reply, reply
from autograder.report import as_text
from autograder.wire import decode, encode
from course import Sequential, layers
from tests.autograder.toy import exercise, judge


def _halves(rng):
    return [(np.arange(2 * n), rng) for n in (2, 5)]


def _is_half(arguments, got):
    x, _ = arguments
    if len(got) != len(x) // 2:
        return "of another length"
    return None if set(got.tolist()) < set(x.tolist()) else "numbers that were not there"


def _choose(x, rng):
    return rng.choice(x, len(x) // 2, replace=False)


HALF = exercise(
    _choose,
    criteria=[Criterion("half of them", 2, cases=_halves, accepts=_is_half)],
    mistakes=[Mistake("of another length", lambda x, rng: x, "How many did you draw?")],
)


@pytest.mark.parametrize("answer", [_choose, lambda x, rng: x[::2], lambda x, rng: iter(rng.permutation(x)[1::2])])
def test_every_answer_that_is_accepted_earns_the_points(answer):
    assert judge(HALF, answer).passed


def test_what_is_said_to_be_wrong_names_the_mistake():
    result = judge(HALF, lambda x, rng: x[:1])
    assert result.points == 0
    assert result.diagnosis == Diagnosis("of another length", "How many did you draw?")
    assert "one right answer" in as_text(result)


def test_what_is_wrong_in_another_way_is_said():
    result = judge(HALF, lambda x, rng: x[::2] + 100)
    assert result.diagnosis is None
    assert result.summary == "numbers that were not there"


@pytest.mark.parametrize("value", [None, "half", 3.0, {"a": 1}])
def test_what_it_is_not_made_for_is_not_accepted(value):
    result = judge(HALF, lambda x, rng: value)
    assert result.points == 0
    assert result.summary in ("nothing returned", result.criteria[0].message)


def test_a_function_is_an_argument():
    squares = Formula("lambda x: (x ** 2).sum()")
    integral = exercise(lambda f, x: f(x) / 2, lambda rng: (squares, rng.normal(size=3)))
    assert judge(integral, lambda f, x: 0.5 * f(x)).passed
    assert "f = lambda x: (x ** 2).sum()" in as_text(judge(integral, lambda f, x: 3 * f(x) + 1))


def test_a_function_reaches_the_kernel_and_none_comes_back():
    squares = Formula("lambda x: (x ** 2).sum()")
    sent = encode({"inputs": [(squares, np.arange(3.0))], "rules_out": [], "seconds": 5.0})
    (answer,) = read_reply(reply(lambda f, x: f(x), sent))
    assert answer.value == 5
    with pytest.raises(ValueError, match="unknown node 'formula'"):
        decode(encode(squares))
    (answer,) = read_reply(reply(lambda f, x: f, sent))
    assert answer.outcome == "unreadable"


def test_a_formula_is_one():
    with pytest.raises(ValueError, match="must be a lambda expression, got 'print'"):
        Formula("print")


def test_what_is_yielded_is_read():
    answer = observe(lambda n: (i * np.ones(i) for i in range(n)), (3,))
    assert [len(item) for item in answer.value] == [0, 1, 2]
    assert "does not end" in observe(lambda: itertools.count(), ()).error
    slow = observe(lambda: iter(lambda: None, 1), (), seconds=5.0)
    assert "does not end" in slow.error


def test_a_model_is_read_by_its_layers():
    model = Sequential([layers.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten()])
    assert observe(lambda: model, ()).value == {
        "layers": [
            {"class": "Conv2D", "output_shape": (6, 6, 4), "parameters": 40, "activation": "relu"},
            {"class": "Flatten", "output_shape": (144,), "parameters": 0, "activation": None},
        ],
        "parameters": 40,
    }
