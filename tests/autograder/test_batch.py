"""A class at once: the same grades by any number of workers, nothing graded twice, nobody lost."""

import json
import signal

import nbformat
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.cli import app
from autograder.coursedir import Course
from autograder.demo import answered, model_answers, submit
from autograder.exercises import exercises
from autograder.grade import Graded, Options, grade, plan
from tests.autograder.graded_class import LESSON, SEED, autograder, hand_in, left_running, page_of, recorded

pytestmark = pytest.mark.slow


@pytest.fixture
def seeded(course: Course):
    """The course with a seed, and five students who hand in."""
    course.config.Verdict.seed = SEED
    yield course, hand_in(course, 5)
    del course.config.Verdict["seed"]
    course.config.Verdict.pop("sandboxed", None)


def graded_of(course: Course, students: list[str] | None = None, **options) -> dict:
    return {one.student: one for one in grade(course, LESSON, students, Options(**options))}


def test_any_number_of_workers_gives_the_same(seeded):
    course, names = seeded
    alone = graded_of(course, workers=1, force=True)
    left = recorded(course)
    together = graded_of(course, workers=2, force=True)
    assert sorted(alone) == sorted(together) == names
    assert {name: one.results for name, one in alone.items()} == {name: one.results for name, one in together.items()}
    assert {one.seed for one in together.values()} == {SEED}
    assert recorded(course) == left
    possible = sum(exercise.points for exercise in exercises(LESSON).values())
    assert [alone[name].points for name in names[:3:2]] == [possible, 0]


def test_what_did_not_change_is_not_graded_again(seeded):
    course, names = seeded
    graded_of(course, force=True)
    assert set(plan(course, LESSON).values()) == {"unchanged"}
    submit(course, LESSON, names[2], answered(released(course), model_answers(course, LESSON)))
    assert plan(course, LESSON) == {name: "changed" if name == names[2] else "unchanged" for name in names}
    again = graded_of(course)
    assert {name: one.unchanged for name, one in again.items()} == {name: name != names[2] for name in names}
    assert again[names[2]].points == again[names[2]].max_points
    assert set(plan(course, LESSON, force=True).values()) == {"forced"}


@pytest.mark.parametrize("score", [1000.0, None])
def test_a_score_that_is_not_what_was_decided_is_decided_again(seeded, score):
    course, names = seeded
    graded_of(course, force=True)
    ours = recorded(course)
    with Gradebook(course.directory.db_url) as gradebook:
        gradebook.find_grade("check-collapse", LESSON, LESSON, names[0]).auto_score = score
        gradebook.db.commit()
    assert plan(course, LESSON) == {name: "changed" if name == names[0] else "unchanged" for name in names}
    assert not graded_of(course)[names[0]].unchanged
    assert recorded(course) == ours


def test_a_changed_lesson_is_graded_again(seeded):
    course, _ = seeded
    graded_of(course, force=True)
    with Gradebook(course.directory.db_url) as gradebook:
        cell = gradebook.find_source_cell("check-collapse", LESSON, LESSON)
        cell.source += "\n# another version"
        gradebook.db.commit()
    assert set(plan(course, LESSON).values()) == {"changed"}
    course.build([LESSON])
    assert set(plan(course, LESSON).values()) == {"unchanged"}


def test_what_nbgrader_graded_since_is_graded_again_with_the_same_result(seeded):
    course, names = seeded
    graded_of(course, force=True)
    ours = recorded(course)
    ours_cells = autograded(course, names[1])
    assert course.api.autograde(LESSON, names[1])["success"]
    course.generate_feedback(LESSON, names[1])
    assert recorded(course) == ours
    assert autograded(course, names[1]) == ours_cells
    assert plan(course, LESSON)[names[1]] == "changed"


def test_a_seed_gives_a_grade_again_and_a_disputed_one_stays(seeded):
    course, names = seeded
    first = graded_of(course, [names[1]], force=True)[names[1]]
    course.config.Verdict.seed = SEED + 1
    other = graded_of(course, [names[1]])[names[1]]
    assert not other.unchanged
    assert other.seed == SEED + 1
    course.config.Verdict.seed = SEED
    assert graded_of(course, [names[1]])[names[1]].results == first.results
    course.config.Verdict.seed = None
    assert graded_of(course, [names[1]])[names[1]].unchanged


def test_points_given_by_hand_survive_and_reach_the_page(seeded):
    course, names = seeded
    graded_of(course, force=True)
    with Gradebook(course.directory.db_url) as gradebook:
        given = gradebook.find_grade("universal-approximation", LESSON, LESSON, names[0])
        given.manual_score, given.needs_manual_grade = 0.75, False
        gradebook.find_comment("universal-approximation", LESSON, LESSON, names[0]).manual_comment = "Well seen."
        gradebook.db.commit()
    again = graded_of(course)
    assert again[names[0]].unchanged
    assert "Well seen." in page_of(course, names[0]).read_text(encoding="utf-8")
    graded_of(course, force=True)
    kept = recorded(course)[names[0]]
    assert kept["grades"]["universal-approximation"][1] == 0.75
    assert kept["comments"]["universal-approximation"] == "Well seen."


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_takes_nobody_along(seeded, workers):
    course, names = seeded
    course.config.Verdict.sandboxed = False  # in the sandbox nobody reaches the grader
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"
    submit(course, LESSON, "killer", answered(released(course), {"collapse": killer}))
    graded = graded_of(course, workers=workers, force=True)
    assert sorted(graded) == sorted([*names, "killer"])
    assert "died" in graded["killer"].problem
    assert [graded[name].problem for name in names] == [None] * len(names)
    (course.folder("submitted", "killer", LESSON) / f"{LESSON}.ipynb").unlink()


def test_the_command_line_says_the_same(seeded):
    course, names = seeded
    graded = graded_of(course, force=True)
    command = ("grade", LESSON, "--students", ",".join(names[:2]), "--student", names[2], "--json", "--force")
    out, error = autograder(course, *command, "--seed", str(SEED), "--workers", "2").communicate(timeout=120)
    lines = {line["student"]: line for line in map(json.loads, out.splitlines())}
    assert sorted(lines) == names[:3], error
    for name, line in lines.items():
        assert line["exercises"] == graded[name].results
        assert (line["seed"], line["events"], line["unchanged"]) == (SEED, [], False)
    out, _ = autograder(course, "grade", LESSON, "--dry-run").communicate(timeout=60)
    assert f"{names[0]}: unchanged" in out
    assert "0 of " in out


def test_ctrl_c_keeps_what_is_done_and_leaves_nothing_running(seeded):
    course, names = seeded
    graded_of(course, force=True)
    running = autograder(course, "grade", LESSON, "--json", "--force", "--workers", "2", "--seed", str(SEED + 7))
    first = json.loads(running.stdout.readline())
    running.send_signal(signal.SIGINT)
    out, error = running.communicate(timeout=60)
    done = {first["student"], *(json.loads(line)["student"] for line in out.splitlines())}
    assert running.returncode == 130, error
    assert f"{len(done)} of {len(plan(course, LESSON))} are done and recorded" in error
    assert left_running(course) == []
    with_new_seed = {name for name in names if autograded_seed(course, name) == SEED + 7}
    assert done & set(names) <= with_new_seed


class Removed:
    """An object while whose removal Ctrl-C comes: Python forgets the exception."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_counts_where_python_forgets_it(seeded, monkeypatch):
    course, names = seeded

    def graded(*_):
        for name in names:
            Removed()
            yield Graded(name, LESSON)

    monkeypatch.setattr("autograder.grade.grade", graded)
    monkeypatch.chdir(course.root)
    run = CliRunner().invoke(app, ["grade", LESSON, "--json", "--unsandboxed"])
    assert run.exit_code == 130
    assert [json.loads(line)["student"] for line in run.stdout.splitlines() if line.startswith("{")] == names[:1]


def released(course: Course):
    return course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"


def autograded(course: Course, student: str) -> list:
    path = course.folder("autograded", student, LESSON) / f"{LESSON}.ipynb"
    return nbformat.read(path, as_version=4).cells


def autograded_seed(course: Course, student: str) -> int:
    path = course.folder("autograded", student, LESSON) / f"{LESSON}.ipynb"
    return nbformat.read(path, as_version=4).metadata["autograder"]["seed"]
