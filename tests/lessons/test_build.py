"""Every lesson: what students get is what the source says, and nothing of its solutions."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.build import CHECK, SourceError, lesson_sources, notebook_text
from autograder.coursedir import Course
from autograder.demo import model_answers, submit
from autograder.exercises import exercises
from autograder.grade import grade
from tests.coursecopy import ROOT, copy_course
from tests.lessons.cells import each_lesson
from tests.lessons.figures import run

LESSONS = [path.stem for path in lesson_sources(ROOT / "solutions")]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    built = Course(copy_course(tmp_path_factory.mktemp("course")))
    built.build()
    return built


def released(course: Course, lesson: str) -> Path:
    return course.folder("release", ".", lesson) / f"{lesson}.ipynb"


def cells_of(path: Path) -> list[nbformat.NotebookNode]:
    return nbformat.read(path, as_version=4).cells


def nbgrader_of(cell: nbformat.NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


@each_lesson
def test_the_committed_notebook_is_what_the_source_builds(course, lesson):
    committed = ROOT / "lessons" / lesson / f"{lesson}.ipynb"
    assert committed.read_bytes() == released(course, lesson).read_bytes(), "run `make lessons` and commit the result"


@each_lesson
def test_building_again_gives_the_same_bytes(course, lesson):
    before = released(course, lesson).read_bytes()
    released(course, lesson).unlink()
    course.build([lesson])
    assert released(course, lesson).read_bytes() == before


@each_lesson
def test_no_solution_reaches_a_student(course, lesson):
    text = released(course, lesson).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text
    sources = [cell.source for cell in cells_of(released(course, lesson))]
    everything = "\n".join(sources)
    source = (ROOT / "solutions" / lesson / f"{lesson}.py").read_text(encoding="utf-8")
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, flags=re.DOTALL)
    assert len(regions) >= len(exercises(lesson))
    for line in (line.strip("# ").strip() for region in regions for line in region.splitlines()):
        if len(line) > 12:
            assert line not in everything, f"{line!r} is part of a solution"
    files = {path.name for path in released(course, lesson).parent.iterdir()}
    assert files == {f"{lesson}.ipynb"}


@each_lesson
def test_an_exercise_is_question_answer_check_hint(course, lesson):
    cells = cells_of(released(course, lesson))
    ids = [nbgrader_of(cell).get("grade_id") for cell in cells]
    for name, exercise in exercises(lesson).items():
        answer, check = ids.index(name), ids.index(CHECK + name)
        question, hint = cells[answer - 1], cells[check + 1]
        assert check == answer + 1
        assert question.cell_type == hint.cell_type == "markdown"
        assert f"`{name}(" in question.source
        assert "<details>" in hint.source
        assert cells[answer].source.startswith(f"def {name}(")
        assert "raise NotImplementedError" in cells[answer].source
        assert cells[check].source == f"check({name})"
        assert nbgrader_of(cells[check])["points"] == exercise.points
        assert cells[check].metadata["editable"] is False
        assert cells[check].metadata["deletable"] is False


@each_lesson
def test_one_question_is_answered_in_words(course, lesson):
    written = [
        c for c in cells_of(released(course, lesson)) if nbgrader_of(c).get("grade") and nbgrader_of(c)["solution"]
    ]
    assert len(written) == 1
    assert written[0].cell_type == "markdown"
    assert "Write your answer here." in written[0].source


@each_lesson
@pytest.mark.slow
def test_the_solution_runs_cleanly_from_top_to_bottom(lesson):
    said = [o.text for c in run(lesson).cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
    assert said == []


@each_lesson
@pytest.mark.slow
def test_the_released_lesson_raises_no_surprise(course, lesson, tmp_path):
    notebook = nbformat.read(released(course, lesson), as_version=4)
    client = NotebookClient(notebook, timeout=180, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    for cell in notebook.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        grade_id = nbgrader_of(cell).get("grade_id", "")
        if grade_id.startswith(CHECK):
            (error,) = errors
            assert error.ename == "CheckFailed"
            assert "not written yet" in error.evalue
        else:
            assert errors == [], cell.source


@each_lesson
@pytest.mark.slow
def test_model_answers_earn_everything_and_the_released_lesson_nothing(course, lesson):
    notebook = nbformat.read(released(course, lesson), as_version=4)
    submit(course, lesson, "untouched", notebook)
    for cell in notebook.cells:
        cell.source = model_answers(course, lesson).get(nbgrader_of(cell).get("grade_id"), cell.source)
    submit(course, lesson, "model", notebook)
    graded = {one.student: one for one in grade(course, lesson)}
    model, untouched = graded.pop("model"), graded.pop("untouched")
    assert not graded
    possible = sum(exercise.points for exercise in exercises(lesson).values())
    assert model.points == model.max_points == possible
    assert (untouched.points, untouched.max_points) == (0, possible)


def write_source(tmp_path: Path, metadata: dict) -> Path:
    path = tmp_path / f"{LESSONS[0]}.py"
    path.write_text(f"# %% nbgrader={json.dumps(metadata)}\ncheck(nothing)\n", encoding="utf-8")
    return path


def test_a_check_of_no_exercise_is_refused(tmp_path):
    with pytest.raises(SourceError, match="check-NAME, NAME one of neuron, .* got 'check-nothing'"):
        notebook_text(write_source(tmp_path, {"grade_id": "check-nothing", "grade": True}))


def test_a_cell_without_a_grade_id_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no grade_id"):
        notebook_text(write_source(tmp_path, {"grade": True}))


def test_a_repeated_grade_id_is_refused(tmp_path):
    path = write_source(tmp_path, {"grade_id": "neuron", "solution": True})
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(SourceError, match="'neuron' stands on two cells"):
        notebook_text(path)
