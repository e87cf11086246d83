"""Convolution of a whole batch: in blocks that fit the cache, on all threads, by the faster of two ways.

A block is a few images, or some rows of one. What follows a convolution number by number, bias and activation, is done
on the block while it is in the cache.
"""

from __future__ import annotations

import numpy as np

from course import activations
from course.activations import Activation
from course.convolution import memory, threads
from course.convolution.blocks import blocks, image_blocks, row_blocks
from course.convolution.columns import Columns
from course.convolution.products import sum_of_rows
from course.convolution.winograd import Winograd
from course.shapes import Window

WORTH_SHARING = 1_000_000
"""Nanoseconds of work below which a second thread isn't worth waking: each waits for Python's lock between products."""


def forward(
    x: np.ndarray,
    kernel: np.ndarray,
    window: Window,
    bias: np.ndarray | None = None,
    activation: Activation = activations.linear,
) -> tuple[np.ndarray, np.ndarray]:
    """y = f(z), z = x ∗ kernel + bias.

    Parameters
    ----------
    x : ndarray of shape (n, h, w, channels)
    kernel : ndarray of shape (kh, kw, channels, filters)
    window : Window
        How the kernel slides.
    bias : ndarray of shape (filters,), optional
    activation : Activation

    Returns
    -------
    y, z : ndarray of shape (n, oh, ow, filters)
        One and the same array where y tells all that a derivative needs: with ReLU, or without an activation.
    """
    down, across = window
    z = memory.empty((len(x), down.output, across.output, kernel.shape[3]), kernel.dtype)
    rectify = isinstance(activation, activations.ReLU)
    y = z if rectify or isinstance(activation, activations.Linear) else memory.empty(z.shape, z.dtype)

    def work(part: tuple[slice, slice]) -> None:
        way = _way(kernel, window, len(x))
        biases, zeros = _Repeated(bias), _Repeated(np.zeros(1, z.dtype))
        for images, rows in blocks(part, way.bytes_per_row):
            out = z[images, rows]
            for which, numbers, line in way.correlate(x[images], rows, out):
                if bias is not None:
                    line += biases.like(line)
                if rectify:
                    np.maximum(line, zeros.like(line), out=line)
                if numbers is not out:
                    out[:, which] = numbers
            if y is not z:
                y[images, rows] = activation(out)

    threads.run(work, _parts(len(x), kernel, window, by_rows=True))
    return y, z


def backward(
    dy: np.ndarray,
    x: np.ndarray,
    kernel: np.ndarray,
    window: Window,
    z: np.ndarray,
    y: np.ndarray,
    activation: Activation = activations.linear,
    by_input: bool = True,
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """The gradients by x, kernel and bias, given that by y, and y and z as `forward` gave them.

    Returns
    -------
    dx : ndarray of shape (n, h, w, channels), or None unless `by_input`
    dkernel : ndarray of shape (kh, kw, channels, filters)
    dbias : ndarray of shape (filters,)
    """
    dx = memory.empty(x.shape, kernel.dtype) if by_input else None

    def work(part: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
        images, rows = part
        way = _way(kernel, window, len(x))
        dbias = np.zeros(kernel.shape[3], kernel.dtype)
        for some in image_blocks(images, rows.stop, way.bytes_per_row):
            dz = _slopes(activation, dy[some], z[some], y[some])
            dbias += sum_of_rows(dz)
            for few in row_blocks(rows, way.bytes_per_row):
                way.add_kernel_gradient(x[some], dz, few)
            if dx is not None:
                way.spread(dz, dx[some])
        return way.kernel_gradient(), dbias

    shares = threads.run(work, _parts(len(x), kernel, window))
    dkernel, dbias = np.zeros_like(kernel), np.zeros(kernel.shape[3], kernel.dtype)
    for by_kernel, by_bias in shares:
        dkernel += by_kernel
        dbias += by_bias
    return dx, dkernel, dbias


def kernel_gradient(dz: np.ndarray, x: np.ndarray, kernel: np.ndarray, window: Window) -> np.ndarray:
    """The gradient by the kernel alone: that of `backward` without an activation."""
    return backward(dz, x, kernel, window, dz, dz, by_input=False)[1]


def spread(dz: np.ndarray, kernel: np.ndarray, window: Window) -> np.ndarray:
    """The way back of a convolution, from its output to its input: what a transposed convolution is.

    Parameters
    ----------
    dz : ndarray of shape (n, oh, ow, filters)
    kernel : ndarray of shape (kh, kw, channels, filters)
    window : Window

    Returns
    -------
    ndarray of shape (n, h, w, channels)
    """
    down, across = window
    out = memory.empty((len(dz), down.size, across.size, kernel.shape[2]), kernel.dtype)

    def work(part: tuple[slice, slice]) -> None:
        images, rows = part
        way = _way(kernel, window, len(dz))
        for some in image_blocks(images, rows.stop, way.bytes_per_row):
            way.spread(dz[some], out[some])

    threads.run(work, _parts(len(dz), kernel, window))
    return out


def _slopes(activation: Activation, dy: np.ndarray, z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dz, from dy."""
    if isinstance(activation, activations.ReLU):
        return np.multiply(dy, y > 0, out=memory.empty(dy.shape, dy.dtype))
    return activation.backward(dy, z, y)


def _way(kernel: np.ndarray, window: Window, images: int) -> Winograd | Columns:
    return Winograd(kernel, window) if Winograd.suits(kernel, window, images) else Columns(kernel, window)


def _parts(images: int, kernel: np.ndarray, window: Window, by_rows: bool = False) -> list[tuple[slice, slice]]:
    """What each thread takes: some of the images, or, of a single one and if it may be, some of the rows."""
    down, across = window
    every_image, every_row = slice(0, images), slice(0, down.output)
    # for each number of output, the products, the copying of its window, and what follows
    nanoseconds = kernel.size / 50 + kernel.size / kernel.shape[3] / 3 + kernel.shape[3]
    if images * down.output * across.output * nanoseconds < WORTH_SHARING:
        return [(every_image, every_row)] if images else []
    if images == 1 and by_rows:
        return [(every_image, rows) for rows in threads.split(down.output, threads.threads())]
    return [(some, every_row) for some in threads.split(images, threads.threads())]


class _Repeated:
    """Channels repeated to the shape of whole arrays, since NumPy is slow to combine long arrays with short ones."""

    def __init__(self, channels: np.ndarray | None) -> None:
        self.channels = np.zeros(1) if channels is None else channels
        self._wide: dict[tuple[int, ...], np.ndarray] = {}

    def like(self, array: np.ndarray) -> np.ndarray:
        if array.shape not in self._wide:
            self._wide[array.shape] = memory.empty(array.shape, array.dtype)
            self._wide[array.shape][...] = self.channels
        return self._wide[array.shape]
