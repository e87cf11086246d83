"""Optimizers: rules by which weights follow their gradients downhill.

Each class is one rule. Its formula stands in the docstring, and `update` writes it in place: w the weights, g the
gradient, η the learning rate (`rate`). Names, defaults and formulas are those of Keras 3.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course import schedules
from course.errors import check_flag, check_number, check_positive
from course.optimizers.base import LearningRate, Optimizer
from course.registry import Registry

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]


class SGD(Optimizer):
    """Stochastic gradient descent: w ← w − ηg, or with momentum v ← βv − ηg, w ← w + v.

    Parameters
    ----------
    learning_rate : float or callable, default 0.01
    momentum : float between 0 and 1
        β, the fraction of the last step that is made again (Polyak 1964).
    nesterov : bool
        Look ahead: w ← w + βv − ηg, with the new v (Nesterov 1983, as in Sutskever et al. 2013).
    **options
        Those of `Optimizer`.
    """

    default_learning_rate = 0.01

    def __init__(
        self,
        learning_rate: LearningRate | None = None,
        momentum: float = 0.0,
        nesterov: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.momentum = check_number("SGD", "momentum", momentum, minimum=0, maximum=1)
        self.nesterov = check_flag("SGD", "nesterov", nesterov)

    def initial_state(self) -> dict[str, float]:
        return {"momentum": 0.0} if self.momentum else {}

    def update(
        self, w: np.ndarray, g: np.ndarray, rate: float, state: dict[str, np.ndarray], scratch: np.ndarray
    ) -> None:
        step = np.multiply(g, rate, out=scratch)
        if not self.momentum:
            w -= step
            return
        v = state["momentum"]
        v *= self.momentum
        v -= step
        if self.nesterov:
            w -= step
            w += np.multiply(v, self.momentum, out=scratch)
        else:
            w += v

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}


class RMSprop(Optimizer):
    """Divide by the gradient's recent size: v ← ρv + (1 − ρ)g², w ← w − ηg / √(v + ε).

    Hinton 2012, lecture 6e of his course.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
    rho : float from 0 to below 1
        ρ: how much of the running mean of g² stays at each step.
    momentum : float, at least 0
        With momentum β the step is b ← βb + ηg / √(v + ε), w ← w − b.
    epsilon : float
        Keeps the root away from 0.
    centered : bool
        Divide by the spread of g instead: v − a² in place of v, with a the running mean of g.
    **options
        Those of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: LearningRate | None = None,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho = check_number("RMSprop", "rho", rho, minimum=0, below=1)
        self.momentum = check_number("RMSprop", "momentum", momentum, minimum=0)
        self.epsilon = _check_epsilon("RMSprop", epsilon)
        self.centered = check_flag("RMSprop", "centered", centered)

    def initial_state(self) -> dict[str, float]:
        state = {"velocity": 0.0}
        if self.momentum:
            state["momentum"] = 0.0
        if self.centered:
            state["average_gradient"] = 0.0
        return state

    def update(
        self, w: np.ndarray, g: np.ndarray, rate: float, state: dict[str, np.ndarray], scratch: np.ndarray
    ) -> None:
        v = state["velocity"]
        _approach(v, np.multiply(g, g, out=scratch), 1 - self.rho, scratch)
        spread = v
        if self.centered:
            a = state["average_gradient"]
            _approach(a, g, 1 - self.rho, scratch)
            spread = np.subtract(v, np.multiply(a, a, out=scratch), out=scratch)
        root = np.add(spread, self.epsilon, out=scratch)
        np.sqrt(root, out=root)
        step = np.divide(g, root, out=scratch)
        step *= rate
        if self.momentum:
            b = state["momentum"]
            b *= self.momentum
            b += step
            step = b
        w -= step

    def get_config(self) -> dict[str, Any]:
        own = {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon, "centered": self.centered}
        return {**super().get_config(), **own}


class Adam(Optimizer):
    """Momentum and division by the gradient's size, both corrected for their start from zero.

    m ← m + (1 − β₁)(g − m), v ← v + (1 − β₂)(g² − v), and at step t = 1, 2, …
    w ← w − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
    Kingma & Ba 2014, arXiv:1412.6980, section 2 (its ε̂).

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
    beta_1, beta_2 : float from 0 to below 1
        β₁ and β₂: how much of the running means of g and of g² stays at each step.
    epsilon : float
        Keeps the root away from 0.
    amsgrad : bool
        Divide by the largest v so far (Reddi et al. 2018, arXiv:1904.09237).
    **options
        Those of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: LearningRate | None = None,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        where = type(self).__name__
        self.beta_1 = check_number(where, "beta_1", beta_1, minimum=0, below=1)
        self.beta_2 = check_number(where, "beta_2", beta_2, minimum=0, below=1)
        self.epsilon = _check_epsilon(where, epsilon)
        self.amsgrad = check_flag(where, "amsgrad", amsgrad)

    def initial_state(self) -> dict[str, float]:
        state = {"momentum": 0.0, "velocity": 0.0}
        return state | {"velocity_hat": 0.0} if self.amsgrad else state

    def update(
        self, w: np.ndarray, g: np.ndarray, rate: float, state: dict[str, np.ndarray], scratch: np.ndarray
    ) -> None:
        m, v = state["momentum"], state["velocity"]
        t = self.iterations + 1
        rate *= math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

        _approach(m, g, 1 - self.beta_1, scratch)
        _approach(v, np.multiply(g, g, out=scratch), 1 - self.beta_2, scratch)
        if self.amsgrad:
            v = np.maximum(state["velocity_hat"], v, out=state["velocity_hat"])
        root = np.sqrt(v, out=scratch)
        root += self.epsilon
        step = np.divide(m, root, out=scratch)
        step *= rate
        w -= step

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon, "amsgrad": self.amsgrad}
        return {**super().get_config(), **own}


class AdamW(Adam):
    """Adam with weight decay (Loshchilov & Hutter 2017, arXiv:1711.05101).

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
    weight_decay : float
    **options
        Those of `Adam` and `Optimizer`.
    """

    def __init__(self, learning_rate: LearningRate | None = None, weight_decay: float = 0.004, **options: Any) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, **options)


class Adagrad(Optimizer):
    """Divide by the size of all gradients so far: a ← a + g², w ← w − ηg / √(a + ε).

    Duchi et al. 2011, JMLR 12, 2121.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
    initial_accumulator_value : float, at least 0
        The first a.
    epsilon : float
        Keeps the root away from 0.
    **options
        Those of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: LearningRate | None = None,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = check_number(
            "Adagrad", "initial_accumulator_value", initial_accumulator_value, minimum=0
        )
        self.epsilon = _check_epsilon("Adagrad", epsilon)

    def initial_state(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value}

    def update(
        self, w: np.ndarray, g: np.ndarray, rate: float, state: dict[str, np.ndarray], scratch: np.ndarray
    ) -> None:
        a = state["accumulator"]
        a += np.multiply(g, g, out=scratch)
        root = np.add(a, self.epsilon, out=scratch)
        np.sqrt(root, out=root)
        step = np.divide(g, root, out=scratch)
        step *= rate
        w -= step

    def get_config(self) -> dict[str, Any]:
        own = {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


def _approach(mean: np.ndarray, newest: np.ndarray, fraction: float, scratch: np.ndarray) -> None:
    """Move a running mean a fraction of the way to the newest value: mean ← mean + fraction · (newest − mean)."""
    change = np.subtract(newest, mean, out=scratch)
    change *= fraction
    mean += change


def _check_epsilon(where: str, epsilon: float | None) -> float:
    # None meant the default before Keras 3
    return 1e-7 if epsilon is None else check_positive(where, "epsilon", epsilon)


_CLASSES: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "adagrad": Adagrad,
}
_REGISTRY = Registry("optimizer", _CLASSES)


def get(identifier: str | dict[str, Any] | Optimizer) -> Optimizer:
    """Return the optimizer that an argument means: a name, a config (`course.registry.to_config`) or itself.

    Raises
    ------
    ValueError
        When the name isn't known; the nearest is suggested.
    TypeError
        When it is none of these.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return _REGISTRY.find(identifier)()
    if isinstance(identifier, dict):
        return _REGISTRY.from_config(identifier)
    raise _REGISTRY.wrong_type(identifier)
