"""The demonstration: right answers earn all, mistakes are named, cheating earns nothing."""

from html import unescape

import pytest

from autograder.demo import BEN, EVE, run
from autograder.exercises import exercises
from tests.autograder.conftest import LESSON
from tests.coursecopy import ROOT, copy_course

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    root = copy_course(tmp_path_factory.mktemp("demo"))
    return {submission.student: submission for submission in run(root)}


def test_three_submissions_are_graded(graded):
    assert sorted(graded) == ["ada", "ben", "eve"]
    assert [submission.problem for submission in graded.values()] == [None, None, None]
    assert all(submission.feedback.exists() for submission in graded.values())


def test_right_answers_earn_all_points(graded):
    assert graded["ada"].points == graded["ada"].max_points


def test_each_of_the_mistakes_is_named(graded):
    wrong = {result["exercise"]: result["mistake"] for result in graded["ben"].results if not result["passed"]}
    assert set(wrong) == set(BEN)
    for name, mistake in wrong.items():
        assert mistake in [known.name for known in exercises(LESSON)[name].mistakes]


def test_cheating_earns_nothing(graded):
    assert graded["eve"].points == 0
    assert set(EVE) <= {result["exercise"] for result in graded["eve"].results}


def test_the_readme_shows_what_the_demonstration_says(graded):
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").replace("│", " ").split())
    for result in graded["ben"].results:
        if not result["passed"]:
            assert result["summary"] in readme


def test_a_feedback_page_shows_the_mistake_and_its_hint(graded):
    page = unescape(graded["ben"].feedback.read_text(encoding="utf-8"))
    for result in graded["ben"].results:
        if not result["passed"]:
            assert f"Likely: {result['mistake']}." in page
            assert result["hint"] in page
