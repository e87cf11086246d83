"""ReLU and its derivative."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Exercise, Mistake
from autograder.exercises.neurons.elementwise import ELEMENTWISE, ONE_TRUTH_VALUE, vectors
from course import activations


def _relu(z: np.ndarray) -> np.ndarray:
    return activations.relu(np.asarray(z, dtype=float))


relu = Exercise(
    name="relu",
    reference=_relu,
    cases=vectors,
    criteria=ELEMENTWISE,
    mistakes=[
        Mistake("a question to a whole array", lambda z: z if z > 0 else 0, ONE_TRUTH_VALUE),
        Mistake(
            "drops the negative numbers",
            lambda z: z[z > 0],
            "The result has z's shape: negative numbers don't disappear, they become something. What?",
        ),
        Mistake(
            "only the largest number",
            lambda z: np.maximum(np.max(z), 0),
            "One function takes the largest number of an array, another compares element by element. "
            "Which did you call?",
        ),
        Mistake(
            "takes the negative part",
            lambda z: np.minimum(z, 0),
            "At z = 2 the result should be 2. What do you get, and from which of the two numbers compared?",
        ),
        Mistake(
            "the absolute value",
            lambda z: np.abs(z),
            "At z = -2 the neuron is silent. What do you get?",
        ),
        Mistake(
            "its derivative, 0 or 1",
            lambda z: (z > 0) * 1.0,
            "At z = 2 the result should be 2. A condition alone gives only true or false.",
        ),
        Mistake(
            "cuts off at 1",
            lambda z: np.clip(z, 0, 1),
            "ReLU has no upper bound. What should z = 2 give?",
        ),
        Mistake(
            "lets a little of the negative through",
            lambda z: np.where(z > 0, z, 0.01 * z),
            "This is the leaky variant. What does the plain one give for every negative number?",
        ),
        Mistake(
            "the smooth variant, softplus",
            lambda z: np.log1p(np.exp(z)),
            "ReLU has a corner. What should it give, exactly, at z = 2 and at z = -2?",
        ),
        Mistake(
            "changes nothing",
            lambda z: z,
            "What should a negative number become?",
        ),
    ],
)


def _relu_derivative(z: np.ndarray) -> np.ndarray:
    return activations.relu.derivative(np.asarray(z, dtype=float))


# No input is exactly zero: at the kink 0, 1/2 and 1 are all in use.
relu_derivative = Exercise(
    name="relu_derivative",
    reference=_relu_derivative,
    cases=vectors,
    criteria=ELEMENTWISE,
    mistakes=[
        Mistake("a question to a whole array", lambda z: 1 if z > 0 else 0, ONE_TRUTH_VALUE),
        Mistake(
            "ReLU itself",
            _relu,
            "Draw ReLU and read the slope off at z = 2 and at z = 3. Is it the height?",
        ),
        Mistake(
            "the wrong side",
            lambda z: (z < 0) * 1.0,
            "On which side of zero is ReLU flat? What is the slope of a flat line?",
        ),
        Mistake(
            "the slope of the absolute value",
            lambda z: np.sign(z),
            "ReLU is flat on the left. What is the slope of a flat line?",
        ),
        Mistake(
            "1 everywhere",
            lambda z: np.ones(np.shape(z)),
            "ReLU is flat on the left. What is the slope of a flat line?",
        ),
        Mistake(
            "the slope of the leaky variant",
            lambda z: np.where(z > 0, 1, 0.01),
            "How steep is the plain ReLU, exactly, at z = -2?",
        ),
        Mistake(
            "the wrong threshold",
            lambda z: (z > 1) * 1.0,
            "Where along z has ReLU its corner?",
        ),
        Mistake(
            "drops the negative numbers",
            lambda z: np.ones(np.count_nonzero(z > 0)),
            "The result has z's shape: there is a slope at negative numbers too. Which?",
        ),
        Mistake(
            "the sigmoid, a smooth step",
            activations.sigmoid,
            "ReLU is made of two straight lines. Which slopes can there be, and which can't?",
        ),
    ],
)
