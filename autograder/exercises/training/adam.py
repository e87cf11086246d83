"""One step of Adam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Criterion, Exercise, Mistake
from autograder.exercises.training.reference import step_of
from autograder.inputs import tenths, whole
from course.optimizers import Adam

Triple = tuple[np.ndarray, np.ndarray, np.ndarray]

BETAS = (0.9, 0.999)
EPS = 1e-7


def _adam_step(
    w: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> Triple:
    """w, m and v after step t, the first being t = 1."""
    optimizer = Adam(lr, beta_1=beta1, beta_2=beta2, epsilon=eps)
    w, state = step_of(optimizer, w, g, iterations=t - 1, momentum=m, velocity=v)
    return w, state["momentum"], state["velocity"]


def _running(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2), tenths(rng, 2), tenths(rng, 2) / 10, tenths(rng, 2) ** 2, 2, 0.1, 0.5, 0.8, EPS
    yield tenths(rng, 3), tenths(rng, 3), tenths(rng, 3) / 2, tenths(rng, 3) ** 2, 5, 0.1, *BETAS, EPS
    single = [array.astype(np.float32) for array in (tenths(rng, 4), tenths(rng, 4), tenths(rng, 4), tenths(rng, 4))]
    yield *single[:3], single[3] ** 2, 20, 0.2, *BETAS, EPS


def _first(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2), tenths(rng, 2), np.zeros(2), np.zeros(2), 1, 0.1, *BETAS, EPS
    # no larger than the learning rate, however large the gradient
    yield tenths(rng, 3), 100 * tenths(rng, 3), np.zeros(3), np.zeros(3), 1, 0.5, *BETAS, EPS


def _matrices(rng: np.random.Generator) -> Iterator[Arguments]:
    yield tenths(rng, 2, 3), tenths(rng, 2, 3), tenths(rng, 2, 3), tenths(rng, 2, 3) ** 2, 3, 0.1, *BETAS, EPS


def _wholes(rng: np.random.Generator) -> Iterator[Arguments]:
    yield whole(rng, 3), whole(rng, 3), whole(rng, 3), whole(rng, 3) ** 2, 4, 1, 0.9, 0.99, EPS


def _small(rng: np.random.Generator) -> Iterator[Arguments]:
    # after many steps the correction is over, and it makes no difference whether epsilon is corrected with v
    g = rng.permutation([0.001, -0.001, 0.001])
    g[0] = 0.0  # 0 / 0, were it not for epsilon
    yield tenths(rng, 3), g, g, g**2, 5000, 0.1, *BETAS, EPS


Root = Callable[[np.ndarray, float], np.ndarray]


def _adam(
    *,
    m_share: bool = True,
    v_share: bool = True,
    square: Callable[[np.ndarray], np.ndarray] = np.square,
    correct_m: bool = True,
    correct_v: bool = True,
    late: int = 0,
    root: Root = lambda v, eps: np.sqrt(v) + eps,
    direction: float = -1.0,
    plain_gradient: bool = False,
    corrected_state: bool = False,
    exchanged: bool = False,
) -> Callable[..., Triple]:
    """Adam in which any part can be done wrongly, right as long as no option is given."""

    def step(*arguments: Any) -> Triple:
        w, g, m, v, t, lr, beta1, beta2, eps = arguments
        if exchanged:
            beta1, beta2 = beta2, beta1
        m = beta1 * m + ((1 - beta1) if m_share else 1) * g
        v = beta2 * v + ((1 - beta2) if v_share else 1) * square(g)
        with np.errstate(all="ignore"):
            m_hat = m / np.float64(1 - beta1 ** (t + late)) if correct_m else m
            v_hat = v / np.float64(1 - beta2 ** (t + late)) if correct_v else v
            w = w + direction * lr * (g if plain_gradient else m_hat) / root(v_hat, eps)
        return (w, m_hat, v_hat) if corrected_state else (w, m, v)

    return step


_right = _adam()

adam_step = Exercise(
    name="adam_step",
    reference=_adam_step,
    cases=_running,
    criteria=[
        Criterion("values", 1.5),
        Criterion("the first step", 1, cases=_first),
        Criterion("matrices", 0.5, cases=_matrices),
        Criterion("whole numbers", 0.5, cases=_wholes),
        Criterion("tiny gradients, and none", 0.5, cases=_small),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    mistakes=[
        Mistake(
            "without the bias correction",
            _adam(correct_m=False, correct_v=False),
            "m and v start from zero. At t = 1, with g = 1, what are they, and what should the means be?",
        ),
        Mistake(
            "m is not corrected",
            _adam(correct_m=False),
            "m starts from zero as v does. At t = 1, with g = 1, what is it, and what should the mean be?",
        ),
        Mistake(
            "v is not corrected",
            _adam(correct_v=False),
            "v starts from zero as m does. At t = 1, with g = 1, what is it, and what should the mean be?",
        ),
        Mistake(
            "counts the steps from 0",
            _adam(late=-1),
            "The first step has t = 1. Which power of beta does your correction take then, and what is 1 minus it?",
        ),
        Mistake(
            "counts a step too many",
            _adam(late=1),
            "The first step has t = 1, and g enters once. Which power of beta makes up for it?",
        ),
        Mistake(
            "remembers the corrected means",
            _adam(corrected_state=True),
            "The correction is for this step alone. What would the next step's running mean be built on?",
        ),
        Mistake(
            "epsilon inside the root",
            _adam(root=lambda v, eps: np.sqrt(v + eps)),
            "Right unless the gradient is tiny. Does the root cover the epsilon in the formula?",
        ),
        Mistake(
            "without epsilon",
            _adam(root=lambda v, eps: np.sqrt(v)),
            "Right unless a gradient is zero from the start. What is zero divided by zero?",
        ),
        Mistake(
            "the root is missing",
            _adam(root=lambda v, eps: v + eps),
            "v is a mean of squares, in the units of the gradient squared. In which units is your step?",
        ),
        Mistake(
            "v of the gradient, not of its square",
            _adam(square=lambda g: g, root=lambda v, eps: np.sqrt(np.abs(v)) + eps),
            "v tells how large the gradients are, whatever their sign. What is averaged for it?",
        ),
        Mistake(
            "v of the gradient's size, not of its square",
            _adam(square=np.abs),
            "The root comes later. What is averaged for v?",
        ),
        Mistake(
            "beta1 and beta2 exchanged",
            _adam(exchanged=True),
            "Which of the two belongs to the mean of the gradients, and which to the mean of their squares?",
        ),
        Mistake(
            "the gradient enters in full",
            _adam(m_share=False, v_share=False),
            "A running mean forgets as much as it takes in. With gradients that are all 1, where does m go?",
        ),
        Mistake(
            "the gradient enters m in full",
            _adam(m_share=False),
            "A running mean forgets as much as it takes in. With gradients that are all 1, where does m go?",
        ),
        Mistake(
            "the gradient in place of its mean",
            _adam(plain_gradient=True),
            "That is RMSProp, nearly. You computed m: where do the weights make use of it?",
        ),
        Mistake(
            "uphill",
            _adam(direction=1.0),
            "The gradient points to where the loss grows. Where do you want to go?",
        ),
        Mistake(
            "means and weights in another order",
            lambda *arguments: (*_right(*arguments)[1:], _right(*arguments)[0]),
            "In which order are the three results to be handed back?",
        ),
        Mistake(
            "only the weights",
            lambda *arguments: _right(*arguments)[0],
            "The next step needs the running means of this one. Who remembers them?",
        ),
    ],
)
