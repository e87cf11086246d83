"""The feedback page as nbgrader makes it, from the gradebook and the autograded notebook."""

from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.coursedir import Course
from autograder.feedback.inert import plain
from tests.autograder import hostile
from tests.autograder.classroom import answered, hand_in, mistaken
from tests.autograder.conftest import LESSON
from tests.autograder.test_feedback import Page

DUE = datetime(2026, 11, 20, 12)


@pytest.fixture(scope="module")
def page(course: Course) -> str:
    results = answered(LESSON, mistaken(LESSON, neuron="forgot the bias"))
    name = {"first_name": "Ben", "last_name": hostile.NAME}
    hand_in(course, LESSON, "ben", results, handed_in=DUE + timedelta(hours=5), **name)
    with Gradebook(course.directory.db_url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=DUE)
        submission = gradebook.find_submission_notebook(LESSON, LESSON, "ben")
        submission.late_submission_penalty = 2.5
        gradebook.find_grade("check-neuron", LESSON, LESSON, "ben").manual_score = 1.0
        gradebook.find_comment("neuron", LESSON, LESSON, "ben").manual_comment = f"*Nearly.* {hostile.HTML}"
        gradebook.db.commit()
    return course.generate_feedback(LESSON, "ben").read_text(encoding="utf-8")


def test_the_gradebook_is_on_the_page(page):
    text = " ".join(Page(page).text.split())
    assert "submitted 2026-11-20 17:00 UTC, 5 hours late" in text
    assert "22.5 of 29 points 25 less 2.5 for being late" in text  # 27 - 3 + 1 by hand, and 2 not read yet
    assert "The points were set by hand; the grader gave 0." in text
    assert "not read yet" in text
    assert f"Ben {plain(hostile.NAME)} (ben)" in text


def test_comments_are_there_and_inert(page):
    assert "<em>Nearly.</em>" in page
    assert "<script" not in page
    assert "onerror=" not in page.replace("onerror=alert(1)&gt;", "")


def test_the_page_is_whole(page):
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert "Likely: forgot the bias." in page
