"""What the exercises of this lesson share: the windows of images, and inputs to slide over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.inputs import tenths
from course.convolution import naive
from course.shapes import axis

READY_MADE = ("scipy", "skimage", "torch", "keras", "tensorflow", "jax", "cv2")
"""Libraries that convolve: the point is to do it oneself."""

Draw = Callable[..., np.ndarray]


def convolve(x: np.ndarray, w: np.ndarray, stride: int = 1, padding: int | str = "valid") -> np.ndarray:
    """Images and kernels convolved, by the loops of `course`: (n, h, w, c), (k, k, c, m) -> (n, h', w', m)."""
    down, across = (axis(x.shape[a + 1], w.shape[a], stride, padding) for a in (0, 1))
    return naive.forward(np.asarray(x, dtype=float), w, (down, across))


def windows(x: np.ndarray, k: int, stride: int = 1, dilation: int = 1) -> np.ndarray:
    """All windows of images, each as it lies in its image: (n, h, w, c) -> (n, h', w', k, k, c)."""
    span = dilation * (k - 1) + 1
    seen = np.lib.stride_tricks.sliding_window_view(x, (span, span), axis=(1, 2))
    return np.moveaxis(seen[:, ::stride, ::stride, :, ::dilation, ::dilation], 3, -1)


def taps(rng: np.random.Generator, *shape: int, draw: Draw = tenths) -> np.ndarray:
    """Kernels of shape (k, k, c, m), none of which is its own mirror image or transpose."""
    while True:
        w = draw(rng, *shape)
        plain = w.sum(axis=(2, 3)) if w.ndim == 4 else w
        others = (plain[::-1, ::-1], plain.T, plain[::-1], plain[:, ::-1])
        if w.shape[0] == 1 or not any(np.allclose(plain, other) for other in others):
            return w
