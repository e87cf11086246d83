"""Matrix products in pieces of the size that BLAS multiplies fastest, and sums over rows as one of them."""

from __future__ import annotations

import numpy as np

PIECE = 1_000_000
"""Multiplications in a piece: OpenBLAS takes up to 100³ as they lie, and rearranges larger matrices first."""

LEAST = 64
"""Rows, or terms of a sum, below which a piece isn't worth a call."""


def pieces(length: int, size: int) -> list[slice]:
    """`length` rows, or terms of a sum, of `size` multiplications each, in pieces of equal length."""
    count = -(-length // max(PIECE // size, LEAST))
    return [slice(piece * length // count, (piece + 1) * length // count) for piece in range(count)]


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """out = a b, for a tall matrix a of shape (rows, k) and a small one b of shape (k, m)."""
    for rows in pieces(len(a), b.size):
        np.matmul(a[rows], b, out=out[rows])


def add_product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """out += aᵀ b, for two tall matrices of shapes (terms, k) and (terms, m)."""
    for terms in pieces(len(a), a.shape[1] * b.shape[1]):
        out += a[terms].T @ b[terms]


def sum_of_rows(x: np.ndarray) -> np.ndarray:
    """Σ over all axes but the last, (…, m) → (m,): a row of ones times a matrix is much faster than NumPy's sum."""
    rows = x.reshape(-1, x.shape[-1])
    return (np.ones((1, len(rows)), x.dtype) @ rows)[0]
