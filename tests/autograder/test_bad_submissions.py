"""Whatever is handed in gets a grade or a clear line, and the others are graded."""

import json
from pathlib import Path

import nbformat
import pytest

from autograder.coursedir import Course
from autograder.demo import answered, model_answers, submit
from autograder.errors import CourseError
from autograder.exercises import exercises
from autograder.grade import Graded, grade
from tests.autograder.conftest import LESSON

pytestmark = pytest.mark.slow


@pytest.fixture
def hand_in(course: Course):
    """Hand in the model answers with changes, and grade them."""
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    model = model_answers(course, LESSON)
    course.config.Verdict.seconds_per_call = 1.0
    course.config.Verdict.limits = {"cell_seconds": 3}

    def notebook(**answers: str) -> nbformat.NotebookNode:
        return answered(released, {**model, **answers})

    def go(student: str, content: nbformat.NotebookNode | None = None, **answers: str) -> Graded:
        submit(course, LESSON, student, content or notebook(**answers))
        (graded,) = grade(course, LESSON, [student])
        return graded

    go.notebook = notebook
    return go


def index_of(notebook: nbformat.NotebookNode, grade_id: str) -> int:
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(grade_id)


def summaries(graded: Graded) -> dict[str, str]:
    assert graded.problem is None
    return {result["exercise"]: result["summary"] for result in graded.results if not result["passed"]}


def all_points(lesson: str = LESSON) -> float:
    return sum(exercise.points for exercise in exercises(lesson).values())


def test_right_answers_earn_all_points(hand_in):
    graded = hand_in("right")
    assert graded.points == graded.max_points == all_points()
    assert graded.feedback.exists()


def test_the_released_notebook_earns_nothing(course, hand_in):
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    graded = hand_in("untouched", nbformat.read(released, as_version=4))
    assert graded.points == 0
    assert set(summaries(graded).values()) == {"not written yet"}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("def neuron(x, w, b):\n    return 'hello'", "expected an array"),
        ("def neuron(x, w, b):\n    return x[:, 99]", "raised IndexError"),
        ("def neuron(x, w, b):\n    while True: pass", "does not come back"),
        ("def neuron(x, w, b)\n    return x", "raised SyntaxError"),
        ("def nevron(x, w, b):\n    return x @ w + b", "neuron is not defined"),
        ("neuron = 3", "it is a single number, not a function"),
        ("import os\ndef neuron(x, w, b):\n    os._exit(1)", "the kernel died"),
        ("while True: pass", "ran longer than 3 s"),
        (
            "import time\ndef neuron(x, w, b):\n    while True:\n        try: time.sleep(9)\n"
            "        except BaseException: pass",
            "did not stop",
        ),
    ],
    ids=["text", "exception", "loop", "syntax", "name", "no function", "exit", "loop outside", "deaf loop"],
)
def test_one_bad_answer_costs_its_own_points_only(hand_in, answer, said):
    graded = hand_in("bad_answer", neuron=answer)
    wrong = summaries(graded)
    assert list(wrong) == ["neuron"]
    assert said in wrong["neuron"]
    assert graded.points == all_points() - exercises(LESSON)["neuron"].points


def test_a_duplicated_check_cell_counts_once(hand_in):
    notebook = hand_in.notebook()
    index = index_of(notebook, "check-neuron")
    notebook.cells.insert(index, nbformat.from_dict({**notebook.cells[index], "id": "again"}))
    assert hand_in("duplicated", notebook).points == all_points()


def test_deleted_cells_are_put_back(hand_in):
    notebook = hand_in.notebook()
    del notebook.cells[index_of(notebook, "check-neuron")]
    del notebook.cells[index_of(notebook, "softmax")]
    graded = hand_in("deleted", notebook)
    assert summaries(graded) == {"softmax": "not written yet"}


def test_points_and_locks_come_from_the_lesson(hand_in):
    notebook = hand_in.notebook(neuron="def neuron(x, w, b):\n    return x @ w")
    check = notebook.cells[index_of(notebook, "check-neuron")]
    check.source = "100"
    check.metadata = {
        "nbgrader": {"grade_id": "check-neuron", "grade": False, "points": 1000},
        "tags": ["skip-execution"],
    }
    graded = hand_in("forged", notebook)
    assert graded.points == all_points() - exercises(LESSON)["neuron"].points
    assert graded.max_points == all_points()


def test_warnings_and_prints_cost_nothing(hand_in):
    answer = (
        "import sys, warnings\ndef neuron(x, w, b):\n    warnings.warn('careful')\n    print('here', file=sys.stderr)\n"
        "    print('there')\n    return x @ w + b"
    )
    assert hand_in("warned", neuron=answer).points == all_points()


def break_json(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8")[:500], encoding="utf-8")


def make_a_list(path: Path) -> None:
    path.write_text("[1, 2]", encoding="utf-8")


def leave_out_cells(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["cells"]
    path.write_text(json.dumps(content), encoding="utf-8")


def rename(path: Path) -> None:
    path.rename(path.with_name("my copy.ipynb"))


def remove(path: Path) -> None:
    path.unlink()


def write_latin(path: Path) -> None:
    path.write_bytes('{"é": 1}'.encode("latin-1"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (break_json, "is not JSON"),
        (make_a_list, "is not a notebook (its JSON is a list"),
        (leave_out_cells, "is not a notebook"),
        (rename, "found my copy.ipynb: rename it to 01_neurons.ipynb"),
        (remove, "there is no such notebook"),
        (write_latin, "is not UTF-8 text"),
    ],
)
def test_a_damaged_file_is_named_and_the_others_are_graded(course, hand_in, damage, said):
    damage(submit(course, LESSON, "a_damaged", hand_in.notebook()))
    submit(course, LESSON, "b_after", hand_in.notebook())
    graded = {one.student: one for one in grade(course, LESSON, ["a_damaged", "b_after"])}
    damaged, after = graded["a_damaged"], graded["b_after"]
    assert said in damaged.problem
    assert f"submitted/a_damaged/{LESSON}" in damaged.problem
    assert after.points == all_points()
    for left in course.folder("submitted", "a_damaged", LESSON).iterdir():
        left.unlink()


def test_a_timestamp_that_is_no_time_costs_nothing_and_is_told(course, hand_in):
    path = submit(course, LESSON, "no_time", hand_in.notebook())
    path.with_name("timestamp.txt").write_text("yesterday", encoding="utf-8")
    (graded,) = grade(course, LESSON, ["no_time"])
    assert graded.points == all_points()
    assert "timestamp.txt is no time ('yesterday')" in graded.events[0]["message"]


def test_an_unknown_lesson_or_student_is_named(course):
    with pytest.raises(CourseError, match="did you mean 01_neurons"):
        grade(course, "1_neurons")
    with pytest.raises(CourseError, match="nobody has submitted 02_mlp"):
        grade(course, "02_mlp")
    with pytest.raises(CourseError, match="no submission of 01_neurons from nobody"):
        grade(course, LESSON, ["nobody"])
