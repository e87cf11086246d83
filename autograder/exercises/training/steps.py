"""One step downhill: plain, and with momentum."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.training.reference import step_of
from autograder.inputs import tenths, whole
from course.optimizers import SGD

Pair = tuple[np.ndarray, np.ndarray]


def _sgd_step(w: np.ndarray, g: np.ndarray, lr: float) -> np.ndarray:
    """w after one step of gradient descent."""
    return step_of(SGD(lr), w, g)[0]


def _vectors(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2), tenths(rng, 2), 0.1
    yield tenths(rng, 4), tenths(rng, 4), 0.5
    yield tenths(rng, 3).astype(np.float32), tenths(rng, 3).astype(np.float32), 0.2


def _matrices(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 2), tenths(rng, 2, 2), 0.1
    yield tenths(rng, 2, 1, 3), tenths(rng, 2, 1, 3), 0.5


def _wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 3), whole(rng, 3), 0.1


sgd_step = Exercise(
    name="sgd_step",
    reference=_sgd_step,
    cases=_vectors,
    criteria=[
        Criterion("values", 1),
        Criterion("matrices", 0.5, cases=_matrices),
        Criterion("whole numbers", 0.5, cases=_wholes),
        Criterion("leaves its input alone", 1, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "uphill",
            lambda w, g, lr: w + lr * g,
            "The gradient points to where the loss grows. Where do you want to go?",
        ),
        Mistake(
            "without the learning rate",
            lambda w, g, lr: w - g,
            "Does your answer change when the learning rate does?",
        ),
        Mistake(
            "only the step",
            lambda w, g, lr: -lr * g,
            "That is how far to go. Where are the weights afterwards?",
        ),
        Mistake(
            "only the learning rate times the gradient",
            lambda w, g, lr: lr * g,
            "That is how far to go. Where are the weights afterwards?",
        ),
        Mistake(
            "divides by the learning rate",
            lambda w, g, lr: w - g / lr,
            "A larger learning rate means longer steps. Does it in your answer?",
        ),
        Mistake(
            "the sign of the gradient alone",
            lambda w, g, lr: w - lr * np.sign(g),
            "Where the loss is steeper, the step is longer. Are all your steps equally long?",
        ),
        Mistake(
            "a gradient of length 1",
            lambda w, g, lr: w - lr * g / np.linalg.norm(g),
            "Near the valley's floor the steps become shorter by themselves. Do yours?",
        ),
        Mistake(
            "the mean of the gradient for all",
            lambda w, g, lr: w - lr * np.mean(g),
            "Each weight has its own slope. Do all of your weights take the same step?",
        ),
        Mistake(
            "the step in proportion to the weight",
            lambda w, g, lr: w * (1 - lr * g),
            "A weight of zero must be able to move. Does it in your answer?",
        ),
        Mistake(
            "the weights shrink, not the gradient",
            lambda w, g, lr: (1 - lr) * w - lr * g,
            "With a gradient of zero, should the weights change?",
        ),
        Mistake(
            "weights and gradient exchanged",
            lambda w, g, lr: g - lr * w,
            "With a learning rate of zero nothing changes. What do you get?",
        ),
    ],
)


def _momentum_step(w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, beta: float) -> Pair:
    """w and v after one step with momentum."""
    w, state = step_of(SGD(lr, momentum=beta), w, g, momentum=v)
    return w, state["momentum"]


def _moving(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2), tenths(rng, 2), tenths(rng, 2), 0.1, 0.5
    yield tenths(rng, 4), tenths(rng, 4), tenths(rng, 4), 0.2, 0.9
    yield (*(tenths(rng, 3).astype(np.float32) for _ in range(3)), 0.1, 0.9)


def _moving_matrices(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (*(tenths(rng, 2, 2) for _ in range(3)), 0.1, 0.9)
    yield (*(tenths(rng, 2, 3) for _ in range(3)), 0.5, 0.8)


def _moving_wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield (*(whole(rng, 3) for _ in range(3)), 0.1, 0.5)


def _first(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 3), tenths(rng, 3), np.zeros(3), 0.1, 0.9


momentum_step = Exercise(
    name="momentum_step",
    reference=_momentum_step,
    cases=_moving,
    criteria=[
        Criterion("values", 1.5),
        Criterion("matrices", 0.5, cases=_moving_matrices),
        Criterion("whole numbers", 0.5, cases=_moving_wholes),
        Criterion("the first step, from rest", 0.5, cases=_first),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "the velocity without the learning rate, as in PyTorch",
            lambda w, g, v, lr, beta: (w - lr * (beta * v + g), beta * v + g),
            "A sound rule, but another: there v adds up gradients. Here v is the step itself, learning rate and all.",
        ),
        Mistake(
            "the gradient weighted with 1 minus beta",
            lambda w, g, v, lr, beta: (
                w + beta * v - (1 - beta) * lr * g,
                beta * v - (1 - beta) * lr * g,
            ),
            "That is a running mean. Here the gradient enters in full. What is the first step, from v equal to zero?",
        ),
        Mistake(
            "a running mean of the gradients",
            lambda w, g, v, lr, beta: (
                w - lr * (beta * v + (1 - beta) * g),
                beta * v + (1 - beta) * g,
            ),
            "That is a running mean, as Adam has it. Here v is the step itself, learning rate and all.",
        ),
        Mistake(
            "moves with the old velocity",
            lambda w, g, v, lr, beta: (w + v, beta * v - lr * g),
            "In which order come the two lines? From rest, does your first step go anywhere?",
        ),
        Mistake(
            "a plain step beside the velocity",
            lambda w, g, v, lr, beta: (w - lr * g, beta * v - lr * g),
            "You compute the velocity. Where do the weights make use of it?",
        ),
        Mistake(
            "the gradient is counted twice",
            lambda w, g, v, lr, beta: (w + beta * v - 2 * lr * g, beta * v - lr * g),
            "The velocity has the gradient in it already. What is the first step, from rest?",
        ),
        Mistake(
            "looks ahead, as Nesterov does",
            lambda w, g, v, lr, beta: (w + beta * (beta * v - lr * g) - lr * g, beta * v - lr * g),
            "A sound rule, but another one. Here the weights move by the new v, and that is all.",
        ),
        Mistake(
            "the velocity is not damped",
            lambda w, g, v, lr, beta: (w + v - lr * g, v - lr * g),
            "Let the gradient be zero: a ball that rolls on level ground comes to rest. Does yours?",
        ),
        Mistake(
            "damped by 1 minus beta",
            lambda w, g, v, lr, beta: (w + (1 - beta) * v - lr * g, (1 - beta) * v - lr * g),
            "With beta equal to 0.9, how much of the last step is made again, a tenth or nine tenths?",
        ),
        Mistake(
            "the new velocity is damped as a whole",
            lambda w, g, v, lr, beta: (w + beta * (v - lr * g), beta * (v - lr * g)),
            "What is the first step, from rest? Is there a beta in it?",
        ),
        Mistake(
            "uphill",
            lambda w, g, v, lr, beta: (w + beta * v + lr * g, beta * v + lr * g),
            "From rest the first step is the plain one, downhill. Which way is yours?",
        ),
        Mistake(
            "against the velocity",
            lambda w, g, v, lr, beta: (w - (beta * v - lr * g), beta * v - lr * g),
            "The velocity points downhill already. Is it to be added or taken away?",
        ),
        Mistake(
            "the velocity with the other sign",
            lambda w, g, v, lr, beta: (w - (beta * v + lr * g), beta * v + lr * g),
            "The weights are moved against v in your answer. Here v is the step, and it is added.",
        ),
        Mistake(
            "without the learning rate",
            lambda w, g, v, lr, beta: (w + beta * v - g, beta * v - g),
            "Does your answer change when the learning rate does?",
        ),
        Mistake(
            "the velocity before the weights",
            lambda w, g, v, lr, beta: (beta * v - lr * g, w + beta * v - lr * g),
            "In which order are weights and velocity to be handed back?",
        ),
        Mistake(
            "hands back the old velocity",
            lambda w, g, v, lr, beta: (w + beta * v - lr * g, v),
            "The next step starts from the velocity of this one. Which do you hand back?",
        ),
        Mistake(
            "only the weights",
            lambda w, g, v, lr, beta: w + beta * v - lr * g,
            "The next step needs the velocity of this one. Who remembers it?",
        ),
    ],
)
