"""Makes docs/pictures/lesson-*.png: two exercises of lesson 5 in JupyterLab, as a student meets them.

    python docs/lesson_pictures.py

The first answer is wrong, and what `check` says of it is one of the pictures.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from png import save, small

sys.path.insert(0, str(Path(__file__).parents[1]))
from autograder.coursedir import Course
from autograder.demo import model_answers
from tests.browser import chromium, jupyter
from tests.widgets.notebooks import Notebook, configure

LESSON = "05_convolution"
FLIPPED = '''def conv1d(x, w, stride):
    """Slide a kernel along signals, one a row."""
    count = (x.shape[1] - len(w)) // stride + 1
    windows = np.stack([x[:, i * stride : i * stride + len(w)] for i in range(count)], axis=1)
    return windows @ w[::-1]
'''

ANSWER = """([name, source]) => {
  const { content } = jupyterapp.shell.currentWidget;
  const place = content.widgets.findIndex((cell) => cell.model.metadata.nbgrader?.grade_id === name);
  content.activeCellIndex = place;
  if (source) content.activeCell.model.sharedModel.setSource(source);
  return place;
}"""


def run(notebook: Notebook, grade_id: str, source: str | None = None) -> None:
    """Write an answer, if there is one, and run its cell."""
    notebook.page.evaluate(ANSWER, [grade_id, source])
    notebook.command("notebook:run-cell")


def show(page: Page, grade_id: str, above: int) -> None:
    """Scroll until a cell stands `above` pixels below the notebook's upper edge."""
    page.evaluate(ANSWER, [grade_id, None])
    page.evaluate(
        """async (above) => {
          const { content } = jupyterapp.shell.currentWidget;
          await content.scrollToItem(content.activeCellIndex, "start");
          const cell = content.activeCell.node;
          const outer = cell.closest(".jp-WindowedPanel-outer");
          outer.scrollTop += cell.getBoundingClientRect().top - outer.getBoundingClientRect().top - above;
        }""",
        above,
    )


def main() -> None:
    """Open the lesson, answer two exercises, and take the pictures."""
    root = Path(__file__).parents[1]
    answers = model_answers(Course(root), LESSON)
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name) / "lessons", Path(name) / "home"
        shutil.copytree(root / "lessons" / LESSON, folder)
        home.mkdir()
        configure(home)
        with jupyter(folder, home) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 720}, device_scale_factor=1.5)
            notebook = Notebook(page)
            page.goto(f"{address}/lab/tree/{LESSON}.ipynb?reset")
            notebook.connect()
            notebook.command("application:toggle-left-area")
            page.evaluate(ANSWER, ["output_size", None])
            notebook.command("notebook:run-all-above")
            page.locator(".explorable").nth(1).wait_for(state="attached")

            def take(picture: str, grade_id: str, above: int) -> None:
                show(page, grade_id, above)
                page.mouse.move(1, 1)
                page.wait_for_timeout(1000)
                save(picture, small(page.screenshot()))

            take("lesson-question", "output_size", 470)
            run(notebook, "output_size", answers["output_size"])
            run(notebook, "check-output_size")
            run(notebook, "conv1d", FLIPPED)
            run(notebook, "check-conv1d")
            page.get_by_text("flipped").first.wait_for()
            take("lesson-wrong", "check-conv1d", 200)
            run(notebook, "conv1d", FLIPPED.replace("w[::-1]", "w"))
            run(notebook, "check-conv1d")
            page.get_by_text("flipped").first.wait_for(state="detached")
            take("lesson-right", "check-conv1d", 200)


if __name__ == "__main__":
    main()
