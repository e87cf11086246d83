"""A grading that is killed at any moment: the next one goes on, and nothing tells that it was killed.

`KILLS=20` tries twenty moments instead of a few.
"""

import os
import random
import shutil
import time

import pytest

from autograder.coursedir import Course
from tests.autograder.graded_class import LESSON, SEED, autograder, hand_in, left_running, recorded
from tests.coursecopy import copy_course

pytestmark = pytest.mark.slow

STUDENTS = 8
KILLS = int(os.environ.get("KILLS", "3"))
COMMAND = ("grade", LESSON, "--seed", str(SEED), "--workers", "2", "--json")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course in which everybody has handed in and nobody is graded."""
    course = Course(copy_course(tmp_path_factory.mktemp("handed_in")))
    course.build([LESSON])
    hand_in(course, STUDENTS)
    return course


@pytest.fixture(scope="module")
def undisturbed(handed_in, tmp_path_factory):
    """What an undisturbed grading leaves, and the seconds that it takes."""
    course = again(handed_in, tmp_path_factory.mktemp("undisturbed"))
    started = time.monotonic()
    _, error = (running := autograder(course, *COMMAND)).communicate(timeout=120)
    assert running.returncode == 0, error
    return recorded(course), time.monotonic() - started


def again(handed_in: Course, folder) -> Course:
    shutil.copytree(handed_in.root, folder, dirs_exist_ok=True)
    return Course(folder)


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_and_taken_up(handed_in, undisturbed, tmp_path, kill):
    left, seconds = undisturbed
    course = again(handed_in, tmp_path)
    share = (kill + random.Random(kill).random()) / KILLS  # all of the time is tried, each part at a random moment
    running = autograder(course, *COMMAND)
    time.sleep(seconds * share)
    running.kill()
    running.communicate(timeout=60)
    assert left_running(course) == []
    _, error = (running := autograder(course, *COMMAND)).communicate(timeout=120)
    assert running.returncode == 0, error
    assert recorded(course) == left
    assert not list((course.root / "autograded").glob(".recording"))
