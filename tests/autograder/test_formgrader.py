"""The formgrader's page, as an instructor clicks through it, in a real browser."""

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.demo import BEN, answered, model_answers, submit
from autograder.exercises import exercises
from tests.autograder.conftest import LESSON
from tests.browser import chromium, jupyter

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_generate_release_and_autograde_by_button(course, tmp_path):
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    submit(course, LESSON, "ben", answered(released, {**model_answers(course, LESSON), **BEN}))
    with jupyter(course.root, tmp_path) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{address}/formgrader/manage_assignments")
        row = page.locator("tr", has=page.locator(f"td.name:has-text('{LESSON}')"))
        row.locator("td.assign a").wait_for(timeout=30_000)

        row.locator("td.assign a").click()
        page.locator(".modal .modal-title", has_text="Success").wait_for(timeout=60_000)
        page.locator(".modal button", has_text="OK").click()
        page.reload()

        row.locator("td.release a").click()
        page.locator(".modal .modal-title", has_text="Success").wait_for(timeout=60_000)

        page.goto(f"{address}/formgrader/manage_submissions/{LESSON}")
        student = page.locator("tr", has=page.locator("td.student-id:has-text('ben')"))
        student.locator("td.autograde a").click()
        page.locator(".modal .modal-title", has_text="Success").wait_for(timeout=120_000)

        page.goto(f"{address}/formgrader/gradebook/{LESSON}")
        page.locator("td.name, td a", has_text=LESSON).first.wait_for(timeout=30_000)

    known = exercises(LESSON)
    with Gradebook(course.directory.db_url) as gradebook:
        submission = gradebook.find_submission(LESSON, "ben")
        grades = {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades}
    for name, exercise in known.items():
        earned = grades[f"check-{name}"].auto_score
        assert earned < exercise.points if name in BEN else earned == exercise.points
    (written,) = [grade for name, grade in grades.items() if not name.startswith("check-")]
    assert written.needs_manual_grade


def test_the_graders_page_shows_our_report(course, tmp_path):
    graded = nbformat.read(course.folder("autograded", "ben", LESSON) / f"{LESSON}.ipynb", as_version=4)
    pages = [output.get("data", {}).get("text/html", "") for cell in graded.cells for output in cell.get("outputs", [])]
    reports = [page for page in pages if "autograder-report" in page]
    assert len(reports) == len(exercises(LESSON))
