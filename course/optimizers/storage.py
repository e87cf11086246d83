"""Many parameters in one vector: a step is then a few operations on long arrays instead of a few on each."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Protocol

import numpy as np


class ParameterLike(Protocol):
    """What an optimizer needs of a parameter (`course.layers.base.Parameter` is one)."""

    value: np.ndarray
    grad: np.ndarray
    name: str
    trainable: bool


class ParameterVector:
    """The values and gradients of parameters laid end to end.

    On construction each parameter's `value` and `grad` become views of the two vectors, so that layers and
    optimizer work on the same memory. A parameter may move out again: another optimizer lays it out in its own
    vector, a model is copied, somebody assigns a new array. Such a parameter is away from home: `gather` copies
    it in before a step and `scatter` copies the step's result out, so that it is only slower, never wrong.

    Attributes
    ----------
    values, gradient : ndarray of shape (size,)
    slices : list of slice
        Where each parameter lies.
    """

    def __init__(self, parameters: Iterable[ParameterLike]) -> None:
        self.parameters = list({id(parameter): parameter for parameter in parameters}.values())
        dtypes = [parameter.value.dtype for parameter in self.parameters]
        ends = np.cumsum([0] + [parameter.value.size for parameter in self.parameters]).tolist()
        self.slices = [slice(start, end) for start, end in pairwise(ends)]
        self.values = np.zeros(ends[-1], np.result_type(*dtypes) if dtypes else np.float32)
        self.gradient = np.zeros_like(self.values)
        self._homes = [self._move_in(parameter, where) for parameter, where in self._places()]

    def gather(self) -> list[int]:
        """Copy in the parameters that are away from home, and return which they are."""
        away = [
            index
            for index, (parameter, (value, grad)) in enumerate(zip(self.parameters, self._homes, strict=True))
            # the first two notice a new array, the others a deep copy, whose views own their memory
            if parameter.value is not value
            or parameter.grad is not grad
            or value.base is not self.values
            or grad.base is not self.gradient
        ]
        for index in away:
            parameter, where = self.parameters[index], self.slices[index]
            self.values[where] = parameter.value.reshape(-1)
            self.gradient[where] = parameter.grad.reshape(-1)
        return away

    def scatter(self, away: list[int]) -> None:
        """Copy the values of the parameters that are away from home back out, in place."""
        for index in away:
            parameter = self.parameters[index]
            parameter.value[...] = self.values[self.slices[index]].reshape(parameter.value.shape)

    def zero_gradients(self) -> None:
        """Set every parameter's gradient to zero."""
        self.gradient.fill(0)
        for parameter, (_, grad) in zip(self.parameters, self._homes, strict=True):
            if parameter.grad is not grad or grad.base is not self.gradient:
                parameter.grad.fill(0)

    def _places(self) -> list[tuple[ParameterLike, slice]]:
        return list(zip(self.parameters, self.slices, strict=True))

    def _move_in(self, parameter: ParameterLike, where: slice) -> tuple[np.ndarray, np.ndarray]:
        shape = parameter.value.shape
        value, grad = self.values[where].reshape(shape), self.gradient[where].reshape(shape)
        value[...], grad[...] = parameter.value, parameter.grad
        # among parameters of several types, those of the narrower stay what they are, away from home
        if parameter.value.dtype == self.values.dtype:
            parameter.value, parameter.grad = value, grad
        return value, grad
