"""Matrix products in pieces of the size that BLAS multiplies fastest, and sums over rows as one of them."""

from __future__ import annotations

import numpy as np

PIECE = 1_000_000
"""Multiplications in a piece: OpenBLAS takes up to 100³ as they lie, and rearranges larger matrices first."""

LEAST = 64
"""Rows, or terms of a sum, below which a piece isn't worth it: then all are one product."""


def pieces(length: int, size: int) -> tuple[int, int]:
    """How many pieces, and how long, for `length` rows, or terms of a sum, of `size` multiplications each.

    What is left over, less than one row a piece, is for the caller.
    """
    most = PIECE // size
    count = max(-(-length // most), 1) if most >= LEAST else 1
    return count, length // count


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """out = a b, for a tall matrix a of shape (rows, k) and a small one b of shape (k, m)."""
    # a stack of products is one call, during which no other thread waits for Python's lock
    stacked, left_over = _stack(a, b.size)
    results, rest = _stack(out, out.shape[1] * b.shape[0])
    np.matmul(stacked, b, out=results)
    if len(left_over):
        np.matmul(left_over, b, out=rest)


def add_product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """out += aᵀ b, for two tall matrices of shapes (terms, k) and (terms, m)."""
    firsts, left_over = _stack(a, out.size)
    seconds, rest = _stack(b, out.size)
    out += (firsts.transpose(0, 2, 1) @ seconds).sum(axis=0)
    if len(left_over):
        out += left_over.T @ rest


def _stack(tall: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A tall matrix as a stack of pieces, and the rows that are left over."""
    count, length = pieces(len(tall), size)
    return tall[: count * length].reshape(count, length, tall.shape[1]), tall[count * length :]


def sum_of_rows(x: np.ndarray) -> np.ndarray:
    """Σ over all axes but the last, (…, m) → (m,): a row of ones times a matrix is much faster than NumPy's sum."""
    rows = x.reshape(-1, x.shape[-1])
    return (np.ones((1, len(rows)), x.dtype) @ rows)[0]
