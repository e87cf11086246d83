"""Matrix products in pieces of the size that BLAS multiplies fastest, and sums over rows as one of them."""

from __future__ import annotations

import numpy as np

PIECE = 1_000_000
"""Multiplications in a piece: OpenBLAS takes up to 100³ as they lie, and rearranges larger matrices first."""

LEAST = 64
"""Rows, or terms of a sum, below which a piece isn't worth it."""


def pieces(length: int, size: int) -> tuple[int, int]:
    """How many pieces, and how long, for `length` rows, or terms of a sum, of `size` multiplications each.

    What is left over, less than one row a piece, is for the caller.
    """
    count = max(-(-length // max(PIECE // size, LEAST)), 1)
    return count, length // count


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """out = a b, for a tall matrix a of shape (rows, k) and a small one b of shape (k, m)."""
    count, length = pieces(len(a), b.size)
    whole = count * length
    # a stack of products is one call, in which NumPy holds no lock that another thread could wait for
    np.matmul(a[:whole].reshape(count, length, -1), b, out=out[:whole].reshape(count, length, -1))
    if whole < len(a):
        np.matmul(a[whole:], b, out=out[whole:])


def add_product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """out += aᵀ b, for two tall matrices of shapes (terms, k) and (terms, m)."""
    count, length = pieces(len(a), a.shape[1] * b.shape[1])
    whole = count * length
    stack = a[:whole].reshape(count, length, -1).transpose(0, 2, 1)
    out += (stack @ b[:whole].reshape(count, length, -1)).sum(axis=0)
    if whole < len(a):
        out += a[whole:].T @ b[whole:]


def sum_of_rows(x: np.ndarray) -> np.ndarray:
    """Σ over all axes but the last, (…, m) → (m,): a row of ones times a matrix is much faster than NumPy's sum."""
    rows = x.reshape(-1, x.shape[-1])
    return (np.ones((1, len(rows)), x.dtype) @ rows)[0]
