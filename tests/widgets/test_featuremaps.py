"""Feature maps: the numbers are the model's, the field is lit where it lies, hand and keyboard reach every cell."""

import numpy as np
import pytest

from course import Model, Sequential, layers
from course.widgets.featuremaps import FeatureMaps
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser
STACK = [("conv", (14, 12, 6)), ("pool", (7, 6, 6)), ("deep", (5, 4, 70))]


def make_model():
    return Sequential(
        [
            layers.Input((14, 12, 1)),
            layers.Conv2D(6, 3, padding="same", activation="tanh", name="conv"),
            layers.MaxPool2D(2, name="pool"),
            layers.Conv2D(70, 3, name="deep"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(3, activation="softmax", name="out"),
        ],
        seed=0,
    )


def make(**arguments):
    images = np.random.default_rng(0).normal(size=(4, 14, 12, 1)).astype(np.float32)
    return FeatureMaps(make_model(), images, **arguments)


def words(page):
    settle(page)
    return page.locator(".says").inner_text()


def written(value):
    return f"{round(float(value), 2):g}".replace("-", "−")


def point(page, selector, row, column, rows, columns):
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + box["width"] * (column + 0.5) / columns, box["y"] + box["height"] * (row + 0.5) / rows)
    settle(page)


def numbers(page, selector):
    return page.locator(f"{selector} text").all_text_contents()


def lit(page):
    names = ("x", "y", "width", "height")
    return [float(page.locator(".image rect").get_attribute(name)) for name in names]


@browser_test
def test_numbers_travel_whole(show):
    explorer = make(layer="deep", image=2)
    page = show(explorer)
    got = page.evaluate("Array.from(explorable.unpack(model.get('result').maps).part(69))")
    np.testing.assert_array_equal(np.float32(got).reshape(5, 4), explorer.maps()[:, :, 69])


@browser_test
@pytest.mark.parametrize(("name", "shape"), STACK)
def test_every_cell_under_the_pointer(show, name, shape):
    explorer = make(layer=name, image=1, map=3)
    maps = explorer.maps()
    page = show(explorer)
    rows, columns, count = shape
    for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, 1)):
        point(page, ".map svg", row, column, rows, columns)
        (top, bottom), (left, right) = explorer.receptive_field(row, column)
        assert words(page) == (
            f"{name}, map 3 of {count}, row {row}, column {column}: {written(maps[row, column, 3])}. "
            f"It sees rows {top}–{bottom} and columns {left}–{right} of the image: "
            f"{bottom - top + 1}×{right - left + 1} of 14×12 pixels."
        )
        assert lit(page) == [left, top, right - left + 1, bottom - top + 1]


@browser_test
def test_small_maps_have_their_numbers_and_large_ones_a_lens(show):
    explorer = make(layer="pool", map=2)
    page = show(explorer)
    assert numbers(page, ".map svg") == [written(value) for value in explorer.maps()[:, :, 2].flat]
    large = make(layer="conv", map=2)
    page = show(large)
    assert numbers(page, ".map svg") == []
    for cell, corner in (((0, 0), (0, 0)), ((13, 11), (9, 7)), ((6, 5), (4, 3))):
        point(page, ".map svg", *cell, 14, 12)
        around = large.maps()[corner[0] : corner[0] + 5, corner[1] : corner[1] + 5, 2]
        assert numbers(page, ".lens svg") == [written(value) for value in around.flat]


@browser_test
def test_begins_at_the_strongest_number(show):
    explorer = make(layer="conv")
    shown = np.abs(explorer.maps()[:, :, 0])
    row, column = np.unravel_index(shown.argmax(), shown.shape)
    assert f"row {row}, column {column}: " in words(show(explorer))


@browser_test
def test_arrow_keys_go_from_cell_to_cell(show):
    page = show(make(layer="pool"))
    page.locator(".map svg").focus()
    for key in ["ArrowUp"] * 7 + ["ArrowLeft"] * 7 + ["ArrowDown", "ArrowRight", "ArrowRight"]:
        page.keyboard.press(key)
    assert "row 1, column 2: " in words(page)


@browser_test
def test_a_map_is_chosen_by_slider_and_by_click(show):
    page = show(make(layer="deep"))
    page.get_by_label("map", exact=True).press("End")
    assert words(page).startswith("deep, map 69 of 70, ")
    assert page.locator(".all figcaption").inner_text() == "maps 64 to 69 of 70 · click"
    page.get_by_label("map", exact=True).press("Home")
    settle(page)
    # 64 maps of 5×4 pixels, in 9 columns and 8 lines with gaps of one pixel
    point(page, ".all svg", 2, 4, 8, 9)
    page.mouse.down()
    page.mouse.up()
    assert words(page).startswith("deep, map 22 of 70, ")


@browser_test
def test_colours_are_those_of_sign_and_size(show):
    explorer = make(layer="conv", map=1)
    page = show(explorer)
    read = """([selector, x, y]) =>
      [...document.querySelector(selector).getContext("2d").getImageData(x, y, 1, 1).data]"""
    shown = explorer.maps()[:, :, 1]
    for find in (np.argmax, np.argmin):
        row, column = np.unravel_index(find(shown), shown.shape)
        red, _, blue, alpha = page.evaluate(read, [".map canvas", int(column), int(row)])
        assert (red > blue) == (shown[row, column] > 0)
        assert alpha == pytest.approx(255 * abs(shown[row, column]) / np.abs(shown).max(), abs=1)
    page.get_by_label("one scale for all maps").check()
    settle(page)
    *_, alpha = page.evaluate(read, [".map canvas", int(column), int(row)])
    assert alpha == pytest.approx(255 * abs(shown[row, column]) / np.abs(explorer.maps()).max(), abs=1)


@browser_test
@pytest.mark.parametrize("channels", [1, 3])
def test_the_image_is_shown_from_dark_to_light(show, channels):
    images = np.random.default_rng(1).normal(size=(1, 6, 5, channels))
    model = Sequential([layers.Input((6, 5, channels)), layers.Conv2D(2, 3)], seed=0)
    page = show(FeatureMaps(model, images))
    got = page.evaluate(
        """[...document.querySelector(".image canvas").getContext("2d").getImageData(0, 0, 5, 6).data]"""
    )
    grey = 255 * (images[0] - images.min()) / np.ptp(images)
    np.testing.assert_allclose(np.reshape(got, (6, 5, 4))[:, :, :3], np.broadcast_to(grey, (6, 5, 3)), atol=0.51)


@browser_test
def test_another_image_or_layer_is_asked_for_and_taken_when_it_comes(show):
    page = show(make(layer="conv"))
    page.get_by_label("layer").select_option("2")
    page.get_by_label("image").press("End")
    assert page.evaluate("['image', 'layer'].map((name) => model.get(name))") == [3, 2]
    page.wait_for_function("document.querySelector('.says').textContent === 'Computing …'")
    page.wait_for_function("document.querySelector('.says').textContent.startsWith('The kernel doesn')")
    assert words(page).startswith("The kernel doesn't answer: it is busy or gone. This is still conv, map 0 of 6, ")
    answer = make(layer="pool", image=3)
    page.evaluate("(result) => model.set('result', result)", answer.result)
    assert words(page).startswith("pool, map 0 of 6, ")
    assert page.locator(".image figcaption").inner_text() == answer.result["output"]


@browser_test
def test_a_number_that_sees_nothing(show):
    model = Sequential([layers.Input((4, 4, 1)), layers.ZeroPadding2D(3), layers.Conv2D(1, 2)], seed=0)
    page = show(FeatureMaps(model, np.ones((1, 4, 4, 1)), layer=-1))
    page.locator(".map svg").focus()
    for key in ["ArrowUp"] * 9 + ["ArrowLeft"] * 9:
        page.keyboard.press(key)
    assert words(page).endswith("row 0, column 0: 0. It sees nothing but the zeros of the padding.")
    assert page.locator(".image rect").get_attribute("visibility") == "hidden"


def test_maps_and_output_are_those_of_the_model():
    explorer = make(image=3, layer="pool")
    model, x = explorer._model, explorer._images[3:4]
    expected = Model(model.inputs, model.get_layer("pool").output).predict(x, verbose=0)[0]
    np.testing.assert_allclose(explorer.maps(), expected, rtol=1e-6)
    probabilities = model.predict(x, verbose=0)[0]
    said = f"the model says {probabilities.argmax()} ({probabilities.max():.2f})"
    assert explorer.describe() == (
        f"FeatureMaps: image 3 of 4, pool, map 0 of 6 (7×6), "
        f"from {expected[:, :, 0].min():.3g} to {expected[:, :, 0].max():.3g}; {said}"
    )
    assert explorer.picture().startswith(b"\x89PNG")


def test_setting_from_python_computes():
    explorer = make()
    assert (explorer.names, explorer.layer) == (["input", "conv", "pool", "deep"], 1)
    explorer.layer, explorer.map = "deep", 60
    assert explorer.result["of"] == {"image": 0, "layer": 3}
    explorer.layer = 0
    assert (explorer.layer, explorer.map) == (0, 0)
    np.testing.assert_array_equal(explorer.maps(), explorer._images[0])
    explorer.layer = -2
    assert explorer.layer == 2


def test_refresh_after_more_training():
    explorer = make(layer="conv")
    before = explorer.result["maps"]
    model = explorer._model
    model.set_weights([weight + 0.1 for weight in model.get_weights()])
    explorer.refresh()
    assert explorer.result["maps"] != before


def test_outputs_that_are_no_probabilities():
    model = Sequential([layers.Input((4, 4, 1)), layers.Flatten(), layers.Dense(1, kernel_initializer="ones")])
    explorer = FeatureMaps(model, np.ones((1, 4, 4, 1)))
    assert explorer.names == ["input"]
    assert explorer.describe().endswith("; the model says 16")
    two = Sequential([layers.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2, kernel_initializer="ones")])
    assert FeatureMaps(two, np.ones((1, 4, 4, 1))).describe().endswith("; largest output: 0 (16.00)")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": 4}, "image must be an integer from 0 to 3, got 4"),
        ({"layer": "cnv"}, "layer must be 'input', 'conv', 'pool' or 'deep', which give images, got 'cnv'"),
        ({"layer": "mean"}, "layer must be .*, got 'mean'"),
        ({"layer": 4}, "layer must be an integer from 0 to 3, got 4"),
        ({"layer": -5}, "layer must be an integer from 0 to 3, got -5"),
        ({"layer": "pool", "map": 6}, "map must be an integer from 0 to 5, got 6"),
        ({"map": -1}, "map must be an integer of at least 0, got -1"),
    ],
)
def test_bad_choices_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"FeatureMaps: {message}"):
        make(**arguments)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (
            np.zeros((2, 14, 12)),
            r"images must have shape \(n, h, w, channels\), got \(2, 14, 12\); one image is images",
        ),
        (np.zeros((2, 14, 13, 1)), r"images must have shape \(n, 14, 12, 1\), got \(2, 14, 13, 1\)"),
        (np.zeros((0, 14, 12, 1)), r"images must have shape \(n, 14, 12, 1\), got \(0, 14, 12, 1\)"),
        (np.full((1, 14, 12, 1), np.nan), "images must hold finite numbers"),
        ([["a"]], "images must hold real numbers, got strings"),
    ],
)
def test_bad_images_are_named(images, message):
    with pytest.raises(ValueError, match=f"FeatureMaps: {message}"):
        FeatureMaps(make_model(), images)


def test_bad_models_are_named():
    images = np.zeros((1, 4, 4, 1))
    with pytest.raises(TypeError, match="FeatureMaps: model must be a Sequential or a Model, got 3"):
        FeatureMaps(3, images)
    with pytest.raises(ValueError, match=r"FeatureMaps: .* isn't built yet: give its first layer input_shape="):
        FeatureMaps(Sequential([layers.Conv2D(2, 3)]), images)
    dense = Sequential([layers.Input((4,)), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"FeatureMaps: model must take one image of .*, but takes \[\(4,\)\]"):
        FeatureMaps(dense, images)
    large = Sequential([layers.Input((None, None, 1)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match=r"FeatureMaps: images must have at most 128×128 pixels, got shape"):
        FeatureMaps(large, np.zeros((1, 129, 4, 1)))


def test_a_place_outside_of_the_map():
    with pytest.raises(ValueError, match=r"FeatureMaps.receptive_field: column must be from 0 to 5, got 6"):
        make(layer="pool").receptive_field(0, 6)
