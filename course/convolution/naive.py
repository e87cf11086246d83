"""Convolution as the formula has it, in loops: slow, and what the fast ways are held against.

Forward, each output is the sum of a window times the kernel. Backward, the same three loops run again, and each slope
goes to the two that were multiplied: to the window, times the kernel, and to the kernel, times the window.
"""

from __future__ import annotations

import numpy as np

from course.shapes import Window


def forward(x: np.ndarray, kernel: np.ndarray, window: Window) -> np.ndarray:
    """x ∗ kernel, which is cross-correlation, as everywhere in machine learning.

    Parameters
    ----------
    x : ndarray of shape (n, h, w, channels)
    kernel : ndarray of shape (kh, kw, channels, filters)
    window : Window
        How the kernel slides: see `shapes.axis`.

    Returns
    -------
    ndarray of shape (n, oh, ow, filters)
    """
    down, across = window
    padded = np.pad(x, _around(window))
    y = np.empty((len(x), down.output, across.output, kernel.shape[3]), x.dtype)
    for row in range(down.output):
        for column in range(across.output):
            for filter in range(kernel.shape[3]):
                seen = padded[_seen(row, column, window)]
                y[:, row, column, filter] = (seen * kernel[..., filter]).sum(axis=(1, 2, 3))
    return y


def backward(dy: np.ndarray, x: np.ndarray, kernel: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """The gradients by x and by the kernel, given that by y.

    Parameters
    ----------
    dy : ndarray of shape (n, oh, ow, filters)
    x, kernel, window
        As `forward` took them.

    Returns
    -------
    dx : ndarray of shape (n, h, w, channels)
    dkernel : ndarray of shape (kh, kw, channels, filters)
    """
    down, across = window
    padded = np.pad(x, _around(window))
    dpadded, dkernel = np.zeros_like(padded), np.zeros_like(kernel)
    for row in range(down.output):
        for column in range(across.output):
            for filter in range(kernel.shape[3]):
                slope = dy[:, row, column, filter, None, None, None]
                seen = _seen(row, column, window)
                dkernel[..., filter] += (slope * padded[seen]).sum(axis=0)
                dpadded[seen] += slope * kernel[..., filter]
    return dpadded[:, down.before :, across.before :][:, : down.size, : across.size], dkernel


def _around(window: Window) -> list[tuple[int, int]]:
    """The zeros around an image, as `np.pad` takes them."""
    return [(0, 0), *((axis.before, axis.after) for axis in window), (0, 0)]


def _seen(row: int, column: int, window: Window) -> tuple[slice, ...]:
    """The window of one output, in the padded image."""
    starts = (row * window[0].stride, column * window[1].stride)
    return slice(None), *(
        slice(start, start + axis.span, axis.dilation) for start, axis in zip(starts, window, strict=True)
    )
