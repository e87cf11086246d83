"""What the windows of window_questions.py leave out: depthwise, output padding, dilated ways back, and large images.

A large image is computed in several blocks and on several threads, a small one isn't.
"""

from typing import Any

import numpy as np

from tests.oracles.common import waves
from tests.oracles.window_questions import Case, ask_keras, ask_torch, digest, weight

SMALL: list[Case] = [
    ("DepthwiseConv2D", {"kernel_size": 3}, (2, 5, 6, 3)),
    ("DepthwiseConv2D", {"kernel_size": (2, 3), "padding": "same", "activation": "relu"}, (2, 5, 6, 3)),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "depth_multiplier": 2}, (1, 7, 8, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "dilation_rate": 2, "use_bias": False}, (2, 6, 5, 1)),
    ("Conv1DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 5, 3)),
    ("Conv1DTranspose", {"filters": 2, "kernel_size": 2, "strides": 3, "activation": "tanh"}, (2, 5, 3)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "dilation_rate": 2}, (2, 4, 5, 3)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "dilation_rate": 3, "padding": "same"}, (2, 6, 5, 3)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1}, (2, 4, 5, 3)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 0}, (2, 4, 5, 3)),
    *(
        (
            "Conv2DTranspose",
            {"filters": 2, "kernel_size": kernel, "strides": 3, "padding": "same", "output_padding": more},
            (1, 4, 5, 2),
        )
        for kernel in (2, 3, 4, 5)
        for more in (0, 1, 2)
    ),
]

LARGE: list[Case] = [
    ("Conv2D", {"filters": 20, "kernel_size": 3, "padding": "same", "activation": "relu"}, (1, 150, 141, 17)),
    ("Conv2D", {"filters": 16, "kernel_size": (3, 5), "padding": "valid"}, (3, 61, 70, 16)),
    ("Conv2D", {"filters": 16, "kernel_size": 3, "activation": "relu"}, (70, 11, 12, 16)),
    ("Conv2D", {"filters": 6, "kernel_size": 5, "strides": 2, "padding": "same"}, (3, 121, 110, 4)),
    ("Conv2D", {"filters": 8, "kernel_size": 3, "dilation_rate": 2, "padding": "same"}, (2, 90, 91, 5)),
    ("Conv2D", {"filters": 10, "kernel_size": 5, "activation": "relu"}, (40, 32, 32, 1)),
    ("Conv2D", {"filters": 4, "kernel_size": 1}, (40, 32, 32, 7)),
    ("Conv1D", {"filters": 8, "kernel_size": 9, "padding": "same"}, (5, 3000, 4)),
]


def _name(layer: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> str:
    return f"{layer} {arguments} on {shape}"


def ask(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """y, dx and the weights' gradients, in short."""
    if name == "DepthwiseConv2D":
        return ask_depthwise(name, arguments, shape)
    if name in ("Conv1D", "Conv2D"):
        return ask_torch(name, {"padding": "valid", **arguments}, shape)
    return ask_keras(name, arguments, shape)


def ask_depthwise(_: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """The answer of PyTorch, to which a depthwise convolution is one with as many groups as channels."""
    import torch

    channels, multiplier = shape[-1], arguments.get("depth_multiplier", 1)
    size = tuple(map(int, np.broadcast_to(arguments["kernel_size"], 2)))
    kernel = torch.tensor(weight(0, (*size, channels, multiplier)), requires_grad=True)
    bias = torch.tensor(weight(1, (channels * multiplier,)), requires_grad=True)
    x = torch.tensor(waves(*shape, phase=1), requires_grad=True)
    stride, dilation = arguments.get("strides", 1), arguments.get("dilation_rate", 1)
    image = x.permute(0, 3, 1, 2)
    if arguments.get("padding") == "same":
        rows, columns = ((k - 1) * dilation for k in size)
        image = torch.nn.functional.pad(image, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
    filters = kernel.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, *size)
    z = torch.nn.functional.conv2d(
        image.contiguous(),
        filters.contiguous(),
        bias if arguments.get("use_bias", True) else None,
        stride=stride,
        dilation=dilation,
        groups=channels,
    )
    y = getattr(torch, arguments.get("activation", "clone"))(z).permute(0, 2, 3, 1)
    (y * torch.tensor(waves(*y.shape, phase=3))).sum().backward()
    return digest(y, x.grad, kernel.grad, *([bias.grad] if arguments.get("use_bias", True) else []))


CASES = {_name(*case): case for case in [*SMALL, *LARGE]}
