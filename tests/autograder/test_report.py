"""What a person sees: the same result as text and as HTML, harmless whatever the student's code said."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from autograder.assess import nothing
from autograder.exercise import Criterion, Exercise, Mistake
from autograder.report import MAX_LINES, as_dict, as_html, as_text, html_of, points, show
from tests.autograder.toy import array, exercise, judge

SCALE = Exercise(
    "scale",
    lambda x, factor: x * factor,
    lambda rng: [(np.array([1.0, -2.0]), 3)],
    [
        Criterion("values", 2),
        Criterion("one", 0.5, cases=lambda rng: [(np.array([3.0]), 1.5)]),
        Criterion("leaves its input alone", 0.5, unmodified=True),
    ],
    [Mistake("adds instead", lambda x, factor: x + factor, "What should a factor of 0 give?")],
)

HOSTILE = '</pre><script>alert("grade")</script><img src=x onerror=alert(1)>&amp;'


def adds(x, factor):
    print("x is", x)
    return x + factor


def test_text_of_a_failed_check():
    assert (
        as_text(judge(SCALE, adds))
        == """\
scale: 0.5 of 3 points
  NOT values                  0/2  2 of 2 values differ, most at [1]: expected -6, got 1
  ok  one                     0.5/0.5
  NOT leaves its input alone  0/0.5  2 of 2 values differ, most at [1]: expected -6, got 1
For example, with
  x = [ 1., -2.]
  factor = 3
  expected = [ 3., -6.]
  got = [4., 1.]
  printed:
    x is [ 1. -2.]
Likely: adds instead.
Hint: What should a factor of 0 give?"""
    )


def test_text_of_a_passed_check():
    assert (
        as_text(judge(SCALE, lambda x, factor: factor * x))
        == """\
scale: 3 of 3 points
  ok  values                  2/2
  ok  one                     0.5/0.5
  ok  leaves its input alone  0.5/0.5"""
    )


def test_an_error_stands_where_the_result_would():
    def raises(x, factor):
        raise ValueError("not like this")

    text = as_text(judge(SCALE, raises))
    line = 'ValueError: not like this (in the line `raise ValueError("not like this")`)'
    assert f"  NOT values                  0/2  raised {line}" in text
    assert f"  got = {line}" in text


class Reader(HTMLParser):
    """Notes the tags and attributes of a page, and its text."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], set(), set(), ""

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def raises_hostile(x, factor):
    raise ValueError(HOSTILE)


def prints_hostile(x, factor):
    print(HOSTILE)


@pytest.mark.parametrize(
    "answer",
    [
        raises_hostile,
        prints_hostile,
        lambda x, factor: HOSTILE,
        lambda x, factor: {HOSTILE: [HOSTILE]},
        lambda x, factor: [1, HOSTILE],
        lambda x, factor: type(HOSTILE, (), {})(),
    ],
    ids=["error", "printed", "text", "dict", "list", "type"],
)
def test_html_is_inert_whatever_the_answer_says(answer):
    reader = read(as_html(judge(SCALE, answer)))
    assert reader.tags <= {"div", "table", "tr", "td", "strong", "code", "pre"}
    assert reader.attributes <= {"class", "style"}
    assert '<script>alert("grade")</script>' in reader.text


def test_names_that_come_from_elsewhere_are_escaped_too():
    reader = read(as_html(nothing(SCALE, HOSTILE, HOSTILE)))
    assert reader.tags <= {"div", "table", "tr", "td", "strong", "code"}
    assert reader.text.count("<img src=x") == 5


def test_html_says_the_same_as_text():
    text = read(as_html(judge(SCALE, adds))).text
    for part in (
        "scale: 0.5 of 3 points",
        "✗values0 / 2",
        "✓one0.5 / 0.5",
        "expected[ 3., -6.]",
        "got[4., 1.]",
        "printedx is [ 1. -2.]",
        "Likely: adds instead.",
        "What should a factor of 0 give?",
    ):
        assert part in text


def test_no_escape_sequence_reaches_a_terminal_and_no_half_character_a_file():
    def answer(x, factor):
        print("\x1b[2J\x07\r\ud800")
        raise ValueError("\x1b]0;title\x07")

    result = judge(SCALE, answer)
    for text in (as_text(result), as_html(result)):
        text.encode("utf-8")
        assert not set(text) & set("\x1b\x07\r")


def test_long_printed_text_is_cut():
    def chatty(x, factor):
        for i in range(100):
            print("line", i)

    text = as_text(judge(SCALE, chatty))
    assert f"line {MAX_LINES - 1}\n    … {100 - MAX_LINES} more lines" in text
    assert f"line {MAX_LINES}\n" not in text


def test_an_array_of_several_lines_is_indented_under_its_name():
    text = as_text(judge(exercise(lambda x: x + 1, lambda rng: (np.eye(2),)), lambda x: x))
    assert "  x = [[1., 0.],\n       [0., 1.]]" in text


def test_a_dict_of_the_result_is_json():
    content = json.loads(json.dumps(as_dict(judge(SCALE, adds, seed=5))))
    assert (content["exercise"], content["points"], content["max_points"]) == ("scale", 0.5, 3)
    assert (content["passed"], content["mistake"], content["seed"]) == (False, "adds instead", 5)
    assert content["criteria"][1] == {"name": "one", "points": 0.5, "earned": 0.5, "passed": True, "message": ""}
    assert content["failure"] == {
        "arguments": [{"name": "x", "value": "[ 1., -2.]"}, {"name": "factor", "value": "3"}],
        "expected": "[ 3., -6.]",
        "got": "[4., 1.]",
        "one_of_several": False,
        "images": {},
        "printed": "x is [ 1. -2.]",
    }
    assert as_dict(judge(SCALE, lambda x, factor: x * factor))["mistake"] is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1 / 3, "0.333333"),
        (3, "3"),
        (None, "None"),
        ("a\nb", "'a\\nb'"),
        (np.float32(0.5), "0.5"),
        (np.array([1.0, 1 / 3]), "[1.    , 0.3333]"),
        ([np.ones(2), 3], "[1., 1.]\n3"),
        ([[np.ones(2), np.ones(1)], [np.ones(1)]], "[1., 1.]\n[1.]\n[1.]"),
        ([], "[]"),
        ((), "()"),
        ([3, 4, 1], "[3, 4, 1]"),
        (np.zeros((9, 9)), "an array of shape (9, 9): [0. 0. 0. 0. …]"),
    ],
)
def test_show(value, shown):
    assert show(value) == shown


def test_show_is_short_for_anything_long():
    assert len(show("a" * 10_000)) < 600
    assert len(show({"a": np.zeros(1000)})) < 600
    assert len(show(np.zeros((50, 50)))) < 100


def test_points():
    assert [points(value) for value in (2.0, 0.5, 26.0, 0.0)] == ["2", "0.5", "26", "0"]


def test_every_report_of_a_right_answer_is_free_of_hints():
    result = judge(exercise(lambda x: x, array(3)), lambda x: x)
    assert "Likely" not in as_text(result) + as_html(result)


def test_an_image_is_shown_as_one():
    blurred = exercise(lambda x: x / 2, lambda rng: (np.arange(-4.0, 8).reshape(1, 3, 4, 1),))
    result = judge(blurred, lambda x: np.where(x == 7, 9, x / 2))
    report = as_dict(result)
    assert report["failure"]["images"]["x"] == [[-4, -3, -2, -1], [0, 1, 2, 3], [4, 5, 6, 7]]
    html = as_html(result)
    assert html.count('<td style="border:none;text-align:center') == 3 * 12
    assert html.count("box-shadow") == 1
    assert ">9</td>" in html.split("box-shadow")[1][:60]
    assert "an array of shape (1, 3, 4, 1):" in as_text(result)
    read(html)


@pytest.mark.parametrize(
    "images",
    [None, [], {"x": "rows"}, {"x": []}, {"x": [[]]}, {"x": [["<b>"]]}, {"x": [[float("inf")]]}, {"x": [[1] * 99]}],
)
def test_what_is_no_image_is_shown_as_text(images):
    report = as_dict(judge(SCALE, adds, seed=5))
    report["failure"]["images"] = images
    assert html_of(report) == as_html(judge(SCALE, adds, seed=5))
