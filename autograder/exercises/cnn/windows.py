"""What pooling and its gradient share: the windows of images, and images without two equal numbers."""

from __future__ import annotations

import numpy as np


def blocks(x: np.ndarray, k: int) -> np.ndarray:
    """The complete windows, side by side: (n, h, w, c) -> (n, h', w', c, k·k)."""
    n, rows, columns, c = len(x), x.shape[1] // k, x.shape[2] // k, x.shape[3]
    whole = x[:, : rows * k, : columns * k].reshape(n, rows, k, columns, k, c)
    return whole.transpose(0, 1, 3, 5, 2, 4).reshape(n, rows, columns, c, k * k)


def images_of(windows: np.ndarray, k: int, shape: tuple[int, ...]) -> np.ndarray:
    """Images of this shape with these windows, and zeros where no window is: the way back from `blocks`."""
    n, rows, columns, c, _ = windows.shape
    x = np.zeros(shape)
    inside = windows.reshape(n, rows, columns, c, k, k).transpose(0, 1, 4, 2, 5, 3)
    x[:, : rows * k, : columns * k] = inside.reshape(n, rows * k, columns * k, c)
    return x


def distinct(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of one decimal place around 0, no two of them equal in one image and channel."""
    size = int(np.prod(shape[1:3]))
    steps = np.stack([rng.permutation(size) for _ in range(shape[0] * shape[3])])  # (n·c, h·w)
    values = (2 * steps - size + 1) / 10
    return np.moveaxis(values.reshape(shape[0], shape[3], *shape[1:3]), 1, -1)
