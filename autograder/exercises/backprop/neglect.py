"""A backward pass through a network in which any part can be done wrongly: what the known mistakes are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = list[np.ndarray]
Gate = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

PASSING: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "transposed": lambda dz, W: dz @ W.T,
    "not transposed": lambda dz, W: dz @ W,
    "as it is": lambda dz, W: dz,
}
"""How a gradient gets past a layer's weights."""


def forward(x: np.ndarray, weights: Arrays, biases: Arrays) -> tuple[Arrays, Arrays]:
    """The scores z and what goes into each layer, layer by layer; the last score is the network's answer."""
    scores, inputs = [], [np.asarray(x, dtype=float)]
    for W, b in zip(weights, biases, strict=True):
        scores.append(inputs[-1] @ W + b)
        inputs.append(np.maximum(scores[-1], 0))
    return scores, inputs[:-1]


def backward(
    x: np.ndarray,
    y: np.ndarray,
    weights: Arrays,
    biases: Arrays,
    *,
    gate: Gate = lambda dh, z, h: dh * (z > 0),
    gated_output: bool = False,
    factor: float = 1.0,
    share: int = 1,
    inputs: str = "h",
    passing: str = "transposed",
    shared_bias: bool = True,
) -> tuple[Arrays, Arrays]:
    """The gradients of the mean squared error, right as long as no option is given.

    Parameters
    ----------
    gate : (dh, z, h) -> dz, what ReLU does to the gradient
    gated_output : whether the last layer has ReLU's slope too (as where it has a ReLU)
    factor : what the loss's gradient is multiplied by
    share : what each layer's own gradients are divided by
    inputs : "h", "x" or "z": what a layer's gradient is taken with
    passing : "transposed", "not transposed" or "as it is": the weights on the way back
    shared_bias : whether the biases' gradients are added up over the batch
    """
    scores, into = forward(x, weights, biases)
    dz = factor * 2 * (scores[-1] - y) / np.size(y)
    if gated_output:
        dz = dz * (scores[-1] > 0)
    taken = {"h": into, "x": [into[0]] * len(into), "z": [into[0], *scores[:-1]]}[inputs]
    dWs: Arrays = []
    dbs: Arrays = []
    for i in reversed(range(len(weights))):
        dWs.insert(0, taken[i].T @ dz / share)
        dbs.insert(0, (dz.sum(axis=0) if shared_bias else dz) / share)
        if i:
            dz = gate(PASSING[passing](dz, weights[i]), scores[i - 1], into[i])
    return dWs, dbs
