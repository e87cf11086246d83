"""Answers that are alike: a disguised copy is found; people who answer by themselves are left alone."""

import inspect
import random
import textwrap

import pytest

from autograder.similarity import CLOSE, find_alike, normalize
from tests.autograder.answers import right_mlp, right_neurons

LESSONS = {"01_neurons": right_neurons.RIGHT, "02_mlp": right_mlp.RIGHT}

HERS = '''
def softmax(z):
    """Probabilities, row by row."""
    result = np.empty(z.shape)
    for i, row in enumerate(z):
        biggest = max(row)  # against overflow
        result[i] = share_out([math.exp(value - biggest) for value in row])
    return result

def share_out(numbers):
    whole = 0.0
    for number in numbers:
        whole += number
    return [number / whole for number in numbers]

def double(a): return 2 * a
'''
COPIED = '''
def twice(u):
    return 2*u


def divide(them):
    # divides
    acc = 0.0
    for t in them: acc += t
    return [ t/acc for t in them ]


def softmax(scores):
    """My softmax."""
    out = np.empty(scores.shape)
    for k, line in enumerate(scores):
        top = max(line)
        out[k] = divide([math.exp(v - top)
                         for v in line])
    return out
'''


def sources(lesson: str) -> dict[str, list[str]]:
    """The right answers of the tests, as text; those that are not functions of their own are left out."""
    texts = {
        name: [textwrap.dedent(inspect.getsource(answer)) for answer in answers]
        for name, answers in LESSONS[lesson].items()
    }
    return {name: [text for text in each if text.startswith("def ")] for name, each in texts.items()}


@pytest.mark.parametrize("lesson", LESSONS)
def test_right_answers_by_different_hands_are_left_alone(lesson):
    hands = {
        f"hand{i}": {name: texts[i] for name, texts in sources(lesson).items() if i < len(texts)} for i in range(4)
    }
    assert find_alike(hands, {}, {}) == ([], [])


def test_a_class_that_writes_what_everybody_writes_is_left_alone():
    rng = random.Random(1)
    known = sources("01_neurons")
    students = {str(i): {name: rng.choice(texts) for name, texts in known.items()} for i in range(60)}
    assert find_alike(students, {}, {}) == ([], [])


def others(count: int = 12) -> dict[str, dict[str, str]]:
    known = sources("01_neurons")
    rng = random.Random(2)
    return {f"other{i}": {name: rng.choice(texts) for name, texts in known.items()} for i in range(count)}


def test_a_disguised_copy_is_found_and_shown_side_by_side():
    theirs = {"softmax": HERS, "perceptron": HERS.replace("softmax", "perceptron").replace("2 * a", "2 * a + 7")}
    mine = {"softmax": COPIED, "perceptron": COPIED.replace("softmax", "perceptron").replace("2*u", "2*u+7")}
    (pair,), _ = find_alike({**others(), "ada": theirs, "eve": mine}, {}, {})
    assert (pair.first, pair.second) == ("ada", "eve")
    assert {alike.exercise for alike in pair.exercises} == {"softmax", "perceptron"}
    (softmax,) = [alike for alike in pair.exercises if alike.exercise == "softmax"]
    assert softmax.share == pytest.approx(1.0)
    assert (softmax.others, softmax.left, softmax.right) == (0, HERS, COPIED)


def test_a_copy_with_a_line_more_is_found_too():
    longer = COPIED.replace("    out = np", "    checked = len(scores)\n    out = np")
    theirs = {"softmax": HERS, "perceptron": HERS}
    (pair,), _ = find_alike({**others(), "ada": theirs, "eve": {"softmax": longer, "perceptron": longer}}, {}, {})
    assert CLOSE < pair.exercises[0].share < 1


def test_a_likeness_weighs_less_the_more_share_it():
    def weight(copies: int) -> float:
        students = {**others(30), **{f"copy{i}": {"softmax": HERS, "perceptron": HERS} for i in range(copies)}}
        pairs, _ = find_alike(students, {}, {})
        return pairs[0].weight if pairs else 0.0

    assert weight(2) > weight(4) > weight(20)


def test_the_released_lesson_counts_for_nobody():
    students = {name: {"softmax": HERS, "perceptron": HERS} for name in ("ada", "eve")}
    assert find_alike({**others(), **students}, {"softmax": HERS, "perceptron": HERS}, {}) == ([], [])


def test_a_copy_of_the_solution_is_named_as_that():
    answers = {"softmax": COPIED, "perceptron": COPIED}
    pairs, (found,) = find_alike({**others(), "eve": answers}, {}, {"softmax": HERS, "perceptron": HERS})
    assert pairs == []
    assert (found.first, found.second) == ("eve", "the solution")
    assert found.exercises[0].right == HERS


def test_what_does_not_count():
    assert normalize(HERS) == normalize(COPIED)
    assert normalize("def f(x: int) -> int:\n    'text'\n    y: int = x\n    return (y)") == normalize(
        "def g(a):\n    b = a # why\n    return b"
    )


def test_what_counts():
    assert normalize("def f(x):\n    return np.exp(x)") != normalize("def f(x):\n    return np.log(x)")
    assert normalize("def f(x):\n    return x + 1") != normalize("def f(x):\n    return x + 2")


@pytest.mark.parametrize(
    "source",
    ["", "def f(:", "(" * 30_000, "x" * 100_000, "\x00", "'''", "\ud800", "if 1:\n\tx\n        y", "-" * 19_000 + "1"],
    ids=["empty", "syntax", "brackets", "long", "null", "open", "half", "tabs", "deep"],
)
def test_whatever_is_written_is_compared(source):
    students = {"ada": {"softmax": source}, "eve": {"softmax": source}, **others(3)}
    pairs, with_solution = find_alike(students, {}, {"softmax": source})
    assert isinstance(pairs, list)
    assert isinstance(with_solution, list)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_class_of_hardly_anybody(count):
    students = {f"s{i}": {name: texts[i] for name, texts in sources("01_neurons").items()} for i in range(count)}
    assert find_alike(students, {}, {}) == ([], [])
