"""The class report: who did what, which mistakes were made, what a person should look at."""

import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classreport import as_dict, as_text, survey, text, write
from autograder.classreport.survey import UNNAMED
from autograder.coursedir import Course
from autograder.errors import CourseError
from autograder.exercises import exercises
from tests.autograder.classroom import answered, hand_in, mistaken, released
from tests.autograder.conftest import LESSON
from tests.autograder.hostile import NAME
from tests.autograder.test_similarity import COPIED, HERS
from tests.browser import chromium

DUE = datetime(2026, 11, 20)
CALLS = "calls course.activations.softmax instead of answering"


@pytest.fixture(scope="module")
def school(course: Course) -> Course:
    """Ada: all right. Ben and Cem forgot the bias. Dee is late, and a column came out. Eve calls the library.

    Fay's notebook is damaged, Gil's ran into a limit, Hal's can't be graded, Ida's is not graded, Jon handed in
    another lesson, Kay nothing.
    """
    with Gradebook(course.directory.db_url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=DUE)
        gradebook.add_student("kay", first_name=NAME, last_name="Kay")
    right = answered(LESSON, {})
    bias = answered(LESSON, mistaken(LESSON, neuron="forgot the bias"))
    both = answered(LESSON, mistaken(LESSON, neuron="forgot the bias", softmax="overflows"))
    column = answered(LESSON, {"neuron": lambda x, w, b: (x @ w + b)[:, None]})
    cheated = {**right, "softmax": answered(LESSON, {"softmax": lambda z: 0})["softmax"]}
    hand_in(course, LESSON, "ada", right, first_name="Ada", last_name=NAME)
    hand_in(course, LESSON, "ben", bias, {"softmax": HERS, "perceptron": HERS}, handed_in=DUE)
    hand_in(course, LESSON, "cem", both, {"softmax": COPIED, "perceptron": COPIED})
    hand_in(course, LESSON, "dee", column, handed_in=DUE + timedelta(days=1.5))
    event = {"cell": "softmax", "what": "ruled out", "message": CALLS}
    hand_in(course, LESSON, "eve", cheated, events=[event])
    hand_in(course, LESSON, "fay", right)
    autograded(course, "fay").write_text('{"cells": [', encoding="utf-8")
    event = {"cell": "relu", "what": "killed", "message": "it asked for more than 1 GB"}
    hand_in(course, LESSON, "gil", right, events=[event, event | {"cell": NAME, "message": NAME}])
    for student, content in {"hal": "no JSON", "ida": None}.items():
        folder = course.folder("submitted", student, LESSON)
        folder.mkdir(parents=True)
        blank = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
        (folder / f"{LESSON}.ipynb").write_text(content or blank.read_text(encoding="utf-8"), encoding="utf-8")
    course.folder("submitted", "jon", "02_mlp").mkdir(parents=True)
    return course


def autograded(course: Course, student: str) -> Path:
    return course.folder("autograded", student, LESSON) / f"{LESSON}.ipynb"


@pytest.fixture(scope="module")
def found(school):
    return survey(school, LESSON)


def test_everybody_is_somewhere(found):
    assert [submission.student for submission in found.graded] == ["ada", "ben", "cem", "dee", "eve", "fay", "gil"]
    assert [submission.student for submission in found.submissions][-2:] == ["hal", "ida"]
    assert [student for student, _ in found.missing] == ["jon", "kay"]


def test_marks_and_pass_rates_counted_by_hand(found):
    full = sum(exercise.points for exercise in exercises(LESSON).values())
    marks = {submission.student: submission.mark for submission in found.graded}
    assert marks["ada"] == full
    assert marks["ben"] == full - 3
    assert found.max_points == full + 2  # the written answer
    rows = {row.name: row for row in found.rows}
    assert (rows["neuron"].passed, rows["neuron"].wrong, rows["neuron"].pass_rate) == (4, 3, 4 / 7)
    assert (rows["softmax"].passed, rows["softmax"].partly, rows["softmax"].wrong) == (5, 1, 1)
    assert rows["relu"].mean == rows["relu"].points
    assert rows["relu"].discrimination is None


def test_exercises_stand_as_in_the_lesson(school, found):
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in released(school, LESSON)["cells"]]
    assert [f"check-{row.name}" for row in found.rows] == [name for name in ids if name.startswith("check-")]


def test_mistakes_are_counted_by_name(found):
    assert found.mistakes[0] == ("neuron", "forgot the bias", ["ben", "cem"])
    made = {(exercise, mistake): students for exercise, mistake, students in found.mistakes}
    assert made["softmax", "overflows"] == ["cem"]
    assert made["neuron", "a column of shape … for …"] == ["dee"]  # its shape is that of one input
    assert found.mistakes[-1][1] == UNNAMED


def test_what_needs_a_person(found):
    concerns = {kind: [(each.student, each.text) for each in given] for kind, given in found.concerns.items()}
    problems = dict(concerns["could not be graded"])
    assert "can't be read (JSONDecodeError" in problems["hal"]
    assert problems["ida"] == "it is not graded yet"
    assert "can't be read" in dict(concerns["to be graded again"])["fay"]
    assert concerns["used what is ruled out"] == [("eve", f"softmax: {CALLS}")]
    assert concerns["killed"][0] == ("gil", "relu: it asked for more than 1 GB")
    assert concerns["late"] == [("dee", "1.5 days")]
    assert len(concerns["written answers to read"]) == 7
    assert list(concerns)[:2] == ["could not be graded", "used what is ruled out"]


def test_a_submission_handed_in_again_is_named(school):
    for step, time in {"submitted": "2026-11-19 10:00:00 UTC", "autograded": "2026-11-18 10:00:00 UTC"}.items():
        (school.folder(step, "ada", LESSON) / "timestamp.txt").write_text(time, encoding="utf-8")
    found = survey(school, LESSON)
    (again,) = [each for each in found.concerns["to be graded again"] if each.student == "ada"]
    assert "handed in again" in again.text
    (school.folder("autograded", "ada", LESSON) / "timestamp.txt").unlink()


def test_answers_that_are_alike_are_shown(found):
    (pair,) = found.alike
    assert (pair.first, pair.second) == ("ben", "cem")


def test_text_and_values_say_the_same(school, found):
    said = text(found)
    for part in ("9 submissions, 7 graded, 2 missing", "2  neuron: forgot the bias", "ben and cem", "jon, kay"):
        assert part in said
    assert max(map(len, said.splitlines())) <= 112
    assert "\x1b" not in said
    values = as_dict(school, LESSON)
    assert values["exercises"][0]["exercise"] == found.rows[0].name
    assert values["mistakes"][0] == {"exercise": "neuron", "mistake": "forgot the bias", "students": 2}
    assert values["missing"] == ["jon", "kay"]
    assert as_text(school, LESSON).splitlines()[1:] == said.splitlines()[1:]


def test_the_page_links_to_the_feedback_and_escapes_names(school):
    path = write(school, LESSON)
    page = path.read_text(encoding="utf-8")
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', page)]
    assert f"../feedback/ada/{LESSON}/{LESSON}.html" in links
    assert all((path.parent / link).exists() for link in links)
    assert "<script" not in page
    assert "<img" not in page
    assert "default-src &#39;none&#39;" in page


@pytest.mark.browser
def test_the_page_asks_for_nothing_and_runs_nothing(school):
    path = write(school, LESSON)
    asked, said = [], []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: said.append(message.text))
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        wide = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        headings = page.evaluate("[...document.querySelectorAll('h1, h2')].map(each => each.textContent)")
        drawn = page.evaluate("document.querySelector('svg').getAttribute('aria-label')")
    assert asked == [path.as_uri()]
    assert said == []
    assert wide
    assert headings[:3] == [f"{LESSON}: the class", "The most common mistakes", "To be looked at"]
    assert drawn.startswith("Marks: ")


def test_a_lesson_that_nobody_handed_in(school):
    found = survey(school, "02_mlp")
    assert found.graded == []
    assert "nothing" in text(found).lower()
    assert write(school, "02_mlp").exists()


def test_an_unknown_lesson_is_named(school):
    with pytest.raises(CourseError, match="did you mean 01_neurons"):
        survey(school, "1_neurons")
