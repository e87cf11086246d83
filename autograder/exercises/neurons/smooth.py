"""The sigmoid, its derivative, and that of tanh."""

from __future__ import annotations

import math

import numpy as np

from autograder.exercise import Exercise, Mistake
from autograder.exercises.neurons.elementwise import ONE_TRUTH_VALUE, SMOOTH, vectors
from course import activations


def _sigmoid_with_if(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z)) if z >= 0 else np.exp(z) / (1 + np.exp(z))


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return activations.sigmoid(np.asarray(z, dtype=float))


sigmoid = Exercise(
    name="sigmoid",
    reference=_sigmoid,
    cases=vectors,
    criteria=SMOOTH,
    rules_out=("scipy.special.expit",),
    mistakes=[
        Mistake(
            "overflows",
            lambda z: np.exp(z) / (1 + np.exp(z)),
            "Right for ordinary numbers. What is exp(1000) on a computer, and infinity divided by infinity? "
            "Divide numerator and denominator by the same thing.",
        ),
        Mistake(
            "math.exp overflows",
            np.vectorize(lambda z: 1 / (1 + math.exp(-z)), otypes=[float]),
            "Right for ordinary numbers. For which sign of z is exp(-z) too large? "
            "There, multiply numerator and denominator by exp(z).",
        ),
        Mistake("a question to a whole array", _sigmoid_with_if, ONE_TRUTH_VALUE),
        Mistake(
            "parentheses: only 1 is divided by 1",
            lambda z: 1 / 1 + np.exp(-z),
            "Division comes before addition. At z = 0 the result should be 1/2; work out yours on paper.",
        ),
        Mistake(
            "the sign of the exponent",
            lambda z: 1 / (1 + np.exp(z)),
            "A large positive z should give nearly 1. What does yours give at z = 3?",
        ),
        Mistake(
            "a minus in the denominator",
            lambda z: 1 / (1 - np.exp(-z)),
            "At z = 0 the result should be 1/2. What is your denominator there?",
        ),
        Mistake(
            "tanh instead",
            lambda z: np.tanh(z),
            "The sigmoid lies between 0 and 1. Between what do your numbers lie?",
        ),
        Mistake(
            "a step instead of the smooth curve",
            lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0),
            "The sigmoid gives the numbers between 0 and 1 too. What should z = 0.1 give?",
        ),
        Mistake(
            "its derivative instead",
            lambda z: _sigmoid(z) * (1 - _sigmoid(z)),
            "The sigmoid rises from 0 to 1. Does yours come down again for large z?",
        ),
        Mistake(
            "softmax instead",
            lambda z: np.exp(z) / np.exp(z).sum(),
            "Each number is to be taken alone. Does your first result change when the second input does?",
        ),
    ],
)


def _sigmoid_derivative(z: np.ndarray) -> np.ndarray:
    return activations.sigmoid.derivative(np.asarray(z, dtype=float))


sigmoid_derivative = Exercise(
    name="sigmoid_derivative",
    reference=_sigmoid_derivative,
    cases=vectors,
    criteria=SMOOTH,
    rules_out=("scipy.special.expit",),
    mistakes=[
        Mistake(
            "overflows",
            lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
            "Right for ordinary numbers. At z = -1000 it divides infinity by infinity. "
            "Can you write the derivative with the sigmoid itself, which is never large?",
        ),
        Mistake(
            "takes z for the sigmoid's output",
            lambda z: z * (1 - z),
            "In y(1 - y), what is y? At z = 0 the slope is 1/4; what do you get?",
        ),
        Mistake(
            "one of the two factors has z in it",
            lambda z: _sigmoid(z) * (1 - z),
            "In y(1 - y), both are the same y. Is it the same in your formula?",
        ),
        Mistake(
            "the sigmoid itself",
            _sigmoid,
            "The slope of a curve that flattens on both sides goes to 0 there. Does yours at z = 10?",
        ),
        Mistake(
            "one factor is missing",
            lambda z: 1 - _sigmoid(z),
            "At z = 0 the slope is 1/4. Check the power of the denominator after the chain rule.",
        ),
        Mistake(
            "the inner derivative's sign",
            lambda z: -_sigmoid_derivative(z),
            "The sigmoid rises everywhere. What sign has its slope? Look for the derivative of -z in the chain rule.",
        ),
        Mistake(
            "a plus for a minus",
            lambda z: _sigmoid(z) * (1 + _sigmoid(z)),
            "At z = 0 the slope is 1/4. Put y = 1/2 into your formula.",
        ),
        Mistake(
            "the derivative of tanh",
            lambda z: 1 - np.tanh(z) ** 2,
            "At z = 0 the slope is 1/4, and yours is 1. Which function has that slope?",
        ),
        Mistake(
            "the formula of tanh, with the sigmoid in it",
            lambda z: 1 - _sigmoid(z) ** 2,
            "Far to the left the sigmoid is flat. What does your formula give when y = 0?",
        ),
        Mistake(
            "the sigmoid applied twice",
            lambda z: _sigmoid_derivative(_sigmoid(z)),
            "How often is the sigmoid taken in your answer? At z = 0 the slope is 1/4.",
        ),
    ],
)


def _tanh_derivative(z: np.ndarray) -> np.ndarray:
    return activations.tanh.derivative(np.asarray(z, dtype=float))


tanh_derivative = Exercise(
    name="tanh_derivative",
    reference=_tanh_derivative,
    cases=vectors,
    criteria=SMOOTH,
    mistakes=[
        Mistake(
            "overflows",
            lambda z: 1 - ((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))) ** 2,
            "Right for ordinary numbers. What is exp(1000) on a computer, and infinity divided by infinity?",
        ),
        Mistake(
            "takes z for tanh's output",
            lambda z: 1 - z**2,
            "In 1 - y², what is y? A slope of tanh is never negative; is yours at z = 2?",
        ),
        Mistake(
            "forgot the square",
            lambda z: 1 - np.tanh(z),
            "tanh is odd, so its slope is the same at z and at -z. Is yours?",
        ),
        Mistake(
            "the square in the wrong place",
            lambda z: 1 - np.tanh(np.square(z)),
            "What is squared, the input of tanh or its output? Compare with a difference quotient at z = 1/2.",
        ),
        Mistake(
            "only the squared term",
            lambda z: np.tanh(z) ** 2,
            "tanh is steepest at z = 0, with slope 1. What do you get there?",
        ),
        Mistake(
            "a plus for a minus",
            lambda z: 1 + np.tanh(z) ** 2,
            "Far out tanh is flat. What does your formula give when tanh is nearly 1?",
        ),
        Mistake(
            "tanh itself",
            lambda z: np.tanh(z),
            "Far out tanh is flat. What should its slope be there, and what do you get?",
        ),
        Mistake(
            "the formula of the sigmoid, with tanh in it",
            lambda z: np.tanh(z) * (1 - np.tanh(z)),
            "tanh is steepest at z = 0, with slope 1. Put y = 0 into your formula.",
        ),
        Mistake(
            "the derivative of the sigmoid",
            _sigmoid_derivative,
            "tanh is steepest at z = 0, with slope 1. Which function has slope 1/4 there?",
        ),
        Mistake(
            "cosh without its square",
            lambda z: 1 / np.cosh(z),
            "Differentiate sinh/cosh as a quotient: which power of cosh is in the denominator?",
        ),
    ],
)
