"""Feature maps: what each layer of a trained network makes of an image, and what a number of it sees (lesson 6)."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from course.errors import check_integer, check_numbers, either
from course.models.network import Network
from course.widgets.explorable import Checked, Explorable, diverging, script, style
from course.widgets.trace import Range, Stop, trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHERE = "FeatureMaps"
LARGEST = 128
"""Pixels a side: an image's maps must reach the browser in a moment."""


class FeatureMaps(Explorable):
    """The feature maps of a network on an image of your choice, layer by layer.

    Left the image, in the middle all maps of a layer, right one of them, large: under the pointer (or the arrow keys)
    its numbers, and in the image the receptive field of the number, as far as it lies in the image. Orange is above
    zero, blue below. The kernel computes the maps of the image and the layer that are chosen.

    Parameters
    ----------
    model : a built network of one input of shape (h, w, channels), trained or not: Sequential or Model, with any
        layers, branches and models in it.
    images : array of shape (n, h, w, channels), of at most 128×128 pixels each, on the scale that the model was
        trained on.
    image : which of them to begin with.
    layer : the name or the number of the layer to begin with; 0 is the input, −1 the last that gives images. The
        first layer if left out.
    map : which of its maps.

    Attributes
    ----------
    image, layer, map : as chosen by the hand, to read and to set; a layer as its number.
    names : the names of the layers that give images, "input" first.

    Raises
    ------
    TypeError, ValueError
        If the model takes no images or isn't built, the images don't fit it, or a number or name isn't there.

    Examples
    --------
    >>> from course import Sequential, layers
    >>> stack = [layers.Conv2D(4, 3, name="conv"), layers.MaxPool2D(2, name="pool")]
    >>> model = Sequential([layers.Input((8, 8, 1)), *stack])
    >>> explorer = FeatureMaps(model, np.zeros((5, 8, 8, 1)), layer="pool")
    >>> explorer.maps().shape, explorer.receptive_field(0, 2)
    ((3, 3, 4), ((0, 3), (4, 7)))
    """

    _esm = script("featuremaps.js")
    _css = style("featuremaps")

    image = Checked(0, lambda value: check_integer(WHERE, "image", value, minimum=0)).tag(sync=True)
    layer = Checked(0, lambda value: value).tag(sync=True)
    map = Checked(0, lambda value: check_integer(WHERE, "map", value, minimum=0)).tag(sync=True)
    count = traitlets.Int(read_only=True).tag(sync=True)
    stops: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    """Name and shape of each layer that gives images."""
    result = traitlets.Dict(read_only=True).tag(sync=True)
    """The image and the layer that are computed, under "of", and what came of them."""

    def __init__(
        self, model: Network, images: Any, image: int = 0, layer: int | str | None = None, map: int = 0
    ) -> None:
        self._model, self._images = _check_model(model), _check_images(model, images)
        stops, _ = trace(model, self._images[0])
        self._shapes = {stop.name: stop.maps.shape for stop in stops}
        super().__init__()
        self.set_trait("count", len(self._images))
        self.set_trait("stops", [{"name": name, "shape": list(shape)} for name, shape in self._shapes.items()])
        self.layer = min(1, len(self._shapes) - 1) if layer is None else layer
        self.image, self.map = image, map
        self.refresh()
        self.observe(self._follow, names=["image", "layer"])

    @property
    def names(self) -> list[str]:
        """The names of the layers that give images, "input" first; those in a model within carry its name."""
        return list(self._shapes)

    def maps(self) -> np.ndarray:
        """The maps of the chosen layer on the chosen image, of shape (h, w, channels)."""
        return self._stop().maps

    def receptive_field(self, row: int, column: int) -> tuple[Range, Range]:
        """The first and the last row of the image, and column, that a number of the chosen layer sees.

        None stands for no pixel at all, where it sees nothing but zeros of a padding.
        """
        rows, columns = self._stop().sight
        for name, place, ranges in (("row", row, rows), ("column", column, columns)):
            if not 0 <= check_integer(f"{WHERE}.receptive_field", name, place) < len(ranges):
                raise ValueError(f"{WHERE}.receptive_field: {name} must be from 0 to {len(ranges) - 1}, got {place}")
        return rows[row], columns[column]

    def refresh(self) -> None:
        """Compute anew, as after more training."""
        stops, outputs = trace(self._model, self._images[self.image])
        stop = stops[self.layer]
        rows, columns = stop.sight
        self.set_trait(
            "result",
            {
                "of": {"image": self.image, "layer": self.layer},
                "pixels": _packed(stops[0].maps),
                "maps": _packed(stop.maps.transpose(2, 0, 1)),
                "rows": rows,
                "columns": columns,
                "output": _answer(outputs),
            },
        )

    def describe(self) -> str:
        """The image, the layer and the map, and its range."""
        shown = self.maps()[:, :, self.map]
        return (
            f"{WHERE}: image {self.image} of {self.count}, {self.names[self.layer]}, map {self.map} of "
            f"{self._shapes[self.names[self.layer]][2]} ({shown.shape[0]}×{shown.shape[1]}), "
            f"from {shown.min():.3g} to {shown.max():.3g}{'; ' if self.result['output'] else ''}{self.result['output']}"
        )

    def draw(self, figure: Figure) -> None:
        """Draw the image, up to 36 maps of the layer, and the chosen one large with its strongest number's field."""
        from matplotlib.patches import Rectangle

        figure.suptitle(self.describe().removeprefix(f"{WHERE}: "), fontsize=10)
        left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.3, 1.5))
        for axes in (left, middle, right):
            axes.set(xticks=[], yticks=[])
        image, maps = self._images[self.image], self.maps()
        low, high = float(image.min()), float(image.max())
        coloured = image.shape[2] == 3
        left.imshow((image - low) / (high - low or 1) if coloured else image[:, :, 0], cmap="gray")
        left.set_title("image")
        row, column = np.unravel_index(np.abs(maps[:, :, self.map]).argmax(), maps.shape[:2])
        rows, columns = self.receptive_field(int(row), int(column))
        if rows and columns:
            corner = (columns[0] - 0.5, rows[0] - 0.5)
            size = (columns[1] - columns[0] + 1, rows[1] - rows[0] + 1)
            left.add_patch(Rectangle(corner, *size, fill=False, edgecolor="#e69f00", linewidth=2.5))

        _show(middle, _mosaic(maps[:, :, :36]))
        middle.set_title("maps" if maps.shape[2] <= 36 else f"36 of {maps.shape[2]} maps")
        _show(right, maps[:, :, self.map])
        right.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="black", linewidth=2))
        right.set_title(f"map {self.map}")

    def _stop(self) -> Stop:
        return trace(self._model, self._images[self.image])[0][self.layer]

    def _follow(self, change: Any) -> None:
        self.map = min(self.map, list(self._shapes.values())[self.layer][2] - 1)
        self.refresh()

    @traitlets.validate("image", "layer", "map")
    def _there(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        names = self.names
        if name == "layer":
            if isinstance(value, str):
                if value not in names:
                    raise ValueError(f"{WHERE}: layer must be {either(names)}, which give images, got {value!r}")
                return names.index(value)
            value = check_integer(WHERE, "layer", value)
            value += len(names) if value < 0 else 0
        most = {"image": len(self._images), "layer": len(names), "map": self._shapes[names[self.layer]][2]}[name] - 1
        if not 0 <= value <= most:
            raise ValueError(f"{WHERE}: {name} must be an integer from 0 to {most}, got {proposal['value']}")
        return value


def _check_model(model: Any) -> Network:
    if not isinstance(model, Network):
        raise TypeError(f"{WHERE}: model must be a Sequential or a Model, got {model!r}")
    if not model.built:
        raise ValueError(f"{WHERE}: {model.label} isn't built yet: give its first layer input_shape=, or fit it first")
    shapes = [symbol.shape[1:] for symbol in model.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 3:
        raise ValueError(f"{WHERE}: model must take one image of shape (h, w, channels), but takes {shapes}")
    return model


def _check_images(model: Network, images: Any) -> np.ndarray:
    array = check_numbers(WHERE, "images", images)
    expected = model.inputs[0].shape[1:]
    if array.ndim == 3:
        raise ValueError(
            f"{WHERE}: images must have shape (n, h, w, channels), got {array.shape}; "
            f"one image is images[None], and images without channels are images[..., None]"
        )
    fits = array.ndim == 4 and all(want in (None, got) for want, got in zip(expected, array.shape[1:], strict=True))
    if not fits or not array.size:
        wanted = ", ".join("any" if length is None else str(length) for length in expected)
        raise ValueError(f"{WHERE}: images must have shape (n, {wanted}), got {array.shape}")
    if max(array.shape[1:3]) > LARGEST:
        raise ValueError(f"{WHERE}: images must have at most {LARGEST}×{LARGEST} pixels, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{WHERE}: images must hold finite numbers")
    return array.astype(model.inputs[0].dtype)


def _packed(array: np.ndarray) -> dict[str, Any]:
    """Shape and float32 numbers, as text that a browser unpacks at once."""
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}


def _answer(outputs: list[np.ndarray]) -> str:
    """What the network says, where it gives one number or one for each class."""
    if len(outputs) != 1 or outputs[0].ndim != 2:
        return ""
    values = outputs[0][0]
    if len(values) == 1:
        return f"the model says {values[0]:.3g}"
    probabilities = values.min() >= 0 and abs(values.sum() - 1) < 1e-3
    return f"{'the model says' if probabilities else 'largest output:'} {values.argmax()} ({values.max():.2f})"


def _mosaic(maps: np.ndarray) -> np.ndarray:
    """Maps of shape (h, w, channels) beside each other, each from −1 to 1, with a gap that is not a number."""
    h, w, count = maps.shape
    side = math.ceil(math.sqrt(count))
    gap = max(1, w // 12)
    mosaic = np.full((-(-count // side) * (h + gap) - gap, side * (w + gap) - gap), np.nan)
    for number in range(count):
        top, left = number // side * (h + gap), number % side * (w + gap)
        shown = maps[:, :, number]
        mosaic[top : top + h, left : left + w] = shown / (np.abs(shown).max() or 1.0)
    return mosaic


def _show(axes: Axes, numbers: np.ndarray) -> None:
    limit = float(np.nanmax(np.abs(numbers))) or 1.0
    axes.imshow(numbers, cmap=diverging(), vmin=-limit, vmax=limit)
