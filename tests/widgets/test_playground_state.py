"""The playground's state as a line of text: it brings all of it back, and a text that is none changes nothing."""

import numpy as np
import pytest

from course.widgets import Playground
from course.widgets.points import check_points, decode, encode

POINTS = [(-1.5, 0.5, 0), (1.5, 0.5, 1), (0.025, -3, 0), (3, 2.975, 1)]


def test_state_brings_all_of_it_back():
    playground = Playground(
        "moons",
        hidden=(3, 2),
        activation="relu",
        noise=0.25,
        learning_rate=0.1,
        optimizer="adam",
        regularization="l2",
        regularization_rate=0.003,
        batch_size=25,
        seed=7,
    )
    playground.step(5)
    twin = Playground.from_state(playground.state)
    assert twin.parameters == playground.parameters
    assert twin.state == playground.state
    assert (twin.epoch, twin.data, twin.hidden, twin.batch_size) == (5, "moons", [3, 2], 25)
    x = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_array_equal(twin.predict(x), playground.predict(x))


def test_state_of_an_untrained_network_is_its_settings():
    playground = Playground(hidden=())
    assert playground.state == (
        "data=rings&noise=0.15&hidden=&activation=tanh&optimizer=sgd&learning_rate=0.03"
        "&regularization=none&regularization_rate=0.003&batch_size=10&seed=0"
    )
    assert Playground.from_state(playground.state).parameters == playground.parameters
    assert Playground.from_state("data=xor").hidden == [4, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dta=xor", "Playground: unknown setting 'dta' in the state; did you mean 'data'?"),
        ("noise=much", "Playground: noise in the state must be a number, got 'much'"),
        ("seed=1.5", "Playground: seed in the state must be a whole number, got '1.5'"),
        ("hidden=4,x", "Playground: hidden in the state must be whole numbers with commas between, got '4,x'"),
        (
            "data=circles",
            "Playground: data must be 'moons', 'rings', 'spirals', 'xor', 'blobs' or 'own', got 'circles'",
        ),
        ("points=AAA", "Playground: points in the state must be points as a playground writes them, got 'AAA'"),
        ("points=A.A", "Playground: points in the state must be points as a playground writes them, got 'A.A'"),
        ("points=fw%3D%3D.", "Playground: points in the state must be points as a playground writes them"),
        (
            "points=f38%3D.",
            "Playground: points must be up to 300 of the form (x₁, x₂, class), with coordinates from −3",
        ),
        ("hidden=2&weights=AAAA", "Playground: weights in the state must be 9 finite numbers for layers (2, 2, 1)"),
        ("hidden=2&weights=%C3%A9", "Playground: weights in the state must be 9 finite numbers"),
    ],
)
def test_a_state_that_is_none_says_why(text, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is checked
        Playground.from_state(text)
    assert message in str(error.value)


def test_points_travel_in_the_state_as_two_bytes_each():
    playground = Playground("own", points=POINTS)
    twin = Playground.from_state(playground.state)
    assert sorted(twin.points) == sorted(map(list, POINTS))
    numbers = np.random.default_rng(0).uniform(-3, 3, (300, 2))
    many = check_points("", [(x, y, i % 2) for i, (x, y) in enumerate(numbers)])
    assert sorted(decode(encode(many))) == sorted(many)
    assert len(encode(many)) == 2 * 400 + 1
    np.testing.assert_allclose([point[:2] for point in many], numbers, atol=1 / 80)


def test_a_state_is_loaded_into_a_playground_that_trains():
    posed = Playground("moons", hidden=(3,), learning_rate=0.1)
    posed.step(4)
    playground = Playground("xor", hidden=(8, 8))
    playground.play()
    playground._receive(playground, {"do": "load", "text": posed.state}, [])
    assert not playground.playing
    assert playground.state == posed.state
    assert (playground.epoch, playground.parameters) == (4, posed.parameters)
    playground.load("data=xor")
    assert (playground.epoch, playground.hidden, playground.data) == (0, [4, 4], "xor")


def test_a_text_that_is_no_state_changes_nothing_and_is_answered(monkeypatch):
    playground = Playground("xor")
    before, answers = playground.state, []
    monkeypatch.setattr(playground, "send", answers.append)
    playground._receive(playground, {"do": "load", "text": "data=moons&noise=much"}, [])
    assert answers == [{"error": "noise in the state must be a number, got 'much'"}]
    assert playground.state == before
