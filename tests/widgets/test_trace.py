"""Receptive fields are those that gradients reach, in every kind of image layer and in graphs of them."""

import numpy as np
import pytest

from course import Model, Sequential, layers
from course.widgets.trace import trace

SHAPE = (11, 9, 2)


def positive(model):
    """The same network with weights above zero and no nonlinearity: no path of the gradient cancels another."""
    for layer in model.layers:
        if isinstance(layer, Sequential):
            positive(layer)
        elif not isinstance(layer, layers.BatchNormalization):
            layer.set_weights([np.abs(weight) + 0.5 for weight in layer.get_weights()])
    return model


def reached(model, row, column):
    """The rows and the columns of the input from which a number of the output depends, by course's backward."""
    x = np.ones((1, *SHAPE), np.float32)
    y, cache = model.forward(x)
    dy = np.zeros_like(y)
    dy[0, row, column] = 1
    rows, columns, _ = np.nonzero(model.backward(dy, cache)[0])
    return tuple((int(each.min()), int(each.max())) if each.size else None for each in (rows, columns))


STACKS = {
    "valid": [lambda: layers.Conv2D(3, 3)],
    "same": [lambda: layers.Conv2D(3, (3, 4), padding="same")],
    "one row": [lambda: layers.Conv2D(3, (1, 5))],
    "stride": [lambda: layers.Conv2D(3, 3, strides=(2, 3), padding="same")],
    "dilation": [lambda: layers.Conv2D(3, (3, 2), dilation_rate=(3, 2))],
    "mean pooling": [lambda: layers.AveragePooling2D((3, 2), padding="same")],
    "depthwise": [lambda: layers.DepthwiseConv2D(3, strides=2)],
    "transposed": [lambda: layers.Conv2DTranspose(2, 3, strides=2)],
    "transposed, same": [lambda: layers.Conv2DTranspose(2, (4, 3), strides=(2, 3), padding="same")],
    "transposed, with gaps": [lambda: layers.Conv2DTranspose(2, 2, strides=3)],
    "nearest": [lambda: layers.UpSampling2D((2, 3))],
    "bilinear": [lambda: layers.UpSampling2D((3, 2), interpolation="bilinear")],
    "zeros around": [lambda: layers.ZeroPadding2D(((2, 1), (0, 3)))],
    "cropping": [lambda: layers.Cropping2D(((2, 1), (0, 3)))],
    "one by one": [lambda: layers.BatchNormalization(), lambda: layers.Dropout(0.5), lambda: layers.Dense(4)],
    "global": [lambda: layers.Conv2D(3, 3), lambda: layers.GlobalAveragePooling2D(keepdims=True)],
    "image out of numbers": [
        *(lambda: layers.Conv2D(3, 3), lambda: layers.Flatten(), lambda: layers.Dense(12)),
        lambda: layers.Reshape((2, 3, 2)),
    ],
    "permuted": [lambda: layers.Permute((2, 1, 3))],
    "classical": [
        *(lambda: layers.Conv2D(3, 3, padding="same"), lambda: layers.AveragePooling2D(2)),
        *(lambda: layers.Conv2D(3, 2, strides=2), lambda: layers.Conv2D(2, 2)),
    ],
    "there and back": [
        *(lambda: layers.ZeroPadding2D(3), lambda: layers.Conv2D(3, 2, strides=2)),
        *(lambda: layers.Conv2DTranspose(3, 3, strides=2, padding="same"), lambda: layers.Cropping2D(1)),
        lambda: layers.Conv2D(2, 2),
    ],
}


def held(model):
    stops, _ = trace(model, np.ones(SHAPE, np.float32))
    rows, columns = stops[-1].sight
    assert (len(rows), len(columns)) == stops[-1].maps.shape[:2]
    for row, seen_rows in enumerate(rows):
        for column, seen_columns in enumerate(columns):
            seen = (seen_rows, seen_columns) if seen_rows and seen_columns else (None, None)
            assert seen == reached(model, row, column), (row, column)


@pytest.mark.parametrize("name", sorted(set(STACKS) - {"image out of numbers", "permuted"}))
def test_stacks(name):
    held(positive(Sequential([layers.Input(SHAPE), *(make() for make in STACKS[name])])))


def test_max_pooling_may_see_all_of_its_window():
    """Gradients reach only the largest, so the window is that of a mean."""
    fields = [
        trace(Sequential([layers.Input(SHAPE), make(3, 2, padding="same")]), np.ones(SHAPE, np.float32))[0][-1].sight
        for make in (layers.MaxPool2D, layers.AveragePooling2D)
    ]
    assert fields[0] == fields[1]


@pytest.mark.parametrize("name", ["image out of numbers", "permuted"])
def test_where_places_are_mixed_everything_may_be_seen(name):
    stops, _ = trace(Sequential([layers.Input(SHAPE), *(make() for make in STACKS[name])]), np.ones(SHAPE, np.float32))
    assert set(stops[-1].sight[0]) == {(0, 10)}
    assert set(stops[-1].sight[1]) == {(0, 8)}


def test_layer_normalization_over_places_sees_everything():
    for axis, seen in ((-1, (4, 4)), ((1, 2, 3), (0, 10))):
        model = Sequential([layers.Input(SHAPE), layers.LayerNormalization(axis=axis)])
        assert trace(model, np.ones(SHAPE, np.float32))[0][-1].sight[0][4] == seen


def test_branches_see_what_either_does():
    x = layers.Input(SHAPE)
    narrow = layers.Conv2D(3, 1)(x)
    wide = layers.Conv2D(3, 5, padding="same")(x)
    joined = layers.concatenate([layers.add([narrow, wide]), layers.ZeroPadding2D(1)(layers.Cropping2D(1)(x))])
    held(positive(Model(x, layers.Conv2D(2, 2)(joined))))


def test_models_within_are_gone_through():
    inner = Sequential([layers.Conv2D(3, 3, name="a"), layers.AveragePooling2D(2, name="b")], name="inner")
    model = positive(Sequential([layers.Input(SHAPE), inner, layers.Conv2D(2, 2, name="c")]))
    held(model)
    stops, outputs = trace(model, np.ones(SHAPE, np.float32))
    assert [stop.name for stop in stops] == ["input", "inner/a", "inner/b", "c"]
    np.testing.assert_allclose(outputs[0], model.predict(np.ones((1, *SHAPE), np.float32), verbose=0), rtol=1e-6)


def test_maps_are_those_of_a_model_that_ends_there():
    rng = np.random.default_rng(0)
    x = layers.Input(SHAPE)
    first = layers.Conv2D(4, 3, activation="relu")(x)
    second = layers.MaxPool2D(2)(first)
    end = layers.Dense(3, activation="softmax")(layers.Flatten()(second))
    image = rng.normal(size=SHAPE).astype(np.float32)
    stops, outputs = trace(Model(x, end), image)
    expected = Model(x, [first, second, end]).predict(image[None], verbose=0)
    assert [stop.maps.shape for stop in stops] == [SHAPE, (9, 7, 4), (4, 3, 4)]
    for got, wanted in zip([*(stop.maps[None] for stop in stops[1:]), *outputs], expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)
