"""The convolution stepper: its numbers are those of course, its formula and its code say what is so."""

import itertools
import math

import numpy as np
import pytest

from course import layers
from course.data import load_digits, load_galaxies
from course.shapes import output_size, transposed_output_size
from course.widgets.convolution import ConvolutionExplorer
from course.widgets.stepper_presets import IMAGES, KERNELS
from tests.widgets.stepper import IMAGE, KERNEL, numbers, shown

browser_test = pytest.mark.browser

GRID = [
    {"size": size, "taps": taps, "stride": stride, "padding": padding, "dilation": dilation}
    for size, taps, stride, padding, dilation in itertools.product(
        [(5, 8), (12, 7)], [(1, 1), (3, 3), (2, 5), (4, 1)], [1, 2, 3], ["valid", "same", 1, 3], [1, 2]
    )
]


def explorer(settings, transposed=False, channels=1, filters=1, seed=0):
    """An explorer of random numbers, or None where no window fits."""
    rng = np.random.default_rng(seed)
    image = rng.integers(-4, 10, (*settings["size"], channels))
    kernel = rng.normal(size=(*settings["taps"], channels, filters)).round(2)
    options = {name: settings[name] for name in ("stride", "padding", "dilation")}
    try:
        return ConvolutionExplorer(image, kernel, transposed=transposed, **options)
    except ValueError:
        return None


def state(widget):
    return {name: getattr(widget, name) for name in ("image", "kernel", "stride", "padding", "dilation", "transposed")}


def layer_output(widget):
    """What the layer of course gives with the same kernel, where it has the padding."""
    image, kernel = np.array(widget.image), np.array(widget.kernel)
    kind = layers.Conv2DTranspose if widget.transposed else layers.Conv2D
    layer = kind(
        kernel.shape[3],
        kernel.shape[:2],
        strides=widget.stride,
        padding=widget.padding,
        dilation_rate=widget.dilation,
        use_bias=False,
        dtype="float64",
    )
    layer.build(image.shape)
    layer.set_weights([kernel.swapaxes(2, 3) if widget.transposed else kernel])
    return layer(image[None])[0]


def evaluated(formula):
    """A formula in the page's letters, by Python."""
    for sign, python in {"⌊": "math.floor(", "⌋": ")", "·": "*", "−": "-"}.items():
        formula = formula.replace(sign, python)
    return eval(formula, {"math": math, "max": max})


@browser_test
@pytest.mark.parametrize("transposed", [False, True])
def test_outputs_and_sizes_are_those_of_course(show, transposed):
    page = show(ConvolutionExplorer())
    widgets = [explorer(each, transposed, 1 + i % 3, 1 + i // 2 % 3, seed=i) for i, each in enumerate(GRID)]
    widgets = [widget for widget in widgets if widget is not None]
    assert len(widgets) > 120
    answers = page.evaluate(
        """states => states.map((state) => {
          const plan = explorable.plan(state);
          return [explorable.convolve(plan), plan.down, plan.across];
        })""",
        [state(widget) for widget in widgets],
    )
    for widget, (full, down, across) in zip(widgets, answers, strict=True):
        got = np.array(full)
        if transposed:
            got = got[down["before"] :, across["before"] :][: down["out"], : across["out"]]
        np.testing.assert_allclose(got, widget.output(), atol=1e-9, err_msg=str(state(widget)))
        if isinstance(widget.padding, str):
            np.testing.assert_allclose(got, layer_output(widget), atol=1e-5, err_msg=str(state(widget)))
        arguments = (len(widget.image), len(widget.kernel), widget.stride, widget.padding, widget.dilation)
        if not transposed:
            assert down["out"] == output_size(*arguments)
        elif isinstance(widget.padding, str):
            assert down["out"] == transposed_output_size(*arguments)
        for each in (down, across):
            formula, size = each["live"].split(" = ")
            assert evaluated(formula) == each["out"] == int(size)


def test_padding_in_numbers_is_that_of_torch():
    torch = pytest.importorskip("torch")
    for transposed in (False, True):
        widget = ConvolutionExplorer(IMAGE, KERNEL, stride=2, padding=1, transposed=transposed)
        function = torch.nn.functional.conv_transpose2d if transposed else torch.nn.functional.conv2d
        image, kernel = torch.tensor(IMAGE)[None, None].double(), torch.tensor(KERNEL)[None, None].double()
        expected = function(image, kernel, stride=2, padding=1)[0, 0].numpy()
        np.testing.assert_allclose(widget.output()[:, :, 0], expected, atol=1e-12)


@browser_test
@pytest.mark.parametrize("settings", [{}, {"stride": 2, "padding": "same"}, {"padding": 2, "dilation": 2}])
@pytest.mark.parametrize("channels", [1, 2])
def test_each_step_in_code_runs_and_gives_the_output(show, settings, channels):
    image = np.stack([IMAGE, IMAGE[::-1]], axis=-1)[:, :, :channels]
    kernel = np.stack([KERNEL] * channels, axis=-1)[..., None]
    widget = ConvolutionExplorer(image, kernel, **settings)
    page, y = show(widget), widget.output()
    flat = channels == 1
    names = {"np": np, "x": image[:, :, 0] if flat else image, "kernel": kernel[:, :, 0, 0] if flat else kernel}
    names["y"] = np.full(y.shape[:2] if flat else y.shape, np.nan)
    for step in range(y.size):
        page.evaluate("step => model.set('step', step)", step)
        exec(shown(page, "pre"), names)
        left, *_, right = shown(page, ".says").replace("−", "-").split(" = ")
        assert float(right) == pytest.approx(eval(left, names), abs=0.0051)
    np.testing.assert_allclose(names["y"].reshape(y.shape), y)


@browser_test
@pytest.mark.parametrize("settings", [{"stride": 2}, {"stride": 2, "padding": "same"}, {"padding": 1, "dilation": 2}])
def test_transposed_steps_in_code_add_up_to_the_output(show, settings):
    widget = ConvolutionExplorer(IMAGE[:3, :4], KERNEL, transposed=True, **settings)
    page, y = show(widget), widget.output()[:, :, 0]
    large = page.evaluate(
        "state => [explorable.plan(state)].flatMap((p) => [p.down.large, p.across.large])", state(widget)
    )
    names = {"np": np, "x": IMAGE[:3, :4], "kernel": KERNEL, "full": np.zeros(large), "y": np.zeros(y.shape)}
    for step in range(12):
        page.evaluate("step => model.set('step', step)", step)
        exec(shown(page, "pre"), names)
        whole = names["full"] if "full" in shown(page, "pre") else names["y"]
        np.testing.assert_allclose(numbers(page, "output"), whole.ravel(), atol=0.0051)
    np.testing.assert_allclose(names["y"], y)


@browser_test
def test_products_and_their_sum_are_shown(show):
    widget = ConvolutionExplorer("digit", "edges upright")
    widget.step = 8
    page = show(widget)
    window = np.array(IMAGES["digit"])[1:4, 2:5]
    products = window * np.array(KERNELS["edges upright"])
    assert numbers(page, "products") == products.ravel().tolist()
    expected = "y[1, 2] = 7·(−1) + 3·0 + 8·1 + 1·(−2) + 7·0 + 7·2 + 1·(−1) + 8·0 + 6·1 = 18"  # −7+8−2+14−1+6
    assert shown(page, ".says") == expected
    assert products.sum() == 18
    assert numbers(page, "output") == widget.output().ravel().tolist()


@browser_test
def test_window_and_output_cell_are_lit(show):
    widget = ConvolutionExplorer("digit", "blur", stride=2, padding=1, dilation=2)
    widget.step = 5
    page = show(widget)
    box = "rect => ['x', 'y', 'width', 'height'].map((name) => rect.getAttribute(name) / 40)"
    rows, columns = widget.output().shape[:2]
    assert page.locator(".output svg > .lit").evaluate(box) == [5 % columns, 5 // columns, 1, 1]
    assert page.locator(".image svg > .lit").evaluate(box) == [2 * (5 % columns), 2 * (5 // columns), 5, 5]
    assert page.locator(".image svg > .tap").count() == 9
    assert page.locator(".image svg g.ring").count() == 10 * 10 - 8 * 8
    assert rows == output_size(8, 3, 2, 1, 2)


def test_image_and_kernel_keep_the_same_channels():
    widget = ConvolutionExplorer()
    with pytest.raises(ValueError, match=r"kernel must have the image's 1 channels .* got shape"):
        widget.kernel = np.ones((2, 2, 3, 1))
    with widget.hold_trait_notifications():
        widget.image, widget.kernel = np.ones((4, 4, 3)), np.ones((2, 2, 3, 1))
    assert widget.output()[0, 0, 0] == 12


def test_preset_images_are_those_of_the_data():
    (digits, labels), _, _ = load_digits()
    assert labels[3] == 3
    np.testing.assert_array_equal(IMAGES["digit"], np.round(9 * digits[3].reshape(8, 8) / digits.max()))
    _, _, (galaxies, _) = load_galaxies(noise=0)
    light = galaxies[40][4:28, 4:28].reshape(12, 2, 12, 2).mean(axis=(1, 3))
    light = np.arcsinh(light / (0.06 * light.max()))
    np.testing.assert_array_equal(IMAGES["galaxy"], np.round(9 * light / light.max()))


def test_describes_and_draws():
    widget = ConvolutionExplorer("digit", "edges upright")
    widget.step = 8
    words = "ConvolutionExplorer: image 8×8, kernel 3×3, stride 1, padding valid: output 6×6, y[1, 2] = 18"
    assert widget.describe() == words
    for change in ({"padding": 2}, {"transposed": True}, {"dilation": 4, "transposed": False, "padding": "valid"}):
        widget.set_state(change)
        assert widget.picture().startswith(b"\x89PNG")
    assert "a window of 9 pixels (3 with dilation 4) is larger than the input, which has 8" in widget.describe()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": np.zeros(5)}, r"image must have shape \(h, w\) or \(h, w, channels\).*got shape \(5,\)"),
        ({"image": np.zeros((13, 5))}, r"image must have .* at most 12×12 pixels .*got shape \(13, 5\)"),
        ({"image": "digits"}, "image must be 'digit', .*got 'digits'; did you mean 'digit'"),
        ({"image": [[1, np.nan]]}, "image must hold finite numbers"),
        ({"image": [["a"]]}, "image must hold real numbers, got strings"),
        ({"kernel": np.zeros((2, 2, 2))}, r"kernel must have shape .*got shape \(2, 2, 2\)"),
        ({"kernel": np.zeros((6, 6))}, "kernel must have .* at most 5×5 taps"),
        ({"kernel": np.zeros((3, 3, 2, 1))}, r"kernel must have the image's 1 channels.*got shape \(3, 3, 2, 1\)"),
        ({"image": np.zeros((2, 9))}, "a window of 3 pixels is larger than the input, which has 2"),
        ({"stride": 0}, "stride must be an integer of at least 1, got 0"),
        ({"stride": 5}, "stride must be an integer from 1 to 4, got 5"),
        ({"padding": "full"}, "padding must be 'valid' or 'same', got 'full'"),
        ({"padding": -1}, "padding must be an integer of at least 0, got -1"),
        ({"image": [[1]], "padding": 4, "transposed": True}, "padding 4 cuts off all 3 pixels of the output"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"ConvolutionExplorer: {message}"):
        ConvolutionExplorer(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 1.5}, "stride must be an integer of at least 1, got 1.5"),
        ({"transposed": "yes"}, "transposed must be True or False, got 'yes'"),
        ({"conv": 3}, "conv must be a function of an image and a kernel, got 3"),
    ],
)
def test_bad_types_are_named(arguments, message):
    with pytest.raises(TypeError, match=f"ConvolutionExplorer: {message}"):
        ConvolutionExplorer(**arguments)
