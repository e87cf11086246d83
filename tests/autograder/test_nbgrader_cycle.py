"""The whole way of a lesson, by nbgrader's own commands from the course's folder, as people type them."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.demo import BEN, answered, model_answers
from autograder.exercises import exercises
from tests.autograder.conftest import LESSON

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nbgrader(course, tmp_path_factory):
    """Type a command; its output comes back."""
    home = tmp_path_factory.mktemp("home")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"HOME": str(home), "PATH": path, "USER": "ben", "LANG": "C.UTF-8"}

    def run(*words: str, fails: bool = False) -> str:
        command = [sys.executable, "-m", "nbgrader", *words]
        done = subprocess.run(
            command, cwd=course.root, env=environment, capture_output=True, text=True, timeout=180, check=False
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"{' '.join(words)} returned {done.returncode}:\n{output}"
        return output

    return run


def test_a_lesson_goes_out_and_its_grades_come_back(course, nbgrader):
    nbgrader("generate_assignment", LESSON, "--force")
    nbgrader("release_assignment", LESSON)
    assert LESSON in nbgrader("list")

    nbgrader("fetch_assignment", LESSON)
    fetched = course.root / LESSON / f"{LESSON}.ipynb"
    untouched = nbgrader("validate", str(fetched))
    assert "check(neuron)" in untouched
    assert "not written yet" in untouched

    answers = {**model_answers(course, LESSON), **BEN}
    nbformat.write(answered(fetched, answers), fetched)
    validated = nbgrader("validate", str(fetched))
    assert "check(softmax)" in validated
    assert "check(relu)" not in validated

    nbgrader("submit", LESSON)
    nbgrader("collect", LESSON)
    student = next((course.root / "submitted").iterdir()).name
    nbgrader("autograde", LESSON)
    nbgrader("generate_feedback", LESSON)
    nbgrader("release_feedback", LESSON)
    nbgrader("fetch_feedback", LESSON)
    pages = list((course.root / LESSON / "feedback").rglob("*.html"))
    assert len(pages) == 1
    assert "autograder-report" in pages[0].read_text(encoding="utf-8")

    nbgrader("export")
    with (course.root / "grades.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["student_id"] == student]
    known = exercises(LESSON)
    lost = sum(known[name].points for name in BEN)
    earned = sum(exercise.points for exercise in known.values()) - lost
    assert [float(row["raw_score"]) for row in rows if row["assignment"] == LESSON] == [
        pytest.approx(earned, abs=lost / 2)
    ]


def test_the_model_answers_validate(course, nbgrader, tmp_path):
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    notebook = answered(released, model_answers(course, LESSON))
    nbformat.write(notebook, tmp_path / "answered.ipynb")
    assert "Success" in nbgrader("validate", str(tmp_path / "answered.ipynb"))


def test_an_unknown_lesson_is_refused(nbgrader):
    assert "01_neurones" in nbgrader("generate_assignment", "01_neurones", fails=True)
