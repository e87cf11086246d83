"""Images of one object each, shipped without noise in one byte a pixel: packing, unpacking, adding the noise.

The noise is drawn when the images are loaded, always the same: noise doesn't compress, and without it the same
file serves where the light alone is wanted.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course.errors import check_number

SETS = ("train", "val", "test")
PIXEL = 0.1
"""Side of a pixel in arcseconds."""

Examples = tuple[np.ndarray, np.ndarray]


def pack(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images in one byte a pixel.

    A byte counts in steps of the square root of the brightness, so that the faint outskirts get as many of the
    256 levels as the bright core: the rounding is at most √(brightness · peak) / 255.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), the peak of each more than 0; what is below 0 becomes 0

    Returns
    -------
    levels : uint8 ndarray of shape (n, height, width)
    peaks : float32 ndarray of shape (n,), the brightest pixel of each image
    """
    peaks = images.max(axis=(1, 2)).astype(np.float32)
    share = np.clip(images / peaks[:, None, None], 0, 1)
    return np.rint(255 * np.sqrt(share)).astype(np.uint8), peaks


def unpack(levels: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """The images that `pack` packed, as float32."""
    return (levels.astype(np.float32) / 255) ** 2 * peaks[:, None, None]


def save(path: Path, sets: Mapping[str, Examples]) -> None:
    """Write the images (n, height, width) and the labels (n,), 0 to 255, of each of the sets to `path`."""
    arrays: dict[str, Any] = {}
    for name, (images, labels) in sets.items():
        arrays[f"x_{name}"], arrays[f"peaks_{name}"] = pack(images)
        arrays[f"y_{name}"] = labels.astype(np.uint8)
    np.savez_compressed(path, **arrays)


def load(where: str, path: Path, noise: float, seed: int) -> tuple[Examples, Examples, Examples]:
    """Images (float32) and labels (int64) of the three sets that `save` wrote, with noise.

    Parameters
    ----------
    where : who is asked, for the error message.
    path : the file.
    noise : standard deviation of the noise in a pixel, at least 0.
    seed : of the noise.
    """
    noise = check_number(where, "noise", noise, minimum=0)
    train, val, test = (_examples(path, name, noise, [seed, index]) for index, name in enumerate(SETS))
    return train, val, test


def _examples(path: Path, name: str, noise: float, seed: list[int]) -> Examples:
    with np.load(path) as arrays:
        images = unpack(arrays[f"x_{name}"], arrays[f"peaks_{name}"])
        labels = arrays[f"y_{name}"].astype(np.int64)
    if noise > 0:
        images += noise * np.random.default_rng(seed).standard_normal(images.shape, dtype=np.float32)
    return images, labels
