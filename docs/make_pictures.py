"""Makes docs/pictures/*.png, the explorables and a report in a light and a dark theme.

    python docs/make_pictures.py [NAME …]

Without names all of them. It needs the extra `tests` (playwright) and a chromium, whose path CHROMIUM may give.
"""

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from scenes import SCENES

from autograder.assess import check_function
from autograder.exercise import STUDENT_SEED
from autograder.exercises import find
from autograder.report import as_html

FOLDER = Path(__file__).parent / "pictures"
LARGEST = 100_000  # bytes
COLOURS = 200


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
    """What is in the page as a PNG of few colours."""
    page.mouse.move(1, 1)
    page.wait_for_timeout(500)
    image = Image.open(io.BytesIO(page.locator(what).screenshot())).convert("RGB")
    png = io.BytesIO()
    few = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(png, "png", optimize=True)
    return png.getvalue()


def main() -> None:
    """Write what is asked for, in both themes."""
    FOLDER.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    if unknown := wanted - {*SCENES, "check"}:
        sys.exit(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}, check")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])

        def take(name: str, html: str, what: str, act: Callable[[Page], None] | None = None) -> None:
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1280, "height": 720}, color_scheme=scheme, device_scale_factor=1.5
                )
                page.set_content(html)
                page.wait_for_selector(what)
                if act:
                    act(page)
                save(f"{name}-{scheme}", picture(page, what))
                page.close()

        for name, make in SCENES.items():
            if not wanted or name in wanted:
                widget, act = make()
                take(name, widget.page(), ".explorable", act)
        if not wanted or "check" in wanted:
            take("check", report(), ".picture")
        browser.close()


def save(name: str, png: bytes) -> None:
    """Write a picture that is small enough for a README."""
    assert len(png) < LARGEST, f"{name}.png has {len(png)} bytes"
    (FOLDER / f"{name}.png").write_bytes(png)


if __name__ == "__main__":
    main()
