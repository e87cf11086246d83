"""Gradient flow, and feature maps of a model that was trained, in a real notebook: the kernel answers the hand."""

from tests.widgets.notebooks import marks

pytestmark = marks

FLOW = """
from course.widgets import GradientFlow
flow = GradientFlow(10)
flow
"""
MAPS = """
from course import Sequential, layers
from course.data import load_digits
from course.widgets import FeatureMaps

(x, y), _, _ = load_digits()
stack = [layers.Conv2D(4, 3, activation="relu", name="conv"), layers.MaxPool2D(2, name="pool"), layers.Flatten()]
model = Sequential([layers.Input((8, 8, 1)), *stack, layers.Dense(10, activation="softmax")], seed=0)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x[..., None], y, epochs=1, verbose=0)
explorer = FeatureMaps(model, x[:9, ..., None])
explorer
"""


def fits(page):
    box = page.locator(".explorable").bounding_box()
    return box["width"] <= 840 and box["height"] <= 520


def test_gradient_flow(open_notebook):
    notebook = open_notebook(FLOW)
    page, says = notebook.page, "document.querySelector('.says').textContent"
    page.wait_for_function(f"{says}.startsWith('The gradient')")
    page.get_by_label("weights").select_option("normal 0.01")
    page.wait_for_function(f"{says}.startsWith('The gradient vanishes') && {says}.includes('dies out')")
    assert notebook.ask("flow.initialization, bool(flow.gradient[0] < 1e-9)") == "('normal 0.01', True)"
    assert fits(page)
    notebook.command("kernelmenu:shutdown")
    page.get_by_label("weights").select_option("he_normal")
    page.wait_for_function(f"{says}.startsWith('The kernel doesn')")


def test_feature_maps(open_notebook):
    notebook = open_notebook(MAPS)
    page, says = notebook.page, "document.querySelector('.says').textContent"
    page.wait_for_function(f"{says}.startsWith('conv, map 0 of 4, ')")
    page.get_by_label("layer").select_option("2")
    page.wait_for_function(f"{says}.startsWith('pool, map 0 of 4, ')")
    page.get_by_label("image").press("End")
    notebook.wait_until("explorer.image, explorer.layer, explorer.result['of']['image']", "(8, 2, 8)")
    assert fits(page)
    values = notebook.ask("[round(float(v), 2) for v in explorer.maps()[:, :, 0].flat]").strip("[]").split(", ")
    texts = [f"{float(value):g}".replace("-", "−") for value in values]
    page.wait_for_function(
        "(texts) => [...document.querySelectorAll('.map svg text')].map((each) => each.textContent).join() === texts",
        arg=",".join(texts),
    )
