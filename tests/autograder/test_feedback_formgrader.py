"""A hostile submission in the real formgrader: it presses no button, opens no dialog, tells nobody."""

import json

import nbformat
import pytest

from tests.autograder import hostile
from tests.autograder.classroom import answered, hand_in
from tests.autograder.conftest import LESSON
from tests.browser import chromium, jupyter

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_hostile_submission_does_nothing_in_the_formgrader(course, tmp_path):
    hand_in(course, LESSON, "eve", answered(LESSON, {}))
    path = course.folder("autograded", "eve", LESSON) / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    theirs = [cell for cell in hostile.notebook().cells if "nbgrader" not in cell.metadata]
    for cell in theirs:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _is_valid(output)]
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "why-activations":
            cell["source"] = hostile.HTML + hostile.MARKDOWN
    notebook["cells"] += json.loads(json.dumps(theirs))
    path.write_text(json.dumps(notebook), encoding="utf-8")

    asked, dialogs = [], []
    with jupyter(course.root, tmp_path) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{address}/formgrader/gradebook/{LESSON}/{LESSON}")
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.get_by_role("link", name="Submission #1").click(timeout=30_000)
        page.locator(".autograder-report").first.wait_for(timeout=30_000)
        page.wait_for_timeout(1000)
        assert page.locator("input.score").count() == len(answered(LESSON, {})) + 1
        assert page.get_by_text("covered").count() > 0
    assert dialogs == []
    assert [url for url in asked if "127.0.0.1:9/" in url] == []


def _is_valid(output) -> bool:
    try:
        nbformat.validate(nbformat.from_dict(output), ref="output", version=4)
    except nbformat.ValidationError:
        return False
    return True
