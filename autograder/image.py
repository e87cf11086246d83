"""An image in a report: its numbers on squares whose colour says how large they are, and of which sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

LARGEST = 14  # rows or columns
_PLUS, _MINUS, _BAD = "230,159,0", "86,180,233", "213,94,0"  # Okabe and Ito's; the sign says the same
_CELL = "border:none;text-align:center;min-width:2.2em;padding:2px 3px;font-size:smaller;"

Rows = list[list[float]]


def rows_of(value: Any) -> Rows | None:
    """The rows of an image of one channel, whatever axes of length 1 it has; None for what is no such image."""
    if not isinstance(value, np.ndarray) or value.ndim < 3 or value.dtype.kind not in "biuf":
        return None
    image = value.squeeze()
    if image.ndim != 2 or max(image.shape) > LARGEST or not np.isfinite(image).all():
        return None
    return [[float(f"{number:.4g}") for number in row] for row in image]


def images_of(failure: Mapping[str, Any]) -> dict[str, Rows]:
    """The images among the values of a failure in a report, by name, without what is not whole."""
    found = failure.get("images")
    if not isinstance(found, Mapping):
        return {}
    return {str(name): rows for name, rows in found.items() if _is_image(rows)}


def as_html(rows: Rows, expected: Rows | None = None) -> str:
    """The image as a table; where `expected` is of its shape, what differs is framed."""
    scale = max(abs(number) for row in rows for number in row) or 1.0
    same_shape = expected is not None and list(map(len, expected)) == list(map(len, rows))
    lines = []
    for i, row in enumerate(rows):
        cells = []
        for j, number in enumerate(row):
            colour = f"background:rgba({_PLUS if number > 0 else _MINUS},{0.7 * abs(number) / scale:.2f});"
            wrong = same_shape and expected is not None and abs(number - expected[i][j]) > 2e-3 * max(scale, 1.0)
            frame = f"box-shadow:inset 0 0 0 2px rgb({_BAD});" if wrong else ""
            cells.append(f'<td style="{_CELL}{colour}{frame}">{escape(f"{number:.4g}")}</td>')
        lines.append(f'<tr style="background:none">{"".join(cells)}</tr>')
    return f'<table style="border-collapse:collapse;margin:2px 0">{"".join(lines)}</table>'


def _is_image(rows: Any) -> bool:
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not 0 < len(rows) <= LARGEST:
        return False
    lines = all(isinstance(row, Sequence) and not isinstance(row, str) and 0 < len(row) <= LARGEST for row in rows)
    return lines and all(isinstance(n, (int, float)) and abs(n) < float("inf") for row in rows for n in row)
