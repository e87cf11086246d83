"""Transposed convolution: the way back of a convolution, taken forwards, from a small image to a larger one."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course import activations, convolution
from course.activations import Activation
from course.layers.base import LayerOptions
from course.layers.kernels import Kernels
from course.layers.sliding import as_images, as_window, sizes
from course.shapes import Axis, Window, transposed_axis


class _TransposedConvolution(Kernels):
    channels_axis = -1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        self.output_padding: tuple[int | None, ...] = (None,) * self.rank
        if output_padding is not None:
            self.output_padding = sizes(where, "output_padding", output_padding, self.rank, minimum=0)

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, self.filters, channels)

    def window(self, lengths: Any) -> Window:
        """The convolution of which this is the way back: from the larger image to inputs of these lengths."""
        return as_window(self._axes(lengths))

    def output_lengths(self, lengths: Any) -> list[int]:
        return [axis.size for axis in self._axes(lengths)]

    def _axes(self, lengths: Any) -> list[Axis]:
        each = zip(lengths, self.kernel_size, self.strides, self.dilation_rate, self.output_padding, strict=True)
        return [transposed_axis(length, k, s, self.padding, d, o, where=self.label) for length, k, s, d, o in each]

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """y = f(z): each number of x is given to a window of z, times the kernel, and what meets there is added.

        Parameters
        ----------
        x : ndarray of shape (n, h, w, channels), or (n, steps, channels)

        Returns
        -------
        y : ndarray of shape (n, h', w', filters), or (n, steps', filters)
        cache : (x, z, y)
        """
        z = convolution.spread(as_images(x), self._image_kernel(), self.window(x.shape[1:-1]))
        if self.use_bias:
            z += self.bias.value
        if self.rank == 1:
            z = z[:, 0]
        y = self.activation(z)
        return y, (x, z, y)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """dz = dy f'(z); dx is the convolution of dz, and dW sums each window of dz times its x."""
        return self._backward(dy, cache, self.activation)

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> np.ndarray:
        return self._backward(dz, cache, activations.linear)

    def backward_parameters(self, dy: np.ndarray, cache: Any) -> None:
        self._backward(dy, cache, self.activation, by_input=False)

    def _backward(self, dy: np.ndarray, cache: Any, activation: Activation, by_input: bool = True) -> Any:
        x, z, y = cache
        dz, images = as_images(activation.backward(dy, z, y)), as_images(x)
        kernel, window = self._image_kernel(), self.window(x.shape[1:-1])
        self.kernel.grad += convolution.kernel_gradient(images, dz, kernel, window).reshape(self.kernel.shape)
        if self.use_bias:
            self.bias.grad += convolution.sum_of_rows(dz)
        return convolution.forward(dz, kernel, window)[0].reshape(x.shape) if by_input else None

    def get_config(self) -> dict[str, Any]:
        padding = None if None in self.output_padding else list(self.output_padding)
        return {"output_padding": padding, **super().get_config()}

    def _image_kernel(self) -> np.ndarray:
        return self.kernel.value if self.rank == 2 else self.kernel.value[None]


class Conv2DTranspose(_TransposedConvolution):
    """Images to larger images: (n, h, w, channels) → (n, h', w', filters).

    Parameters
    ----------
    filters : int
        How many channels the output has.
    kernel_size : int or (int, int)
        Rows and columns of the window that each pixel is spread over.
    strides : int or (int, int)
        The step from one window to the next, by which the image grows.
    padding : "valid" or "same"
        "same" gives h · stride rows, "valid" (h − 1) · stride + max(kernel, stride).
    output_padding : int or (int, int), optional
        Rows and columns beyond the smallest output, below the stride; if left out, the sizes above.
    data_format : "channels_last", optional
    dilation_rate : int or (int, int)
        The step from one pixel of a window to the next.
    activation : str, Activation or callable, optional
        f; the identity if left out.
    use_bias : bool
    kernel_initializer, bias_initializer : str or Initializer
        How W of shape (rows, columns, filters, channels) and b of shape (filters,) begin.
    kernel_regularizer, bias_regularizer : str or Regularizer, optional
        A penalty on W or b that is added to the loss.
    **options
        name, trainable, dtype, input_shape: see `Layer`.

    Examples
    --------
    >>> layer = Conv2DTranspose(3, 3, strides=2, padding="same")
    >>> layer.output_shape((16, 16, 8))
    (32, 32, 3)
    """

    rank = 2


class Conv1DTranspose(_TransposedConvolution):
    """Sequences to longer sequences: (n, steps, channels) → (n, steps', filters).

    The parameters are those of `Conv2DTranspose`, with one number where it takes two; W has the shape (steps, filters,
    channels).
    """

    rank = 1
