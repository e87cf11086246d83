"""Convolution arithmetic: how large an output is, where each number of it comes from, and how far it sees.

The relations are those of Dumoulin & Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from course.errors import check_choice, check_integer

Padding: TypeAlias = int | str | tuple[int, int]
"""Zeros on both sides, or before and behind; `"valid"` is none, `"same"` what makes the output ⌈size / stride⌉ long."""


@dataclass(frozen=True, slots=True)
class Axis:
    """How a kernel slides along one axis: output `o` sees input `o · stride + tap · dilation − before` through a tap.

    Attributes
    ----------
    size, output : int
        How many pixels the input and the output have.
    kernel, stride, dilation : int
        How many taps, the step from one output to the next, the step from one tap to the next.
    before : int
        How many zeros are thought of before the first pixel.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    output: int

    @property
    def span(self) -> int:
        """How many pixels lie under the kernel, the gaps of a dilated one included."""
        return effective_kernel(self.kernel, self.dilation)

    @property
    def after(self) -> int:
        """How many zeros are thought of behind the last pixel."""
        return max((self.output - 1) * self.stride + self.span - self.before - self.size, 0)

    @property
    def plain(self) -> bool:
        """Whether stride and dilation are 1."""
        return self.stride == self.dilation == 1

    def seen_through(self, tap: int) -> tuple[slice, slice]:
        """Which outputs see a pixel through this tap, and which pixels: no zeros of the padding among them."""
        shift = tap * self.dilation - self.before
        first = max(0, -(shift // self.stride))
        last = min(self.output, (self.size - 1 - shift) // self.stride + 1)
        if last <= first:
            return slice(0, 0), slice(0, 0)
        return slice(first, last), slice(first * self.stride + shift, (last - 1) * self.stride + shift + 1, self.stride)

    def mirrored(self) -> Axis:
        """The convolution with the mirrored kernel that leads gradients back, where stride and dilation are 1."""
        return Axis(self.output, self.kernel, 1, 1, self.kernel - 1 - self.before, self.size)


Window: TypeAlias = tuple[Axis, Axis]
"""How a kernel slides over an image: down its rows, and along its columns."""


@lru_cache(maxsize=1024)
def axis(
    size: int, kernel: int, stride: int = 1, padding: Padding = 0, dilation: int = 1, where: str = "output_size"
) -> Axis:
    """How a kernel slides along `size` pixels; the arguments are those of `output_size`."""
    check_integer(where, "size", size, minimum=1)
    check_integer(where, "kernel", kernel, minimum=1)
    check_integer(where, "stride", stride, minimum=1)
    check_integer(where, "dilation", dilation, minimum=1)
    before, after = padding_sizes(size, kernel, stride, padding, dilation, where)
    span = effective_kernel(kernel, dilation)
    if span > size + before + after:
        window = f"{span} pixels" + (f" ({kernel} with dilation {dilation})" if dilation > 1 else "")
        image = f"{size}" + (f" ({size + before + after} with its padding)" if before + after else "")
        raise ValueError(
            f"{where}: a window of {window} is larger than the input, which has {image}; "
            f"use a smaller one, or padding='same'"
        )
    return Axis(size, kernel, stride, dilation, before, (size + before + after - span) // stride + 1)


def padding_sizes(
    size: int, kernel: int, stride: int = 1, padding: Padding = 0, dilation: int = 1, where: str = "padding_sizes"
) -> tuple[int, int]:
    """How many zeros stand before the first pixel and behind the last; of an odd number the larger part is behind."""
    if padding == "same":
        total = max((-(-size // stride) - 1) * stride + effective_kernel(kernel, dilation) - size, 0)
        return total // 2, total - total // 2
    if isinstance(padding, str):
        check_choice(where, "padding", padding, ["valid", "same"])
        return 0, 0
    if isinstance(padding, tuple):
        before, after = (check_integer(where, "padding", side, minimum=0) for side in padding)
        return before, after
    both = check_integer(where, "padding", padding, minimum=0)
    return both, both


def output_size(size: int, kernel: int, stride: int = 1, padding: Padding = 0, dilation: int = 1) -> int:
    """The number of outputs of a convolution or a pooling, along one axis: ⌊(i + 2p − k) / s⌋ + 1.

    Parameters
    ----------
    size : int, at least 1
        Pixels of the input, i.
    kernel : int, at least 1
        Taps of the kernel, k; a dilation d makes d (k − 1) + 1 of it.
    stride : int, at least 1
        s.
    padding : int, (int, int), "valid" or "same"
        Zeros on both sides, p; or before and behind. "valid" is 0, "same" as many as make the output ⌈i / s⌉.
    dilation : int, at least 1

    Raises
    ------
    ValueError
        When the kernel is larger than the padded input, or a number too small.

    Examples
    --------
    >>> output_size(32, 5), output_size(32, 5, stride=2, padding=2), output_size(32, 3, padding="same")
    (28, 16, 32)
    """
    return axis(size, kernel, stride, padding, dilation).output


@lru_cache(maxsize=1024)
def transposed_axis(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    output_padding: int | None = None,
    where: str = "transposed_output_size",
) -> Axis:
    """The convolution whose transpose leads from `size` pixels to the larger image: its output has `size` pixels."""
    check_integer(where, "size", size, minimum=1)
    check_integer(where, "kernel", kernel, minimum=1)
    check_integer(where, "stride", stride, minimum=1)
    check_integer(where, "dilation", dilation, minimum=1)
    check_choice(where, "padding", padding, ["valid", "same"])
    span = effective_kernel(kernel, dilation)
    if output_padding is None:
        if padding == "same":
            return Axis(size * stride, kernel, stride, dilation, max(span - stride, 0) // 2, size)
        return Axis((size - 1) * stride + max(span, stride), kernel, stride, dilation, 0, size)
    check_integer(where, "output_padding", output_padding, minimum=0)
    if output_padding >= stride:
        raise ValueError(f"{where}: output_padding must be below the stride, {stride}, got {output_padding}")
    if padding == "valid":
        return Axis((size - 1) * stride + span + output_padding, kernel, stride, dilation, 0, size)
    image = (size - 1) * stride + span % 2 + output_padding
    if image < 1:
        raise ValueError(f"{where}: {size} pixels with output_padding {output_padding} give an empty image")
    return Axis(image, kernel, stride, dilation, max(span // 2 - (output_padding + 1) // 2, 0), size)


def transposed_output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    output_padding: int | None = None,
) -> int:
    """The number of outputs of a transposed convolution, along one axis.

    With "same" padding i · s, with "valid" (i − 1) · s + max(k, s), which are Keras's. An `output_padding` o, below
    the stride, asks for (i − 1) · s + k + o in the valid case and (i − 1) · s + (k mod 2) + o in the other.

    Examples
    --------
    >>> transposed_output_size(16, 3, stride=2, padding="same"), transposed_output_size(16, 3, stride=2)
    (32, 33)
    """
    return transposed_axis(size, kernel, stride, padding, dilation, output_padding).size


def effective_kernel(kernel: int, dilation: int = 1) -> int:
    """How many pixels a dilated kernel spans: d (k − 1) + 1."""
    return dilation * (kernel - 1) + 1


def receptive_field(layers: Iterable[Any]) -> int:
    """How many pixels of the image a number of the last layer sees, along one axis: 1 + Σ d (k − 1) · (stride so far).

    Parameters
    ----------
    layers : iterable
        From the image on: (kernel, stride), (kernel, stride, dilation), or layers (Conv2D, MaxPool2D …, of which the
        first axis counts; a layer without a kernel changes nothing).

    Examples
    --------
    >>> receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)])
    16
    """
    field, step = 1, 1
    for kernel, stride, dilation in map(_sliding, layers):
        field += (effective_kernel(kernel, dilation) - 1) * step
        step *= stride
    return field


def effective_stride(layers: Iterable[Any]) -> int:
    """How many pixels of the image lie between two neighbouring numbers of the last layer: the product of strides.

    The layers are given as to `receptive_field`.
    """
    step = 1
    for _, stride, _ in map(_sliding, layers):
        step *= stride
    return step


def _sliding(layer: Any) -> tuple[int, int, int]:
    """Kernel, stride and dilation of a layer, along its first axis."""
    if isinstance(layer, Sequence):
        if len(layer) not in (2, 3):
            raise ValueError(f"layers: expected (kernel, stride) or (kernel, stride, dilation), got {layer!r}")
        kernel, stride, dilation = (*layer, 1)[:3]
    else:
        kernel, stride, dilation = (
            _first(getattr(layer, name, 1)) for name in ("kernel_size", "strides", "dilation_rate")
        )
        kernel = _first(getattr(layer, "pool_size", kernel))
    return (
        check_integer("layers", "kernel", kernel, minimum=1),
        check_integer("layers", "stride", stride, minimum=1),
        check_integer("layers", "dilation", dilation, minimum=1),
    )


def _first(size: Any) -> Any:
    return size[0] if isinstance(size, Sequence) else size
