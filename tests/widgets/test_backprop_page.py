"""Backpropagation under a hand: stepping, editing, guessing, and the step downhill."""

import numpy as np
import pytest

from course.widgets.backprop import BackpropStepper
from tests.widgets.backprop_steppers import PUBLISHED, filled, go, stepper_of
from tests.widgets.conftest import settle

pytestmark = pytest.mark.browser


def test_steps_by_buttons_slider_click_and_play(show):
    page = show(BackpropStepper())
    position = "model.get('position')"
    page.get_by_text("Next").first.click()
    page.get_by_text("Next").first.click()
    page.get_by_text("Previous").click()
    assert page.evaluate(position) == 1
    settle(page)
    assert page.locator('i[data-key="z 0 0"]').inner_text() == "1.000"
    assert page.locator('i[data-key="a 0 0"]').inner_text() == "·"
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("End")
    assert page.evaluate(position) == 22
    settle(page)
    assert page.get_by_text("Next").first.is_disabled()
    assert "take the step" in page.locator(".says").inner_text()
    page.locator('i[data-key="L"]').click()
    assert page.evaluate(position) == 7
    # time goes on when the test says so
    page.evaluate(
        "window.setInterval = (tick) => (window.tick = tick) && 7; window.clearInterval = () => (tick = null)"
    )
    page.get_by_text("Play").click()
    page.evaluate("tick(); tick()")
    assert page.evaluate(position) == 9
    page.get_by_text("Pause").click()
    assert page.evaluate("tick") is None
    go(page, 21)
    page.get_by_text("Play").click()
    page.evaluate("tick(); tick()")  # ends by itself
    assert page.evaluate("[model.get('position'), tick]") == [22, None]


def test_numbers_are_edited_by_typing_and_arrow_keys(show):
    page = show(BackpropStepper())
    go(page, 7)
    field = page.get_by_label("weight w²₁₁")
    field.click()
    field.fill("0.25")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("model.get('weights')") == [[[0.5, -1], [1, 0.5]], [[0.3], [-1]]]
    page.get_by_label("input x₂").fill("-2")
    page.get_by_label("bias b¹₂").fill("1e9")
    page.get_by_label("target y₁").fill("0")
    assert page.evaluate("['x', 'biases', 'y'].map((name) => model.get(name))") == [
        [1, -2],
        [[0, 100], [-0.7]],
        [0],
    ]
    edited = BackpropStepper([[[0.5, -1], [1, 0.5]], [[0.3], [-1]]], [[0, 100], [-0.7]], [1, -2], [0])
    settle(page)
    assert float(page.locator('i[data-key="L"]').inner_text()) == pytest.approx(edited.gradients()[0], abs=6e-4)
    page.get_by_label("activation").select_option("tanh")
    assert page.evaluate("model.get('activation')") == "tanh"
    page.get_by_label("input x₂").fill("")  # while one types
    assert page.evaluate("model.get('x')") == [1, -2]


def test_predict_then_reveal(show):
    page = show(BackpropStepper())
    page.get_by_label("numbers").select_option("predict first")
    go(page, 1)
    assert filled(page)[1] == "= 0.5·1 + 1·0.5 + 0 = ?"
    assert page.locator('i[data-key="z 0 0"]').inner_text() == "?"
    page.wait_for_timeout(450)
    assert "1.000" not in page.locator(".spoken").inner_text()
    guess = page.get_by_label("your guess")
    guess.fill("-0.5")
    page.keyboard.press("Enter")
    settle(page)
    assert page.locator(".says").inner_text().startswith("✗ Off by 1.500, its sign is wrong (0 of 1).")
    assert page.locator('i[data-key="z 0 0"]').inner_text() == "1.000"
    page.keyboard.press("Enter")  # goes on
    settle(page)
    assert page.evaluate("model.get('position')") == 2
    assert guess.input_value() == ""
    guess.fill("0.75")  # 0.731 within 5 %
    page.get_by_text("Check").click()
    settle(page)
    assert page.locator(".says").inner_text().startswith("✓ Right (1 of 2).")
    page.locator("form button").click()
    page.locator("form button").click()  # without a guess
    settle(page)
    assert "of 2" not in page.locator(".says").inner_text()
    assert page.locator('i[data-key="z 0 1"]').inner_text() == "−0.250"


def test_take_the_step(show):
    twin = BackpropStepper(**PUBLISHED)
    page = show(BackpropStepper(**PUBLISHED))
    page.get_by_text("Take the step").click()
    before, after = twin.gradients()[0], twin.take_step()
    for name in ("weights", "biases"):
        for got, expected in zip(page.evaluate(f"model.get('{name}')"), getattr(twin, name), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-12)
    settle(page)
    assert filled(page) == ("w ← w − rate·∂L/∂w, and b alike", "w²₁₁ ← 0.4 − 0.5·0.0822 = 0.359")
    assert f"The loss fell: {before:.3f} → {after:.3f}." in page.locator(".says").inner_text()
    assert page.locator(".losses output").inner_text() == f"loss {before:.3f} → {after:.3f}"
    assert page.locator("mark").count() == 4
    for _ in range(3):
        page.get_by_text("Take the step").click()
        after = twin.take_step()
    settle(page)
    assert page.locator(".losses output").inner_text().endswith(f"→ {after:.3f}")
    page.get_by_text("Start again").click()
    settle(page)
    assert page.evaluate("model.get('weights')") == PUBLISHED["weights"]
    assert page.evaluate("model.get('position')") == 0
    assert page.locator(".losses output").inner_text() == ""


def test_a_step_too_long(show):
    stepper = BackpropStepper([[[2.0]]], x=[2.0], y=[0.0], activation="relu")
    page = show(stepper)
    page.evaluate("model.set('rate', 1)")
    page.get_by_text("Take the step").click()
    settle(page)
    # z falls below zero, where ReLU's slope is zero: nothing moves any more
    page.get_by_text("Take the step").click()
    settle(page)
    assert "Without gradients nothing moves." in page.locator(".says").inner_text()
    page.evaluate("model.set('weights', [[[30]]])")
    settle(page)
    page.get_by_text("Take the step").click()
    assert "beyond 100" in page.locator(".says").inner_text()
    assert page.evaluate("model.get('weights')") == [[[30]]]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("sizes", [(3, 3, 3), (1, 1)])
def test_fits_the_room(show, sizes, color_scheme):
    page = show(stepper_of(sizes), color_scheme)
    go(page, 1)
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520
    covered = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll(".network > div")].map((each) => each.getBoundingClientRect());
          const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1
            || b.bottom <= a.top + 1;
          return boxes.filter((a, i) => boxes.some((b, k) => k > i && !apart(a, b))).length;
        }"""
    )
    assert covered == 0
