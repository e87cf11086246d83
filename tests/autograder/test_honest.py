"""The honest don't suffer from what keeps the others out: full marks for every way of being right."""

from __future__ import annotations

import nbformat
import pytest

from autograder.coursedir import Course
from autograder.demo import model_answers, submit
from autograder.grade import Graded, grade
from tests.autograder.conftest import LESSON
from tests.autograder.honest import HONEST, submission
from tests.coursecopy import copy_course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("honest")]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graded]:
    """All of them in one class."""
    course = Course(copy_course(tmp_path_factory.mktemp("honest")))
    (path,) = course.build([LESSON])
    released, model = path.read_text(encoding="utf-8"), model_answers(course, LESSON)
    for honest in HONEST:
        notebook = submission(honest, nbformat.reads(released, as_version=4), model)
        laid = submit(course, LESSON, honest.name, notebook)
        if honest.folder:
            honest.folder(laid.parent)
    return {one.student: one for one in grade(course, LESSON)}


@pytest.mark.parametrize("name", [honest.name for honest in HONEST])
def test_full_marks(graded, name: str):
    one = graded[name]
    assert one.problem is None
    assert {result["exercise"]: result["summary"] for result in one.results if not result["passed"]} == {}
    assert one.points == one.max_points > 0
    assert one.feedback is not None
    assert one.feedback.exists()
