"""The convolution stepper under a hand: its buttons, presets, drawing and hovering."""

import numpy as np
import pytest

from course.widgets.convolution import ConvolutionExplorer
from course.widgets.stepper_presets import IMAGES, KERNELS
from tests.widgets.conftest import settle
from tests.widgets.stepper import numbers, shown

pytestmark = pytest.mark.browser


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


def test_settings_change_traits(show):
    page = show(ConvolutionExplorer())
    page.get_by_label("padding").select_option("2")
    page.get_by_label("stride").fill("3")
    page.get_by_label("dilation").fill("2")
    page.get_by_label("mode").select_option("transposed")
    assert page.evaluate("['padding', 'stride', 'dilation', 'transposed'].map(model.get)") == [2, 3, 2, True]
    page.get_by_label("padding").select_option("same")
    assert page.evaluate("model.get('padding')") == "same"


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


def test_hovering_the_output_shows_its_window_and_a_click_stays(show):
    page = show(ConvolutionExplorer())
    page.mouse.move(*at(page, "output", 4, 1, 6))
    assert shown(page, ".says").startswith("y[4, 1] = ")
    page.mouse.move(2, 2)
    assert shown(page, ".says").startswith("y[0, 0] = ")
    page.mouse.click(*at(page, "output", 2, 5, 6))
    assert page.evaluate("model.get('step')") == 17


def test_what_does_not_fit_is_explained(show):
    page = show(ConvolutionExplorer())
    page.get_by_label("dilation").fill("4")
    assert shown(page, ".says").startswith("No window fits: it spans 9 pixels, the image has 8.")
    assert shown(page, ".size").endswith("= 0")
    assert page.locator(".output svg").is_hidden()
    page.get_by_label("padding").select_option("1")
    assert shown(page, ".says").startswith("y[0, 0] = ")


def test_channels_and_filters_are_chosen(show):
    rng = np.random.default_rng(2)
    widget = ConvolutionExplorer(rng.integers(0, 9, (5, 5, 3)), rng.integers(-2, 3, (3, 3, 3, 2)))
    page = show(widget)
    page.get_by_label("channel", exact=True).fill("2")
    page.get_by_label("filter").fill("1")
    assert numbers(page, "kernel") == np.array(widget.kernel)[:, :, 2, 1].ravel().tolist()
    assert numbers(page, "image") == np.array(widget.image)[:, :, 2].ravel().tolist()
    assert numbers(page, "output") == widget.output()[:, :, 1].ravel().tolist()
    assert "kernel[..., 1]" in shown(page, "pre")
    page.locator(".kernel svg").focus()
    page.keyboard.press("8")
    assert page.evaluate("model.get('kernel')[0][0][2][1]") == 8
    page = show(ConvolutionExplorer())
    assert page.get_by_label("channel", exact=True).is_hidden()


def test_channels_and_filters_are_added_and_taken_away(show):
    """Those that are there keep their numbers; a new one begins as the first, mirrored."""
    widget = ConvolutionExplorer("digit", "edges upright")
    page = show(widget)
    page.get_by_label("channels").select_option("2 → 3")
    image, kernel = (np.array(page.evaluate(f"model.get('{name}')")) for name in ("image", "kernel"))
    assert (image.shape, kernel.shape) == ((8, 8, 2), (3, 3, 2, 3))
    upright = np.array(KERNELS["edges upright"])
    np.testing.assert_array_equal(image[:, :, 0], IMAGES["digit"])
    np.testing.assert_array_equal(image[:, :, 1], np.transpose(IMAGES["digit"]))
    np.testing.assert_array_equal(kernel[:, :, 0, 0], upright)
    np.testing.assert_array_equal(kernel[:, :, 1, 2], upright.T)
    bigger = ConvolutionExplorer(image, kernel)
    page.get_by_label("filter").fill("2")
    assert numbers(page, "output") == bigger.output()[:, :, 2].ravel().tolist()
    widget.set_state({"image": image.tolist(), "kernel": kernel.tolist()})
    np.testing.assert_array_equal(widget.output(), bigger.output())
    page.get_by_label("channels").select_option("1 → 1")
    settle(page)
    assert page.get_by_label("filter").is_hidden()
    assert np.array_equal(page.evaluate("model.get('kernel')"), upright[:, :, None, None])
    assert numbers(page, "output") == ConvolutionExplorer("digit", "edges upright").output().ravel().tolist()


def test_hovering_the_image_shows_its_window_where_transposed(show):
    page = show(ConvolutionExplorer(np.arange(16).reshape(4, 4), np.ones((3, 3)), stride=2, transposed=True))
    page.mouse.move(*at(page, "image", 2, 1, 4))
    assert shown(page, ".says") == "x[2, 1] times the kernel is added to the window"
    box = "rect => ['x', 'y'].map((name) => rect.getAttribute(name) / 40)"
    assert page.locator(".output svg > .lit").evaluate(box) == [2, 4]
    page.mouse.click(*at(page, "output", 8, 8, 9))
    assert page.evaluate("model.get('step')") == 0
    page.mouse.move(2, 2)
    assert shown(page, ".says").startswith("x[0, 0]")


def test_hovering_a_transposed_output_shows_where_it_comes_from(show):
    """Stride 2 under a kernel of 3: one, two or four pixels, which is what makes checkerboards."""
    page = show(ConvolutionExplorer(np.ones((4, 4)), np.ones((3, 3)), stride=2, transposed=True))
    box = "all => all.map((rect) => ['y', 'x'].map((name) => rect.getAttribute(name) / 40))"
    for row, column in ((0, 0), (2, 3), (4, 4), (5, 8)):
        page.mouse.move(*at(page, "output", row, column, 9))
        settle(page)
        reach = [[r, c] for r in range(4) for c in range(4) if 0 <= row - 2 * r < 3 and 0 <= column - 2 * c < 3]
        assert page.locator(".image svg > .lit").evaluate_all(box) == reach
        assert page.locator(".output svg > .lit").evaluate_all(box) == [[row, column]]
        assert numbers(page, "output")[9 * row + column] == len(reach)
        assert shown(page, ".says") == f"Pixels that reach this number: {len(reach)}"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_fits_the_room(show, color_scheme):
    rng = np.random.default_rng(0)
    widget = ConvolutionExplorer(
        rng.normal(size=(12, 12, 3)), rng.normal(size=(5, 5, 3, 3)), padding=4, dilation=2, conv=lambda *a: np.zeros(3)
    )
    box = show(widget, color_scheme).locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520


def test_ends_without_a_trace(show):
    page = show(ConvolutionExplorer())
    page.get_by_role("button", name="Play").click()
    step = page.evaluate("dispose(), model.get('step')")
    page.wait_for_timeout(400)
    assert page.evaluate("document.querySelector('main').childElementCount") == 0
    assert page.evaluate("Object.values(listeners).reduce((sum, each) => sum + each.size, 0)") == 0
    assert page.evaluate("model.get('step')") == step
