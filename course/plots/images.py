"""Small images in rows, each with a word under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course.errors import check_integer
from course.plots.figures import figure_of, subplots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show_images(
    images: np.ndarray,
    captions: Sequence[Any] | None = None,
    *,
    columns: int = 10,
    title: str = "Images",
    ink: bool = True,
) -> Figure:
    """Images side by side, all on one scale of brightness.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 1), or (n, height, width, 3) in [0, 1]
    captions : n words or numbers, optional
        What stands under each image.
    columns : int
        Images in a full row, which is as wide as the notebook.
    title : str
    ink : bool
        Large values dark, as ink on paper; else bright, as light on the sky. It matters for one channel alone.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        Where the images have another shape, or the captions are not as many as the images.
    """
    images = np.asarray(images)
    check_integer("show_images", "columns", columns, minimum=1)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if len(images) == 0 or images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] != 3):
        raise ValueError(
            "show_images: images must have shape (n, height, width), (n, height, width, 1) or "
            f"(n, height, width, 3) with n at least 1, got {images.shape}"
        )
    if captions is not None and len(captions) != len(images):
        raise ValueError(f"show_images: captions must be {len(images)}, one an image, got {len(captions)}")

    side = 8.4 / columns
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = side * images.shape[1] / images.shape[2] + (0.26 if captions is not None else 0.06)
    figure, axes = subplots(rows, columns, size=(max(side * columns, 3.6), height * rows + 0.35))
    figure.suptitle(title, fontsize=12)
    grey = {"cmap": "gray_r" if ink else "gray", "vmin": images.min(), "vmax": images.max()}
    for i, ax in enumerate(np.ravel(axes)):
        ax.set_axis_off()
        if i < len(images):
            ax.imshow(images[i], interpolation="nearest", **grey)
            if captions is not None:
                ax.text(0.5, -0.05, str(captions[i]), transform=ax.transAxes, ha="center", va="top", fontsize=10)
    seen = "" if captions is None else ": " + ", ".join(str(caption) for caption in captions)
    return figure_of(np.ravel(axes)[0], f"{title}: {len(images)} small images{seen}.")
