"""Calling a ready-made answer is noticed by whatever path it is reached, and nothing is left changed."""

import importlib
import sys

import numpy as np
import pytest

import course.activations
from autograder.guard import RuledOut
from autograder.probe import observe
from course.activations import get, sigmoid
from course.activations import sigmoid as ready_made

scipy_special = pytest.importorskip("scipy.special")
from scipy.special import expit  # noqa: E402
from scipy.special import softmax as scipy_softmax  # noqa: E402

RULED_OUT = ("course", "scipy.special.expit", "scipy.special.softmax")
Z = np.array([[-1.0, 0.5]])


def swallowed(z):
    try:
        return sigmoid(z)
    except BaseException:
        return 1 / (1 + np.exp(-z))


def imported_inside(z):
    from scipy.special import expit as inner

    return inner(z)


class Answer:
    def __call__(self, z):
        return sigmoid(z)


@pytest.mark.parametrize(
    "answer",
    [
        lambda z: course.activations.sigmoid(z),
        lambda z: ready_made(z),
        lambda z: get("sigmoid")(z),
        lambda z: course.activations.softplus.derivative(z),
        lambda z: getattr(sys.modules["course.activations"], "sig" + "moid")(z),
        lambda z: importlib.import_module("course.activations").sigmoid(z),
        lambda z: np.array([sigmoid(row) for row in z]),
        sigmoid,
        Answer(),
        swallowed,
        lambda z: expit(z),
        lambda z: scipy_special.expit(z),
        imported_inside,
        lambda z: scipy_softmax(z, axis=1),
        lambda z: list(map(expit, z)),
    ],
)
def test_a_ready_made_answer_is_noticed(answer):
    observed = observe(answer, (Z,), rules_out=RULED_OUT)
    assert observed.outcome == "ruled out"
    assert observed.error.startswith(("course.", "scipy.special."))
    assert observed.value is None


def test_numpy_is_not_ruled_out():
    observed = observe(lambda z: np.maximum(np.tanh(z), 0), (Z,), rules_out=RULED_OUT)
    assert observed.outcome == "returned"


def test_a_name_that_only_begins_alike_is_not_ruled_out():
    assert observe(lambda z: sigmoid(z), (Z,), rules_out=("course.act", "cour")).outcome == "returned"


def test_nothing_stays_changed():
    profile, function = sys.getprofile(), scipy_special.expit
    observe(imported_inside, (Z,), rules_out=RULED_OUT)
    observe(lambda z: 1 / 0, (Z,), rules_out=RULED_OUT)
    assert sys.getprofile() is profile
    assert scipy_special.expit is function is expit
    np.testing.assert_allclose(expit(0.0), 0.5)


def test_an_answer_can_not_catch_it_as_an_exception():
    assert not issubclass(RuledOut, Exception)
