"""What is at hand of `course` and of other libraries while answers are judged."""

import pytest

from tests.autograder.kernel.conftest import printed

pytestmark = pytest.mark.slow


def test_imports_run_through_and_use_says_what_is_missing(start):
    session = start()
    imports = """
import course, course as tfk
from course import layers, models, widgets
from course.layers import Dense
from course.widgets import Playground
import course.losses.crossentropy
tfkl = tfk.layers
from autograder import check, CheckFailed
"""
    assert session.run(imports).ended == "ok"
    ran = session.run("model = tfk.Sequential([tfkl.Dense(3)])")
    assert ran.message == "NotAtHand: course.layers.Dense is not at hand while answers are graded; this cell ended here"
    assert session.run("class Mine(layers.Layer): pass").message.startswith("NotAtHand: course.layers.Layer")
    assert session.run("Playground()").message.startswith("NotAtHand: course.widgets.Playground")


def test_data_and_plots_are_at_hand(said):
    source = """
from course.data import toy, load_digits
from course import plots
print(toy.__name__, load_digits()[0][0].shape[1:], plots.subplots()[1] is not None)
"""
    assert said(source).strip() == "course.data.toy (8, 8) True"


def test_no_answer_lies_around(said):
    source = """
import os, sys
found = []
for top in {"/rooms", "/submission", *sys.path}:
    for folder, _, names in os.walk(top or "."):
        found += [os.path.join(folder, name) for name in names]
answers = ("activations.py", "losses.py", "dense.py", "conv.py", "neuron.py", "smooth.py", "probabilities.py")
print([path for path in found if path.endswith(answers) and "/course/" in path and "/plots/" not in path])
print([path for path in found if "autograder/exercises" in path or "/solutions/" in path])
"""
    assert said(source).split() == ["[]", "[]"]


def test_the_full_room_has_the_core_but_no_exercises(said):
    source = """
import course, os
print(course.layers.Dense(3)([[1.0, 2.0]]).shape, os.listdir("/rooms/plain"))
try:
    import autograder.exercises
except ImportError:
    print("no exercises")
"""
    assert said(source, room="full").splitlines() == ["(1, 3) []", "no exercises"]


@pytest.mark.parametrize("library", ["scipy.special", "torch", "keras", "sklearn.linear_model", "tensorflow"])
def test_libraries_with_answers_are_not_there(start, library):
    assert "ImportError" in (message := start().run(f"import {library}").message) or "ModuleNotFound" in message


def test_functions_of_numpy_are_barred_wherever_they_are_held(start):
    session = start(bars=["numpy.convolve"])
    session.run("import numpy as np\nfrom numpy import convolve as ready\nkept = [np.convolve, ready]")
    for call in ("np.convolve", "ready", "kept[0]", "np._core.numeric.convolve"):
        assert "numpy.convolve is not at hand" in session.run(f"{call}([1], [2])").message
    assert printed(session, "print(np.correlate([1.0], [2.0]))") == "[2.]\n"
