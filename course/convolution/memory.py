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


class _Store:
    """Blocks of bytes by their size. A block is free if the store alone refers to it: each view of it would, too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: defaultdict[int, list[np.ndarray]] = defaultdict(list)
        self._last_use: dict[int, int] = {}
        self._requests = 0

    def find(self, size: int) -> np.ndarray:
        size = _rounded(size)
        with self._lock:
            self._requests += 1
            block = next((block for block in self._blocks[size] if sys.getrefcount(block) == _FREE), None)
            if block is None:
                self._give_back()
                block = np.empty(size, np.uint8)
                self._blocks[size].append(block)
            self._last_use[id(block)] = self._requests
            return block

    def _give_back(self) -> None:
        for size, blocks in self._blocks.items():
            self._blocks[size] = [block for block in blocks if not self._stale(block)]
        known = {id(block) for blocks in self._blocks.values() for block in blocks}
        self._last_use = {key: use for key, use in self._last_use.items() if key in known}

    def _stale(self, block: np.ndarray) -> bool:
        return self._last_use[id(block)] < self._requests - REQUESTS and sys.getrefcount(block) == _FREE


_store = _Store()
