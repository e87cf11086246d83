"""A course of its own for each test module that grades."""

import pytest

from autograder.coursedir import Course
from tests.coursecopy import copy_course

LESSON = "01_neurons"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """The course, with its lessons built and nobody in its gradebook."""
    built = Course(copy_course(tmp_path_factory.mktemp("course")))
    built.build()
    return built
