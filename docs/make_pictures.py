"""Makes docs/pictures/*.png, the explorables and a report as the README shows them: `python docs/make_pictures.py`.

It needs the extra `tests` (playwright) and a chromium, whose path CHROMIUM may give.
"""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from autograder.assess import check_function
from autograder.exercise import STUDENT_SEED
from autograder.exercises import find
from autograder.report import as_html
from course.data import toy
from course.widgets import ActivationGallery, NeuronExplorer, Playground

FOLDER = Path(__file__).parent / "pictures"
LARGEST = 150_000  # bytes


def explorables() -> Iterator[tuple[str, Any, Callable[[Page], None] | None]]:
    """Name, widget, and what to do in the page before the picture is taken."""
    points, labels = toy.blobs(30, noise=0.7, rng=np.random.default_rng(0))
    yield "neuron", NeuronExplorer(weights=(1.0, 1.5), bias=-0.4, points=points, labels=labels), None
    yield "activations", ActivationGallery("elu", compare="softplus", z=-1.5), None
    yield "softmax", ActivationGallery("softmax"), None

    playground = Playground("spirals", hidden=(8, 6), optimizer="adam", learning_rate=0.01, noise=0.1)
    frames = []
    for _ in range(40):
        playground.step(4)
        frames.append({name: getattr(playground, name) for name in ("epoch", "losses", "parameters")})
    give = "frames => frames.forEach((frame) => listeners['msg:custom'].forEach((show) => show(frame)))"
    yield "playground", playground, lambda page: page.evaluate(give, frames)


def report() -> str:
    """A page with what `check` says of a softmax that takes the whole batch together."""

    def softmax(z: np.ndarray) -> np.ndarray:
        e = np.exp(z)
        return e / e.sum()

    result = check_function(find("softmax"), softmax, STUDENT_SEED)
    style = "color-scheme: light dark; font: 14px sans-serif; background: Canvas; color: CanvasText; margin: 0"
    return (
        f'<body style="{style}"><div class="picture" style="padding: 8px; width: 800px">{as_html(result)}</div></body>'
    )


def picture(page: Page, what: str) -> bytes:
    """What is in the page as a PNG of at most 255 colours."""
    page.mouse.move(1, 1)
    page.wait_for_timeout(500)
    image = Image.open(io.BytesIO(page.locator(what).screenshot())).convert("RGB")
    png = io.BytesIO()
    image.quantize(255).save(png, "png", optimize=True)
    return png.getvalue()


def main() -> None:
    """Write every explorable, in a light and in a dark theme."""
    FOLDER.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, widget, act in explorables():
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1280, "height": 720}, color_scheme=scheme, device_scale_factor=1.5
                )
                page.set_content(widget.page())
                page.wait_for_selector(".explorable")
                if act:
                    act(page)
                save(f"{name}-{scheme}", picture(page, ".explorable"))
                page.close()
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme, device_scale_factor=1.5)
            page.set_content(report())
            save(f"check-{scheme}", picture(page, ".picture"))
            page.close()
        browser.close()


def save(name: str, png: bytes) -> None:
    """Write a picture that is small enough for a README."""
    assert len(png) < LARGEST, f"{name}.png has {len(png)} bytes"
    (FOLDER / f"{name}.png").write_bytes(png)


if __name__ == "__main__":
    main()
