"""The activation functions beside their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.plots.figures import COLOURS, figure_of, quiet, subplots

FUNCTIONS = ("sigmoid", "tanh", "softplus", "relu", "leaky_relu", "prelu", "elu", "selu")
TITLES = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU, slope 0.2",
    "prelu": "PReLU, slope learned",
    "elu": "ELU, α = 1",
    "selu": "SELU",
}


def draw_activations() -> Any:
    """Eight activation functions (solid) and their derivatives (dashed) from −4 to 4, one scale for all.

    Softmax is left out: it is a function of several numbers and has no curve.

    Returns
    -------
    Figure
    """
    from course import activations

    z = np.linspace(-4, 4, 401)
    figure, axes = subplots(2, 4, size=(8.4, 4.6))
    figure.suptitle("Activation functions and their derivatives", fontsize=12)
    for ax, name in zip(np.ravel(axes), FUNCTIONS, strict=True):
        # PReLU's slope is learned: 0.5 stands for any
        function = activations.PReLU(0.5) if name == "prelu" else activations.get(name)
        for value in (-1, 0, 1):
            ax.axhline(value, color=COLOURS["grey"], linewidth=0.5 if value else 0.9, alpha=0.6)
        ax.axvline(0, color=COLOURS["grey"], linewidth=0.9, alpha=0.6)
        ax.plot(z, function(z), color=COLOURS["blue"], linewidth=2, label="$f(z)$")
        ax.plot(z, _with_gap(z, function.derivative(z)), "--", color=COLOURS["vermillion"], label="$f'(z)$")
        ax.set(xlim=(-4, 4), ylim=(-2.1, 3.2), xticks=(-4, -2, 0, 2, 4), yticks=(-2, -1, 0, 1, 2, 3))
        ax.set_title(TITLES[name], fontsize=10)
        quiet(ax)
    for ax in axes[1]:
        ax.set_xlabel("$z$")
    for ax in axes[:, 0]:
        ax.set_ylabel("value")
    axes[0, 0].legend(fontsize=8, loc="upper left")
    return figure_of(
        axes[0, 0],
        "Eight plots of activation functions (solid) and derivatives (dashed) from z = −4 to 4. Sigmoid and "
        "tanh are flat at both ends; softplus, ELU and SELU flat on the left; ReLU is zero on the left; leaky "
        "ReLU and PReLU are two straight pieces with different slopes.",
    )


def _with_gap(z: np.ndarray, derivative: np.ndarray) -> np.ndarray:
    """The derivative with nothing drawn where it jumps."""
    gap = derivative.copy()
    gap[1:][np.abs(np.diff(derivative)) > 0.1] = np.nan
    return gap
