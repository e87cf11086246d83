"""Carry a network on: copy its weights to, or from, a model of the same architecture in Keras or PyTorch.

Layers with weights are paired in order: ours as `summary()` lists them, Keras's as its `summary()` does, PyTorch's as
`print(module)` does. Kinds and shapes must fit; all is compared before the first number is written. Layers without
weights aren't compared, nor are activations: that both models are the same network is for you to see to, and quickly
seen in what they predict.

The libraries aren't needed here: a model of theirs brings them along.
"""

from course.interop.with_keras import from_keras, to_keras
from course.interop.with_torch import from_torch, to_torch

__all__ = ["from_keras", "from_torch", "to_keras", "to_torch"]
