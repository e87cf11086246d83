"""What layers with a sliding window are asked, of PyTorch and Keras: output, and the gradients by input and weights.

An answer is short: a dozen numbers of each array, and the array's product with numbers without pattern, in which every
element has its part.
"""

from itertools import product
from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves

Case = tuple[str, dict[str, Any], tuple[int, ...]]

SMALL, TWO, ODD, WIDE = (1, 8, 7, 1), (1, 5, 6, 2), (2, 7, 9, 3), (2, 9, 8, 17)


def _name(layer: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> str:
    said = " ".join(f"{key}={value}" for key, value in arguments.items())
    return f"{layer} {said} on {shape}".replace("(", "").replace(")", "").replace(", ", "x")


def _convolutions() -> list[Case]:
    cases: list[Case] = []
    for kernel, padding, shape in product((1, 2, 3, (3, 2), 5), ("valid", "same"), (SMALL, ODD)):
        for strides in (1, 2, (2, 1), 3):
            cases.append(
                ("Conv2D", {"filters": 4, "kernel_size": kernel, "strides": strides, "padding": padding}, shape)
            )
        for dilation in (2, (1, 3)):
            if padding == "same" or np.max(kernel) < 4:
                arguments = {"filters": 2, "kernel_size": kernel, "dilation_rate": dilation, "padding": padding}
                cases.append(("Conv2D", arguments, shape))
    for padding, activation, bias in product(("valid", "same"), (None, "relu", "tanh"), (True, False)):
        arguments = {"filters": 18, "kernel_size": 3, "padding": padding, "activation": activation, "use_bias": bias}
        cases.append(("Conv2D", arguments, WIDE))
    for kernel, padding, strides in product((1, 2, 5), ("valid", "same"), (1, 2)):
        cases.append(
            ("Conv1D", {"filters": 3, "kernel_size": kernel, "strides": strides, "padding": padding}, (2, 9, 2))
        )
    cases.append(("Conv1D", {"filters": 3, "kernel_size": 3, "dilation_rate": 3, "padding": "same"}, (1, 10, 4)))
    return cases


def _transposed() -> list[Case]:
    cases: list[Case] = []
    for kernel, strides, padding, shape in product((1, 2, 3, (4, 3)), (1, 2, (2, 1), 3), ("valid", "same"), (TWO, ODD)):
        arguments = {"filters": 3, "kernel_size": kernel, "strides": strides, "padding": padding}
        cases.append(("Conv2DTranspose", arguments, shape))
    cases.append(("Conv2DTranspose", {"filters": 17, "kernel_size": 3, "padding": "same", "activation": "relu"}, WIDE))
    return cases


def _pooling() -> list[Case]:
    cases: list[Case] = []
    for kind, size, strides, padding in product(
        ("MaxPooling2D", "AveragePooling2D"), (2, 3, (2, 3)), (None, 1, 2, 3), ("valid", "same")
    ):
        cases.append((kind, {"pool_size": size, "strides": strides, "padding": padding}, ODD))
    for kind, padding in product(("MaxPooling1D", "AveragePooling1D"), ("valid", "same")):
        cases.append((kind, {"pool_size": 3, "strides": 2, "padding": padding}, (2, 8, 3)))
    for kind in ("GlobalMaxPooling", "GlobalAveragePooling"):
        cases += [(f"{kind}2D", {}, ODD), (f"{kind}2D", {"keepdims": True}, ODD), (f"{kind}1D", {}, (2, 6, 3))]
    return cases


CASES = {_name(*case): case for case in [*_convolutions(), *_transposed(), *_pooling()]}


def weight(number: int, shape: tuple[int, ...]) -> np.ndarray:
    """The values of a layer's weight, by its place."""
    return waves(*shape, phase=5 + number, size=0.5)


def digest(*arrays: Any) -> np.ndarray:
    """A dozen numbers of each array, and one to which every element contributes."""
    parts = []
    for array in arrays:
        numbers = flat(array)
        step = max(1, numbers.size // 12)
        parts += [numbers[::step][:12], [numbers @ waves(numbers.size, phase=9)]]
    return flat(*parts)


def ask(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """y, dx and the weights' gradients."""
    if name in ("Conv1D", "Conv2D"):
        return ask_torch(name, arguments, shape)
    if name.startswith("AveragePooling") and arguments["padding"] == "same":
        return ask_average(arguments, shape)
    return ask_keras(name, arguments, shape)


def ask_keras(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """The answer of Keras."""
    import torch

    layer = getattr(keras().layers, name)(**arguments, dtype="float64")
    x = torch.tensor(waves(*shape, phase=1), requires_grad=True)
    layer.build(shape)
    layer.set_weights([weight(number, tuple(one.shape)) for number, one in enumerate(layer.weights)])
    y = layer(x)
    (y * torch.tensor(waves(*y.shape, phase=3))).sum().backward()
    return digest(y, x.grad, *(one.value.grad for one in layer.weights))


def ask_torch(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """The answer of PyTorch, whose float64 convolution refuses the channel order that Keras gives it."""
    import torch
    from torch.nn import functional

    rank = len(shape) - 2
    options = {"strides": 1, "dilation_rate": 1, "use_bias": True, "activation": None, **arguments}
    kernel, strides, dilation = (
        np.broadcast_to(options[key], rank) for key in ("kernel_size", "strides", "dilation_rate")
    )
    filters = options["filters"]
    x = torch.tensor(waves(*shape, phase=1), requires_grad=True)
    taps = torch.tensor(weight(0, (*kernel, shape[-1], filters)), requires_grad=True)
    bias = torch.tensor(weight(1, (filters,)), requires_grad=True)
    first = torch.movedim(x, -1, 1)
    if options["padding"] == "same":
        first = pad_same(first, (kernel - 1) * dilation + 1, strides)
    convolve = functional.conv1d if rank == 1 else functional.conv2d
    z = convolve(
        first.clone(memory_format=torch.contiguous_format),
        torch.movedim(taps, (-1, -2), (0, 1)).clone(memory_format=torch.contiguous_format),
        bias if options["use_bias"] else None,
        stride=tuple(map(int, strides)),
        dilation=tuple(map(int, dilation)),
    )
    y = torch.movedim(getattr(torch, options["activation"] or "clone")(z), 1, -1)
    (y * torch.tensor(waves(*y.shape, phase=3))).sum().backward()
    return digest(y, x.grad, taps.grad, *([bias.grad] if options["use_bias"] else []))


def ask_average(arguments: dict[str, Any], shape: tuple[int, ...]) -> np.ndarray:
    """The mean over those pixels of a window that lie in the image: TensorFlow's, and not that of Keras on PyTorch."""
    import torch
    from torch.nn import functional

    rank = len(shape) - 2
    pool = np.broadcast_to(arguments["pool_size"], rank)
    strides = pool if arguments["strides"] is None else np.broadcast_to(arguments["strides"], rank)
    average = functional.avg_pool1d if rank == 1 else functional.avg_pool2d
    x = torch.tensor(waves(*shape, phase=1), requires_grad=True)

    def pooled(values: Any) -> Any:
        return average(pad_same(torch.movedim(values, -1, 1), pool, strides), tuple(pool), tuple(map(int, strides)))

    y = torch.movedim(pooled(x) / pooled(torch.ones_like(x)), 1, -1)
    (y * torch.tensor(waves(*y.shape, phase=3))).sum().backward()
    return digest(y, x.grad)


def pad_same(first: Any, span: np.ndarray, strides: np.ndarray) -> Any:
    """TensorFlow's zeros around an image: as many as make the output ⌈size / stride⌉, the odd one at the end."""
    from torch.nn import functional

    around: list[int] = []
    for size, reach, stride in zip(first.shape[2:], span, strides, strict=True):
        missing = int(max((-(-size // stride) - 1) * stride + reach - size, 0))
        around = [missing // 2, missing - missing // 2, *around]
    return functional.pad(first, around)
