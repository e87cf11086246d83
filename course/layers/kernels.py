"""What convolutions and transposed convolutions have in common: their arguments, their weights, and the activation."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from course import activations, initializers, regularizers
from course.errors import check_flag, check_integer
from course.layers.activation import absorbable
from course.layers.arguments import with_batch
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import check_data_format, check_padding, lengths_and_channels, sizes
from course.registry import to_config
from course.shapes import Window


class Kernels(Layer):
    """A layer whose weights slide over images (rank 2) or sequences (rank 1).

    A subclass gives `kernel_shape`, `window`, and forward and backward; its arguments are described there.
    """

    rank: int
    channels_axis: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        where = type(self).__name__
        self.filters = check_integer(where, "filters", filters, minimum=1)
        self.kernel_size = sizes(where, "kernel_size", kernel_size, self.rank)
        self.strides = sizes(where, "strides", strides, self.rank)
        self.padding = check_padding(where, padding)
        check_data_format(where, data_format)
        self.dilation_rate = sizes(where, "dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = check_flag(where, "use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """The shape of the kernel for inputs with so many channels."""
        raise NotImplementedError

    def window(self, lengths: Any) -> Window:
        """How the kernel slides over inputs of these lengths."""
        raise NotImplementedError

    def output_lengths(self, lengths: Any) -> list[int]:
        """The lengths of the output for inputs of these lengths."""
        raise NotImplementedError

    def build(self, input_shape: Shape) -> None:
        _, channels = lengths_and_channels(self.label, input_shape, self.rank)
        self.kernel = self.add_weight(
            "kernel", self.kernel_shape(channels), self.kernel_initializer, regularizer=self.kernel_regularizer
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (self.filters,), self.bias_initializer, regularizer=self.bias_regularizer
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        lengths, channels = lengths_and_channels(self.label, input_shape, self.rank)
        if self.built and channels != self.kernel.shape[self.channels_axis]:
            expected = (*(None for _ in lengths), self.kernel.shape[self.channels_axis])
            raise ValueError(
                f"{self.label}: expected inputs with {expected[-1]} channels, got shape {with_batch(input_shape)}"
            )
        # a length that isn't known yet stays unknown, whatever stands in for it
        known = self.output_lengths([length or 10_000 for length in lengths])
        return (*(length and output for length, output in zip(lengths, known, strict=True)), self.filters)

    @property
    def final_activation(self) -> str | None:
        return absorbable(self.activation)

    def logits(self, cache: Any) -> np.ndarray:
        return cache[1]

    def get_config(self) -> dict[str, Any]:
        return {
            "filters": self.filters,
            "kernel_size": list(self.kernel_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "dilation_rate": list(self.dilation_rate),
            "activation": to_config(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": to_config(self.kernel_initializer),
            "bias_initializer": to_config(self.bias_initializer),
            "kernel_regularizer": self.kernel_regularizer and to_config(self.kernel_regularizer),
            "bias_regularizer": self.bias_regularizer and to_config(self.bias_regularizer),
            **super().get_config(),
        }
