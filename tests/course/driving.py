"""Callbacks told of epochs that never were: the numbers that they see are given, in either library."""

import pytest

import course
from tests.oracles.common import installed, keras

LIBRARIES = [
    "course",
    pytest.param("keras", marks=pytest.mark.skipif(not installed(), reason="Keras isn't installed")),
]


def library(name):
    """The module of that name."""
    return keras() if name == "keras" else course


def small(lib=course, metrics=None, rate=0.125):
    """A compiled model of one input and one output."""
    model = lib.Sequential([lib.Input((1,)), lib.layers.Dense(1)])
    model.compile(lib.optimizers.SGD(rate), "mse", metrics=metrics)
    return model


def drive(callback, epochs, lib=course, model=None):
    """Train with a callback on epochs that end with these logs; the model."""
    model = model or small(lib)
    callback.set_params({"epochs": len(epochs), "steps": 1, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_begin(epoch, {})
        callback.on_epoch_end(epoch, dict(logs))
        if model.stop_training:
            break
    callback.on_train_end({})
    return model
