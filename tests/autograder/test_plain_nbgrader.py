"""`nbgrader autograde` survives what `autograder grade` survives, and gives the same grades."""

import os
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.coursedir import Course
from autograder.demo import answered, model_answers, submit
from autograder.exercises import exercises
from autograder.grade import grade
from autograder.reported import events_of
from tests.autograder.graded_class import LESSON

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]  # nbgrader's own


def byte_order_mark(notebook: Path) -> None:
    notebook.write_bytes(b"\xef\xbb\xbf" + notebook.read_bytes())


def half_a_surrogate(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8").replace("import numpy", r"# \ud800\nimport numpy")
    notebook.write_text(text, encoding="utf-8")


def time_in_words(notebook: Path) -> None:
    notebook.with_name("timestamp.txt").write_text("yesterday", encoding="utf-8")


def time_is_a_folder(notebook: Path) -> None:
    notebook.with_name("timestamp.txt").unlink()
    notebook.with_name("timestamp.txt").mkdir()


def pipes_beside(notebook: Path) -> None:
    notebook.with_name("timestamp.txt").unlink()
    os.mkfifo(notebook.with_name("timestamp.txt"))
    os.mkfifo(notebook.with_name("data.csv"))


def links_beside(notebook: Path) -> None:
    notebook.with_name("endless").symlink_to("/dev/zero")
    notebook.with_name("solutions").symlink_to(notebook.parents[3] / "solutions")
    notebook.with_name("gradebook.db").symlink_to(notebook.parents[3] / "gradebook.db")


def sparse_file_beside(notebook: Path) -> None:
    with notebook.with_name("data.bin").open("wb") as file:
        file.truncate(2**40)


def cut_short(notebook: Path) -> None:
    os.truncate(notebook, 700)


def link_to_another(notebook: Path) -> None:
    notebook.unlink()
    notebook.symlink_to(notebook.parents[2] / "after" / LESSON / notebook.name)


def pipe_in_its_place(notebook: Path) -> None:
    notebook.unlink()
    os.mkfifo(notebook)


@pytest.fixture
def hand_in(course: Course):
    """Hand in the right answers under a name."""
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    model = model_answers(course, LESSON)
    return lambda student: submit(course, LESSON, student, answered(released, model))


def scores(course: Course, student: str) -> dict[str, float | None]:
    with Gradebook(course.directory.db_url) as gradebook:
        (notebook,) = gradebook.find_submission(LESSON, student).notebooks
        return {grade.name: grade.auto_score for grade in notebook.grades}


@pytest.mark.parametrize(
    "change",
    [
        byte_order_mark,
        half_a_surrogate,
        time_in_words,
        time_is_a_folder,
        pipes_beside,
        links_beside,
        sparse_file_beside,
    ],
)
def test_the_same_grade(course, hand_in, change):
    student = change.__name__
    change(hand_in(student))
    outcome = course.api.autograde(LESSON, student)
    assert outcome["success"], outcome.get("error")
    theirs = scores(course, student)
    possible = sum(exercise.points for exercise in exercises(LESSON).values())
    assert sum(score or 0 for score in theirs.values()) == possible
    copied = course.folder("autograded", student, LESSON)
    assert sum(path.stat().st_size for path in copied.rglob("*")) < 10**6
    assert not any(path.is_symlink() or path.is_fifo() for path in copied.rglob("*"))
    noted = events_of(nbformat.read(copied / f"{LESSON}.ipynb", as_version=4))
    (ours,) = grade(course, LESSON, [student])
    assert not ours.unchanged
    assert noted == ours.events
    assert bool(noted) == (change not in (byte_order_mark, half_a_surrogate))
    assert scores(course, student) == theirs


@pytest.mark.parametrize("change", [cut_short, link_to_another, pipe_in_its_place])
def test_one_that_cannot_be_read_is_told_and_the_others_are_graded(course, hand_in, change):
    hand_in("after")
    student = f"a_{change.__name__}"
    change(hand_in(student))
    outcome = course.api.autograde(LESSON, "*")
    assert not outcome["success"]
    assert f"not graded: {student}; the log says why" in outcome["error"]
    assert sum(score or 0 for score in scores(course, "after").values()) > 0
    assert not course.folder("autograded", student, LESSON).exists()
    (course.folder("submitted", student, LESSON) / f"{LESSON}.ipynb").unlink()
