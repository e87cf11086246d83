"""Helpers that programs call by Keras's names, and the two counters behind them: automatic names and seeds.

Weights and shuffles draw from generators that descend from one `SeedSequence` a model. `set_random_seed` fixes the
sequence from which models made afterwards take theirs; NumPy's own global generator is never used or touched.
"""

from __future__ import annotations

import re
from collections import Counter
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from course.errors import check_integer, either

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_names: Counter[str] = Counter()
_seeds = np.random.SeedSequence()


def set_random_seed(seed: int) -> None:
    """Make what follows repeatable: each model or layer made from now on has a seed that descends from `seed`.

    Parameters
    ----------
    seed : int, 0 or more

    Notes
    -----
    Data that you draw yourself are yours to seed: `rng = np.random.default_rng(seed)`.
    """
    global _seeds
    _seeds = np.random.SeedSequence(seed)


def next_seed() -> np.random.SeedSequence:
    """The seed of the next model that wasn't given one: unpredictable, or settled by `set_random_seed`."""
    return _seeds.spawn(1)[0]


def clear_session() -> None:
    """Start counting automatic names from the beginning: the next Dense is `dense` again."""
    _names.clear()


def snake_case(name: str) -> str:
    """A class's name as Keras spells it for layers: `MaxPooling2D` is `max_pooling2d`, `ReLU` is `re_lu`."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def automatic_name(prefix: str) -> str:
    """`dense`, then `dense_1`, `dense_2` …, counted over the session."""
    count = _names[prefix]
    _names[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def to_categorical(x: np.ndarray, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as one-hot rows: 2 of 4 classes is [0, 0, 1, 0].

    Parameters
    ----------
    x : array of integers, any shape (a last axis of length 1 is dropped)
        Class numbers from 0.
    num_classes : int, optional
        Length of a row; the largest class number plus one if left out.

    Returns
    -------
    ndarray of float32, shape (*x.shape, num_classes)

    Raises
    ------
    ValueError
        If `x` isn't made of whole numbers in [0, num_classes).
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "iufb" or not np.all(labels == labels.astype(np.int64, copy=False)):
        raise ValueError(f"to_categorical: x must hold whole numbers, got {labels.dtype} {_excerpt(labels)}")
    labels = labels.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    classes = int(num_classes) if num_classes is not None else int(labels.max(initial=-1)) + 1
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"to_categorical: x must hold class numbers from 0 to {classes - 1} (num_classes={classes}), "
            f"got numbers from {labels.min()} to {labels.max()}"
        )
    one_hot = np.zeros((*labels.shape, classes), dtype=np.float32)
    np.put_along_axis(one_hot, labels[..., None], 1.0, axis=-1)
    return one_hot


def plot_model(
    model: Any,
    to_file: str | PathLike[str] | None = None,
    show_shapes: bool = False,
    show_layer_names: bool = False,
    dpi: int = 200,
) -> Figure:
    """Draw a model's layers, as `course.plots.draw_model` does, by Keras's name.

    Parameters
    ----------
    model : Model or Sequential
    to_file : str or path, optional
        Where to save the drawing, too: its ending (png, svg, pdf …) says how.
    show_shapes, show_layer_names : bool
        Write the shapes of the outputs, the automatic names.
    dpi : int
        Pixels an inch of the file.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When `to_file` has another ending.
    """
    from course.plots.graph import draw_model

    pixels = check_integer("plot_model", "dpi", dpi, minimum=1)
    figure = draw_model(model, shapes=show_shapes, names=show_layer_names)
    if to_file is not None:
        endings = list(figure.canvas.get_supported_filetypes())
        if Path(to_file).suffix[1:].lower() not in endings:
            raise ValueError(f"plot_model: to_file must end in {either(endings)}, got '{to_file}'")
        figure.savefig(to_file, dpi=pixels)
    return figure


def _excerpt(values: np.ndarray) -> str:
    return np.array2string(values.ravel()[:4], separator=", ") + (" …" if values.size > 4 else "")
