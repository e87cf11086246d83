"""Notebooks damaged at random: each gets a verdict or a clear line, and none stops the class.

A few dozen here. All thousand: AUTOGRADER_DAMAGED=1000 pytest tests/autograder/test_damage.py
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import nbformat
import pytest

from autograder.coursedir import Course
from autograder.demo import answered, model_answers, submit
from autograder.exercises import exercises
from autograder.grade import Graded, grade
from tests.autograder.conftest import LESSON
from tests.autograder.damage import damaged
from tests.coursecopy import copy_course

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")]

COUNT = int(os.environ.get("AUTOGRADER_DAMAGED", "36"))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, str]:
    """A course, and a right submission's text."""
    course = Course(copy_course(tmp_path_factory.mktemp("damaged")))
    course.config.Verdict.seconds_per_call = 2.0
    (released,) = course.build([LESSON])
    return course, nbformat.writes(answered(released, model_answers(course, LESSON)))


def test_each_gets_a_verdict_or_a_clear_line(answers):
    course, text = answers
    most = {name: exercise.points for name, exercise in exercises(LESSON).items()}
    for seed in range(COUNT):
        path = submit(course, LESSON, f"damaged_{seed:04}", nbformat.reads(text, as_version=4))
        path.write_bytes(damaged(text, seed))
    for name in ("a_before", "e_after"):
        submit(course, LESSON, name, nbformat.reads(text, as_version=4))

    graded = {one.student: one for one in grade(course, LESSON)}

    assert len(graded) == COUNT + 2
    for name in ("a_before", "e_after"):
        assert graded[name].points == sum(most.values())
    assert [complaint for one in graded.values() for complaint in wrong_with(one, most)] == []


def wrong_with(one: Graded, most: dict[str, float]) -> Iterator[str]:
    """What is not as it should be about one submission's grading."""
    if one.problem is not None:
        if not one.student.startswith("damaged_") or f"submitted/{one.student}/{LESSON}" not in one.problem:
            yield f"{one.student}: the line does not name it: {one.problem}"
        if not one.problem.isprintable() or re.search(r"Error(?!s)|object is not|has no attribute", one.problem):
            yield f"{one.student}: the line is not clear: {one.problem}"
        return
    if {result["exercise"]: result["max_points"] for result in one.results} != most:
        yield f"{one.student}: has results for {[result['exercise'] for result in one.results]}"
    for result in one.results:
        if not 0 <= result["points"] <= result["max_points"] or not result["summary"].isprintable():
            yield f"{one.student}: {result['exercise']} has {result['points']} points: {result['summary']!r}"


def test_the_same_seed_does_the_same_damage(answers):
    _, text = answers
    assert damaged(text, 7) == damaged(text, 7)
    assert len({damaged(text, seed) for seed in range(50)}) == 50
