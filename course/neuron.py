"""One neuron, by hand: the atom of lesson 1. Everything else in `course` is this, many times over.

A neuron weighs its inputs, adds them up and bends the sum: y = f(x · w + b).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course import activations
from course.errors import check_integer, check_positive, check_shape


class Neuron:
    """A linear function of many inputs to one output, and an activation.

    Parameters
    ----------
    w : array of shape (d,)
        The weight of each input.
    b : float
        The bias: the sum's value where all inputs are 0.
    activation : str or callable, optional
        f; linear if left out. With "sigmoid" the neuron is the binary perceptron of the lesson.

    Examples
    --------
    >>> neuron = Neuron([2.0, -1.0], b=0.5)
    >>> neuron([[1.0, 2.0], [3.0, 4.0]])
    array([0.5, 2.5])
    """

    def __init__(self, w: np.ndarray, b: float = 0.0, activation: str | Callable[..., Any] | None = None) -> None:
        self.w = np.array(w, dtype=np.float64)
        self.b = float(b)
        self.activation = activations.get(activation)
        if self.w.ndim != 1:
            check_shape("Neuron", "w", self.w.shape, (None,))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the output for each example: (n, d) → (n,)."""
        return self.activation(self.sum(x))

    def sum(self, x: np.ndarray) -> np.ndarray:
        """Return z = x · w + b, what the activation is applied to: (n, d) → (n,)."""
        x = np.asarray(x)
        check_shape("Neuron", "x", x.shape, (None, self.w.size))
        return x @ self.w + self.b

    def gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray, float]:
        """Return the mean squared error on examples x with truth y, and its slope in each weight and the bias.

        By the chain rule, from the loss back to the weights, with p = f(z) and z = x · w + b:
        dL/dp = 2(p − y)/n,  dL/dz = dL/dp · f'(z),  dL/dw = x ᵀ dL/dz,  dL/db = Σ dL/dz.

        Parameters
        ----------
        x : array of shape (n, d)
        y : array of shape (n,)

        Returns
        -------
        loss : float
        dw : ndarray of shape (d,)
        db : float
        """
        x, y = np.asarray(x), np.asarray(y)
        z = self.sum(x)
        check_shape("Neuron", "y", y.shape, z.shape)
        error = self.activation(z) - y
        loss = np.mean(error**2)

        dp = 2 * error / len(y)
        dz = dp * self.activation.derivative(z)
        return float(loss), x.T @ dz, float(dz.sum())

    def fit(self, x: np.ndarray, y: np.ndarray, learning_rate: float = 0.1, steps: int = 100) -> list[float]:
        """Walk downhill: at each step move weights and bias against their slopes. Returns the loss before each."""
        check_positive("Neuron", "learning_rate", learning_rate)
        losses = []
        for _ in range(check_integer("Neuron", "steps", steps, minimum=0)):
            loss, dw, db = self.gradients(x, y)
            self.w = self.w - learning_rate * dw
            self.b = self.b - learning_rate * db
            losses.append(loss)
        return losses

    def __repr__(self) -> str:
        return f"Neuron(w={self.w.tolist()}, b={self.b:g}, activation={self.activation.name!r})"
