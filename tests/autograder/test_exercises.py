"""Every exercise of every lesson: right answers earn all points, known mistakes are named, nothing earns nothing.

A lesson added to `autograder.exercises` is tested too once `answers/right_<lesson>.py` has right answers to it.
"""

import pkgutil
import re
from importlib import import_module

import numpy as np
import pytest

import autograder.exercises
from autograder.assess import assess, check_function
from autograder.compare import count
from autograder.exercise import STUDENT_SEED, Exercise
from autograder.exercises import exercises, module_of
from autograder.probe import observe, observe_all, readable
from autograder.wire import decode, encode
from tests.autograder.contract import SIGNATURES, signatures

MODULES = [module.name for module in pkgutil.iter_modules(autograder.exercises.__path__)]
EXERCISES = [exercise for module in MODULES for exercise in exercises(f"_{module}").values()]
SEEDS = [STUDENT_SEED, *range(9)]


def seeds(exercise: Exercise, most: int = len(SEEDS)) -> list[int]:
    """What to draw the inputs from."""
    return SEEDS[:1] if exercise.trains else SEEDS[:most]


def right_answers(module: str) -> dict:
    """name -> right answers; of none where the lesson has none yet, which a test of its own tells."""
    try:
        return import_module(f"tests.autograder.answers.right_{module}").RIGHT
    except ModuleNotFoundError:
        return {}


def judge(exercise: Exercise, function, seed: int):
    """As `check_function`, but calls of `course` are allowed: the reference and the mistakes use it."""
    trials = exercise.trials(seed)
    inputs = [trial.arguments for trial in trials]
    return assess(exercise, trials, observe_all(function, inputs, seconds=exercise.seconds), seed)


each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
each_mistake = pytest.mark.parametrize(
    ("exercise", "mistake"),
    [
        pytest.param(exercise, mistake, id=f"{exercise.name}: {mistake.name}")
        for exercise in EXERCISES
        for mistake in exercise.mistakes
    ],
)
each_right_answer = pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        pytest.param(exercise, answer, id=f"{exercise.name}-{i}")
        for module in MODULES
        for exercise in exercises(f"_{module}").values()
        for i, answer in enumerate(right_answers(module).get(exercise.name, []))
    ],
)


@each_exercise
def test_the_reference_earns_all_points(exercise):
    for seed in seeds(exercise):
        result = judge(exercise, exercise.reference, seed)
        assert result.passed, result.summary


@each_right_answer
def test_a_right_answer_earns_all_points(exercise, answer):
    for seed in seeds(exercise):
        result = check_function(exercise, answer, seed)
        assert result.points == exercise.points, result.summary


@each_exercise
def test_there_are_three_other_right_answers(exercise):
    (module,) = [m for m in MODULES if exercise.name in exercises(f"_{m}")]
    assert len(right_answers(module).get(exercise.name, [])) >= 3


@each_mistake
def test_a_known_mistake_fails_and_is_named(exercise, mistake):
    for seed in seeds(exercise, 5):
        result = judge(exercise, mistake.wrong, seed)
        assert not result.passed
        assert result.diagnosis is not None
        assert (result.diagnosis.name, result.diagnosis.hint) == (mistake.name, mistake.hint)


def _like_the_answer(exercise: Exercise, fill):
    """An answer of the right type and shape whose numbers come from `fill`."""

    def filled(tree):
        if isinstance(tree, (list, tuple)):
            return type(tree)(filled(item) for item in tree)
        if isinstance(tree, dict):
            return {key: filled(value) for key, value in tree.items()}
        return tree if isinstance(tree, str) else fill(np.shape(tree))

    return lambda *arguments: filled(readable(exercise.expected(arguments)))


@each_exercise
@pytest.mark.parametrize("fill", [np.zeros, np.ones, lambda shape: np.random.default_rng(0).normal(size=shape)])
def test_numbers_of_the_right_shape_alone_earn_nothing(exercise, fill):
    for seed in seeds(exercise, 5):
        assert judge(exercise, _like_the_answer(exercise, fill), seed).points == 0


@each_exercise
@pytest.mark.parametrize(
    "answer",
    [lambda *arguments: None, lambda *arguments: 0.0, lambda *arguments: arguments[0], lambda *arguments: "right"],
    ids=["None", "zero", "the input", "text"],
)
def test_an_answer_that_is_none_earns_nothing(exercise, answer):
    assert judge(exercise, answer, STUDENT_SEED).points == 0


@each_exercise
def test_a_stub_is_not_written_yet(exercise):
    def stub(*arguments):
        raise NotImplementedError

    result = check_function(exercise, stub, STUDENT_SEED)
    assert result.points == 0
    assert result.summary == "not written yet"


@each_exercise
def test_the_reference_leaves_its_arguments_alone(exercise):
    for trial in exercise.trials():
        assert observe(exercise.reference, trial.arguments).modified == ()


@each_exercise
def test_inputs_follow_the_seed(exercise):
    def inputs(seed):
        return encode([trial.arguments for trial in exercise.trials(seed)])

    assert inputs(1) == inputs(1)
    assert inputs(1) != inputs(2) or not exercise.parameter_names


@each_exercise
def test_inputs_are_small_and_reach_the_kernel_as_they_are(exercise):
    for trial in exercise.trials():
        assert count(trial.arguments) < (300_000 if exercise.trains else 10_000)
        sent = decode(encode([trial.arguments]), formulas=True)[0]
        assert encode([sent]) == encode([trial.arguments])


@each_exercise
def test_points_are_halves_and_sensible(exercise):
    assert 2 <= len(exercise.criteria) <= 6
    assert all(criterion.points > 0 and criterion.points % 0.5 == 0 for criterion in exercise.criteria)
    assert 1 <= exercise.points <= 10
    names = [criterion.name for criterion in exercise.criteria]
    assert len(set(names)) == len(names)


@each_exercise
def test_some_criterion_asks_that_the_input_stays_as_it_is(exercise):
    assert any(criterion.unmodified for criterion in exercise.criteria) or not exercise.parameter_names


@each_exercise
def test_mistakes_are_enough_and_have_names_of_their_own(exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(names) >= 5
    assert len(set(names)) == len(names)


@each_mistake
def test_a_hint_leads_on_without_code(exercise, mistake):
    assert len(mistake.hint) > 20
    assert mistake.hint.endswith((".", "?"))
    assert not re.search(r"\bnp\.|\breturn\b|@|lambda|\.sum|\.T\b|\[|==| = [a-zA-Z]", mistake.hint), mistake.hint


@pytest.mark.parametrize("lesson", [lesson for lesson in SIGNATURES if module_of(lesson) in MODULES])
def test_a_lesson_has_its_exercises_with_their_arguments(lesson):
    found = exercises(lesson)
    for name, arguments in signatures(lesson).items():
        assert name in found
        named = tuple(argument for argument in arguments if argument != "...")
        assert found[name].parameter_names[: len(named)] == named
        assert named != arguments or len(found[name].parameter_names) == len(named)


@pytest.mark.parametrize("module", MODULES)
def test_a_lesson_s_points_are_a_whole_number(module):
    assert sum(exercise.points for exercise in exercises(f"_{module}").values()) % 1 == 0


def test_no_two_lessons_have_an_exercise_of_the_same_name():
    names = [exercise.name for exercise in EXERCISES]
    assert len(set(names)) == len(names)
