"""Large arrays whose memory is used again.

The operating system hands out memory page by page, emptied, as it is first written to. For an array of some megabytes
that takes as long as a convolution, so the memory of arrays that nobody refers to any more is kept for the next ones.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from math import prod

import numpy as np
from numpy.typing import DTypeLike

SMALLEST = 2**17
"""Bytes below which memory comes fast enough from NumPy."""

REQUESTS = 500
"""How many requests later memory that wasn't used again is given back: a few training steps."""


def empty(shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """An array with anything in it, as `np.empty` gives it."""
    size = prod(shape) * np.dtype(dtype).itemsize
    return np.empty(shape, dtype) if size < SMALLEST else _store.find(size)[:size].view(dtype).reshape(shape)


def zeros(shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """An array of zeros."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def copy(view: np.ndarray) -> np.ndarray:
    """The numbers of a view, laid in order."""
    array = empty(view.shape, view.dtype)
    array[...] = view
    return array


class _Store:
    """Blocks of bytes by their size. A block is free if the store alone refers to it: every view of it does, too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: defaultdict[int, list[np.ndarray]] = defaultdict(list)
        self._last_use: dict[int, int] = {}
        self._requests = 0

    def find(self, size: int) -> np.ndarray:
        """The smallest free block of `size` to 2 · `size` bytes, or else a new one."""
        size = _rounded(size)
        with self._lock:
            self._requests += 1
            for known in sorted(known for known in self._blocks if size <= known <= 2 * size):
                blocks = self._blocks[known]
                for place in range(len(blocks)):
                    if _free(blocks, place):
                        self._last_use[id(blocks[place])] = self._requests
                        return blocks[place]
            self._give_back()
            block = np.empty(size, np.uint8)
            self._blocks[size].append(block)
            self._last_use[id(block)] = self._requests
            return block

    def _give_back(self) -> None:
        """Drop blocks that are free and weren't used for long."""
        oldest = self._requests - REQUESTS
        for blocks in self._blocks.values():
            for place in reversed(range(len(blocks))):
                if self._last_use[id(blocks[place])] < oldest and _free(blocks, place):
                    del self._last_use[id(blocks[place])]
                    del blocks[place]


def _free(blocks: list[np.ndarray], place: int) -> bool:
    # one reference is the list's, one the argument of getrefcount
    return sys.getrefcount(blocks[place]) == 2


def _rounded(size: int) -> int:
    """Up to the next multiple of an eighth of a power of two, so that sizes that are nearly equal share blocks."""
    step = 2 ** (size.bit_length() - 4)
    return -(-size // step) * step


_store = _Store()
