"""The convolution stepper: a kernel slides over a small image, every product and every sum in numbers (lesson 5)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from course.convolution import naive
from course.errors import check_choice, check_flag, check_integer, check_numbers
from course.shapes import Axis, axis, transposed_axis
from course.widgets.explorable import Checked, Explorable, diverging, script, style
from course.widgets.stepper_presets import IMAGES, KERNELS, LISTS, MOST_CHANNELS, MOST_ZEROS
from course.widgets.student_conv import compare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHERE = "ConvolutionExplorer"
MOST_PIXELS, MOST_TAPS, MOST_STEPS = 12, 5, 4
SETTINGS = ("image", "kernel", "stride", "padding", "dilation", "transposed")


class ConvolutionExplorer(Explorable):
    """Convolution step by step: the window in the image, the products and their sum, the number that they give.

    Image and kernel are grids to draw in: with the mouse, or with arrow keys and by typing numbers. Beside the
    picture stand the size of the output by its formula and the step as a line of NumPy.

    Parameters
    ----------
    image : array of shape (h, w) or (h, w, channels), up to 12×12 pixels and 3 channels, or the name of one:
        "digit", "galaxy", "edge", "dot" or "blank".
    kernel : array of shape (kh, kw) or (kh, kw, channels, filters), up to 5×5 taps and 3 filters, or the name of one:
        "edges upright", "edges level", "all edges", "blur", "sharpen" or "identity", which is then the same
        in each channel.
    stride : the step from one window to the next, 1 to 4.
    padding : "valid" for no zeros around the image, "same" for so many that the output has ⌈size / stride⌉ pixels,
        or how many on each side, up to 4.
    dilation : the step from one tap of the kernel to the next, 1 to 4.
    transposed : whether to go the way back, from a small image to a large one: each pixel times the kernel is added
        to a window of the output. (The kernel of a `Conv2DTranspose` has its last two axes the other way round.)
    conv : your own function, `conv(image, kernel)`. It runs in the kernel whenever something is changed, and numbers
        that differ are marked. It gets `stride=`, `padding=` and `dilation=` if it has arguments of these names, and
        arrays of two axes as long as there is one channel and one filter.

    Attributes
    ----------
    image, kernel : nested lists of shapes (h, w, channels) and (kh, kw, channels, filters), as edited by hand; to
        read and to set.
    stride, padding, dilation, transposed : to read and to set.
    step : the step shown, counted from 0, row by row.

    Raises
    ------
    ValueError, TypeError
        Where an argument has the wrong shape or range, or the window is larger than the image with its zeros.

    Examples
    --------
    >>> explorer = ConvolutionExplorer([[0, 0, 5], [0, 0, 5], [0, 0, 5]], [[-1, 1]])
    >>> explorer.output()[:, :, 0].tolist()
    [[0.0, 5.0], [0.0, 5.0], [0.0, 5.0]]
    """

    _esm = script("convolution.js")
    _css = style("convolution")

    image = Checked([[[0.0]]], lambda value: _image(value)).tag(sync=True)
    kernel = Checked([[[[1.0]]]], lambda value: _kernel(value)).tag(sync=True)
    stride = Checked(1, lambda value: _whole("stride", value, 1, MOST_STEPS)).tag(sync=True)
    padding = Checked("valid", lambda value: _padding(value)).tag(sync=True)
    dilation = Checked(1, lambda value: _whole("dilation", value, 1, MOST_STEPS)).tag(sync=True)
    transposed = Checked(False, lambda value: check_flag(WHERE, "transposed", value)).tag(sync=True)
    step = Checked(0, lambda value: check_integer(WHERE, "step", value, minimum=0)).tag(sync=True)
    lists = traitlets.Dict(LISTS, read_only=True).tag(sync=True)
    verdict = Checked({"words": "", "differ": []}, lambda value: value).tag(sync=True)

    def __init__(
        self,
        image: Any = None,
        kernel: Any = None,
        stride: int = 1,
        padding: str | int = "valid",
        dilation: int = 1,
        transposed: bool = False,
        conv: Callable[..., Any] | None = None,
    ) -> None:
        if conv is not None and not callable(conv):
            raise TypeError(f"{WHERE}: conv must be a function of an image and a kernel, got {conv!r}")
        self._conv = conv
        pixels = _image("digit" if image is None else image)
        taps = _kernel("edges upright" if kernel is None else kernel)
        if isinstance(kernel, str) or kernel is None:
            taps = np.repeat(taps, np.shape(pixels)[2], axis=2).tolist()
        super().__init__(
            image=pixels,
            kernel=taps,
            stride=stride,
            padding=padding,
            dilation=dilation,
            transposed=transposed,
        )
        self.output()  # what can't be, raises here
        self.observe(self._ask, names=SETTINGS)
        self._ask()

    def window(self) -> tuple[Axis, Axis]:
        """How the kernel slides down the rows and along the columns; where transposed, over the output.

        Raises
        ------
        ValueError
            If it doesn't fit.
        """
        down, across = self._axes()
        return down, across

    def output(self) -> np.ndarray:
        """The result, as an array of shape (h', w', filters), by the loops of `course.convolution.naive`.

        Raises
        ------
        ValueError
            If the window is larger than the image with its zeros.
        """
        image, kernel, window = np.array(self.image), np.array(self.kernel), self.window()
        if not self.transposed:
            return naive.forward(image[None], kernel, window)[0]
        larger = np.zeros((1, window[0].size, window[1].size, kernel.shape[3]))
        return naive.backward(image[None], larger, kernel.swapaxes(2, 3), window)[0][0]

    def describe(self) -> str:
        """The settings, the size of the output and the number of this step."""
        sizes = [f"{each[0]}×{each[1]}" for each in (np.shape(self.image), np.shape(self.kernel))]
        dilated = f", dilation {self.dilation}" if self.dilation > 1 else ""
        kind = "transposed, " if self.transposed else ""
        given = (
            f"{WHERE}: {kind}image {sizes[0]}, kernel {sizes[1]}, stride {self.stride}{dilated}, padding {self.padding}"
        )
        try:
            y = self.output()
        except ValueError as error:
            return f"{given}: {str(error).removeprefix(f'{WHERE}: ')}"
        said = f"{given}: output {y.shape[0]}×{y.shape[1]}"
        if self.transposed:
            return said
        row, column = self._position()
        return f"{said}, y[{row}, {column}] = {_brief(y[row, column, 0])}"

    def draw(self, figure: "Figure") -> None:
        """Draw the first channel of image and kernel, the output, and the window of this step."""
        from matplotlib.patches import Rectangle

        image, kernel = np.array(self.image)[:, :, 0], np.array(self.kernel)[:, :, 0, 0]
        figure.suptitle(self.describe().removeprefix(f"{WHERE}: "), fontsize=10)
        left, middle, right = figure.subplots(1, 3, width_ratios=(5, 2.2, 5))
        zeros = (0, 0, 0, 0)
        try:
            y, window = self.output()[:, :, 0], self.window()
            zeros = (window[0].before, window[0].after, window[1].before, window[1].after)
        except ValueError:
            y = None
            right.set_axis_off()
        around = (zeros[:2], zeros[2:])
        shown = image if self.transposed else np.pad(image, around)
        for axes, name, numbers in ((left, "image", shown), (middle, "kernel", kernel), (right, "output", y)):
            axes.set_title(name, fontsize=10)
            if numbers is not None:
                _numbers(axes, numbers, grey=name == "image")
        if y is None:
            return
        row, column = self._position()
        small, large, corner = (left, right, zeros[::2]) if self.transposed else (right, left, (0, 0))
        one = Rectangle((column - 0.5, row - 0.5), 1, 1)
        start = (column * self.stride - corner[1] - 0.5, row * self.stride - corner[0] - 0.5)
        many = Rectangle(start, window[1].span, window[0].span)
        for axes, patch in ((small, one), (large, many)):
            patch.set(fill=False, edgecolor="#00735a", linewidth=3)
            axes.add_patch(patch)

    @traitlets.validate("image", "kernel")
    def _check_channels(self, proposal: Any) -> Any:
        both = {"image": self.image, "kernel": self.kernel, proposal["trait"].name: proposal["value"]}
        image, kernel = np.shape(both["image"]), np.shape(both["kernel"])
        if image[2] != kernel[2]:
            raise ValueError(
                f"{WHERE}: kernel must have the image's {image[2]} channels along its third axis, got shape {kernel}; "
                f"to set both, use `with explorer.hold_trait_notifications():`"
            )
        return proposal["value"]

    def _axes(self) -> Iterator[Axis]:
        for size, taps in zip(np.shape(self.image)[:2], np.shape(self.kernel)[:2], strict=True):
            if not self.transposed:
                yield axis(size, taps, self.stride, self.padding, self.dilation, where=WHERE)
                continue
            cut = 0 if isinstance(self.padding, str) else self.padding
            padding = "valid" if cut else self.padding
            larger = transposed_axis(size, taps, self.stride, padding, self.dilation, where=WHERE)
            if larger.size <= 2 * cut:
                raise ValueError(f"{WHERE}: padding {cut} cuts off all {larger.size} pixels of the output; use less")
            yield replace(larger, size=larger.size - 2 * cut, before=larger.before + cut)

    def _position(self) -> tuple[int, int]:
        """Row and column of this step, in the output, or where transposed in the image."""
        rows, columns = (each.output for each in self.window())
        row, column = divmod(min(self.step, rows * columns - 1), columns)
        return row, column

    def _ask(self, change: Any = None) -> None:
        """Run the student's function on what is shown."""
        if self._conv is None:
            return
        settings = {name: getattr(self, name) for name in ("stride", "padding", "dilation")}
        run = self.verdict.get("run", 0) + 1
        try:
            expected = self.output()
        except ValueError:
            self.verdict = {"run": run, "words": "", "differ": []}
            return
        verdict = compare(self._conv, np.array(self.image), np.array(self.kernel), settings, expected)
        if self.transposed:  # the picture begins where the edge does that is cut off
            top, left = (each.before for each in self.window())
            verdict["differ"] = [[row + top, column + left, filter] for row, column, filter in verdict["differ"]]
        self.verdict = {"run": run} | verdict


def _image(value: Any) -> list:
    if isinstance(value, str):
        value = IMAGES[check_choice(WHERE, "image", value, tuple(IMAGES))]
    array = _finite("image", value)
    array = array[:, :, None] if array.ndim == 2 else array
    limits = (MOST_PIXELS, MOST_PIXELS, MOST_CHANNELS)
    if array.ndim != 3 or not all(1 <= length <= most for length, most in zip(array.shape, limits, strict=True)):
        raise ValueError(
            f"{WHERE}: image must have shape (h, w) or (h, w, channels) with at most {MOST_PIXELS}×{MOST_PIXELS} "
            f"pixels and {MOST_CHANNELS} channels, got shape {np.shape(value)}"
        )
    return array.tolist()


def _kernel(value: Any) -> list:
    if isinstance(value, str):
        value = KERNELS[check_choice(WHERE, "kernel", value, tuple(KERNELS))]
    array = _finite("kernel", value)
    array = array[:, :, None, None] if array.ndim == 2 else array
    limits = (MOST_TAPS, MOST_TAPS, MOST_CHANNELS, MOST_CHANNELS)
    if array.ndim != 4 or not all(1 <= length <= most for length, most in zip(array.shape, limits, strict=True)):
        raise ValueError(
            f"{WHERE}: kernel must have shape (kh, kw) or (kh, kw, channels, filters) with at most "
            f"{MOST_TAPS}×{MOST_TAPS} taps, {MOST_CHANNELS} channels and {MOST_CHANNELS} filters, "
            f"got shape {np.shape(value)}"
        )
    return array.tolist()


def _finite(name: str, value: Any) -> np.ndarray:
    array = check_numbers(WHERE, name, value).astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{WHERE}: {name} must hold finite numbers")
    return array


def _whole(name: str, value: Any, low: int, high: int) -> int:
    number = check_integer(WHERE, name, value, minimum=low)
    if number > high:
        raise ValueError(f"{WHERE}: {name} must be an integer from {low} to {high}, got {value!r}")
    return number


def _padding(value: Any) -> str | int:
    if isinstance(value, str):
        return check_choice(WHERE, "padding", value, ("valid", "same"))
    return _whole("padding", value, 0, MOST_ZEROS) or "valid"


def _numbers(axes: "Axes", numbers: np.ndarray, grey: bool) -> None:
    """Numbers as a picture, each written in its cell."""
    limit = float(np.abs(numbers).max()) or 1.0
    colours: Any = "Greys" if grey and numbers.min() >= 0 else diverging()
    brightest = 1.5 * limit  # pale, so that the numbers can be read
    axes.imshow(numbers, cmap=colours, vmin=0 if colours == "Greys" else -brightest, vmax=brightest)
    axes.set(xticks=[], yticks=[])
    for (row, column), number in np.ndenumerate(numbers):
        axes.text(column, row, _brief(number), ha="center", va="center", fontsize=7 if len(numbers) > 8 else 8)


def _brief(number: float) -> str:
    return f"{number:.0f}" if abs(number - round(number)) < 1e-9 else f"{number:.2f}"
