"""Augmentation: off at evaluation, each image one of the allowed changes, as often as stated; gradients; refusals."""

import numpy as np
import pytest

import course
from course import layers
from course.gradcheck import check_layer
from tests.oracles.common import flat
from tests.oracles.rearranging_questions import IMAGES, TRANSLATIONS
from tests.oracles.record_rearranging import ORACLE

# every pixel differs from all others, so that a change can be told from its result
IMAGE = np.arange(1.0, 4 * 4 * 2 + 1, dtype=np.float32).reshape(4, 4, 2)
MANY = np.repeat(IMAGE[None], 4000, axis=0)

SAME = IMAGE
LEFT_RIGHT = IMAGE[:, ::-1]
UP_DOWN = IMAGE[::-1]
BOTH = IMAGE[::-1, ::-1]
TURNS = [np.rot90(IMAGE, quarter) for quarter in range(4)]

FLIPS = {
    "horizontal_and_vertical": [SAME, LEFT_RIGHT, UP_DOWN, BOTH],
    "horizontal": [SAME, LEFT_RIGHT],
    "vertical": [SAME, UP_DOWN],
}
AUGMENTATIONS = {
    "flip": lambda **options: layers.RandomFlip(**options),
    "turn": lambda **options: layers.RandomRotation90(**options),
    "move": lambda **options: layers.RandomTranslation(0.5, (0.0, 0.3), **options),
    "move_to_the_edge": lambda **options: layers.RandomTranslation(0.4, 0.4, "nearest", **options),
    "move_around": lambda **options: layers.RandomTranslation(0.6, 0.6, "wrap", **options),
    "move_out": lambda **options: layers.RandomTranslation(0.6, 0.6, "constant", 0.5, **options),
}
every = pytest.mark.parametrize("make", AUGMENTATIONS.values(), ids=AUGMENTATIONS)


def frequencies(images, allowed):
    """How often each of the allowed images came; no other may come."""
    came = [(images == one).all(axis=(1, 2, 3)) for one in allowed]
    assert np.sum(came, axis=0).tolist() == [1] * len(images)
    return np.mean(came, axis=1)


@pytest.mark.parametrize("mode", FLIPS)
def test_flips_are_those_asked_for_and_equally_frequent(mode):
    y = layers.RandomFlip(mode, seed=1)(MANY, training=True)
    found = frequencies(y, FLIPS[mode])
    # 4000 draws: five standard deviations of a frequency
    p = 1 / len(found)
    np.testing.assert_allclose(found, p, atol=5 * (p * (1 - p) / 4000) ** 0.5)


def test_turns_are_by_quarters_and_equally_frequent():
    y = layers.RandomRotation90(seed=1)(MANY, training=True)
    np.testing.assert_allclose(frequencies(y, TURNS), 0.25, atol=5 * (0.25 * 0.75 / 4000) ** 0.5)


def test_flips_and_turns_together_are_the_eight_symmetries_of_the_square():
    model = course.Sequential(
        [layers.RandomFlip("horizontal", input_shape=(4, 4, 2)), layers.RandomRotation90()], seed=2
    )
    found = frequencies(model(MANY, training=True), [*TURNS, *(np.rot90(LEFT_RIGHT, quarter) for quarter in range(4))])
    np.testing.assert_allclose(found, 0.125, atol=5 * (0.125 * 0.875 / 4000) ** 0.5)


@pytest.mark.parametrize("case", TRANSLATIONS)
def test_translations_are_those_of_keras(case):
    height, width, fill_mode = TRANSLATIONS[case]
    layer = layers.RandomTranslation((height, height), (width, width), fill_mode, 0.5)
    ORACLE.compare(f"translation/{case}", flat(layer(IMAGES, training=True)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("fill_mode", "padding"), [("reflect", "symmetric"), ("wrap", "wrap"), ("nearest", "edge")])
@pytest.mark.parametrize(("down", "right"), [(2, 1), (-3, 2), (4, -4), (0, 0)])
def test_what_comes_in_from_outside(fill_mode, padding, down, right):
    x = IMAGE[None]
    y = layers.RandomTranslation((down / 4, down / 4), (right / 4, right / 4), fill_mode)(x, training=True)
    wide = np.pad(x, ((0, 0), (4, 4), (4, 4), (0, 0)), mode=padding)
    np.testing.assert_array_equal(y, wide[:, 4 - down : 8 - down, 4 - right : 8 - right])


def test_translations_go_to_all_places_in_range():
    x = np.zeros((2000, 10, 10, 1), np.float32)
    x[:, 5, 5] = 1.0
    y = layers.RandomTranslation(0.2, (0.0, 0.3), "constant", seed=3)(x, training=True)
    _, rows, columns, _ = np.nonzero(y)
    assert len(rows) == 2000
    assert set(rows) == {3, 4, 5, 6, 7}
    assert set(columns) == {5, 6, 7, 8}
    # down and to the right are drawn independently
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 5 / 2000**0.5


@every
def test_off_at_evaluation(make):
    y, cache = make().forward(MANY[:3])
    np.testing.assert_array_equal(y, MANY[:3])
    np.testing.assert_array_equal(make()(MANY[:3]), MANY[:3])
    np.testing.assert_array_equal(make().backward(MANY[:3], cache), MANY[:3])


@every
def test_images_differ_in_what_is_done_to_them(make):
    y = make(seed=1)(MANY[:50], training=True)
    assert len({image.tobytes() for image in y}) > 1


@every
def test_backward_is_the_gradient_of_forward(make):
    errors = check_layer(make(), (4, 4, 2), training=True, batch_size=5, verbose=False)
    assert max(errors.values()) < 1e-8, errors


@every
def test_channels_stay_together_and_pixels_are_only_moved(make):
    y = make(seed=4)(MANY[:50], training=True)
    inside = y[..., 0] != 0.5
    np.testing.assert_array_equal(y[inside][:, 1] - y[inside][:, 0], 1.0)
    assert set(np.unique(y)) <= {0.5, *IMAGE.ravel()}


@every
def test_the_models_seed_settles_the_draws(make):
    def images(seed):
        model = course.Sequential([make(input_shape=(4, 4, 2))], seed=seed)
        return model(MANY[:20], training=True)

    np.testing.assert_array_equal(images(5), images(5))
    assert not np.array_equal(images(5), images(6))


@every
def test_the_same_change_in_float32_and_float64(make):
    single = make(seed=1).forward(MANY[:9], training=True)[0]
    double = make(seed=1, dtype="float64").forward(MANY[:9].astype(np.float64), training=True)[0]
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_array_equal(single, double)


def test_a_model_trains_on_changed_images_and_predicts_on_those_given():
    # bright above or below the middle: true of the mirrored image as well, if left and right are swapped
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 6, 6, 1)).astype(np.float32)
    y = (x[:, :3].mean(axis=(1, 2, 3)) > x[:, 3:].mean(axis=(1, 2, 3))).astype(np.float32)
    model = course.Sequential(seed=1)
    model.add(layers.RandomFlip("horizontal", input_shape=(6, 6, 1)))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(course.optimizers.Adam(0.05), "binary_crossentropy", metrics=["acc"])
    model.fit(x, y, epochs=30, verbose=0)
    assert model.evaluate(x, y, verbose=0, return_dict=True)["acc"] > 0.95
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))
    kernel = model.get_weights()[0].reshape(6, 6)
    # having seen both ways it is nearly symmetric
    assert np.abs(kernel - kernel[:, ::-1]).mean() < 0.5 * np.abs(kernel).mean()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: layers.RandomFlip("sideways"),
            r"RandomFlip: mode must be 'horizontal_and_vertical', 'horizontal' or 'vertical', got 'sideways'",
        ),
        (lambda: layers.RandomFlip(seed=-1), r"RandomFlip: seed must be an integer of at least 0, got -1"),
        (
            lambda: layers.RandomFlip(name="flip")(layers.Input((4, 4))),
            r'RandomFlip "flip": expected one input of shape \(n, h, w, channels\), got \(n, 4, 4\)',
        ),
        (
            lambda: layers.RandomRotation90(name="turn")(layers.Input((4, 5, 1))),
            r'RandomRotation90 "turn": images must be square, got inputs of shape \(n, 4, 5, 1\)',
        ),
        (
            lambda: layers.RandomTranslation(1.5, 0),
            r"RandomTranslation: height_factor must be a number of at least 0 and at most 1, got 1.5",
        ),
        (
            lambda: layers.RandomTranslation(0.1, (-2, 0)),
            r"RandomTranslation: width_factor must be a number of at least -1 and at most 1, got -2",
        ),
        (
            lambda: layers.RandomTranslation(0.1, (0, 0.1, 0.2)),
            r"RandomTranslation: width_factor must be a number or \(least, most\), got \(0, 0.1, 0.2\)",
        ),
        (
            lambda: layers.RandomTranslation(0.1, 0.1, "zeros"),
            r"RandomTranslation: fill_mode must be 'reflect', 'nearest', 'wrap' or 'constant', got 'zeros'",
        ),
        (
            lambda: layers.RandomTranslation(0.1, 0.1, fill_value=None),
            r"RandomTranslation: fill_value must be a number, got None",
        ),
    ],
)
def test_wrong_arguments(ask, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ask()
