"""The probe: calls an answer, notes what it does, and hands it over."""

import contextlib
import sys
import threading
import warnings

import numpy as np
import pytest

from autograder import probe
from autograder.probe import as_plain, observe, observe_all, read_reply, reply
from autograder.wire import encode
from tests.autograder.same import assert_same


def test_a_result_comes_back_as_a_plain_array_of_its_own():
    x = np.arange(4.0)
    answer = observe(lambda x: x[::2], (x,))
    assert answer.outcome == "returned"
    assert answer.value.base is None
    np.testing.assert_array_equal(answer.value, [0, 2])


def test_an_error_tells_the_line_of_the_answer():
    def wrong(x, w):
        return x @ w

    answer = observe(wrong, (np.ones((2, 3)), np.ones(2)))
    assert answer.outcome == "raised"
    assert answer.error.startswith("ValueError: matmul:")
    assert answer.error.endswith("(in the line `return x @ w`)")


def test_an_error_inside_a_library_tells_the_line_that_called_it():
    def wrong(x):
        return np.concatenate([x, "text"])

    assert '(in the line `return np.concatenate([x, "text"])`)' in observe(wrong, (np.ones(2),)).error


def test_leaving_python_is_an_error_like_others():
    assert observe(lambda x: sys.exit("bye"), (1,)).error.startswith("SystemExit: bye")


def test_printed_text_is_kept_and_long_text_cut():
    answer = observe(lambda x: print("a" * 10_000), (1,))
    assert answer.value is None
    assert answer.printed.startswith("aaa")
    assert len(answer.printed) < 2 * probe.MAX_TEXT


def test_text_that_no_file_could_hold_is_replaced():
    def raises(x):
        print("\ud800")
        raise ValueError("\udfff")

    answer = observe(raises, (1,))
    (answer.printed + answer.error).encode("utf-8")


def test_warnings_of_a_right_answer_stay_silent(capsys):
    def warns(z):
        warnings.warn("look here", stacklevel=1)
        return 1 / (1 + np.exp(-z))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = observe(warns, (np.array([-1000.0, 0.0]),))
    np.testing.assert_array_equal(answer.value, [0, 0.5])
    assert capsys.readouterr() == ("", "")


def _set_first(x):
    x[0] = 7


def _set_inside(x):
    x[0][0] = 7


@pytest.mark.parametrize(
    ("argument", "write"),
    [
        (np.ones(3), _set_first),
        (np.array([np.nan, 1.0]), _set_first),
        ([np.ones(2), np.ones(3)], _set_inside),
        ([np.ones(2), np.ones(3)], _set_first),
        ([3, 4, 1], _set_first),
        ([3, 4, 1], lambda x: x.pop()),
        ([3, 4, 1], lambda x: x.sort()),
        ([[1, 2], [3]], _set_first),
        (({"w": np.ones(2)},), _set_inside),
        ({0: 1.0}, _set_first),
        ({0: 1.0}, lambda x: x.update(b=2)),
        ([np.ones(2)], lambda x: x.__setitem__(0, x[0].astype(np.float32))),
        (np.ones((2, 3)), lambda x: setattr(x, "shape", (3, 2))),
    ],
)
@pytest.mark.filterwarnings("ignore:Setting the shape")
def test_writing_into_an_argument_is_noticed_and_harms_nobody(argument, write):
    before = encode(argument)
    answer = observe(lambda first, x: write(x), (0, argument))
    assert answer.modified == (1,)
    assert encode(argument) == before


@pytest.mark.parametrize("argument", [np.array([np.nan]), [3, 4, float("nan")], "text", None, 1.5, len])
def test_reading_an_argument_is_no_change(argument):
    assert observe(lambda x: 1, (argument,)).modified == ()


def test_every_call_gets_a_generator_in_the_same_state():
    rng = np.random.default_rng(3)
    first, second = observe_all(lambda rng: rng.random(3), [(rng,), (rng,)])
    np.testing.assert_array_equal(first.value, second.value)
    np.testing.assert_array_equal(first.value, np.random.default_rng(3).random(3))


def test_an_endless_loop_is_ended():
    def endless(x):
        while True:
            with contextlib.suppress(Exception):
                x += 1

    answers = observe_all(endless, [(1,), (2,)], seconds=0.2)
    assert [answer.outcome for answer in answers] == ["timed out"]
    assert answers[0].error == "took longer than 0.2 s"


def test_a_call_outside_the_main_thread_is_made_without_an_alarm():
    answers = []
    thread = threading.Thread(target=lambda: answers.append(observe(lambda x: x + 1, (1,))))
    thread.start()
    thread.join()
    assert answers[0].value == 2


class Odd:
    """Breaks when it is made an array."""

    def __array__(self, *arguments, **options):
        raise RuntimeError("no")


def _holds_itself():
    items = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "an object of type object, where numbers or arrays were expected"),
        (len, "an object of type builtin_function_or_method"),
        (np.array([None, 1]), "an object of type ndarray"),
        (np.ones(2, dtype=[("a", float)]), "an object of type ndarray"),
        ([np.ones(2), object()], "an object of type object"),
        (Odd(), "what cannot be read (RuntimeError: no"),
        (_holds_itself(), "what cannot be read (RecursionError"),
    ],
)
def test_what_is_no_data_is_unreadable(value, words):
    answer = observe(lambda x: value, (1,))
    assert answer.outcome == "unreadable"
    assert answer.value is None
    assert answer.error.startswith(words)


def test_too_large_an_array_is_unreadable(monkeypatch):
    monkeypatch.setattr(probe, "MAX_BYTES", 2**20)
    assert observe(lambda x: np.zeros(2**17), (1,)).outcome == "returned"
    answer = observe(lambda x: np.zeros(2**18), (1,))
    assert (answer.outcome, answer.error) == ("unreadable", "an array of 2 MiB, more than 1 MiB")


def test_as_plain_leaves_no_class_of_its_own():
    masked = as_plain(np.ma.masked_array([1.0, 2.0], mask=[False, True]))
    assert type(masked) is np.ndarray
    tree = as_plain({1: [np.float32(2), 3], "b": ([[1], [2, 3]], None, True)})
    assert list(tree) == ["1", "b"]
    assert [type(tree["1"]), type(tree["b"]), type(tree["b"][0])] == [np.ndarray, tuple, list]


def test_a_reply_holds_what_was_observed():
    def answer(x):
        print("hello")
        x *= 2
        if x[0] > 4:
            raise RuntimeError("too large")
        return x, [1.0, 2.0], None

    inputs = [(np.array([1.0]),), (np.array([3.0]),)]
    request = encode({"inputs": inputs, "rules_out": ["math.exp"], "seconds": 5.0})
    replied, observed = read_reply(reply(answer, request)), observe_all(answer, inputs)
    assert [a.outcome for a in replied] == ["returned", "raised"]
    for mine, theirs in zip(replied, observed, strict=True):
        assert (mine.error, mine.printed, mine.modified) == (theirs.error, theirs.printed, theirs.modified)
        assert_same(mine.value, theirs.value)


def test_a_reply_about_what_is_no_function_says_so():
    with pytest.raises(TypeError, match="it is an array of shape \\(2,\\), not a function"):
        reply(np.ones(2), encode({"inputs": [], "rules_out": [], "seconds": 1.0}))


ANSWER = {"outcome": "returned", "value": 1.0, "error": "", "printed": "", "modified": ()}


@pytest.mark.parametrize(
    "items",
    [
        1.0,
        (ANSWER,),
        [1.0],
        [{**ANSWER, "points": 100}],
        [{key: value for key, value in ANSWER.items() if key != "error"}],
        [{**ANSWER, "outcome": "passed"}],
        [{**ANSWER, "outcome": np.array(["returned"] * 2)}],
        [{**ANSWER, "modified": None}],
        [{**ANSWER, "modified": [0]}],
    ],
)
def test_a_reply_of_another_form_is_refused(items):
    with pytest.raises(ValueError, match=r"reply|answer|ambiguous"):
        read_reply(encode(items))


def test_a_reply_s_fields_have_their_types_whoever_wrote_it():
    (answer,) = read_reply(encode([{**ANSWER, "error": np.ones(2), "printed": "a" * 10_000, "modified": (1, -1, "b")}]))
    assert isinstance(answer.error, str)
    assert len(answer.printed) < 2 * probe.MAX_TEXT
    assert answer.modified == (1,)
