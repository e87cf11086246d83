"""Small convolutional networks learn from the data that come with the course, from fixed seeds."""

import numpy as np
import pytest

import course
from course import data, layers, schedules

pytestmark = pytest.mark.slow


def accuracy_of(stack, learning_rate, epochs, batch_size, sets):
    """Train on the first of the sets; the accuracy on the last, which nothing was chosen by."""
    (x, y), _, (x_test, y_test) = sets
    model = course.Sequential(stack, seed=5)
    rate = schedules.CosineDecay(learning_rate, decay_steps=epochs * -(-len(x) // batch_size))
    model.compile(course.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[..., None], y, batch_size=batch_size, epochs=epochs, verbose=0)
    return model.evaluate(x_test[..., None], y_test, verbose=0)[1]


def test_digits_by_people_whose_hand_was_never_seen():
    stack = [
        course.Input((8, 8, 1)),
        layers.RandomTranslation(0.15, 0.15, fill_mode="constant"),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPool2D(2),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.MaxPool2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
    # 0.969 to 0.982 with six other seeds
    assert accuracy_of(stack, 4e-3, 30, 32, data.load_digits()) > 0.95


def test_shapes_of_galaxies():
    # the inverse hyperbolic sine shows both the bright core and the faint arms
    sets = [(np.arcsinh(x) / 4, y) for x, y in data.load_galaxies()]
    stack = [
        course.Input((32, 32, 1)),
        layers.RandomRotation90(),
        layers.RandomFlip(),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPool2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPool2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPool2D(2),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(3, activation="softmax"),
    ]
    assert accuracy_of(stack, 3e-3, 12, 64, sets) > 0.85
