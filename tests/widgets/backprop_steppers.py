"""Networks to step through, and the stepper's page as tests read it."""

from itertools import pairwise
from typing import Any

import numpy as np

from course.widgets.backprop import BackpropStepper
from tests.widgets.conftest import settle

# Matt Mazur, "A Step by Step Backpropagation Example" (2015), whose ½ Σ (t − o)² is the mean of two squares
PUBLISHED: dict[str, Any] = {
    "weights": [[[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]],
    "biases": [[0.35, 0.35], [0.60, 0.60]],
    "x": [0.05, 0.10],
    "y": [0.01, 0.99],
}


def stepper_of(sizes, activation="sigmoid"):
    """A stepper with random weights."""
    rng = np.random.default_rng(sizes)
    return BackpropStepper(
        [rng.normal(size=shape) for shape in pairwise(sizes)],
        [rng.normal(size=units) for units in sizes[1:]],
        rng.normal(size=sizes[0]),
        rng.normal(size=sizes[-1]),
        activation,
    )


def go(page, position):
    page.evaluate("(position) => model.set('position', position)", position)
    settle(page)


def filled(page):
    settle(page)
    return page.locator(".formula").inner_text(), page.locator(".filled").inner_text()
