"""What refusals say: who, which argument, what came, what was expected."""

import pytest

from course import errors
from course.registry import Registry


def test_choices():
    assert errors.check_choice("Conv2D", "padding", "same", ("valid", "same")) == "same"
    with pytest.raises(ValueError, match=r"^Conv2D: padding must be 'valid' or 'same', got 'full'$"):
        errors.check_choice("Conv2D", "padding", "full", ("valid", "same"))
    with pytest.raises(ValueError, match=r"got 'vald'; did you mean 'valid'\?$"):
        errors.check_choice("Conv2D", "padding", "vald", ("valid", "same"))
    with pytest.raises(ValueError, match=r"must be 0, 1 or 2, got True$"):
        errors.check_choice("metric", "level", True, (0, 1, 2))


def test_whole_numbers():
    assert errors.check_integer("Dense", "units", 3, minimum=1) == 3
    with pytest.raises(ValueError, match=r"^Dense: units must be an integer of at least 1, got 0$"):
        errors.check_integer("Dense", "units", 0, minimum=1)
    for wrong in (2.5, "3", True, None):
        with pytest.raises(TypeError, match="Dense: units must be an integer of at least 1, got"):
            errors.check_integer("Dense", "units", wrong, minimum=1)


@pytest.mark.parametrize(
    ("bounds", "right", "wrong", "message"),
    [
        ({}, -3, float("nan"), "a number, got nan"),
        ({}, 1e300, float("inf"), "a number, got inf"),
        ({"minimum": 0}, 0, -1, "a number of at least 0, got -1"),
        ({"above": 0}, 1, 0, "a number above 0, got 0"),
        ({"minimum": 0, "below": 1}, 0, 1, "a number of at least 0 and below 1, got 1"),
        ({"minimum": 0, "maximum": 1}, 1, 1.5, "a number of at least 0 and at most 1, got 1.5"),
    ],
)
def test_numbers_within_bounds(bounds, right, wrong, message):
    assert errors.check_number("Dropout", "rate", right, **bounds) == right
    with pytest.raises(ValueError, match=f"^Dropout: rate must be {message}$"):
        errors.check_number("Dropout", "rate", wrong, **bounds)


def test_shapes():
    errors.check_shape("Dense", "x", (5, 3), (None, 3))
    with pytest.raises(ValueError, match=r"^Dense: x must have shape \(n, 3\), got \(5, 4\)$"):
        errors.check_shape("Dense", "x", (5, 4), (None, 3))
    with pytest.raises(ValueError, match=r"^Neuron: y must have shape \(5,\), got \(5, 1\)$"):
        errors.check_shape("Neuron", "y", (5, 1), (5,))


def test_a_registry_lists_what_it_knows_when_nothing_is_near():
    with pytest.raises(ValueError, match=r"^unknown loss 'xyz' \(known: mse, mae\)$"):
        Registry("loss", {"mse": object, "mae": object}).find("xyz")
    with pytest.raises(ValueError, match="a config must have the keys 'class_name' and 'config', got \\['name'\\]"):
        Registry("loss", {"mse": object}).from_config({"name": "mse"})
