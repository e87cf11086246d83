"""The playground in the browser: it computes what course computes, and its controls do what they say."""

import numpy as np
import pytest

from course.widgets import Playground
from tests.widgets.conftest import settle

pytestmark = pytest.mark.browser


def sent(page):
    return page.evaluate("model.sent")


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear", "elu", "selu", "softplus"])
@pytest.mark.parametrize("hidden", [(), (3,), (4, 2, 5)])
def test_browser_computes_what_course_computes(show, hidden, activation):
    playground = Playground("spirals", hidden=hidden, activation=activation)
    playground.step(3)
    page = show(playground)
    x = np.random.default_rng(1).normal(size=(50, 2)) * 2
    layers = page.evaluate(
        """([name, xs]) => explorable.forward(model.get("parameters"), name, xs)
          .map((maps) => maps.map((map) => [...map]))""",
        [activation, x.T.tolist()],
    )
    assert [len(layer) for layer in layers] == [2, *hidden, 1]
    np.testing.assert_allclose(layers[-1][0], playground.predict(x), rtol=2e-5, atol=2e-6)


def test_boundary_is_where_the_output_is_zero(show):
    """Of the map x² + y² − 4 it is the circle of radius 2."""
    page = show(Playground())
    points = page.evaluate(
        """() => {
          const centres = Array.from({ length: 50 }, (_, i) => -3 + 0.12 * (i + 0.5));
          const map = centres.toReversed().flatMap((y) => centres.map((x) => x * x + y * y - 4));
          return explorable.contour(map).slice(1).split(/[ML]/).map((pair) => pair.split(",").map(Number));
        }"""
    )
    x, y = 0.12 * np.array(points).T - 3
    np.testing.assert_allclose(np.hypot(x, y), 2, atol=2e-3)
    angles = np.sort(np.arctan2(y, x))
    assert np.diff(angles).max() < 0.1
    assert len(points) > 100


def test_map_is_orange_on_the_plus_side_and_blue_on_the_other(show):
    playground = Playground("blobs", hidden=())
    playground.step(20)
    page = show(playground)
    settle(page)
    corners = page.evaluate(
        """() => {
          const drawing = document.querySelector(".map canvas").getContext("2d");
          return [[45, 5], [5, 45]].map(([x, y]) => [...drawing.getImageData(x, y, 1, 1).data]);
        }"""
    )
    assert corners[0][0] > 200 > corners[0][2]  # above right, where class 1 is
    assert corners[1][2] > 150 > corners[1][0]


def test_lines_have_the_size_and_the_sign_of_their_weights(show):
    playground = Playground(hidden=(3,))
    page = show(playground)
    settle(page)
    kernel = np.array(playground.parameters[0])
    for (row, column), weight in np.ndenumerate(kernel):
        line = page.locator(f'.network path:not(.target)[data-key="0,{row},{column}"]')
        assert ("plus" if weight > 0 else "minus") in line.get_attribute("class")
        assert float(line.get_attribute("stroke-width")) == pytest.approx(max(0.4, 2.2 * abs(weight)))
    dashes = "getComputedStyle(document.querySelector('.network path.minus')).strokeDasharray"
    assert page.evaluate(dashes) != "none"


def test_a_weight_is_seen_and_set_by_its_line(show):
    playground = Playground(hidden=(2,))
    page = show(playground)
    settle(page)
    page.locator('.target[data-key="0,1,0"]').dispatch_event("click")
    settle(page)
    chosen = page.get_by_role("combobox", name="weight", exact=True)
    assert chosen.evaluate("list => list.selectedOptions[0].text") == "x₂ → neuron 1.1"
    shown = page.locator(".editor output:not(:empty)").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(playground.parameters[0][1][0], abs=0.005)
    page.get_by_label("value").fill("2.5")
    settle(page)
    assert sent(page) == [{"do": "weight", "array": 0, "index": [1, 0], "value": 2.5}]
    line = page.locator('.network path:not(.target)[data-key="0,1,0"]')
    assert float(line.get_attribute("stroke-width")) == pytest.approx(5.5)


def test_a_bias_is_set_from_the_keyboard_and_its_neuron_shown(show):
    page = show(Playground(hidden=(2,)))
    page.get_by_role("combobox", name="weight", exact=True).select_option("bias of neuron 1.2")
    settle(page)
    assert page.locator(".legend b").inner_text() == "neuron 1.2"
    page.get_by_label("value").focus()
    page.keyboard.press("ArrowRight")
    assert sent(page) == [{"do": "weight", "array": 1, "index": [1], "value": 0.05}]


def test_hovering_a_neuron_shows_its_map(show):
    page = show(Playground())
    page.locator('.node[data-key="1,2"]').hover()
    settle(page)
    assert page.locator(".legend b").inner_text() == "neuron 1.3"
    page.mouse.move(5, 5)
    settle(page)
    assert page.locator(".legend b").inner_text() == "output"


def test_buttons_ask_the_kernel(show):
    page = show(Playground())
    for name in ("Play", "Step", "Reset"):
        page.get_by_role("button", name=name).click()
    assert sent(page) == [{"do": "play"}, {"do": "step"}, {"do": "reset"}]
    page.evaluate("model.set('playing', true)")
    page.get_by_role("button", name="Pause").click()
    assert sent(page)[-1] == {"do": "pause"}


def test_silent_while_playing(show):
    page = show(Playground())
    page.wait_for_function("document.querySelector('.spoken').textContent.startsWith('Epoch 0')")
    page.evaluate("model.set('playing', true)")
    page.evaluate(
        """() => {
          const frame = { epoch: 7, losses: [0.5, 0.25], parameters: model.get("parameters") };
          for (const show of listeners["msg:custom"]) show(frame);
        }"""
    )
    settle(page)
    assert page.locator(".losses b").all_inner_texts() == ["7", "0.500", "0.250"]
    page.wait_for_timeout(600)
    assert page.locator(".spoken").inner_text().startswith("Epoch 0")
    page.evaluate("model.set('playing', false); model.set('epoch', 9)")
    page.wait_for_function("document.querySelector('.spoken').textContent.startsWith('Epoch 9')")


def test_pauses_the_kernel_when_it_is_taken_away(show):
    page = show(Playground())
    page.evaluate("dispose()")
    assert sent(page) == []
    page = show(Playground())
    page.evaluate("model.set('playing', true); dispose()")
    assert sent(page) == [{"do": "pause"}]


def test_layers_and_neurons_grow_and_shrink(show):
    page = show(Playground(hidden=(8,)))
    assert page.get_by_label("one neuron more in layer 1").is_disabled()
    page.get_by_label("one neuron less in layer 1").click()
    assert page.evaluate("model.get('hidden')") == [7]
    page.get_by_label("one layer more").click()
    assert page.evaluate("model.get('hidden')") == [7, 7]


def test_focus_stays_on_a_button_that_is_drawn_anew(show):
    page = show(Playground(hidden=(2,)))
    other = Playground(hidden=(3,))
    page.get_by_label("one neuron more in layer 1").focus()
    page.evaluate("parameters => model.set('parameters', parameters)", other.parameters)
    settle(page)
    assert page.locator(".node").count() == 6
    assert page.evaluate("document.activeElement.ariaLabel") == "one neuron more in layer 1"


def test_settings_are_sent_with_their_type(show):
    page = show(Playground())
    page.get_by_label("learning rate").select_option("0.1")
    page.get_by_label("data").select_option("xor")
    assert page.evaluate("[model.get('learning_rate'), model.get('data')]") == [0.1, "xor"]


def test_a_rate_that_the_list_lacks_is_shown(show):
    page = show(Playground(learning_rate=0.045))
    assert page.get_by_label("learning rate").input_value() == "0.045"


def on_plane(page, x, y):
    """Where the point is on the page."""
    box = page.locator(".map").bounding_box()
    return box["x"] + box["width"] * (x + 3) / 6, box["y"] + box["height"] * (3 - y) / 6


def drawn(page):
    return page.evaluate("[model.get('data'), model.get('points')]")


def test_a_stroke_draws_points_of_the_chosen_class(show):
    page = show(Playground("own"))
    page.get_by_label("draw class 0").click()
    page.mouse.move(*on_plane(page, -2, 1))
    page.mouse.down()
    page.mouse.move(*on_plane(page, 2, 1), steps=60)
    page.mouse.up()
    data, points = drawn(page)
    x, y, label = np.array(points).T
    assert data == "own"
    assert set(label) == {0}
    np.testing.assert_allclose(y, 1, atol=0.02)
    np.testing.assert_allclose([x.min(), x.max()], [-2, 2], atol=0.13)
    assert np.diff(np.sort(x)).min() >= 0.12
    np.testing.assert_array_equal(np.array(points) * 40 % 1, 0)
    assert page.locator("g .minus").first.get_attribute("d").count("M") == len(points)
    Playground("own", points=points)


def test_drawing_keeps_what_is_there_and_the_eraser_rubs_out_around_it(show):
    playground = Playground("rings")
    page = show(playground)
    page.mouse.click(*on_plane(page, 2.9, -2.9))
    data, points = drawn(page)
    assert data == "own"
    assert points == [*playground.train, [2.9, -2.9, 1]]
    page.get_by_role("button", name="erase").click()
    page.mouse.click(*on_plane(page, 2.8, -2.8))
    assert drawn(page) == ["own", playground.train]
    page.get_by_role("button", name="clear").click()
    assert drawn(page) == ["own", []]
    assert page.locator("g .plus").first.get_attribute("d") == ""


def test_points_are_drawn_from_the_keyboard_and_the_output_is_said(show):
    playground = Playground("own", hidden=(2,))
    page = show(playground)
    page.get_by_label("plane").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", " "):
        page.keyboard.press(key)
    assert drawn(page) == ["own", [[0.6, 0.2, 1]]]
    output = playground.predict([[0.6, 0.2]])[0]
    page.wait_for_function("document.querySelector('.spoken').textContent.startsWith('At (0.6, 0.2)')")
    assert page.locator(".spoken").inner_text() == f"At (0.6, 0.2) the output is {output:.2f}."
    for _ in range(20):
        page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    assert drawn(page)[1][-1] == [0.6, 3, 1]


def test_without_points_it_asks_for_some(show):
    page = show(Playground("own"))
    settle(page)
    assert page.locator(".says").inner_text() == "Draw points of both classes, − and +, on the plane."


def test_a_weight_shows_its_number_under_the_pointer(show):
    playground = Playground(hidden=(2,))
    page = show(playground)
    settle(page)
    page.locator('.target[data-key="0,0,1"]').dispatch_event("pointerover", {"bubbles": True})
    settle(page)
    shown = page.locator(".tag").text_content().replace("−", "-")
    assert float(shown) == pytest.approx(playground.parameters[0][0][1], abs=0.005)


def test_a_state_is_sent_to_be_loaded_and_its_error_shown(show):
    page = show(Playground())
    page.get_by_label("state").fill("data=xor")
    page.get_by_label("state").press("Enter")
    assert sent(page) == [{"do": "load", "text": "data=xor"}]
    page.evaluate("for (const hear of listeners['msg:custom']) hear({ error: 'noise must be a number' })")
    settle(page)
    assert page.locator(".says").inner_text() == "noise must be a number"
    page.get_by_role("button", name="Step").click()
    page.evaluate("model.set('epoch', 1)")
    settle(page)
    assert "test points" in page.locator(".says").inner_text()
