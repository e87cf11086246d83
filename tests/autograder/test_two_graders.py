"""Two graders of one lesson at once: the second is told to wait, and not any longer than the first is there."""

import signal

import pytest

from autograder.errors import CourseError
from autograder.grade import Options, grade
from tests.autograder.graded_class import LESSON, autograder, hand_in, left_running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def handed_in(course):
    hand_in(course, 3)
    return course


@pytest.fixture
def grading(handed_in):
    """A grading of the lesson that has begun and goes on."""
    running = autograder(handed_in, "grade", LESSON, "--force", "--json", "--workers", "1")
    running.stdout.readline()
    running.send_signal(signal.SIGSTOP)
    yield running
    running.send_signal(signal.SIGCONT)  # does nothing to one that has ended
    running.communicate(timeout=120)
    assert left_running(handed_in) == []


def test_the_second_is_told_who_grades_it(handed_in, grading):
    with pytest.raises(CourseError, match=rf"{LESSON} is being graded already, by process {grading.pid} on "):
        next(grade(handed_in, LESSON))


def test_so_is_nbgrader_and_nothing_is_touched(handed_in, grading):
    kept = handed_in.folder("autograded", "student00", LESSON) / f"{LESSON}.ipynb"
    before = kept.read_bytes()
    outcome = handed_in.api.autograde(LESSON, "student00", force=True)
    assert not outcome["success"]
    assert "is being graded already" in outcome["error"]
    assert kept.read_bytes() == before


def test_another_lesson_is_graded_meanwhile(handed_in, grading):
    (other,) = hand_in(handed_in, 1, "01_neurons")
    (graded,) = grade(handed_in, "01_neurons", [other])
    assert graded.points == graded.max_points


def test_a_killed_one_leaves_no_lock(handed_in, grading):
    grading.kill()
    grading.wait(timeout=30)
    assert all(one.problem is None for one in grade(handed_in, LESSON, options=Options(workers=1)))


def test_a_second_command_stops_with_a_line(handed_in, grading):
    second = autograder(handed_in, "grade", LESSON)
    _, said = second.communicate(timeout=120)
    assert second.returncode == 2
    assert "is being graded already" in said
    assert "Traceback" not in said
