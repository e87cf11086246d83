"""Depthwise convolution: each channel has kernels of its own, and is seen by no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Unpack

import numpy as np

from course import activations, initializers, regularizers
from course.activations import Activation
from course.convolution import memory, sum_of_rows
from course.errors import check_flag, check_integer
from course.layers.activation import absorbable
from course.layers.arguments import with_batch
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import View, check_data_format, check_padding, each_block, lengths_and_channels, sizes, views
from course.registry import to_config
from course.shapes import Window, axis


class DepthwiseConv2D(Layer):
    """Images to images, channel by channel: (n, h, w, channels) → (n, h', w', channels · depth_multiplier).

    Parameters
    ----------
    kernel_size : int or (int, int)
        Rows and columns of the window.
    strides : int or (int, int)
        The step from one window to the next.
    padding : "valid" or "same"
    depth_multiplier : int
        How many kernels each channel has.
    data_format : "channels_last", optional
    dilation_rate : int or (int, int)
        The step from one pixel of a window to the next.
    activation : str, Activation or callable, optional
        f; the identity if left out.
    use_bias : bool
    depthwise_initializer, bias_initializer : str or Initializer
        How W of shape (rows, columns, channels, depth_multiplier) and b begin.
    depthwise_regularizer, bias_regularizer : str or Regularizer, optional
        A penalty on W or b that is added to the loss.
    **options
        name, trainable, dtype, input_shape: see `Layer`.
    """

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        where = type(self).__name__
        self.kernel_size = sizes(where, "kernel_size", kernel_size, 2)
        self.strides = sizes(where, "strides", strides, 2)
        self.padding = check_padding(where, padding)
        self.depth_multiplier = check_integer(where, "depth_multiplier", depth_multiplier, minimum=1)
        check_data_format(where, data_format)
        self.dilation_rate = sizes(where, "dilation_rate", dilation_rate, 2)
        self.activation = activations.get(activation)
        self.use_bias = check_flag(where, "use_bias", use_bias)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, input_shape: Shape) -> None:
        _, channels = lengths_and_channels(self.label, input_shape, 2)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self.add_weight(
            "kernel", shape, self.depthwise_initializer, regularizer=self.depthwise_regularizer
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (channels * self.depth_multiplier,), self.bias_initializer, regularizer=self.bias_regularizer
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        lengths, channels = lengths_and_channels(self.label, input_shape, 2)
        if self.built and channels != self.kernel.shape[2]:
            raise ValueError(
                f"{self.label}: expected inputs with {self.kernel.shape[2]} channels, "
                f"got shape {with_batch(input_shape)}"
            )
        known = self._window([length or 10_000 for length in lengths])
        rows, columns = (length and axis.output for length, axis in zip(lengths, known, strict=True))
        return rows, columns, channels * self.depth_multiplier

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """z = Σ over the taps of (the pixels seen through it · its weights) + b, y = f(z).

        Parameters
        ----------
        x : ndarray of shape (n, h, w, channels)

        Returns
        -------
        y : ndarray of shape (n, h', w', channels · depth_multiplier)
        cache : (x, z, y)
        """
        window = self._window(x.shape[1:-1])
        z = memory.zeros((len(x), window[0].output, window[1].output, x.shape[-1], self.depth_multiplier), x.dtype)

        def add_taps(block: slice) -> None:
            for tap, (outputs, inputs) in self._taps(window):
                z[block][outputs] += x[block][inputs][..., None] * self.kernel.value[tap]

        each_block(add_taps, x)
        z = z.reshape(*z.shape[:3], -1)
        if self.use_bias:
            z += self.bias.value
        y = self.activation(z)
        return y, (x, z, y)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """dz = dy f'(z); for each tap dW = Σ pixels · dz, and the pixels are given dz · W."""
        return self._backward(dy, cache, self.activation)

    def backward_from_logits(self, dz: np.ndarray, cache: Any) -> np.ndarray:
        return self._backward(dz, cache, activations.linear)

    def _backward(self, dy: np.ndarray, cache: Any, activation: Activation) -> np.ndarray:
        x, z, y = cache
        window = self._window(x.shape[1:-1])
        flat = activation.backward(dy, z, y)
        if self.use_bias:
            self.bias.grad += sum_of_rows(flat)
        dz = flat.reshape(*flat.shape[:3], x.shape[-1], self.depth_multiplier)
        dx = memory.zeros(x.shape, flat.dtype)
        for tap, (outputs, inputs) in self._taps(window):
            products = x[inputs][..., None] * dz[outputs]
            self.kernel.grad[tap] += products.sum(axis=(0, 1, 2))
            dx[inputs] += (dz[outputs] * self.kernel.value[tap]).sum(axis=-1)
        return dx

    def logits(self, cache: Any) -> np.ndarray:
        return cache[1]

    @property
    def final_activation(self) -> str | None:
        return absorbable(self.activation)

    def get_config(self) -> dict[str, Any]:
        return {
            "kernel_size": list(self.kernel_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "depth_multiplier": self.depth_multiplier,
            "dilation_rate": list(self.dilation_rate),
            "activation": to_config(self.activation),
            "use_bias": self.use_bias,
            "depthwise_initializer": to_config(self.depthwise_initializer),
            "bias_initializer": to_config(self.bias_initializer),
            "depthwise_regularizer": self.depthwise_regularizer and to_config(self.depthwise_regularizer),
            "bias_regularizer": self.bias_regularizer and to_config(self.bias_regularizer),
            **super().get_config(),
        }

    def _taps(self, window: Window) -> Iterator[tuple[tuple[int, ...], View]]:
        """Where each tap stands in the kernel, and what is seen through it."""
        return zip(np.ndindex(*self.kernel_size), views(window), strict=True)

    def _window(self, lengths: Any) -> Window:
        each = zip(lengths, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        down, across = (axis(length, k, s, self.padding, d, where=self.label) for length, k, s, d in each)
        return down, across
