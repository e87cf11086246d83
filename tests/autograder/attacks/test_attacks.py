"""Whatever a submission attacks, it gains nothing, harms nobody, leaves nothing, and is told in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from autograder.coursedir import Course
from autograder.verdict import Verdict
from tests.autograder.attacks import CLASSES, KINDS
from tests.autograder.attacks.attack import LATE, Attack
from tests.autograder.attacks.page import alive
from tests.autograder.attacks.sample import SAMPLE
from tests.autograder.attacks.stage import NEIGHBOURS, Scene, Stage, deserved, lines
from tests.coursecopy import copy_course

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")]

LONGEST_LINE = 300


def group(name: str) -> pytest.MarkDecorator:
    """A class is graded once, so all that asks about it runs in one process."""
    return pytest.mark.xdist_group(f"attacks {name}")


each_class = pytest.mark.parametrize("name", [pytest.param(name, marks=group(name)) for name in CLASSES])
each_attack = pytest.mark.parametrize(
    ("name", "attack"),
    [
        pytest.param(name, attack, id=f"{name}-{attack.name}", marks=group(name))
        for name, attacks in CLASSES.items()
        for attack in attacks
    ],
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    bubblewrap = pytest.importorskip("autograder.kernel.bubblewrap")
    if reason := bubblewrap.missing():
        pytest.skip(reason)
    assert "sandboxed" in Verdict.class_trait_names(), "these submissions must never run outside a sandbox"
    course = Course(copy_course(tmp_path_factory.mktemp("attacked")))
    course.build()
    stage = Stage(course)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def scene(stage: Stage) -> Callable[[str], Scene]:
    """A class by its name, graded once."""
    stage.undisturbed  # noqa: B018  (before anybody attacks)
    return cache(lambda name: stage.play(name, CLASSES[name]))


@each_attack
def test_nothing_is_gained_and_nothing_lost_beside_it(scene, name: str, attack: Attack):
    graded = scene(name).graded[attack.name]
    earned = {result["exercise"]: result["points"] for result in graded.results if result["points"]}
    assert graded.points == deserved(attack), (earned, lines(graded))


@each_attack
def test_the_gradebook_holds_what_was_decided(scene, name: str, attack: Attack):
    assert scene(name).recorded[attack.name] == scene(name).graded[attack.name].points


@each_attack
def test_it_is_told_in_one_line(scene, name: str, attack: Attack):
    said = lines(scene(name).graded[attack.name])
    assert attack.partner or any(re.search(rf"{attack.told}|{LATE}", line) for line in said), said
    for line in said:
        assert line.isprintable(), line
        assert len(line) <= LONGEST_LINE


@each_attack
def test_the_feedback_page_stays_inert(stage, scene, name: str, attack: Attack):
    graded = scene(name).graded[attack.name]
    assert graded.problem or graded.feedback is not None
    if graded.feedback is not None:
        assert alive(graded.feedback, stage.mark) == []


@each_class
def test_the_others_get_what_they_would_get_without_it(stage, scene, name: str):
    for neighbour in NEIGHBOURS:
        quiet, beside = stage.undisturbed[f"quiet_{neighbour}"], scene(name).graded[neighbour]
        assert beside.problem is None
        assert [_essence(result) for result in beside.results] == [_essence(result) for result in quiet.results]
        assert scene(name).recorded[neighbour] == quiet.points


def _essence(result: dict) -> tuple:
    return result["exercise"], result["points"], result["max_points"], result["mistake"]


@each_class
def test_nothing_outside_is_changed(scene, name: str):
    assert scene(name).changed == []
    assert scene(name).rewritten == []


@each_class
def test_no_process_is_left(scene, name: str):
    assert scene(name).left == []


@each_class
def test_nobody_outside_is_reached(scene, name: str):
    assert scene(name).heard == []


def test_the_sample_is_of_all_kinds_and_names_attacks_that_there_are():
    assert SAMPLE.keys() == KINDS.keys()
    for kind, names in SAMPLE.items():
        assert set(names) <= {attack.name for attack in KINDS[kind]}
    assert sum(map(len, SAMPLE.values())) >= 40
