"""A step of one of `course`'s optimizers, from any state."""

from __future__ import annotations

import numpy as np

from course.layers import Parameter
from course.optimizers import Optimizer


def step_of(
    optimizer: Optimizer, w: np.ndarray, g: np.ndarray, iterations: int = 0, **state: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The weights after one step, and what the optimizer remembers then.

    Parameters
    ----------
    optimizer : a new one
    w, g : ndarray of any shape, the weights and their gradient
    iterations : steps that were made before
    state : what it remembers of them, by name, of w's shape
    """
    weights = Parameter(np.array(w, dtype=np.float64), name="w")
    optimizer.build([weights])
    saved = optimizer.state_dict()
    saved["iterations"] = np.array(iterations)
    optimizer.load_state_dict(saved | {f"{name}/0": np.array(array, dtype=float) for name, array in state.items()})
    weights.grad[...] = g
    optimizer.step()
    remembered = optimizer.state_dict()
    return weights.value.copy(), {name: remembered[f"{name}/0"] for name in state}
