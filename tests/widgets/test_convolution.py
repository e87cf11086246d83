"""The convolution stepper: its numbers are those of course, its formula and its code say what is so."""

import itertools
import json
import math

import numpy as np
import pytest

from course import layers
from course.convolution import naive
from course.data import load_digits, load_galaxies
from course.shapes import axis, output_size, transposed_output_size
from course.widgets.convolution import ConvolutionExplorer
from course.widgets.explorable import script
from course.widgets.squeeze import squeeze
from course.widgets.stepper_presets import IMAGES, KERNELS
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser

IMAGE, KERNEL = np.arange(42).reshape(6, 7) % 9 - 2, np.array([[1, -2, 0], [3, 0.5, -1]])
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


def shown(page, selector):
    settle(page)
    return page.locator(f".stepper {selector}").inner_text()


def numbers(page, name):
    settle(page)
    texts = page.locator(f".{name} svg g text").all_text_contents()
    return [float(each.replace("−", "-")) for each in texts]


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


@browser_test
def test_buttons_and_slider_step(show):
    page = show(ConvolutionExplorer())
    step = "model.get('step')"
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Back").click()
    assert page.evaluate(step) == 1
    assert page.locator(".bar output").first.inner_text() == "2 of 36"
    page.get_by_role("slider", name="step").focus()
    page.keyboard.press("End")
    assert page.evaluate(step) == 35
    page.keyboard.press("Home")
    assert page.evaluate(step) == 0


@browser_test
def test_plays_to_the_end_and_stays_silent(show):
    page = show(ConvolutionExplorer(np.eye(4), np.eye(2)))
    page.wait_for_function("document.querySelector('.spoken').textContent.startsWith('Step 1 of 9')")
    page.get_by_label("speed").fill("20")
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").is_visible()
    page.wait_for_function("model.get('step') === 8")
    assert page.locator(".spoken").inner_text().startswith("Step 1 of 9")
    page.get_by_role("button", name="Play").wait_for()
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("model.get('step') === 3")
    page.get_by_role("button", name="Pause").click()
    at = page.evaluate("model.get('step')")
    page.wait_for_timeout(150)
    assert page.evaluate("model.get('step')") == at


@browser_test
def test_settings_change_traits(show):
    page = show(ConvolutionExplorer())
    page.get_by_label("padding").select_option("2")
    page.get_by_label("stride").fill("3")
    page.get_by_label("dilation").fill("2")
    page.get_by_label("mode").select_option("transposed")
    assert page.evaluate("['padding', 'stride', 'dilation', 'transposed'].map(model.get)") == [2, 3, 2, True]
    page.get_by_label("padding").select_option("same")
    assert page.evaluate("model.get('padding')") == "same"


@browser_test
def test_presets_and_sizes(show):
    page = show(ConvolutionExplorer())
    assert page.get_by_role("combobox", name="image").input_value() == "digit"
    for name, rows in IMAGES.items():
        page.get_by_role("combobox", name="image").select_option(name)
        assert np.array_equal(page.evaluate("model.get('image')"), np.array(rows)[:, :, None])
    for name, rows in KERNELS.items():
        page.get_by_role("combobox", name="kernel").select_option(name)
        assert np.array_equal(page.evaluate("model.get('kernel')"), np.array(rows)[:, :, None, None])
    page.get_by_label("taps").fill("5")
    padded = np.pad(np.array(KERNELS["identity"]), 1)
    assert np.array_equal(np.array(page.evaluate("model.get('kernel')"))[:, :, 0, 0], padded)
    page.get_by_label("taps").fill("3")
    settle(page)
    assert page.get_by_role("combobox", name="kernel").input_value() == "identity"
    page.get_by_label("pixels").fill("12")
    assert np.shape(page.evaluate("model.get('image')")) == (12, 12, 1)


@browser_test
def test_numbers_are_typed(show):
    page = show(ConvolutionExplorer())
    page.locator(".kernel svg").focus()
    for key in ("ArrowDown", "ArrowRight", "-", "1", ".", "5"):
        page.keyboard.press(key)
    assert page.evaluate("model.get('kernel')[1][1][0][0]") == -1.5
    page.wait_for_function("document.querySelector('.spoken').textContent === 'row 1, column 1: −1.5'")
    assert page.get_by_role("combobox", name="kernel").input_value() == "your own"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("7")
    assert page.evaluate("model.get('kernel')[1][2][0][0]") == 7


def at(page, name, row, column, rows):
    box = page.locator(f".{name} svg").bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / rows, box["y"] + (row + 0.5) * box["height"] / rows


@browser_test
def test_a_stroke_draws_and_wipes(show):
    page = show(ConvolutionExplorer("blank", padding=1))
    page.mouse.move(*at(page, "image", 2, 3, 10))  # a ring of zeros is around
    page.mouse.down()
    page.mouse.move(*at(page, "image", 2, 6, 10), steps=12)
    page.mouse.up()
    drawn = np.array(page.evaluate("model.get('image')"))[:, :, 0]
    assert np.argwhere(drawn == 9).tolist() == [[1, 2], [1, 3], [1, 4], [1, 5]]
    page.mouse.click(*at(page, "image", 2, 4, 10))
    assert page.evaluate("model.get('image')[1][3][0]") == 0
    page.mouse.click(*at(page, "kernel", 1, 1, 3))
    assert page.evaluate("model.get('kernel')[1][1][0][0]") == 1


@browser_test
def test_hovering_the_output_shows_its_window_and_a_click_stays(show):
    page = show(ConvolutionExplorer())
    page.mouse.move(*at(page, "output", 4, 1, 6))
    assert shown(page, ".says").startswith("y[4, 1] = ")
    page.mouse.move(2, 2)
    assert shown(page, ".says").startswith("y[0, 0] = ")
    page.mouse.click(*at(page, "output", 2, 5, 6))
    assert page.evaluate("model.get('step')") == 17


@browser_test
def test_what_does_not_fit_is_explained(show):
    page = show(ConvolutionExplorer())
    page.get_by_label("dilation").fill("4")
    assert shown(page, ".says").startswith("No window fits: it spans 9 pixels, the image has 8.")
    assert shown(page, ".size").endswith("= 0")
    assert page.locator(".output svg").is_hidden()
    page.get_by_label("padding").select_option("1")
    assert shown(page, ".says").startswith("y[0, 0] = ")


@browser_test
def test_channels_and_filters_are_chosen(show):
    rng = np.random.default_rng(2)
    widget = ConvolutionExplorer(rng.integers(0, 9, (5, 5, 3)), rng.integers(-2, 3, (3, 3, 3, 2)))
    page = show(widget)
    page.get_by_label("channel").fill("2")
    page.get_by_label("filter").fill("1")
    assert numbers(page, "kernel") == np.array(widget.kernel)[:, :, 2, 1].ravel().tolist()
    assert numbers(page, "image") == np.array(widget.image)[:, :, 2].ravel().tolist()
    assert numbers(page, "output") == widget.output()[:, :, 1].ravel().tolist()
    assert "kernel[..., 1]" in shown(page, "pre")
    page.locator(".kernel svg").focus()
    page.keyboard.press("8")
    assert page.evaluate("model.get('kernel')[0][0][2][1]") == 8
    page = show(ConvolutionExplorer())
    assert page.get_by_label("channel").is_hidden()


def right(image, kernel, stride=1, padding="valid", dilation=1):
    sizes = zip(image.shape, kernel.shape, strict=True)
    window = tuple(axis(size, taps, stride, padding, dilation) for size, taps in sizes)
    return naive.forward(image[None, :, :, None], kernel[:, :, None, None], window)[0, :, :, 0]


def off_at_the_edge(image, kernel):
    y = right(image, kernel)
    y[0, 2] += 1
    image[:] = 0  # must not reach the picture
    return y


@browser_test
def test_own_function_is_compared_and_differing_cells_marked(show):
    widget = ConvolutionExplorer(IMAGE, KERNEL, conv=off_at_the_edge)
    y = widget.output()[0, 2, 0]
    page = show(widget)
    assert shown(page, ".verdict") == f"≠ your conv: 1 of 25 numbers differ: y[0, 2] is {y + 1:g}, not {y:g}"
    mark = page.locator(".output svg > .differs")
    assert mark.evaluate("rect => [rect.getAttribute('x'), rect.getAttribute('y')]") == ["80", "0"]
    page.evaluate("model.set('stride', 2)")  # the kernel hasn't answered yet
    assert shown(page, ".verdict") == "…"
    assert mark.count() == 0
    page.evaluate("model.set('verdict', { run: 9, words: 'all well', differ: [] })")
    assert shown(page, ".verdict") == "all well"


def test_own_function_runs_again_when_something_changes():
    calls = []

    def conv(image, kernel, stride=1, **others):
        calls.append((image.shape, kernel.shape, stride, others))
        return right(image, kernel, stride, **others)

    widget = ConvolutionExplorer(IMAGE, KERNEL, conv=conv)
    assert widget.verdict["words"] == "✓ your conv gives the same 25 numbers"
    widget.set_state({"stride": 2, "padding": "same"})
    assert calls[-1] == ((6, 7), (2, 3), 2, {"padding": "same", "dilation": 1})
    assert widget.verdict["words"] == "✓ your conv gives the same 12 numbers"
    runs = widget.verdict["run"]
    widget.image = IMAGE * 2
    assert widget.verdict["run"] == runs + 1
    widget.set_state({"dilation": 4, "padding": "valid"})
    widget.kernel = np.ones((5, 5))
    assert widget.verdict["words"] == ""
    json.dumps(widget.verdict)


@pytest.mark.parametrize(
    ("conv", "words"),
    [
        (lambda image, kernel: image, "✗ your conv gave shape (6, 7), expected (3, 3) (it takes no stride)"),
        (lambda image: image, "✗ your conv raised TypeError: "),
        (lambda image, kernel: None, "✗ your conv gave shape (), expected (3, 3)"),
        (lambda image, kernel, stride: np.full((3, 3), np.nan), "≠ your conv: 9 of 9 numbers differ: y[0, 0] is nan"),
        (lambda image, kernel: 1 / 0, "✗ your conv raised ZeroDivisionError: division by zero (it takes no stride)"),
    ],
)
def test_a_broken_function_is_told_what_is_wrong(conv, words):
    assert ConvolutionExplorer(IMAGE, KERNEL, stride=2, conv=conv).verdict["words"].startswith(words)


def test_own_function_gets_channels_where_there_are_several():
    shapes = []
    ConvolutionExplorer(np.ones((4, 5, 2)), np.ones((2, 2, 2, 3)), conv=lambda *arrays: shapes.extend(arrays))
    assert [each.shape for each in shapes] == [(4, 5, 2), (2, 2, 2, 3)]


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


def test_squeezed_module_is_small_and_keeps_its_texts():
    assert len(ConvolutionExplorer._esm.encode()) < 15_000
    assert (
        squeeze('const f = (x) => { return "a + b" + `c ${ x + 1 } - d`; };')
        == 'const f=x=>{return "a + b"+`c ${x+1} - d`};'
    )
    everything = script("convolution.js")
    assert "".join(squeeze(everything).split()).count("`") == everything.count("`")


@browser_test
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_fits_the_room(show, color_scheme):
    rng = np.random.default_rng(0)
    widget = ConvolutionExplorer(
        rng.normal(size=(12, 12, 3)), rng.normal(size=(5, 5, 3, 3)), padding=4, dilation=2, conv=lambda *a: np.zeros(3)
    )
    box = show(widget, color_scheme).locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520


@browser_test
def test_ends_without_a_trace(show):
    page = show(ConvolutionExplorer())
    page.get_by_role("button", name="Play").click()
    step = page.evaluate("dispose(), model.get('step')")
    page.wait_for_timeout(400)
    assert page.evaluate("document.querySelector('main').childElementCount") == 0
    assert page.evaluate("Object.values(listeners).reduce((sum, each) => sum + each.size, 0)") == 0
    assert page.evaluate("model.get('step')") == step
