"""Convolution: each output is a neuron that sees a small window of the input, and all of them share their weights."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course import activations, convolution
from course.activations import Activation
from course.errors import check_integer
from course.layers.base import LayerOptions
from course.layers.kernels import Kernels
from course.layers.sliding import as_images, as_window
from course.shapes import Axis, Window, axis


class _Convolution(Kernels):
    channels_axis = -2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            **options,
        )
        where = type(self).__name__
        if check_integer(where, "groups", groups, minimum=1) != 1:
            raise ValueError(
                f"{where}: groups must be 1, got {groups!r}; DepthwiseConv2D treats each channel on its own"
            )

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, channels, self.filters)

    def window(self, lengths: Any) -> Window:
        return as_window(self._axes(lengths))

    def output_lengths(self, lengths: Any) -> list[int]:
        return [axis.output for axis in self._axes(lengths)]

    def _axes(self, lengths: Any) -> list[Axis]:
        each = zip(lengths, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        return [axis(length, k, s, self.padding, d, where=self.label) for length, k, s, d in each]

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """z = x ∗ W + b, y = f(z): each number of z is the sum over a window of x, times the kernel.

        Parameters
        ----------
        x : ndarray of shape (n, h, w, channels), or (n, steps, channels)

        Returns
        -------
        y : ndarray of shape (n, h', w', filters), or (n, steps', filters)
        cache : (x, z, y)
        """
        bias = self.bias.value if self.use_bias else None
        window = self.window(x.shape[1:-1])
        y, z = convolution.forward(as_images(x), self._image_kernel(), window, bias, self.activation)
        if self.rank == 1:
            y, z = y[:, 0], z[:, 0]
        return y, (x, z, y)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """dz = dy f'(z); dW = Σ each window of x times its dz, db = Σ dz; dx hands each dz to its window, times W."""
        return self._backward(dy, cache, self.activation)

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> np.ndarray:
        return self._backward(dz, cache, activations.linear)

    def backward_parameters(self, dy: np.ndarray, cache: Any) -> None:
        self._backward(dy, cache, self.activation, by_input=False)

    def _backward(self, dy: np.ndarray, cache: Any, activation: Activation, by_input: bool = True) -> Any:
        x, z, y = (as_images(array) for array in cache)
        window = self.window(cache[0].shape[1:-1])
        dx, dkernel, dbias = convolution.backward(
            as_images(dy), x, self._image_kernel(), window, z, y, activation, by_input
        )
        self.kernel.grad += dkernel.reshape(self.kernel.shape)
        if self.use_bias:
            self.bias.grad += dbias
        return None if dx is None else dx.reshape(cache[0].shape)

    def _image_kernel(self) -> np.ndarray:
        return self.kernel.value if self.rank == 2 else self.kernel.value[None]


class Conv2D(_Convolution):
    """Images to images: (n, h, w, channels) → (n, h', w', filters).

    Parameters
    ----------
    filters : int
        How many kernels there are: the channels of the output.
    kernel_size : int or (int, int)
        Rows and columns of the window.
    strides : int or (int, int)
        The step from one window to the next.
    padding : "valid" or "same"
        No zeros around the image, or so many that the output has ⌈size / stride⌉ pixels.
    data_format : "channels_last", optional
    dilation_rate : int or (int, int)
        The step from one pixel of a window to the next.
    groups : 1
    activation : str, Activation or callable, optional
        f; the identity if left out.
    use_bias : bool
    kernel_initializer, bias_initializer : str or Initializer
        How W of shape (rows, columns, channels, filters) and b of shape (filters,) begin.
    kernel_regularizer, bias_regularizer : str or Regularizer, optional
        A penalty on W or b that is added to the loss.
    **options
        name, trainable, dtype, input_shape: see `Layer`.

    Examples
    --------
    >>> layer = Conv2D(10, 5, activation="relu")
    >>> layer.output_shape((32, 32, 1))
    (28, 28, 10)
    """

    rank = 2


class Conv1D(_Convolution):
    """Sequences to sequences: (n, steps, channels) → (n, steps', filters).

    The parameters are those of `Conv2D`, with one number where it takes two; W has the shape (steps, channels,
    filters).
    """

    rank = 1
