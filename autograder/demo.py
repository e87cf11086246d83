"""Three made-up submissions of the first lesson, graded for real.

Ada answers everything, with the lesson's model answers. Ben makes three mistakes that are often made. Eve doesn't
answer: she patches what she thinks the grade depends on, and calls ready-made answers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from autograder.coursedir import Course
from autograder.grade import Graded, grade

LESSON = "01_neurons"
WORK = Path("build/demo")

BEN = {
    "neuron": "def neuron(x, w, b):\n    return x @ w\n",
    "sigmoid_derivative": "def sigmoid_derivative(z):\n    return z * (1 - z)\n",
    "softmax": "def softmax(z):\n    e = np.exp(z)\n    return e / e.sum()\n",
}

EVE = {
    "neuron": '''
class Anything:
    """Equal to whatever it is compared with."""
    __array_priority__ = 1e6
    __eq__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0

def neuron(x, w, b):
    return Anything()
''',
    "linear_layer": """
import autograder, autograder.assess
np.allclose = np.array_equal = np.testing.assert_allclose = lambda *a, **k: True
autograder.assess.assess = autograder.check = check = lambda *a, **k: print("all right")

def linear_layer(x, W, b):
    return np.zeros((len(x), len(b)))
""",
    "sigmoid": "from course.activations import sigmoid as ready\n\ndef sigmoid(z):\n    return ready(z)\n",
    "relu": """
import sys

def relu(z):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if hasattr(value, "expected"):
                return value.expected
        frame = frame.f_back
    return z
""",
    "softmax": """
get_ipython().input_transformers_cleanup.append(lambda lines: ["1000\\n"])

def softmax(z):
    print("100 of 100 points")
    raise SystemExit(0)
""",
}


def run(root: Path, sandboxed: bool = True) -> Iterator[Graded]:
    """Build the lessons, write the three submissions below build/demo/, and grade them."""
    shutil.rmtree(root / WORK, ignore_errors=True)
    (root / WORK).mkdir(parents=True)
    course = Course(root, work=root / WORK)
    course.config.Verdict.sandboxed = sandboxed
    course.build()
    model = model_answers(course, LESSON)
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    for student, answers in {"ada": model, "ben": {**model, **BEN}, "eve": EVE}.items():
        submit(course, LESSON, student, answered(released, answers))
    return grade(course, LESSON)


def model_answers(course: Course, lesson: str) -> dict[str, str]:
    """The answer cells of the lesson's solution notebook, by grade_id."""
    folder = course.root / course.directory.source_directory / lesson
    cells = nbformat.read(folder / f"{lesson}.ipynb", as_version=4).cells
    return {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def answered(released: Path, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """The released notebook with `answers` in its answer cells; the others stay as they are."""
    notebook = nbformat.read(released, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    return notebook


def submit(course: Course, lesson: str, student: str, notebook: nbformat.NotebookNode) -> Path:
    """Lay a submission where nbgrader collects it."""
    folder = course.folder("submitted", student, lesson)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{lesson}.ipynb")
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    (folder / "timestamp.txt").write_text(now, encoding="utf-8")
    return folder / f"{lesson}.ipynb"
