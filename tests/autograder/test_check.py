"""`check`, as a student calls it."""

import functools
import subprocess
import sys

import numpy as np
import pytest

from autograder import CheckFailed, check


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_a_right_answer_passes_and_shows_its_points(capsys):
    assert check(sigmoid) is None
    assert capsys.readouterr().out.startswith("sigmoid: 3 of 3 points\n")


def test_a_wrong_answer_raises_after_its_report(capsys):
    def neuron(x, w, b):
        return x @ w

    with pytest.raises(CheckFailed, match="neuron: forgot the bias") as caught:
        check(neuron)
    assert "Likely: forgot the bias." in capsys.readouterr().out
    assert caught.value.result.points == 0
    assert isinstance(caught.value, AssertionError)
    assert caught.value._render_traceback_() == ["CheckFailed: neuron: forgot the bias"]


def test_calling_the_library_fails_the_check_too():
    import course.activations

    with pytest.raises(CheckFailed, match="instead of answering"):
        check(lambda z: course.activations.sigmoid(z), "sigmoid")


def test_a_callable_without_a_name_is_checked_under_the_one_given():
    leaky = functools.partial(lambda slope, z: np.where(z > 0, z, slope * z), 0.0)
    check(leaky, "relu")
    with pytest.raises(
        ValueError, match=r'the answer has no name of its own; say which exercise, check\(answer, "name"\)'
    ):
        check(leaky)
    with pytest.raises(ValueError, match="the answer has no name of its own"):
        check(lambda z: z)


def test_the_name_given_goes_before_the_function_s():
    with pytest.raises(CheckFailed, match="tanh_derivative: "):
        check(sigmoid, "tanh_derivative")


def test_a_class_with_a_call_is_checked():
    class Sigmoid:
        def __call__(self, z):
            return sigmoid(z)

    check(Sigmoid(), "sigmoid")


@pytest.mark.parametrize("answer", [np.ones(3), None, "sigmoid", 0.5])
def test_what_is_no_function_is_told_how_to_be_given(answer):
    name = type(answer).__name__
    with pytest.raises(TypeError, match=rf"check: answer must be a function, got {name}; .* as in check\(sigmoid\)"):
        check(answer)


def test_an_unknown_name_gets_the_nearest():
    def sigmoid_deriv(z):
        return z

    with pytest.raises(ValueError, match=r"no exercise named 'sigmoid_deriv'; did you mean .*sigmoid_derivative"):
        check(sigmoid_deriv)
    with pytest.raises(ValueError, match=r"no exercise named 'zzz'$"):
        check(sigmoid, "zzz")


def test_the_same_inputs_every_time(capsys):
    for _ in range(2):
        with pytest.raises(CheckFailed):
            check(lambda z: z, "sigmoid")
    first, second = capsys.readouterr().out.split("sigmoid: 0 of 3 points")[1:]
    assert first == second


def test_in_a_notebook_the_report_is_html(monkeypatch):
    display = pytest.importorskip("IPython.display")
    import IPython

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(display, "publish_display_data", shown.append)
    check(sigmoid)
    (content,) = shown
    assert content["text/html"].startswith('<div class="autograder-report"')
    assert content["text/plain"].startswith("sigmoid: 3 of 3 points")


def test_nothing_of_the_notebook_is_needed():
    code = "import sys, autograder; print(sorted({'IPython', 'nbgrader', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
