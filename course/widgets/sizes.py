"""Sizes at a glance: the outputs of a convolution for many kernels and strides, and how far layers see (lesson 5)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from course.errors import check_choice, check_integer
from course.shapes import _sliding, effective_stride, output_size, receptive_field
from course.widgets.explorable import PLUS, Checked, Explorable, script, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHERE = "SizesAtAGlance"
KERNELS, STRIDES = range(1, 10), range(1, 6)
PADDINGS = (0, 1, 2, 3, 4, "same")
AXES = ("i", "k", "s", "p")
MOST_LAYERS = 7
CLASSIC = (("conv", 3, 1), ("conv", 3, 1), ("pool", 2, 2), ("conv", 3, 1), ("pool", 2, 2))


class SizesAtAGlance(Explorable):
    """All output sizes of a convolution or a pooling as a table, and the receptive field, layer by layer.

    Left the outputs for a range of two of: input size i, kernel k, stride s and padding p; the other two are set
    with sliders. A cell under the pointer shows the formula with its numbers, or why there is no output. Right what
    one number of the last layer sees of the image, along one axis; layers can be added and taken away.

    Parameters
    ----------
    size : i, pixels of the input, 1 to 512.
    kernel : k, 1 to 9.
    stride : s, 1 to 5.
    padding : p, zeros on both sides: 0 to 4, "same", or "valid", which is 0.
    layers : up to 7 layers from the image on: (kernel, stride), (kernel, stride, dilation), either of them with
        "conv" or "pool" before it, or layers of `course` (Conv2D, MaxPool2D …, of which the first axis counts).
        Kernels to 15, strides and dilations to 8.
    down, across : two of "i", "k", "s" and "p": what changes from row to row, and from column to column.

    Attributes
    ----------
    size, kernel, … : as moved by the hand, to read and to set; `layers` as lists [kind, kernel, stride, dilation].
    output : the output's size, None where the kernel is larger than the padded input.
    field, step : how many pixels the last layer sees, and how many lie between two of its neighbours.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside the range above.

    Examples
    --------
    >>> SizesAtAGlance(32, kernel=5, stride=2, padding=2).output
    16
    >>> SizesAtAGlance(layers=[(5, 1), ("pool", 2, 2), (5, 1)]).field
    14
    """

    _esm = script("sizes.js")
    _css = style("sizes")

    size = Checked(8, lambda value: _within("size", value, 512)).tag(sync=True)
    kernel = Checked(3, lambda value: _within("kernel", value, KERNELS[-1])).tag(sync=True)
    stride = Checked(1, lambda value: _within("stride", value, STRIDES[-1])).tag(sync=True)
    padding = Checked(0, lambda value: check_choice(WHERE, "padding", 0 if value == "valid" else value, PADDINGS)).tag(
        sync=True
    )
    layers = Checked([list(layer) for layer in CLASSIC], lambda value: _layers(value)).tag(sync=True)
    down = Checked("k", lambda value: check_choice(WHERE, "down", value, AXES)).tag(sync=True)
    across = Checked("i", lambda value: check_choice(WHERE, "across", value, AXES)).tag(sync=True)

    def __init__(
        self,
        size: int = 8,
        kernel: int = 3,
        stride: int = 2,
        padding: int | str = 0,
        layers: Sequence[Any] = CLASSIC,
        *,
        down: str = "k",
        across: str = "i",
    ) -> None:
        if down == across:
            raise ValueError(f"{WHERE}: down and across must differ, got {down!r} for both")
        super().__init__(
            size=size, kernel=kernel, stride=stride, padding=padding, layers=layers, down=down, across=across
        )

    @property
    def output(self) -> int | None:
        """The output's size, None where the kernel is larger than the padded input."""
        return _output(self.size, self.kernel, self.stride, self.padding)

    @property
    def field(self) -> int:
        """How many pixels a number of the last layer sees."""
        return receptive_field(layer[1:] for layer in self.layers)

    @property
    def step(self) -> int:
        """How many pixels lie between two neighbours of the last layer."""
        return effective_stride(layer[1:] for layer in self.layers)

    def describe(self) -> str:
        """The output of the chosen convolution, and the receptive field."""
        output = "none, the kernel is larger than the padded input" if self.output is None else self.output
        count = len(self.layers)
        return (
            f"{WHERE}: input {self.size}, kernel {self.kernel}, stride {self.stride}, padding {self.padding}: "
            f"output {output}; after {count} layer{'' if count == 1 else 's'} a number sees {self.field} pixels"
        )

    def draw(self, figure: "Figure") -> None:
        """Draw the table and the growth of the receptive field."""
        table, field = figure.subplots(1, 2, width_ratios=(1.2, 1))
        chosen: dict[str, Any] = {"i": self.size, "k": self.kernel, "s": self.stride, "p": self.padding}
        first = max(1, self.size - 4)
        ranges: dict[str, Sequence[Any]] = {"i": range(first, first + 9), "k": KERNELS, "s": STRIDES, "p": PADDINGS}
        rows, columns = ranges[self.down], ranges[self.across]
        cells = [[chosen | {self.down: row, self.across: column} for column in columns] for row in rows]
        written = [["–" if (o := _output(*cell.values())) is None else str(o) for cell in row] for row in cells]
        lit = [[PLUS if cell == chosen else "white" for cell in row] for row in cells]
        drawn = table.table(
            cellText=written,
            cellColours=lit,
            rowLabels=[f"{self.down} = {row}" for row in rows],
            colLabels=[str(column) for column in columns],
            loc="center",
            cellLoc="center",
        )
        drawn.scale(1, 1.6)
        fixed = ", ".join(f"{name} = {chosen[name]}" for name in AXES if name not in (self.down, self.across))
        table.set_title(f"output size, {self.across} across, {fixed}", fontsize=10)
        table.set_axis_off()

        names = ["input", *(f"{kind} {k}, stride {s}" + f", dilation {d}" * (d > 1) for kind, k, s, d in self.layers)]
        fields = [receptive_field(layer[1:] for layer in self.layers[:count]) for count in range(len(names))]
        field.barh(range(len(names)), fields, color=PLUS)
        field.set_yticks(range(len(names)), names, fontsize=8)
        for row, pixels in enumerate(fields):
            field.text(pixels, row, f" {pixels}", va="center")
        field.set(xlabel="pixels seen along one axis")
        field.margins(x=0.15)


def _output(size: int, kernel: int, stride: int, padding: Any) -> int | None:
    try:
        return output_size(size, kernel, stride, padding)
    except ValueError:
        return None


def _within(name: str, value: Any, maximum: int, minimum: int = 1) -> int:
    number = check_integer(WHERE, name, value, minimum=minimum)
    if number > maximum:
        raise ValueError(f"{WHERE}: {name} must be an integer of at most {maximum}, got {number}")
    return number


def _layers(value: Any) -> list[list[Any]]:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MOST_LAYERS:
        raise ValueError(f"{WHERE}: layers must be a list of at most {MOST_LAYERS} layers, got {value!r}")
    return [_layer(layer) for layer in value]


def _layer(layer: Any) -> list[Any]:
    kind = "pool" if hasattr(layer, "pool_size") else "conv"
    if isinstance(layer, Sequence) and layer and isinstance(layer[0], str):
        kind, layer = check_choice(WHERE, "a layer's kind", layer[0], ("conv", "pool")), layer[1:]
    kernel, stride, dilation = _sliding(layer)
    return [
        kind,
        _within("a layer's kernel", kernel, 15),
        _within("a layer's stride", stride, 8),
        _within("a layer's dilation", dilation, 8),
    ]
