"""What holds for every explorable: its size, its words, its theme, its end, and the picture it leaves."""

import re
import struct
import subprocess
import sys

import numpy as np
import pytest

from course import Sequential, layers
from course.widgets import (
    ActivationGallery,
    AugmentationPreview,
    BackpropStepper,
    ConvolutionExplorer,
    DropoutExplorer,
    FeatureMaps,
    GradientFlow,
    LiveCurves,
    NeuronExplorer,
    OptimizerPaths,
    OverfittingExplorer,
    Playground,
    SizesAtAGlance,
)
from course.widgets.explorable import FOLDER, script


def feature_maps(**arguments):
    stack = [layers.Conv2D(70, 5, strides=2, name="conv"), layers.Flatten(), layers.Dense(3, activation="softmax")]
    model = Sequential([layers.Input((48, 48, 1)), *stack], seed=0)
    return FeatureMaps(model, np.random.default_rng(0).normal(size=(3, 48, 48, 1)), **arguments)


every_one = pytest.mark.parametrize(
    "make",
    [
        lambda: NeuronExplorer(points=[[1, 2], [-1, 0]], labels=[0, 1]),
        ActivationGallery,
        lambda: ActivationGallery("elu", compare="softplus"),
        lambda: ActivationGallery("softmax"),
        Playground,
        lambda: Playground(hidden=(8, 8, 8, 8)),
        lambda: Playground(hidden=()),
        BackpropStepper,
        ConvolutionExplorer,
        lambda: ConvolutionExplorer("galaxy", "blur", stride=2, padding="same", transposed=True),
        lambda: LiveCurves().widget,
        OptimizerPaths,
        lambda: OptimizerPaths("rosenbrock", ("adam",), noise=0.5),
        SizesAtAGlance,
        OverfittingExplorer,
        lambda: OverfittingExplorer(20, 20, 0.5, "polynomial"),
        GradientFlow,
        feature_maps,
        lambda: feature_maps(layer="conv", map=20),
        DropoutExplorer,
        lambda: DropoutExplorer(0.9, (6, 6), training=False),
        lambda: AugmentationPreview(np.random.default_rng(0).normal(size=(6, 32, 32)), list("abcdef"), noise=0.3),
    ],
    ids=[
        *("neuron", "gallery", "compare", "softmax", "playground", "deep playground", "no hidden layer"),
        *("backprop", "convolution", "transposed", "live curves", "optimizers", "one optimizer", "sizes"),
        *("overfitting", "polynomial", "gradient flow", "feature maps", "many maps", "dropout", "evaluation"),
        "augmentation",
    ],
)
browser_test = pytest.mark.browser


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@every_one
def test_module_is_small_and_whole(make):
    code = make()._esm
    assert len(code.encode()) < 15_000
    assert "import " not in code
    assert "http" not in code


def test_bundled_modules_keep_their_code():
    """Nothing is lost but comments, imports, white space, idle parentheses, const after const, and names."""

    def solid(code):
        return re.sub(r"\w+", "w", re.sub(r"[\s();,]|\b(?:const|let)\b", "", code))

    for file in FOLDER.glob("*.js"):
        source = file.read_text()
        code = "".join(
            line.split(" // ")[0]
            for line in source.splitlines()
            if not line.startswith("import ") and not line.lstrip().startswith(("//", "/**", "*"))
        )
        assert solid(code) in solid(script(file.name))


@every_one
def test_mime_bundle_has_words_and_a_picture(make):
    widget = make()
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == widget.describe()
    assert type(widget).__name__ in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data
    png = data["image/png"]
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (840, 520)
    assert len(png) < 150_000


def test_pictures_are_made_without_pyplot():
    result = run(
        "import sys\nfrom course.widgets import *\n"
        "for make in (NeuronExplorer, ActivationGallery, Playground): make().picture()\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    assert result.returncode == 0, result.stderr


def test_importing_widgets_imports_nothing_heavy():
    result = run("import sys, course.widgets\nassert not {'anywidget', 'matplotlib'} & set(sys.modules)")
    assert result.returncode == 0, result.stderr


def test_without_anywidget_the_error_says_what_to_install():
    result = run("import sys; sys.modules['anywidget'] = None\nfrom course.widgets import NeuronExplorer")
    assert 'course.widgets needs anywidget: pip install "handson-neural-networks[notebooks]"' in result.stderr


def test_without_matplotlib_the_error_says_what_to_install():
    result = run(
        "import sys; sys.modules['matplotlib'] = sys.modules['matplotlib.figure'] = None\n"
        "from course.widgets import NeuronExplorer; NeuronExplorer().picture()"
    )
    assert 'needs matplotlib: pip install "handson-neural-networks[notebooks]"' in result.stderr


@browser_test
@every_one
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_fits_the_room(show, make, color_scheme):
    page = show(make(), color_scheme)
    box = page.locator(".explorable").bounding_box()
    assert box["width"] <= 840
    assert box["height"] <= 520
    outside = page.evaluate(
        """() => {
          const room = document.querySelector(".explorable").getBoundingClientRect();
          return [...document.querySelectorAll(".explorable button, .explorable select, .explorable p:not(.spoken)")]
            .filter((each) => each.getBoundingClientRect().right > room.right + 1).length;
        }"""
    )
    assert outside == 0


@browser_test
@every_one
def test_inputs_are_native_named_and_reached_by_tab(show, make):
    page = show(make())
    inputs = page.locator(".explorable :is(input, select, button):visible:not([disabled])")
    names = inputs.evaluate_all(
        "all => all.map((each) => each.ariaLabel || each.labels?.[0]?.innerText || each.textContent)"
    )
    assert all(name.strip() for name in names)
    groups = inputs.evaluate_all("all => new Set(all.map((each) => (each.type === 'radio' ? 'radio' : each))).size")
    reached = set()
    for _ in range(groups + 1):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(reached) >= groups


@browser_test
@every_one
def test_keys_stay_inside(show, make):
    """JupyterLab leaves the keyboard alone where this attribute is."""
    page = show(make())
    assert page.locator(".explorable").get_attribute("data-lm-suppress-shortcuts") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.lmSuppressShortcuts") == "true"


@browser_test
@every_one
def test_says_in_words_what_it_shows(show, make):
    page = show(make())
    spoken = page.locator('[aria-live="polite"]')
    page.wait_for_function("document.querySelector('[aria-live]').textContent.length > 20")
    assert spoken.count() == 1
    assert "undefined" not in page.locator(".explorable").inner_text()
    assert "NaN" not in page.locator(".explorable").inner_text()


@browser_test
@every_one
def test_follows_the_notebook_theme_while_open(show, make):
    page = show(make())
    ground = "getComputedStyle(document.querySelector('.explorable')).backgroundColor"
    page.add_style_tag(
        content="body[data-jp-theme-light=true] { --jp-layout-color1: rgb(255, 255, 250) }"
        "body[data-jp-theme-light=false] { --jp-layout-color1: rgb(17, 17, 20) }"
    )
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert page.evaluate(ground) == "rgb(255, 255, 250)"
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert page.evaluate(ground) == "rgb(17, 17, 20)"
    assert page.evaluate("getComputedStyle(document.querySelector('.explorable')).colorScheme") == "dark"


@browser_test
@every_one
def test_ends_without_a_trace(show, make):
    page = show(make())
    page.evaluate("dispose()")
    page.wait_for_timeout(50)
    assert page.evaluate("document.querySelector('main').childElementCount") == 0
    assert page.evaluate("Object.values(listeners).reduce((sum, each) => sum + each.size, 0)") == 0
