"""The formgrader's page, as an instructor clicks through it, in a real browser."""

import pytest
from nbgrader.api import Gradebook

from autograder.demo import BEN, answered, model_answers, submit
from autograder.exercises import exercises
from tests.autograder.conftest import LESSON
from tests.browser import chromium, jupyter

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def press(page, row: str, button: str) -> None:
    """Press a button in the row of a table that names a lesson or a student, and wait for success."""
    line = page.locator("tr", has_text=row)
    line.locator(f"td.{button} a").click(timeout=30_000)
    page.locator(".modal-title", has_text="Success").wait_for(timeout=120_000)


def test_generate_release_autograde_and_read_by_button(course, tmp_path):
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    submit(course, LESSON, "ben", answered(released, {**model_answers(course, LESSON), **BEN}))
    with jupyter(course.root, tmp_path) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{address}/formgrader/manage_assignments")
        press(page, LESSON, "assign")
        page.reload()
        press(page, LESSON, "release")

        page.goto(f"{address}/formgrader/manage_submissions/{LESSON}")
        press(page, "ben", "autograde")
        page.goto(f"{address}/formgrader/gradebook/{LESSON}/{LESSON}")
        page.get_by_role("link", name="Submission #1").click(timeout=30_000)
        page.locator(".autograder-report").first.wait_for(timeout=30_000)
        assert page.locator(".autograder-report").count() == len(exercises(LESSON))

        # the field takes a score once the page has fetched what is there, and marked the one that a person gives
        score = page.locator("input.score.needs_manual_grade")
        score.wait_for(timeout=30_000)
        score.fill("1.5")
        with page.expect_response(lambda answer: answer.request.method == "PUT", timeout=30_000) as saved:
            score.press("Tab")
        assert saved.value.ok

    known = exercises(LESSON)
    with Gradebook(course.directory.db_url) as gradebook:
        submission = gradebook.find_submission(LESSON, "ben")
        grades = {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades}
    for name, exercise in known.items():
        earned = grades[f"check-{name}"].auto_score
        assert earned < exercise.points if name in BEN else earned == exercise.points
    (written,) = [grade for name, grade in grades.items() if not name.startswith("check-")]
    assert written.manual_score == 1.5
    assert not written.needs_manual_grade
