"""Makes docs/pictures/*.png, the explorables in a light and a dark theme.

    python docs/make_pictures.py [NAME …]

Without names all of them. It needs the extra `tests` (playwright) and a chromium, whose path CHROMIUM may give.
"""

import os
import shutil
import sys

from playwright.sync_api import sync_playwright
from png import save, small
from scenes import SCENES


def main() -> None:
    """Write what is asked for, in both themes."""
    wanted = sys.argv[1:] or list(SCENES)
    if unknown := set(wanted) - set(SCENES):
        sys.exit(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in wanted:
            widget, act = SCENES[name]()
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1280, "height": 720}, color_scheme=scheme, device_scale_factor=1.5
                )
                page.set_content(widget.page())
                page.wait_for_selector(".explorable")
                if act:
                    act(page)
                page.mouse.move(1, 1)
                page.wait_for_timeout(500)
                save(f"{name}-{scheme}", small(page.locator(".explorable").screenshot()))
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
