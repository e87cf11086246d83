"""Augmentation: some images as a network sees them, epoch by epoch (lesson 7)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import traitlets

from course import layers
from course.errors import check_choice, check_flag, check_integer, check_number, check_numbers
from course.widgets.draws import normal, uniform
from course.widgets.explorable import Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHERE = "AugmentationPreview"
MOST_IMAGES, LARGEST = 8, 64
FLIPS = ("none", *layers.RandomFlip.modes)
FURTHEST, STRONGEST = 0.5, 2.0
"""The largest shift, as a fraction of the image, and the largest noise."""
ROWS = 4
"""Epochs that are shown at once."""
NOISE_SEEDS = 1_000_000
"""From here on the draws are of noise."""


class AugmentationPreview(Explorable):
    """What a network gets to see of a few images in each epoch, when they are augmented.

    Above the images as they are, below them in the last four epochs: mirrored, turned by quarters, moved and with
    noise, as `course.layers` does it while training, drawn anew for each image and each epoch. It counts in how many
    ways each image could be seen, and was. Whether a changed image still deserves its label is for you to say.

    Parameters
    ----------
    images : array of shape (n, h, w) or (n, h, w, channels), of 1 or 3 channels; at most 8 images of 64×64 pixels.
    labels : what stands above them, one for each; nothing without it.
    flip : "none", or the mode of `RandomFlip`: "horizontal_and_vertical", "horizontal" (left and right) or "vertical".
    turn : whether `RandomRotation90` comes next; only for square images.
    shift : how far `RandomTranslation` moves them at most, as a fraction of the height and the width, 0 to 0.5.
    fill : what comes in from outside then: "reflect", "nearest", "wrap" or "constant" (zeros).
    noise : the standard deviation of `GaussianNoise`, 0 to 2, in the units of the images.

    Attributes
    ----------
    flip, turn, shift, fill, noise : as chosen by the hand, to read and to set.
    epoch : the last one that is shown, from 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside the range above, or images that are not square are to be turned.

    Examples
    --------
    >>> preview = AugmentationPreview(np.eye(3)[None], flip="horizontal", turn=False)
    >>> preview.ways
    2
    """

    _esm = script("augmentation.js")
    _css = style("augmentation")

    images = traitlets.Dict(read_only=True).tag(sync=True)
    labels: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    flip = Checked(FLIPS[1], lambda value: check_choice(WHERE, "flip", value, FLIPS)).tag(sync=True)
    turn = Checked(True, lambda value: check_flag(WHERE, "turn", value)).tag(sync=True)
    shift = Checked(0.0, lambda value: check_number(WHERE, "shift", value, minimum=0, maximum=FURTHEST)).tag(sync=True)
    fill = Checked(
        "reflect", lambda value: check_choice(WHERE, "fill", value, layers.RandomTranslation.fill_modes)
    ).tag(sync=True)
    noise = Checked(0.0, lambda value: check_number(WHERE, "noise", value, minimum=0, maximum=STRONGEST)).tag(sync=True)
    epoch = Checked(ROWS - 1, lambda value: check_integer(WHERE, "epoch", value, minimum=0)).tag(sync=True)

    def __init__(
        self,
        images: Any,
        labels: Sequence[Any] | None = None,
        *,
        flip: str = "horizontal_and_vertical",
        turn: bool = True,
        shift: float = 0.0,
        fill: str = "reflect",
        noise: float = 0.0,
    ) -> None:
        self._images = _check_images(images)
        super().__init__()
        packed = base64.b64encode(self._images.astype("<f4").tobytes()).decode()
        self.set_trait("images", {"shape": list(self._images.shape), "data": packed})
        self.set_trait("labels", _check_labels(labels, len(self._images)))
        self.flip, self.turn, self.shift, self.fill, self.noise = flip, turn, shift, fill, noise

    def layers(self) -> list[layers.Layer]:
        """The layers of `course` that do it, as they would stand first in a model."""
        # names of their own, for the automatic ones are counted and belong to the student's models
        stack: list[layers.Layer] = []
        if self.flip != "none":
            stack.append(layers.RandomFlip(self.flip, name="flip"))
        if self.turn:
            stack.append(layers.RandomRotation90(name="turn"))
        if self.shift:
            stack.append(layers.RandomTranslation(self.shift, self.shift, self.fill, name="shift"))
        if self.noise:
            stack.append(layers.GaussianNoise(self.noise, name="noise"))
        return stack

    def views(self, epoch: int) -> np.ndarray:
        """The images as they are seen in an epoch, of shape (n, h, w, channels)."""
        x = self._images
        drawn = _Drawn(check_integer(f"{WHERE}.views", "epoch", epoch, minimum=0), len(x), self.flip)
        for layer in self.layers():
            layer.rng = cast(np.random.Generator, drawn)  # it has what these layers ask for
            x, _ = layer.forward(x, training=True)
        return x

    @property
    def ways(self) -> int:
        """In how many ways an image can be seen, but for noise."""
        turns = {"none": 1, "horizontal": 2, "vertical": 2}.get(self.flip, 4)
        if self.turn:
            turns = 4 if self.flip == "none" else 8
        steps = [2 * round(self.shift * length) + 1 for length in self._images.shape[1:3]]
        return turns * steps[0] * steps[1]

    def describe(self) -> str:
        """The images, the settings, and in how many ways an image can be seen."""
        number, height, width, _ = self._images.shape
        words = {"none": "not mirrored", "horizontal": "mirrored left and right", "vertical": "mirrored up and down"}
        what = [words.get(self.flip, "mirrored left and right and up and down")]
        what += ["turned by quarters"] * self.turn
        what += [f"moved by up to {self.shift:.0%} ({self.fill})"] if self.shift else []
        what += [f"with noise of {self.noise:g}"] if self.noise else []
        return (
            f"{WHERE}: {number} image{'s' * (number > 1)} of {height}×{width}, {', '.join(what)}; "
            f"{self.ways} way{'s' * (self.ways > 1)} to see each; epoch {self.epoch}"
        )

    def draw(self, figure: Figure) -> None:
        """Draw the images as they are, and in the last epochs."""
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: "), fontsize=10)
        epochs = range(self.epoch, max(-1, self.epoch - ROWS), -1)
        rows = [("as it is", self._images), *((f"epoch {epoch}", self.views(epoch)) for epoch in epochs)]
        grid = figure.subplots(len(rows), len(self._images), squeeze=False)
        for line, (name, images) in zip(grid, rows, strict=True):
            for axes, image, original in zip(line, images, self._images, strict=True):
                low, high = float(original.min()), float(original.max())
                grey = ((image - low) / (high - low or 1)).clip(0, 1)
                shown = grey if grey.shape[2] == 3 else grey[:, :, 0]
                axes.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
                axes.set(xticks=[], yticks=[])
            line[0].set_ylabel(name, fontsize=9)
        for axes, label in zip(grid[0], self.labels, strict=False):
            axes.set_title(label, fontsize=9)

    @traitlets.validate("turn")
    def _square(self, proposal: Any) -> bool:
        height, width = self._images.shape[1:3]
        if proposal["value"] and height != width:
            raise ValueError(f"{WHERE}: only square images can be turned, these have {height}×{width}; give turn=False")
        return proposal["value"]


class _Drawn:
    """In the place of a generator: the numbers of an epoch, the same for an image whatever else is drawn."""

    def __init__(self, epoch: int, count: int, flip: str) -> None:
        self._epoch = epoch
        up, left, self._quarter, down, right = uniform(epoch, 5 * count).reshape(count, 5).T
        self._flips = [u for u, word in ((up, "vertical"), (left, "horizontal")) if word in flip]
        self._shifts = [down, right]

    def random(self, size: int) -> np.ndarray:
        return self._flips.pop(0)

    def integers(self, high: int, size: int) -> np.ndarray:
        return (high * self._quarter).astype(int)

    def uniform(self, low: float, high: float, size: tuple[int, int]) -> np.ndarray:
        return low + (high - low) * self._shifts.pop(0)[:, None]

    def standard_normal(self, size: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        return normal(NOISE_SEEDS + self._epoch, int(np.prod(size))).reshape(size)


def _check_images(images: Any) -> np.ndarray:
    array = check_numbers(WHERE, "images", images)
    wanted = f"{WHERE}: images must have shape (n, h, w) or (n, h, w, 1 or 3), with n from 1 to {MOST_IMAGES}"
    shape = array.shape
    array = array[..., None] if array.ndim == 3 else array
    if array.ndim != 4 or array.shape[3] not in (1, 3) or not 1 <= len(array) <= MOST_IMAGES or not array.size:
        raise ValueError(f"{wanted}, got {shape}")
    if max(array.shape[1:3]) > LARGEST:
        raise ValueError(f"{WHERE}: images must have at most {LARGEST}×{LARGEST} pixels, got shape {shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{WHERE}: images must hold finite numbers")
    return array.astype(np.float32)


def _check_labels(labels: Sequence[Any] | None, count: int) -> list[str]:
    if labels is None:
        return []
    if isinstance(labels, str) or np.ndim(labels) != 1 or len(labels) != count:
        raise ValueError(f"{WHERE}: labels must be a list of {count}, one for each image, got {labels!r}")
    return [str(label) for label in labels]
