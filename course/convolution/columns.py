"""Convolution as one matrix product: each window of the image is unrolled into a row of a matrix (im2col).

The matrix repeats a pixel as often as the kernel has taps, so it is made for a few images at a time: it stays in the
processor's cache, where the copy is cheap.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course.convolution import memory
from course.convolution.blocks import row_blocks
from course.convolution.products import add_product, multiply
from course.shapes import Window


class Columns:
    """The convolution with one kernel, the gradient by it, and the way back, of some images at a time.

    Parameters
    ----------
    kernel : ndarray of shape (kh, kw, channels, filters)
    window : Window
        Any.
    """

    def __init__(self, kernel: np.ndarray, window: Window) -> None:
        self.kernel, self.window = kernel, window
        self.height, self.width, self.channels, self.filters = kernel.shape
        self.matrix = kernel.reshape(-1, self.filters)
        self._sum: np.ndarray | None = None
        # the longest run of numbers that lie together is what a copy should go along: columns, or taps and channels
        self.taps_first = self.width * self.channels < window[1].output and window[1].plain

    @property
    def bytes_per_row(self) -> int:
        """The room that a row of output takes while it is computed."""
        return self.kernel.itemsize * self.window[1].output * (len(self.matrix) + 3 * self.filters)

    def correlate(self, x: np.ndarray, rows: slice, out: np.ndarray) -> list[tuple[slice, np.ndarray, np.ndarray]]:
        """Some rows of output of some images, which are written into `out`; see `Winograd.correlate`."""
        multiply(self.unroll(x, rows), self.matrix, out=out.reshape(-1, self.filters))
        return [(slice(None), out, out)]

    def add_kernel_gradient(self, x: np.ndarray, dz: np.ndarray, rows: slice) -> None:
        """Take some images into the sum that `kernel_gradient` gives; see `Winograd.add_kernel_gradient`."""
        if self._sum is None:
            self._sum = np.zeros_like(self.matrix)
        add_product(self.unroll(x, rows), dz[:, rows].reshape(-1, self.filters), out=self._sum)

    def kernel_gradient(self) -> np.ndarray:
        """The gradient by the kernel, of its shape."""
        return np.zeros_like(self.kernel) if self._sum is None else self._sum.reshape(self.kernel.shape)

    def spread(self, dz: np.ndarray, out: np.ndarray) -> None:
        """The way back: each number of dz goes to all pixels of its window, times the kernel, and what meets is added.

        Parameters
        ----------
        dz : ndarray of shape (n, oh, ow, filters)
        out : ndarray of shape (n, h, w, channels)
            Written over.
        """
        down, across = self.window
        height, width = (axis.before + axis.size + axis.after for axis in self.window)
        image = memory.zeros((len(dz), height, width, self.channels), dz.dtype)
        for rows in row_blocks(slice(0, down.output), self.bytes_per_row):
            self._spread_rows(dz[:, rows], image[:, rows.start * down.stride :])
        out[...] = image[:, down.before :, across.before :][:, : down.size, : across.size]

    def _spread_rows(self, dz: np.ndarray, image: np.ndarray) -> None:
        shares = memory.empty((*dz.shape[:3], self.height, self.width, self.channels), dz.dtype)
        multiply(dz.reshape(-1, self.filters), self.matrix.T, out=shares.reshape(-1, len(self.matrix)))
        windows = self._windows(image, dz.shape[1])
        # every so many windows lie side by side: they meet nowhere, and are added at once
        across = self.window[1]
        apart = min(-(-across.span // across.stride), across.output)
        for tap in range(self.height):
            for first in range(apart):
                windows[:, :, first::apart, tap] += shares[:, :, first::apart, tap]

    def unroll(self, x: np.ndarray, rows: slice) -> np.ndarray:
        """The windows of some rows of output, one a row: (n · rows · ow, kh · kw · channels)."""
        count = rows.stop - rows.start
        seen = self._surrounded(x, rows)
        if not self.taps_first:
            windows = self._windows(seen, count)
            together = windows if windows.flags.c_contiguous else memory.copy(windows)
            return together.reshape(-1, len(self.matrix))
        if self.channels > 1:
            # channel by channel, so that the columns of one lie together
            seen = memory.copy(seen.transpose(3, 0, 1, 2)).transpose(1, 2, 3, 0)
        windows = memory.copy(self._windows(seen, count).transpose(3, 4, 5, 0, 1, 2))
        return windows.reshape(len(self.matrix), -1).T

    def _windows(self, image: np.ndarray, rows: int) -> np.ndarray:
        """A view of all windows of an image that holds its zeros: (n, rows, ow, kh, kw, channels)."""
        down, across = self.window
        shape = (len(image), rows, across.output, self.height, self.width, self.channels)
        n, row, column, channel = image.strides
        steps = (row * down.stride, column * across.stride, row * down.dilation, column * across.dilation)
        return as_strided(image, shape, (n, *steps, channel))

    def _surrounded(self, x: np.ndarray, rows: slice) -> np.ndarray:
        """The pixels that some rows of output see, with the zeros around the image where they see them."""
        down, across = self.window
        top = rows.start * down.stride - down.before
        height = (rows.stop - rows.start - 1) * down.stride + down.span
        width = (across.output - 1) * across.stride + across.span
        above = max(-top, 0)
        inside = x[:, top + above : top + height, : width - across.before]
        if inside.shape[1:3] == (height, width):
            return inside
        surrounded = memory.zeros((len(x), height, width, x.shape[3]), x.dtype)
        surrounded[:, above : above + inside.shape[1], across.before : across.before + inside.shape[2]] = inside
        return surrounded
