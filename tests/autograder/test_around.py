"""What nbgrader does around its conversions is done around ours: hooks, permissions, and who and what is left out."""

import stat

import pytest
from nbgrader.api import Gradebook

from autograder.coursedir import Course
from autograder.grade import Graded, Options, grade
from tests.autograder.graded_class import LESSON, hand_in, page_of

pytestmark = pytest.mark.slow


@pytest.fixture
def configured(course: Course):
    """The course with one student who handed in, and sections of its configuration that may be changed."""
    hand_in(course, 1)
    sections = ("Autograde", "GenerateFeedback", "CourseDirectory")
    before = {name: dict(course.config[name]) for name in sections}
    yield course
    for name in sections:
        course.config[name].clear()
        course.config[name].update(before[name])


def graded_of(course: Course) -> Graded:
    (graded,) = grade(course, LESSON, ["student00"], Options(workers=1, force=True))
    assert graded.problem is None
    return graded


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def notebook_of(course: Course):
    return course.folder("autograded", "student00", LESSON) / f"{LESSON}.ipynb"


def test_hooks_are_called_in_their_order(configured):
    called = []

    def hook(step):
        return lambda **given: called.append((step, given["assignment"], given["student"], given["notebooks"]))

    configured.config.Autograde.pre_convert_hook = hook("before grading")
    configured.config.Autograde.post_convert_hook = hook("after grading")
    configured.config.GenerateFeedback.pre_convert_hook = hook("before the page")
    configured.config.GenerateFeedback.post_convert_hook = hook("after the page")
    page_of(configured, "student00").unlink(missing_ok=True)
    graded_of(configured)
    submitted = configured.folder("submitted", "student00", LESSON) / f"{LESSON}.ipynb"
    assert called == [
        ("before grading", LESSON, "student00", [str(submitted)]),
        ("after grading", LESSON, "student00", [str(notebook_of(configured))]),
        ("before the page", LESSON, "student00", [str(notebook_of(configured))]),
        ("after the page", LESSON, "student00", [str(notebook_of(configured))]),
    ]


def test_a_hook_may_change_what_is_graded(configured):
    def hook(**given):
        (notebook,) = given["notebooks"]
        with open(notebook, encoding="utf-8") as file:
            text = file.read()
        with open(notebook, "w", encoding="utf-8") as file:
            file.write(text.replace("def collapse(", "def elapse("))

    configured.config.Autograde.pre_convert_hook = hook
    graded = graded_of(configured)
    assert [result["exercise"] for result in graded.results if not result["passed"]] == ["collapse"]


def test_a_hook_that_fails_is_told_and_stops_nothing(configured):
    configured.config.Autograde.post_convert_hook = lambda **given: 1 / 0
    assert [event["message"] for event in graded_of(configured).events] == [
        "Autograde.post_convert_hook failed: ZeroDivisionError: division by zero"
    ]


def test_permissions_are_nbgraders(configured):
    graded_of(configured)
    assert mode(notebook_of(configured)) == 0o444
    assert mode(page_of(configured, "student00")) == 0o644


def test_permissions_are_those_of_the_configuration(configured):
    configured.config.Autograde.permissions = 640
    configured.config.GenerateFeedback.permissions = 600
    graded_of(configured)
    assert mode(notebook_of(configured)) == 0o640
    assert mode(page_of(configured, "student00")) == 0o600


def test_students_that_are_excluded_or_unknown(configured):
    hand_in(configured, 2)
    configured.directory.student_id_exclude = "student00"
    try:
        assert [graded.student for graded in grade(configured, LESSON)] == ["student01"]
    finally:
        configured.directory.student_id_exclude = ""
    with Gradebook(configured.directory.db_url) as gradebook:
        gradebook.remove_student("student01")
    configured.config.Autograde.create_student = False
    (unknown,) = grade(configured, LESSON, ["student01"])
    assert "its student is not in the gradebook" in unknown.problem


def test_a_hook_that_is_not_there_is_named(configured):
    configured.config.Autograde.pre_convert_hook = "autograder.nowhere.hook"
    with pytest.raises(Exception, match=r"nbgrader_config\.py: Autograde is not configured rightly"):
        graded_of(configured)
