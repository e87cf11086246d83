"""Data augmentation: each image of a batch changed at random in a way that leaves its label true; only while training.

A galaxy that is mirrored, turned or moved is the same kind of galaxy, so a network that sees it in all these ways
learns what doesn't depend on them, as if there were more data. Choose only changes that keep the labels: a digit that
is turned by 180° may be another digit (6 and 9), and where the label is a map (a mask, another image), the map would
have to be changed with the image, which these layers can't know.

Put them first in a model, or call them: `RandomFlip()(images, training=True)`. Noise, which keeps labels too, is
`GaussianNoise`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from course.errors import check_choice, check_integer, check_number
from course.layers.arguments import Shapes, check_axes, with_batch
from course.layers.base import Layer, LayerOptions, Shape
from course.layers.sliding import AXES


class _Augmentation(Layer):
    """What all have in common: images in, as many images of the same shape out, drawn with the layer's generator."""

    def __init__(self, seed: int | None = None, **options: Unpack[LayerOptions]) -> None:
        super().__init__(**options)
        self.seed = None if seed is None else check_integer(type(self).__name__, "seed", seed, minimum=0)
        if seed is not None:
            self.rng = np.random.default_rng(seed)

    def output_shape(self, input_shape: Shapes) -> Shape:
        return check_axes(self.label, input_shape, AXES[2])

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, **super().get_config()}


class RandomFlip(_Augmentation):
    """Mirror each image with probability ½: left and right, up and down, or each of both.

    Parameters
    ----------
    mode : "horizontal_and_vertical", "horizontal" or "vertical"
        "horizontal" swaps left and right.
    seed : int, optional
        For draws that don't descend from the model's seed.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    modes = ("horizontal_and_vertical", "horizontal", "vertical")

    def __init__(
        self, mode: str = "horizontal_and_vertical", seed: int | None = None, **options: Unpack[LayerOptions]
    ) -> None:
        super().__init__(seed, **options)
        self.mode = check_choice("RandomFlip", "mode", mode, self.modes)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        if not training:
            return x, None
        axes = [axis for axis, word in ((1, "vertical"), (2, "horizontal")) if word in self.mode]
        mirrored = [(axis, self.rng.random(len(x)) < 0.5) for axis in axes]
        return _mirror(x, mirrored), mirrored

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy if cache is None else _mirror(dy, cache)

    def get_config(self) -> dict[str, Any]:
        return {"mode": self.mode, **super().get_config()}


class RandomRotation90(_Augmentation):
    """Turn each image by 0°, 90°, 180° or 270°, each with probability ¼; images must be square.

    Other angles would mix neighbouring pixels and their noise; these and `RandomFlip` are the eight symmetries of the
    square. (Keras's RandomRotation turns by any angle.)

    Parameters
    ----------
    seed : int, optional
        For draws that don't descend from the model's seed.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.
    """

    def output_shape(self, input_shape: Shapes) -> Shape:
        height, width, _ = shape = super().output_shape(input_shape)
        if height != width:
            raise ValueError(f"{self.label}: images must be square, got inputs of shape {with_batch(shape)}")
        return shape

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        if not training:
            return x, None
        quarters = self.rng.integers(4, size=len(x))
        return _turn(x, quarters), quarters

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        return dy if cache is None else _turn(dy, -cache % 4)


class RandomTranslation(_Augmentation):
    """Move each image by a random number of whole pixels down (or up) and to the right (or left).

    Parameters
    ----------
    height_factor, width_factor : float or (float, float)
        How far at most, as a fraction of the height or width: 0.1 moves by up to a tenth to either side. A pair gives
        the least and the most, positive down and to the right: (0, 0.1).
    fill_mode : "reflect", "nearest", "wrap" or "constant"
        What comes in from outside: the image mirrored at its edge (c b a | a b c), its edge (a a a | a b c), its
        other side (a b c | a b c), or `fill_value`.
    fill_value : float
    seed : int, optional
        For draws that don't descend from the model's seed.
    **options
        name, trainable, dtype, input_shape, input_dim: see `Layer`.

    Notes
    -----
    Keras's layer of this name also moves by fractions of a pixel, which blurs the image.
    """

    fill_modes = ("reflect", "nearest", "wrap", "constant")

    def __init__(
        self,
        height_factor: float | Sequence[float],
        width_factor: float | Sequence[float],
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        seed: int | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(seed, **options)
        self.height_factor = _range("height_factor", height_factor)
        self.width_factor = _range("width_factor", width_factor)
        self.fill_mode = check_choice("RandomTranslation", "fill_mode", fill_mode, self.fill_modes)
        self.fill_value = check_number("RandomTranslation", "fill_value", fill_value)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        if not training:
            return x, None
        number, height, width, _ = x.shape
        rows = self._sources(number, height, self.height_factor)
        columns = self._sources(number, width, self.width_factor)
        y = x[np.arange(number)[:, None, None], rows[:, :, None], columns[:, None, :]]
        if self.fill_mode == "constant":
            y[(rows < 0)[:, :, None] | (columns < 0)[:, None, :]] = self.fill_value
        return y, (rows, columns)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Each pixel gathers the gradients of the places to which it was moved."""
        if cache is None:
            return dy
        # 1 where a place (n, to, ·) takes its pixel (n, ·, from); a row of zeros where it takes none
        rows, columns = ((index[:, :, None] == np.arange(index.shape[1])).astype(dy.dtype) for index in cache)
        return np.einsum("nih,nijc,njw->nhwc", rows, dy, columns, optimize=True)

    def get_config(self) -> dict[str, Any]:
        return {
            "height_factor": list(self.height_factor),
            "width_factor": list(self.width_factor),
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            **super().get_config(),
        }

    def _sources(self, number: int, length: int, factor: tuple[float, float]) -> np.ndarray:
        """Where each place along an axis takes its pixel from, (number, length): −1 for nowhere."""
        way = np.rint(self.rng.uniform(*factor, size=(number, 1)) * length).astype(int)
        place = np.arange(length) - way
        if self.fill_mode == "nearest":
            return place.clip(0, length - 1)
        if self.fill_mode == "wrap":
            return place % length
        if self.fill_mode == "reflect":
            # once more mirrored, the row and its mirror image repeat
            there = place % (2 * length)
            return np.minimum(there, 2 * length - 1 - there)
        return np.where((place >= 0) & (place < length), place, -1)


def _mirror(x: np.ndarray, mirrored: list[tuple[int, np.ndarray]]) -> np.ndarray:
    """A copy in which some of the images are mirrored along an axis, some along the next."""
    y = x.copy()
    for axis, chosen in mirrored:
        y[chosen] = np.flip(y[chosen], axis)
    return y


def _turn(x: np.ndarray, quarters: np.ndarray) -> np.ndarray:
    """Each image turned to the left by a number of quarters."""
    y = x.copy()
    for quarter in (1, 2, 3):
        chosen = quarters == quarter
        y[chosen] = np.rot90(x[chosen], quarter, axes=(1, 2))
    return y


def _range(name: str, factor: Any) -> tuple[float, float]:
    """(least, most), of one number for both sides or of a pair."""
    if isinstance(factor, (tuple, list)):
        if len(factor) != 2:
            raise ValueError(f"RandomTranslation: {name} must be a number or (least, most), got {factor!r}")
        least, most = sorted(check_number("RandomTranslation", name, one, minimum=-1, maximum=1) for one in factor)
        return least, most
    most = check_number("RandomTranslation", name, factor, minimum=0, maximum=1)
    return -most, most
