"""Whatever a submission attacks, it gains nothing, harms nobody, leaves nothing, and is told in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from autograder.coursedir import Course
from autograder.verdict import Verdict
from tests.autograder.attacks import KINDS
from tests.autograder.attacks.attack import Attack
from tests.autograder.attacks.page import alive
from tests.autograder.attacks.stage import NEIGHBOURS, Scene, Stage, deserved, lines
from tests.coursecopy import copy_course

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")]

LONGEST_LINE = 600


def one_by_one() -> Iterator[object]:
    for kind, attacks in KINDS.items():
        for attack in attacks:
            yield pytest.param(kind, attack, id=f"{kind}-{attack.name}", marks=pytest.mark.xdist_group(kind))


each_kind = pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in KINDS])
each_attack = pytest.mark.parametrize(("kind", "attack"), list(one_by_one()))  # a generator would serve one test only


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    bubblewrap = pytest.importorskip("autograder.kernel.bubblewrap")
    if reason := bubblewrap.missing():
        pytest.skip(reason)
    assert "sandboxed" in Verdict.class_trait_names(), "these submissions must never run outside a sandbox"
    course = Course(copy_course(tmp_path_factory.mktemp("attacked")))
    course.build()
    return Stage(course)


@pytest.fixture(scope="session")
def scene(stage: Stage) -> Callable[[str], Scene]:
    """The class of a kind, graded once."""
    stage.undisturbed  # noqa: B018  (before anybody attacks)
    return cache(stage.play)


@each_attack
def test_nothing_is_gained_and_nothing_lost_beside_it(scene, kind: str, attack: Attack):
    graded = scene(kind).graded[attack.name]
    earned = {result["exercise"]: result["points"] for result in graded.results if result["points"]}
    assert graded.points == deserved(attack), (earned, lines(graded))


@each_attack
def test_the_gradebook_holds_what_was_decided(scene, kind: str, attack: Attack):
    assert scene(kind).recorded[attack.name] == scene(kind).graded[attack.name].points


@each_attack
def test_it_is_told_in_one_line(scene, kind: str, attack: Attack):
    said = lines(scene(kind).graded[attack.name])
    assert attack.partner or any(re.search(attack.told, line) for line in said), said
    for line in said:
        assert line.isprintable(), line
        assert len(line) <= LONGEST_LINE


@each_attack
def test_the_feedback_page_stays_inert(stage, scene, kind: str, attack: Attack):
    graded = scene(kind).graded[attack.name]
    assert graded.problem or graded.feedback is not None
    if graded.feedback is not None:
        assert alive(graded.feedback, stage.mark) == []


@each_kind
def test_the_others_get_what_they_would_get_without_it(stage, scene, kind: str):
    for name in NEIGHBOURS:
        quiet, beside = stage.undisturbed[f"quiet_{name}"], scene(kind).graded[name]
        assert beside.problem is None
        assert [_essence(result) for result in beside.results] == [_essence(result) for result in quiet.results]
        assert scene(kind).recorded[name] == quiet.points


def _essence(result: dict) -> tuple:
    return result["exercise"], result["points"], result["max_points"], result["mistake"]


@each_kind
def test_nothing_outside_is_changed(scene, kind: str):
    assert scene(kind).changed == []
    assert scene(kind).rewritten == []


@each_kind
def test_no_process_is_left(scene, kind: str):
    assert scene(kind).left == []


@each_kind
def test_nobody_outside_is_reached(scene, kind: str):
    assert scene(kind).heard == []
