"""Right answers, written and surrounded in all the ways that students do: every one of them gets full marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output


@dataclass(frozen=True)
class Honest:
    """An honest submission of lesson 01_neurons: the model answers, but for what is given.

    Parameters
    ----------
    name : str
        The student's name too.
    answers : mapping of str to str
        Answers by grade_id.
    before, between : str
        A cell before the first answer, and one after each check cell.
    notebook, folder : callable, optional
        What else is done to the notebook, and to the folder that is handed in.
    """

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    between: str = ""
    notebook: Callable[[NotebookNode], None] | None = None
    folder: Callable[[Path], None] | None = None


def neuron(name: str, code: str, **options: object) -> Honest:
    """The neuron in other words."""
    return Honest(name, {"neuron": dedent(code)}, **options)  # type: ignore[arg-type]


def sigmoid(name: str, code: str, **options: object) -> Honest:
    """The sigmoid in other words."""
    return Honest(name, {"sigmoid": dedent(code)}, **options)  # type: ignore[arg-type]


def around(name: str, code: str) -> Honest:
    """The same cell before all answers and between them."""
    return Honest(name, before=dedent(code), between=dedent(code))


def with_attachments(notebook: NotebookNode) -> None:
    cell = new_markdown_cell("![mine](attachment:mine.png)", attachments={"mine.png": {"image/png": "AAAA"}})
    notebook.cells.insert(2, cell)


def with_notes(notebook: NotebookNode) -> None:
    for index in range(len(notebook.cells), 0, -1):
        notebook.cells.insert(index, new_markdown_cell("Σ wᵢxᵢ + b — *my notes* <b>bold</b>"))


def opened_in_an_old_jupyter(notebook: NotebookNode) -> None:
    notebook.nbformat_minor = 4
    notebook.metadata["kernelspec"] = {"name": "conda-env-nn-py", "display_name": "nn", "language": "python"}
    for cell in notebook.cells:
        cell.pop("id", None)
        cell.metadata.update(collapsed=False, scrolled=True, jupyter={"outputs_hidden": True})


def saved_with_outputs(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [
                new_output("stream", name="stderr", text="careful\n"),
                new_output("error", ename="ValueError", evalue="old", traceback=[]),
            ]


def with_data(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "points.csv").write_text("1,2\n3,4\n")
    (folder / "my_helpers.py").write_text("def weighted(x, w):\n    return (x * w).sum(axis=1)\n")


def with_checkpoints(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "01_neurons-checkpoint.ipynb").write_text("{}")
    (folder / "__pycache__").mkdir()
    (folder / "Ünïcode notes.txt").write_text("x")
    (folder / ".DS_Store").write_bytes(b"\0\1")


HONEST = [
    Honest("as_the_lesson_has_it"),
    neuron("warns", "import warnings\ndef neuron(x, w, b):\n    warnings.warn('careful')\n    return x @ w + b"),
    neuron(
        "prints",
        "import sys\ndef neuron(x, w, b):\n    print(x)\n    print('!', file=sys.stderr)\n    return x @ w + b",
    ),
    neuron("logs", "import logging\ndef neuron(x, w, b):\n    logging.warning('x is %s', x)\n    return x @ w + b"),
    neuron("loops", "def neuron(x, w, b):\n    return [sum(xi * wi for xi, wi in zip(row, w)) + b for row in x]"),
    neuron(
        "loops_over_indices",
        """
        def neuron(x, w, b):
            y = []
            for i in range(len(x)):
                z = b
                for j in range(len(w)):
                    z += x[i][j] * w[j]
                y.append(z)
            return y
        """,
    ),
    neuron(
        "single_precision",
        "def neuron(x, w, b):\n    return (x.astype(np.float32) @ w.astype(np.float32) + np.float32(b))",
    ),
    neuron("python_numbers", "def neuron(x, w, b):\n    return np.dot(x, w).astype(float).__add__(b).tolist()"),
    neuron("einsum", "def neuron(x, w, b):\n    return np.einsum('ij,j->i', x, w) + b"),
    neuron("keeps_the_answer_s_name_only", "neuron = lambda x, w, b: x @ w + b"),
    neuron(
        "closure",
        "def make(dot):\n    def inner(x, w, b):\n        return dot(x, w) + b\n    return inner\n"
        "neuron = make(np.dot)",
    ),
    neuron("partial", "import functools\nneuron = functools.partial(lambda s, x, w, b: s * (x @ w + b), 1)"),
    neuron(
        "object_with_call",
        "class Neuron:\n    def __call__(self, x, w, b):\n        return x @ w + b\nneuron = Neuron()",
    ),
    neuron("method", "class Net:\n    def forward(self, x, w, b):\n        return x @ w + b\nneuron = Net().forward"),
    neuron(
        "type_hints", "def neuron(x: np.ndarray, w: np.ndarray, b: float = 0.0) -> np.ndarray:\n    return x @ w + b"
    ),
    neuron("other_argument_names", "def neuron(inputs, weights, bias):\n    return inputs @ weights + bias"),
    neuron(
        "asserts",
        "def neuron(x, w, b):\n    y = x @ w + b\n    assert y.shape == (len(x),)\n    return y\n"
        "assert neuron(np.ones((1, 2)), np.ones(2), 1) == 3",
    ),
    neuron(
        "dataclass",
        "from dataclasses import dataclass\n@dataclass\nclass N:\n    w: object\n    b: float\n"
        "    def __call__(self, x): return x @ self.w + self.b\ndef neuron(x, w, b):\n    return N(w, b)(x)",
    ),
    neuron("greek", "def neuron(x, ω, β):\n    Σ = x @ ω\n    größe = Σ + β\n    return größe  # 好"),
    neuron(
        "decorator",
        "import functools\ndef logged(f):\n    @functools.wraps(f)\n    def g(*a):\n        return f(*a)\n"
        "    return g\n"
        "@logged\ndef neuron(x, w, b):\n    return x @ w + b",
    ),
    neuron(
        "slow_but_legal",
        "import time\ndef neuron(x, w, b):\n    time.sleep(0.02)\n    return x @ w + b\ntime.sleep(1)",
    ),
    neuron(
        "threads",
        "from concurrent.futures import ThreadPoolExecutor\ndef neuron(x, w, b):\n"
        "    with ThreadPoolExecutor(2) as pool:\n        return np.array(list(pool.map(lambda row: row @ w + b, x)))",
    ),
    neuron(
        "progress_in_the_answer",
        "def neuron(x, w, b):\n    y = []\n    for i, row in enumerate(x):\n"
        "        print(f'\\r{i}/{len(x)}', end='')\n        y.append(row @ w + b)\n    return np.array(y)",
    ),
    neuron("sub_class_of_array", "def neuron(x, w, b):\n    return np.ma.masked_array(x @ w + b)"),
    neuron(
        "checks_itself", "def neuron(x, w, b):\n    return x @ w + b\n\nfrom autograder import check\ncheck(neuron)"
    ),
    neuron(
        "cached",
        "import functools\n@functools.lru_cache\ndef one(a, b): return a * b\n"
        "def neuron(x, w, b):\n    return np.array([sum(map(one, map(float, r), map(float, w))) + b for r in x])",
    ),
    sigmoid("by_tanh", "def sigmoid(z):\n    return (np.tanh(np.asarray(z, float) / 2) + 1) / 2"),
    sigmoid(
        "vectorized",
        "import math\n@np.vectorize\ndef sigmoid(z):\n    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0",
    ),
    sigmoid("overflows", "def sigmoid(z):\n    return 1 / (1 + np.exp(-z.astype(np.float64)))"),
    sigmoid(
        "raises_on_overflow_elsewhere",
        "def sigmoid(z):\n    with np.errstate(over='ignore'):\n        return 1 / (1 + np.exp(-np.asarray(z, float)))",
        before="np.seterr(all='raise')\nnp.seterr(all='warn')",
    ),
    Honest(
        "helpers_in_other_cells",
        {"neuron": "def neuron(x, w, b):\n    return weighted(x, w) + b"},
        before="def weighted(x, w):\n    return (x * w).sum(axis=1)",
    ),
    Honest(
        "helpers_in_a_file",
        {"neuron": "from my_helpers import weighted\ndef neuron(x, w, b):\n    return weighted(x, w) + b"},
        before="assert np.loadtxt('data/points.csv', delimiter=',').shape == (2, 2)",
        folder=with_data,
    ),
    Honest(
        "writes_and_reads_its_own_file",
        before="np.save('mine.npy', np.ones(3))\nassert np.load('mine.npy').sum() == 3\n"
        "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')",
    ),
    Honest("rubbish_in_the_folder", folder=with_checkpoints),
    around(
        "plots", "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Σ')\nplt.show()"
    ),
    around("plots_of_the_course", "import course\nfrom course import plots, data\ncourse\nplots, data"),
    around("bars", "import sys, time\nfor i in range(50):\n    print(f'\\r{i}', end='', file=sys.stderr)"),
    around(
        "widgets",
        "import ipywidgets\nfrom IPython.display import display\n"
        "s = ipywidgets.IntSlider()\ndisplay(s)\nipywidgets.interact(lambda a: a, a=(0, 3))",
    ),
    around("widget_output", "import ipywidgets as w\nout = w.Output()\nwith out:\n    print('x')\nout"),
    around("timed", "%%time\nsum(range(1000))"),
    around("timed_again", "%timeit -n1 -r1 sum(range(1000))\nt = %timeit -o -q -n1 -r1 1"),
    around("captures", "%%capture held\nprint('x')"),
    around("shell", "!echo hello\nfiles = !ls\nprint(len(files))\n%pwd\n%who"),
    around(
        "top_level_await", "import asyncio\nawait asyncio.sleep(0.01)\nasync def f(): return 1\nassert await f() == 1"
    ),
    around("raises_on_purpose", "raise ValueError('what happens now?')"),
    around("divides_by_zero", "np.zeros(2) / np.zeros(2)\n1 / 0"),
    around("half_written", "def unfinished(x):\n    if x"),
    around(
        "shows_frames",
        "from IPython.display import HTML, Markdown, Math, display\ndisplay(HTML('<b>x</b>'), "
        "Markdown('# x'), Math('x'))\nHTML('<table><tr><td>1</td></tr></table>')",
    ),
    around(
        "updates_a_display",
        "from IPython.display import display, clear_output\nh = display('a', display_id=True)\n"
        "h.update('b')\nclear_output(wait=True)\nprint('c')",
    ),
    around("asks_politely", "try:\n    name = input('name? ')\nexcept Exception:\n    name = 'nobody'"),
    around("looks_at_help", "import course\n?np.exp\nnp.exp?\nhelp(np.tanh)"),
    around("draws_at_random", "np.random.seed(1)\nrng = np.random.default_rng()\nrng.normal(size=3)"),
    around(
        "prints_options",
        "np.set_printoptions(precision=2, suppress=True)\nimport warnings\n"
        "warnings.simplefilter('error')\nwarnings.simplefilter('ignore')",
    ),
    around("prints_much", "for i in range(2000):\n    print(i)"),
    around("long_list_as_result", "list(range(5000))"),
    around(
        "loads_the_autoreload", "%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'retina'"
    ),
    around("deletes_its_names", "a = 1\ndel a\n%reset_selective -f ^temporary"),
    around("last_value", "1\n_ if '_' in dir() else None\nlen(In), len(Out)"),
    Honest("notes_in_between", notebook=with_notes),
    Honest("attachments", notebook=with_attachments),
    Honest("old_jupyter", notebook=opened_in_an_old_jupyter),
    Honest("saved_with_outputs", notebook=saved_with_outputs),
]


def submission(honest: Honest, released: NotebookNode, model: Mapping[str, str]) -> NotebookNode:
    """The notebook that is handed in."""
    answers = {**model, **honest.answers}
    cells = []
    for cell in released.cells:
        about = cell.metadata.get("nbgrader", {})
        cell.source = answers.get(about.get("grade_id"), cell.source)
        cells.append(cell)
        if honest.between and about.get("grade") and not about.get("solution"):
            cells.append(new_code_cell(honest.between))
    if honest.before:  # after the first cell, which imports NumPy
        cells.insert(2, new_code_cell(honest.before))
    released.cells = cells
    if honest.notebook:
        honest.notebook(released)
    return released
