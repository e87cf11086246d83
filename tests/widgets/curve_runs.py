"""Two small trainings with live curves, for tests."""

import numpy as np

from course import Sequential, layers, optimizers
from course.widgets.curves import LiveCurves

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 12)).astype(np.float32)
Y = (X[:, :1] + 0.9 * rng.normal(size=(60, 1)) > 0).astype(np.float32)


def train(*given, epochs=12, optimizer=None, split=0.5, name="small"):
    hidden = layers.Dense(16, activation="relu")
    model = Sequential([layers.Input((12,)), hidden, layers.Dense(1, activation="sigmoid")], seed=0, name=name)
    model.compile(optimizer or optimizers.Adam(0.02), "binary_crossentropy")
    return model.fit(X, Y, batch_size=10, epochs=epochs, verbose=0, validation_split=split, callbacks=list(given))


def two_runs():
    """Curves of two runs, and their histories."""
    live = LiveCurves()
    return live, [train(live, name="first"), train(live, optimizer=optimizers.SGD(0.1), epochs=20, name="second")]


def under_way(two, **changes):
    """Curves of which the second run is under way."""
    live = LiveCurves()
    live.widget.set_trait("runs", two[0].runs[:1])
    frame = {**two[0].runs[1], "ended": "", "last": 100, "reached": 20.5, "tip": 0.5, "rate": 0.1}
    live.widget.set_trait("live", frame | changes)
    return live.widget
