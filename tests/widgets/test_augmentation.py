"""The augmentation preview: every pixel is that of course's layers, in Python and in the browser."""

import numpy as np
import pytest

from course import layers
from course.widgets.augmentation import FLIPS, AugmentationPreview
from tests.widgets.conftest import settle

browser_test = pytest.mark.browser
SETTINGS = [
    {"flip": "none", "turn": False},
    {"flip": "horizontal", "turn": False},
    {"flip": "vertical", "turn": True},
    {"flip": "horizontal_and_vertical", "turn": True},
    *({"flip": "vertical", "turn": True, "shift": 0.5, "fill": f} for f in layers.RandomTranslation.fill_modes),
    {"shift": 0.2, "noise": 0.7},
]


def make(shape=(3, 6, 6), **arguments):
    return AugmentationPreview(np.random.default_rng(0).normal(size=shape), **arguments)


def symmetries(image):
    return [np.rot90(side, k) for side in (image, image[:, ::-1]) for k in range(4)]


def words(page):
    settle(page)
    return page.locator(".says").inner_text()


@pytest.mark.parametrize("turn", [False, True])
@pytest.mark.parametrize("flip", FLIPS)
def test_all_ways_come_and_equally_often(flip, turn):
    image = np.arange(9.0).reshape(3, 3, 1)
    preview = AugmentationPreview(image[None], flip=flip, turn=turn)
    seen = [preview.views(epoch)[0].tobytes() for epoch in range(800)]
    counts = {way: seen.count(way) for way in set(seen)}
    assert set(counts) <= {each.astype(np.float32).tobytes() for each in symmetries(image)}
    assert len(counts) == preview.ways
    expected = 800 / preview.ways
    assert all(abs(found - expected) < 5 * expected**0.5 for found in counts.values())


def test_images_are_drawn_for_one_by_one():
    image = np.arange(9.0).reshape(3, 3)
    views = AugmentationPreview(np.stack([image] * 8)).views(3)
    assert len({view.tobytes() for view in views}) > 2


def test_the_layers_are_those_of_course():
    stack = make(shift=0.2, fill="wrap", noise=0.5, flip="vertical").layers()
    assert [type(layer) for layer in stack] == [
        layers.RandomFlip,
        layers.RandomRotation90,
        layers.RandomTranslation,
        layers.GaussianNoise,
    ]
    assert (stack[0].mode, stack[2].fill_mode, stack[3].stddev) == ("vertical", "wrap", 0.5)
    assert make(flip="none", turn=False).layers() == []


def test_a_way_is_a_symmetry_and_a_shift():
    assert make((2, 10, 10), shift=0.2).ways == 8 * 5 * 5
    assert make((2, 10, 6), flip="horizontal", turn=False, shift=0.1).ways == 2 * 3 * 3


def test_noise_has_the_width_that_was_asked_for():
    preview = AugmentationPreview(np.zeros((8, 40, 40)), noise=0.5)
    noise = preview.views(0)
    assert np.std(noise) == pytest.approx(0.5, rel=0.03)
    assert np.corrcoef(noise[0].ravel(), preview.views(1)[0].ravel())[0, 1] == pytest.approx(0, abs=0.1)


@browser_test
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("shape", [(3, 6, 6), (2, 5, 5, 3)])
def test_every_pixel_in_the_browser(show, setting, shape):
    preview = make(shape, **setting)
    page = show(preview)
    for epoch in (0, 1, 2, 17):
        got = page.evaluate(
            """([epoch, names]) => explorable.views(explorable.unpack(model.get("images")),
              {epoch, ...Object.fromEntries(names.map((name) => [name, model.get(name)]))})""",
            [epoch, ["flip", "turn", "shift", "fill", "noise"]],
        )
        np.testing.assert_allclose(got, preview.views(epoch).ravel(), atol=1e-6)


@browser_test
def test_an_image_that_is_no_square(show):
    preview = make((2, 4, 7), turn=False, shift=0.3)
    page = show(preview)
    assert page.get_by_label("turn by quarters").is_disabled()
    got = page.evaluate("Array.from(document.querySelectorAll('canvas'), (one) => [one.width, one.height])")
    assert got == [[15, 4]] * 5


@browser_test
def test_what_is_painted(show):
    image = np.array([[0.0, 1.0], [2.0, 4.0]])
    page = show(AugmentationPreview(np.stack([image, image * 10 - 3]), ["one", "two"], flip="none", turn=False))
    read = "(i) => [...document.querySelectorAll('canvas')[i].getContext('2d').getImageData(0, 0, 5, 2).data]"
    for row in range(5):
        pixels = np.reshape(page.evaluate(read, row), (2, 5, 4))
        grey = [[0, 64, 0, 64], [128, 255, 128, 255]]
        np.testing.assert_array_equal(pixels[:, [0, 1, 3, 4], 0], grey)
        assert (pixels[:, [0, 1, 3, 4], 3] == 255).all()
        assert (pixels[:, 2, 3] == 0).all()
    assert page.locator(".labels span").all_text_contents() == ["one", "two"]


@browser_test
def test_epochs_by_hand_and_by_themselves(show):
    page = show(make(flip="horizontal", turn=False))
    names = page.locator(".strip:not([hidden]) > i")
    assert names.all_text_contents() == ["as it is", "epoch 3", "epoch 2", "epoch 1", "epoch 0"]
    assert words(page).startswith("2 ways to see each image. In 4 epochs it was seen in ")
    page.get_by_role("button", name="Next epoch").click()
    settle(page)
    assert names.nth(1).inner_text() == "epoch 4"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("model.get('epoch') > 5")
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("model.get('epoch')") < 9


@browser_test
def test_ways_are_counted_from_the_last_change_on(show):
    preview = make((8, 6, 6))
    page = show(preview)
    page.evaluate("model.set('epoch', 60)")
    assert words(page) == "8 ways to see each image. In 61 epochs it was seen in 8 of them."
    page.get_by_label("mirror").select_option("none")
    assert words(page).startswith("4 ways to see each image. In 4 epochs it was seen in ")
    page.get_by_label("turn by quarters").uncheck()
    assert words(page) == "1 way to see each image. In 4 epochs it was seen in 1 of them."
    assert page.locator("pre").inner_text() == "# nothing changes"
    page.get_by_label("move by up to").press("End")
    page.get_by_label("fill with").select_option("wrap")
    page.get_by_label("noise").press("ArrowRight")
    assert words(page).startswith("49 ways to see each image, and noise that is new each time. ")
    assert page.locator("pre").inner_text() == 'RandomTranslation(0.5, 0.5, "wrap")\nGaussianNoise(0.1)'


@pytest.mark.parametrize(
    ("images", "arguments", "message"),
    [
        (np.zeros((3, 4)), {}, r"images must have shape \(n, h, w\) or \(n, h, w, 1 or 3\), .* got \(3, 4\)"),
        (np.zeros((9, 4, 4)), {}, r"with n from 1 to 8, got \(9, 4, 4\)"),
        (np.zeros((2, 4, 4, 2)), {}, r"got \(2, 4, 4, 2\)"),
        (np.zeros((2, 65, 65)), {}, r"at most 64×64 pixels, got shape \(2, 65, 65\)"),
        (np.full((1, 2, 2), np.nan), {}, "images must hold finite numbers"),
        (np.zeros((2, 4, 4)), {"labels": ["a"]}, r"labels must be a list of 2, one for each image, got \['a'\]"),
        (np.zeros((2, 4, 4)), {"labels": 5}, "labels must be a list of 2, one for each image, got 5"),
        (np.zeros((2, 4, 4)), {"flip": "both"}, "flip must be 'none', .*got 'both'"),
        (np.zeros((2, 4, 5)), {}, "only square images can be turned, these have 4×5; give turn=False"),
        (np.zeros((2, 4, 4)), {"shift": 0.7}, "shift must be a number of at least 0 and at most 0.5, got 0.7"),
        (np.zeros((2, 4, 4)), {"fill": "zero"}, "fill must be .*got 'zero'"),
        (np.zeros((2, 4, 4)), {"noise": -1}, "noise must be a number of at least 0 and at most 2, got -1"),
    ],
)
def test_bad_arguments_are_named(images, arguments, message):
    with pytest.raises(ValueError, match=message):
        AugmentationPreview(images, **arguments)


def test_a_change_that_cannot_be_leaves_what_was():
    preview = make()
    with pytest.raises(ValueError, match="flip must be"):
        preview.flip = "sideways"
    assert preview.flip == "horizontal_and_vertical"
