"""Points drawn by hand on the playground's plane: what they may be, and how a state spells them."""

import base64
import binascii
from typing import Any

import numpy as np

REACH = 3.0
"""The plane is shown from −3 to 3."""

PARTS = 40
"""Coordinates are kept in fortieths: finer than a hand can draw, and a byte in the state."""

MOST_POINTS = 300

Points = tuple[tuple[float, float, int], ...]
"""(x₁, x₂, class 0 or 1) of each point."""


def check_points(where: str, value: Any) -> Points:
    """The points, their coordinates rounded to fortieths.

    Raises
    ------
    ValueError
        If they aren't of shape (n, 3), too many, beyond the plane, or of another class.
    """
    try:
        array = np.asarray(value, dtype=np.float64).reshape(len(value), 3)
    except (TypeError, ValueError):
        array = np.full((1, 3), np.nan)
    coordinates, labels = array[:, :2], array[:, 2]
    if len(array) > MOST_POINTS or not (np.abs(coordinates) <= REACH).all() or not np.isin(labels, (0, 1)).all():
        raise ValueError(
            f"{where}: points must be up to {MOST_POINTS} of the form (x₁, x₂, class), with coordinates from "
            f"−{REACH:g} to {REACH:g} and classes 0 and 1, got {_cut(repr(value))}"
        )
    rounded = np.round(coordinates * PARTS) / PARTS + 0.0  # no −0, which would look like another point
    return tuple((float(x), float(y), int(label)) for (x, y), label in zip(rounded, labels, strict=True))


def encode(points: Points) -> str:
    """The points as text: those of class 0, a dot, those of class 1; two bytes a point in URL-safe base64."""
    kinds = [[point[:2] for point in points if point[2] == label] for label in (0, 1)]
    numbers = (np.round(np.array(kind).reshape(-1, 2) * PARTS).astype(np.int8) for kind in kinds)
    return ".".join(base64.urlsafe_b64encode(each.tobytes()).decode() for each in numbers)


def decode(text: str) -> Points:
    """The points that `encode` spelled, class 0 first.

    Raises
    ------
    ValueError
        If it isn't such a text.
    """
    kinds = text.split(".")
    if len(kinds) != 2:
        raise ValueError("points must be two texts with a dot between")
    points: list[tuple[float, float, int]] = []
    for label, kind in enumerate(kinds):
        try:
            numbers = np.frombuffer(base64.urlsafe_b64decode(kind.encode()), dtype=np.int8).reshape(-1, 2) / PARTS
        except binascii.Error as error:
            raise ValueError(str(error)) from None
        points += [(float(x), float(y), label) for x, y in numbers]
    return tuple(points)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
