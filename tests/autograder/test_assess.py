"""Answers in, result out: points, the first thing that went wrong, and the smallest case that shows it."""

import numpy as np
import pytest

import course.activations
from autograder.assess import assess, check_function, nothing
from autograder.exercise import STUDENT_SEED, Criterion
from autograder.exercises import find
from autograder.probe import Answer, observe
from tests.autograder.toy import array, exercise, judge

ABS = exercise(
    lambda x: np.abs(x),
    array(5),
    array(2),
    criteria=[
        Criterion("values", 2),
        Criterion("whole numbers", 1, cases=lambda rng: [(rng.integers(-4, 0, size=3),)]),
        Criterion("alone", 0.5, unmodified=True),
    ],
)


def earned(result) -> list[float]:
    return [criterion.earned for criterion in result.criteria]


def test_a_right_answer():
    result = judge(ABS, lambda x: np.where(x < 0, -x, x))
    assert result.passed
    assert (result.points, result.max_points) == (3.5, 3.5)
    assert (result.failure, result.diagnosis, result.summary) == (None, None, "all right")
    assert result.seed == STUDENT_SEED


def test_each_criterion_earns_its_own_points():
    def no_whole_numbers(x):
        if x.dtype.kind == "i":
            raise ValueError("whole")
        return np.abs(x)

    result = judge(ABS, no_whole_numbers)
    assert earned(result) == [2, 0, 0.5]
    assert result.points == 2.5
    assert not result.passed
    assert result.criteria[1].message.startswith("raised ValueError: whole (in the line `raise ValueError(")


def test_a_criterion_needs_all_its_cases():
    assert earned(judge(ABS, lambda x: np.abs(x) if x.size != 2 else x)) == [0, 1, 0]


def test_the_smallest_failing_case_of_the_first_failed_criterion_is_shown():
    failure = judge(ABS, lambda x: np.abs(x) + 1).failure
    ((name, x),) = failure.arguments
    assert (name, x.shape) == ("x", (2,))
    np.testing.assert_array_equal(failure.expected, np.abs(x))
    np.testing.assert_array_equal(failure.answer.value, np.abs(x) + 1)
    assert "values differ" in failure.message


def test_lists_of_arrays_have_a_size_too():
    toy = exercise(
        lambda weights: sum(w.sum() for w in weights),
        lambda rng: ([rng.normal(size=(3, 4)), rng.normal(size=2)],),
        lambda rng: ([rng.normal(size=(2, 1)), rng.normal(size=3)],),
    )
    ((_, weights),) = judge(toy, lambda weights: 0.0).failure.arguments
    assert [w.size for w in weights] == [2, 3]


def test_writing_into_the_input_costs_the_criterion_that_asks():
    def in_place(x):
        np.abs(x, out=x)
        return x

    result = judge(ABS, in_place)
    assert earned(result) == [2, 1, 0]
    assert result.criteria[2].message == "the argument x was changed"


def test_side_criteria_are_worth_nothing_to_a_wrong_answer():
    assert judge(ABS, lambda x: np.zeros(x.shape)).points == 0


def test_calls_that_were_not_made_earn_nothing():
    trials = ABS.trials()
    made = [observe(np.abs, trials[0].arguments), Answer("timed out", error="took longer than 1 s")]
    result = assess(ABS, trials, made, STUDENT_SEED)
    assert result.points == 0
    assert [criterion.message for criterion in result.criteria] == [
        "took longer than 1 s",
        "not tried: an earlier call did not come back",
        "not tried: an earlier call did not come back",
    ]
    assert result.summary == "does not come back"


def test_no_answers_at_all_earn_nothing():
    result = assess(ABS, ABS.trials(), [], STUDENT_SEED)
    assert (result.points, result.passed, result.failure) == (0, False, None)
    assert result.summary.startswith("not tried")


def test_more_answers_than_calls_earn_nothing_more():
    trials = ABS.trials()
    right = [observe(np.abs, trial.arguments) for trial in trials]
    assert assess(ABS, trials, right * 2, STUDENT_SEED).points == 3.5


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda: 1, "takes 0 positional arguments but 1 was given"),
        (lambda x: object(), "returned an object of type object, where numbers or arrays were expected"),
        (lambda x: "text", "got text"),
        (lambda x: [[1], [1, 2]], "got a list of 2"),
        (lambda x: {"a": 1}, "got a dict of 1"),
        (lambda x: (x, x, x), "expected an array of shape (5,), got an array of shape (3, 5)"),
    ],
)
def test_what_is_wrong_is_said(answer, message):
    result = judge(ABS, answer)
    assert result.points == 0
    assert message in result.criteria[0].message


def test_nothing_gives_the_reason_to_every_criterion():
    result = nothing(ABS, "the kernel died", "Look at the last cell.", seed=3)
    assert (result.points, result.max_points, result.summary, result.seed) == (0, 3.5, "the kernel died", 3)
    assert {criterion.message for criterion in result.criteria} == {"the kernel died"}


def test_calling_the_library_instead_of_answering_earns_nothing():
    result = check_function(find("sigmoid"), lambda z: course.activations.sigmoid(z), STUDENT_SEED)
    assert result.points == 0
    assert result.summary == "calls course.activations.Sigmoid.__call__ instead of answering"


def test_calling_scipy_instead_of_answering_earns_nothing():
    special = pytest.importorskip("scipy.special")
    result = check_function(find("sigmoid"), lambda z: special.expit(z), STUDENT_SEED)
    assert result.points == 0
    assert result.summary == "calls scipy.special.expit instead of answering"


def test_another_seed_draws_other_inputs_and_the_same_seed_the_same():
    wrong = lambda x: np.abs(x) + 1  # noqa: E731
    first, again, other = (judge(ABS, wrong, seed).failure.arguments[0][1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
