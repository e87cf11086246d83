"""A course of its own for each test module that grades: this repository's, in a temporary folder."""

import shutil
from pathlib import Path

import pytest

from autograder.coursedir import Course

ROOT = Path(__file__).parents[2]
LESSON = "01_neurons"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A copy of the course's folder, with its lessons built and nobody in its gradebook."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for source in ROOT.glob("solutions/*/*.py"):
        target = root / source.relative_to(ROOT)
        target.parent.mkdir(parents=True)
        shutil.copy(source, target)
    built = Course(root)
    built.build()
    return built
