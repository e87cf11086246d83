"""What convolutions and poolings are asked: output, and gradients of input and weights, of Keras and of PyTorch.

The record keeps some numbers of each answer and a weighted sum of all; where PyTorch is installed, the grid of tests
asks for all of them.
"""

from typing import Any

import numpy as np

from tests.oracles.common import flat, waves
from tests.oracles.layer_questions import ask_layer, slope, weight

KEPT = 40
"""Numbers of each answer that the record keeps."""

# Name of the case -> (class in both libraries, arguments, shape of the input with the batch axis)

CASES: dict[str, tuple[str, dict[str, Any], tuple[int, ...]]] = {
    "Conv2D": ("Conv2D", {"filters": 4, "kernel_size": 3}, (2, 7, 9, 3)),
    "Conv2D/same": ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}, (2, 7, 9, 3)),
    "Conv2D/same_even_kernel": ("Conv2D", {"filters": 2, "kernel_size": (4, 2), "padding": "same"}, (2, 6, 7, 2)),
    "Conv2D/stride_2": ("Conv2D", {"filters": 3, "kernel_size": 3, "strides": 2}, (2, 8, 9, 2)),
    "Conv2D/stride_2_same": ("Conv2D", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 8, 9, 2)),
    "Conv2D/stride_3_same": ("Conv2D", {"filters": 3, "kernel_size": 2, "strides": 3, "padding": "same"}, (1, 8, 9, 2)),
    "Conv2D/strides_differ": ("Conv2D", {"filters": 3, "kernel_size": (5, 2), "strides": (1, 3)}, (1, 9, 8, 1)),
    "Conv2D/dilation_2": ("Conv2D", {"filters": 2, "kernel_size": 3, "dilation_rate": 2}, (2, 9, 8, 2)),
    "Conv2D/dilation_2_same": (
        "Conv2D",
        {"filters": 2, "kernel_size": 3, "dilation_rate": (2, 1), "padding": "same"},
        (2, 6, 7, 2),
    ),
    "Conv2D/one_channel": ("Conv2D", {"filters": 10, "kernel_size": 5, "activation": "relu"}, (1, 16, 16, 1)),
    "Conv2D/many_channels": ("Conv2D", {"filters": 18, "kernel_size": 3, "activation": "relu"}, (2, 7, 8, 17)),
    "Conv2D/many_channels_same": ("Conv2D", {"filters": 16, "kernel_size": 3, "padding": "same"}, (2, 5, 5, 16)),
    "Conv2D/1x1": ("Conv2D", {"filters": 3, "kernel_size": 1, "use_bias": False}, (2, 4, 4, 5)),
    "Conv2D/whole_image": ("Conv2D", {"filters": 3, "kernel_size": (4, 5)}, (2, 4, 5, 2)),
    "Conv2D/sigmoid": ("Conv2D", {"filters": 1, "kernel_size": 3, "activation": "sigmoid"}, (2, 5, 5, 2)),
    "Conv2D/softmax": ("Conv2D", {"filters": 3, "kernel_size": 2, "activation": "softmax"}, (2, 5, 5, 2)),
    "Conv1D": ("Conv1D", {"filters": 4, "kernel_size": 3, "activation": "tanh"}, (3, 10, 2)),
    "Conv1D/same_stride_2": ("Conv1D", {"filters": 2, "kernel_size": 4, "strides": 2, "padding": "same"}, (2, 9, 3)),
    "Conv1D/dilation_3": ("Conv1D", {"filters": 2, "kernel_size": 3, "dilation_rate": 3}, (2, 12, 1)),
    "Conv2DTranspose": ("Conv2DTranspose", {"filters": 3, "kernel_size": 3}, (2, 4, 5, 2)),
    "Conv2DTranspose/stride_2": ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, (2, 4, 5, 2)),
    "Conv2DTranspose/stride_2_same": (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"},
        (2, 4, 5, 2),
    ),
    "Conv2DTranspose/stride_above_kernel": ("Conv2DTranspose", {"filters": 1, "kernel_size": 2, "strides": 3}, (1, 3, 4, 2)),
    "Conv2DTranspose/even_same": (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 4, "strides": 2, "padding": "same"},
        (2, 3, 4, 3),
    ),
    "Conv2DTranspose/many_channels": (
        "Conv2DTranspose",
        {"filters": 16, "kernel_size": 3, "padding": "same"},
        (1, 5, 6, 17),
    ),
    "Conv1DTranspose": ("Conv1DTranspose", {"filters": 2, "kernel_size": 4, "strides": 3, "padding": "same"}, (2, 5, 3)),
    "DepthwiseConv2D": ("DepthwiseConv2D", {"kernel_size": 3, "padding": "same", "activation": "relu"}, (2, 5, 6, 3)),
    "DepthwiseConv2D/multiplier": (
        "DepthwiseConv2D",
        {"kernel_size": (3, 2), "strides": 2, "depth_multiplier": 2},
        (2, 7, 8, 3),
    ),
    "MaxPooling2D": ("MaxPooling2D", {}, (2, 6, 8, 3)),
    "MaxPooling2D/odd": ("MaxPooling2D", {}, (2, 7, 5, 3)),
    "MaxPooling2D/odd_same": ("MaxPooling2D", {"padding": "same"}, (2, 7, 5, 3)),
    "MaxPooling2D/overlapping": ("MaxPooling2D", {"pool_size": 3, "strides": 2}, (2, 8, 9, 2)),
    "MaxPooling2D/overlapping_same": ("MaxPooling2D", {"pool_size": (3, 2), "strides": 1, "padding": "same"}, (2, 5, 6, 2)),
    "MaxPooling2D/gaps": ("MaxPooling2D", {"pool_size": 2, "strides": 3}, (2, 8, 9, 2)),
    "AveragePooling2D": ("AveragePooling2D", {}, (2, 6, 7, 3)),
    "AveragePooling2D/same": ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 6, 7, 3)),
    "AveragePooling2D/overlapping": ("AveragePooling2D", {"pool_size": 3, "strides": 1}, (2, 5, 6, 2)),
    "MaxPooling1D": ("MaxPooling1D", {}, (3, 9, 2)),
    "MaxPooling1D/same": ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (3, 8, 2)),
    "AveragePooling1D": ("AveragePooling1D", {"pool_size": 2}, (3, 9, 2)),
    "AveragePooling1D/same": ("AveragePooling1D", {"pool_size": 2, "padding": "same"}, (3, 9, 2)),
    "GlobalAveragePooling2D": ("GlobalAveragePooling2D", {}, (2, 4, 5, 3)),
    "GlobalAveragePooling2D/keepdims": ("GlobalAveragePooling2D", {"keepdims": True}, (2, 4, 5, 3)),
    "GlobalMaxPooling2D": ("GlobalMaxPooling2D", {}, (2, 4, 5, 3)),
    "GlobalAveragePooling1D": ("GlobalAveragePooling1D", {}, (2, 7, 3)),
    "GlobalMaxPooling1D": ("GlobalMaxPooling1D", {"keepdims": True}, (2, 7, 3)),
}  # fmt: skip


def some(answer: np.ndarray) -> np.ndarray:
    """A few of an answer's numbers, and a weighted sum of all of them."""
    step = max(len(answer) // KEPT, 1)
    return np.append(answer[::step], (answer * waves(len(answer))).sum())


def ask(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    return some(ask_layer(name, arguments, shape))


def pads(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's "same" padding, by its documentation."""
    span = (kernel - 1) * dilation + 1
    total = max(span - stride, 0) if size % stride == 0 else max(span - size % stride, 0)
    return total // 2, total - total // 2


def ask_conv2d(
    shape: tuple[int, ...], filters: int, kernel: tuple[int, int], stride: int, dilation: int, padding: str
) -> np.ndarray:
    """Output and gradients of a convolution with ReLU, from PyTorch alone, in float64."""
    import torch

    x = torch.tensor(waves(*shape, phase=1, size=2.0), requires_grad=True)
    w = torch.tensor(weight(0, (*kernel, shape[-1], filters)), requires_grad=True)
    b = torch.tensor(weight(1, (filters,)), requires_grad=True)
    image = x.permute(0, 3, 1, 2)
    if padding == "same":
        above, below = pads(shape[1], kernel[0], stride, dilation)
        left, right = pads(shape[2], kernel[1], stride, dilation)
        image = torch.nn.functional.pad(image, (left, right, above, below))
    z = torch.nn.functional.conv2d(image, w.permute(3, 2, 0, 1), b, stride=stride, dilation=dilation)
    y = torch.relu(z).permute(0, 2, 3, 1)
    (y * torch.tensor(slope(tuple(y.shape)))).sum().backward()
    return flat(y, x.grad, w.grad, b.grad)
