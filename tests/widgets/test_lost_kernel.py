"""An explorable says when its kernel is gone, and when it isn't keeps quiet."""

import pytest

from course.widgets import NeuronExplorer

pytestmark = pytest.mark.browser

WITH_KERNEL = """() => {
  dispose();
  window.heard = {};
  const signal = (name) => {
    const listeners = (heard[name] = new Set());
    return { connect: (hear) => listeners.add(hear), disconnect: (hear) => listeners.delete(hear) };
  };
  model.widget_manager = { kernel: { statusChanged: signal("status"), disposed: signal("disposed") } };
  window.dispose = explorable.default.render({ model, el: document.querySelector("main") });
}"""
TELL = "([name, value]) => heard[name].forEach((hear) => hear({}, value))"


@pytest.mark.parametrize(
    ("signal", "value", "lost"),
    [
        *(("status", status, False) for status in ("unknown", "starting", "idle", "busy")),
        *(("status", status, True) for status in ("restarting", "autorestarting", "dead")),
        ("disposed", None, True),
    ],
)
def test_message_follows_the_kernel(show, signal, value, lost):
    page = show(NeuronExplorer())
    page.evaluate(WITH_KERNEL)
    assert page.locator(".lost").is_hidden()
    page.evaluate(TELL, [signal, value] if value else [signal])
    assert page.locator(".lost").is_visible() == lost


def test_message_is_an_alert_and_shows_for_what_was_restored_without_a_kernel(show):
    page = show(NeuronExplorer())
    page.evaluate("document.querySelector('main').className = 'jupyter-widgets-disconnected'")
    assert page.get_by_role("alert").inner_text() == "The kernel has ended or restarted: run the cell again."


def test_nothing_is_left_listening(show):
    page = show(NeuronExplorer())
    page.evaluate(WITH_KERNEL)
    count = "Object.values(heard).reduce((sum, each) => sum + each.size, 0)"
    assert page.evaluate(count) == 2
    page.evaluate("dispose()")
    assert page.evaluate(count) == 0
