"""Convolution with kernels of three rows: four products for two rows of output instead of six.

Down a column of pixels d0 … d3, a kernel of three taps g0 g1 g2 gives two outputs. Winograd's way is

    p0 = (d0 − d2) g0                         y0 = d0 g0 + d1 g1 + d2 g2 = p0 + p1 + p2
    p1 = (d1 + d2) (g0 + g1 + g2) / 2         y1 = d1 g0 + d2 g1 + d3 g2 = p1 − p2 − p3
    p2 = (d2 − d1) (g0 − g1 + g2) / 2
    p3 = (d1 − d3) g2

Here each d is a row of pixels with all channels, each g a row of the kernel, each product many matrix products: the
additions are cheap, and a third of the multiplications is gone (Lavin & Gray 2015, arXiv:1509.09308).

Along the rows nothing is copied. They lie end to end on a line, with zeros between them. A window of k pixels is
k · channels neighbouring numbers, so every k-th window, as they lie, are the rows of a matrix.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course.convolution import memory
from course.convolution.blocks import row_blocks
from course.convolution.products import pieces
from course.shapes import Axis, Window

WORTH_PREPARING = 5_000_000
"""Multiplications below which laying out the lines takes longer than is gained."""


class Winograd:
    """The convolution with one kernel, and the gradient by it, of some images at a time.

    Parameters
    ----------
    kernel : ndarray of shape (3, kw, channels, filters)
    window : Window
        Of stride and dilation 1.
    """

    def __init__(self, kernel: np.ndarray, window: Window) -> None:
        self.kernel, self.window = kernel, window
        _, self.width, self.channels, self.filters = kernel.shape
        top, middle, bottom = kernel.reshape(3, self.width * self.channels, self.filters)
        outer = (top + bottom) / 2
        self.taps = [top, outer + middle / 2, outer - middle / 2, bottom]
        self._sums: list[np.ndarray] | None = None
        self._lines: dict[tuple[int, int], _Lines] = {}
        self._mirrored: Winograd | None = None

    @staticmethod
    def suits(kernel: np.ndarray, window: Window, images: int) -> bool:
        """Whether this way is open, and the faster one."""
        rows, _, channels, filters = kernel.shape
        worth_it = min(channels, filters) >= 16 and images * _pixels(window) * kernel.size > WORTH_PREPARING
        return worth_it and rows == 3 and all(axis.plain for axis in window)

    @property
    def bytes_per_row(self) -> int:
        """The room that a row of output takes while it is computed."""
        return self.kernel.itemsize * _pitch(self.window[1]) * (self.channels + self.filters) * 3 // 2

    def correlate(self, x: np.ndarray, rows: slice, out: np.ndarray) -> list[tuple[slice, np.ndarray, np.ndarray]]:
        """Some rows of output of some images: the even ones, then the odd ones.

        Parameters
        ----------
        x : ndarray of shape (n, h, w, channels)
        rows : slice
        out : ndarray of shape (n, rows, ow, filters)
            Where these rows will be; whether they are already is told by what comes back.

        Returns
        -------
        list of (slice, ndarray, ndarray)
            Which rows of `out`; their numbers, `out` itself if they are written there; and the contiguous array of
            which these are a view: what is done to it, number by number, is done to them. It holds until the next call.
        """
        lines = self._lines_for(len(x), rows)
        lines.load(x, rows.start)
        even, odd, other = lines.outputs
        lines.combine(0)
        lines.multiply(self.taps[0], 0)
        lines.combine(1)
        lines.multiply(self.taps[1], 1)
        even += odd
        lines.combine(2)
        lines.multiply(self.taps[2], 2)
        even += other
        odd -= other
        lines.combine(3)
        lines.multiply(self.taps[3], 2)
        odd -= other
        which = [slice(parity, rows.stop - rows.start, 2) for parity in (0, 1)]
        return [(part, lines.images(line, part), line) for part, line in zip(which, (even, odd), strict=True)]

    def add_kernel_gradient(self, x: np.ndarray, dz: np.ndarray, rows: slice) -> None:
        """Take some images into the sum that `kernel_gradient` gives.

        Parameters
        ----------
        x : ndarray of shape (n, h, w, channels)
        dz : ndarray of shape (n, oh, ow, filters)
            The gradient by the convolution's output, of which only `rows` are looked at.
        rows : slice
        """
        lines = self._lines_for(len(x), rows)
        lines.load(x, rows.start)
        lines.load_gradient(dz, rows)
        even, odd, other = lines.outputs
        lines.combine(0)
        products = [lines.products(0)]
        lines.combine(1)
        np.add(even, odd, out=other)
        products.append(lines.products(2))
        lines.combine(2)
        np.subtract(even, odd, out=other)
        products.append(lines.products(2))
        lines.combine(3)
        products.append(lines.products(1))
        self._sums = products if self._sums is None else [a + b for a, b in zip(self._sums, products, strict=True)]

    def kernel_gradient(self) -> np.ndarray:
        """The gradient by the kernel, of its shape: each product's goes where its taps came from."""
        if self._sums is None:
            return np.zeros_like(self.kernel)
        first, second, third, fourth = self._sums
        half, difference = (second + third) / 2, (second - third) / 2
        return np.stack([first + half, difference, half - fourth]).reshape(self.kernel.shape)

    def spread(self, dz: np.ndarray, out: np.ndarray) -> None:
        """The way back, which is a convolution with the mirrored kernel; see `Columns.spread`."""
        if self._mirrored is None:
            kernel = np.ascontiguousarray(self.kernel[::-1, ::-1].transpose(0, 1, 3, 2))
            self._mirrored = Winograd(kernel, (self.window[0].mirrored(), self.window[1].mirrored()))
        for rows in row_blocks(slice(0, out.shape[1]), self._mirrored.bytes_per_row):
            block = out[:, rows]
            for which, numbers, _ in self._mirrored.correlate(dz, rows, block):
                block[:, which] = numbers

    def _lines_for(self, images: int, rows: slice) -> _Lines:
        pairs = -(-(rows.stop - rows.start) // 2)
        if (images, pairs) not in self._lines:
            self._lines[images, pairs] = _Lines(self, images, pairs)
        return self._lines[images, pairs]


class _Lines:
    """Work space for some pairs of rows of some images; a line has one row of each pair: (pair, image, column)."""

    def __init__(self, of: Winograd, images: int, pairs: int) -> None:
        dtype, width = of.kernel.dtype, of.width
        self.window = of.window
        self.shape = (pairs, images, _pitch(of.window[1]))
        pixels = prod(self.shape)
        # every width-th window from one of the first on, in pieces, makes a matrix; the line is made to hold all whole
        count, length = pieces(-(-pixels // width), width * of.channels * of.filters)
        length += count * length * width < pixels
        line = memory.empty((count * length * width + width - 1, of.channels), dtype)
        line[pixels:] = 0
        self.line = line[:pixels].reshape(*self.shape, of.channels)
        # even and odd rows of the images, one more of each than there are pairs
        self.rows = memory.empty((2, pairs + 1, *self.shape[1:], of.channels), dtype)
        across = self.window[1]
        self.rows[:, :, :, : across.before] = 0
        self.rows[:, :, :, across.before + across.size :] = 0
        self.windows = as_strided(
            line,
            (width, count, length, width * of.channels),
            tuple(step * line.strides[0] for step in (1, length * width, width)) + line.strides[1:],
            writeable=False,
        )
        outputs = memory.empty((3, count * length * width, of.filters), dtype)
        self.places = outputs.reshape(3, count, length, width, of.filters).transpose(0, 3, 1, 2, 4)
        outputs[:, pixels:] = 0
        self.outputs = outputs[:, :pixels]

    def load(self, x: np.ndarray, first: int) -> None:
        """Lay down the rows of x that outputs from row `first` on see, even and odd ones apart, and zeros around."""
        down, across = self.window
        for parity, target in enumerate(self.rows):
            row = first - down.before + parity
            above = -(row // 2) if row < 0 else 0
            source = x[:, row + 2 * above : row + 2 * len(target) : 2].transpose(1, 0, 2, 3)
            target[:above] = 0
            target[above + len(source) :] = 0
            target[above : above + len(source), :, across.before : across.before + across.size] = source

    def load_gradient(self, dz: np.ndarray, rows: slice) -> None:
        """Lay down the gradients by the even rows of output and by the odd ones, and zeros around."""
        for parity, line in enumerate(self.outputs[:2]):
            part = slice(rows.start + parity, rows.stop, 2)
            source = dz[:, part]
            target = line.reshape(*self.shape, line.shape[1])
            target[source.shape[1] :] = 0
            target[:, :, source.shape[2] :] = 0
            self.images(line, part)[...] = source

    def combine(self, product: int) -> None:
        """Put the pixels of a product on the line."""
        even, odd = self.rows
        if product == 0:
            np.subtract(even[:-1], even[1:], out=self.line)
        elif product == 1:
            np.add(odd[:-1], even[1:], out=self.line)
        elif product == 2:
            np.subtract(even[1:], odd[:-1], out=self.line)
        else:
            np.subtract(odd[:-1], odd[1:], out=self.line)

    def multiply(self, taps: np.ndarray, output: int) -> None:
        """All windows of the line times a row of taps."""
        np.matmul(self.windows, taps, out=self.places[output])

    def products(self, output: int) -> np.ndarray:
        """The sum over all windows, each times what is in its place of the output."""
        return (self.windows.swapaxes(2, 3) @ self.places[output]).sum(axis=(0, 1))

    def images(self, line: np.ndarray, rows: slice) -> np.ndarray:
        """The rows on a line as images, without the zeros between them."""
        images = line.reshape(*self.shape, line.shape[1]).transpose(1, 0, 2, 3)
        return images[:, : len(range(rows.start, rows.stop, 2)), : self.window[1].output]


def _pixels(window: Window) -> int:
    return window[0].output * window[1].output


def _pitch(across: Axis) -> int:
    """From one row's start to the next: the zeros behind one row may be those before the next."""
    return across.size + max(across.before, across.after)
