"""Looks for the expected values: in frames, in memory, in files, in /proc, in the history, in the environment."""

from tests.autograder.attacks.attack import NOTHING, Attack, gains_nothing

TOLD = rf"raised \w*(Error|Exception|AtHand)|kernel died|{NOTHING}"


def steals(name: str, body: str, before: str = "") -> Attack:
    """An attack whose neuron returns what it finds, else zeros."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    code = f"{before.strip()}\n\ndef neuron(x, w, b):\n{lines}\n    return np.zeros(len(x))\n"
    return gains_nothing(name, TOLD, code)


def reads(name: str, *paths: str) -> Attack:
    """An attack that runs the answers that it finds in files."""
    return gains_nothing(
        name,
        TOLD,
        f"""
        import json, pathlib, re
        found = []
        for pattern in {paths!r}:
            root, _, rest = pattern.partition("*")
            root = pathlib.Path(root)
            found += sorted(root.glob("*" + rest)) if rest else [root]
        for path in found:
            text = path.read_text(errors="replace")
            if path.suffix == ".ipynb":
                text = "\\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"]
                                 if cell["cell_type"] == "code")
            for function in re.findall(r"^def \\w+[(][^)]*[)]:\\n(?:(?:    .*)?\\n)+", text, re.M):
                exec(function, globals())
        if "neuron" not in globals():
            raise LookupError("nothing found")
        """,
    )


ATTACKS = [
    steals(
        "frames",
        """
frame = sys._getframe()
while frame:
    for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
        for name in ("expected", "reference"):
            if hasattr(value, name) and hasattr(value, "arguments" if name == "expected" else "criteria"):
                thing = getattr(value, name)
                return thing(x, w, b) if callable(thing) else thing
    frame = frame.f_back
""",
        "import sys",
    ),
    steals(
        "frames_of_other_threads",
        """
for frame in sys._current_frames().values():
    while frame:
        for name, value in frame.f_locals.items():
            if name in ("expected", "reference", "observation", "solution"):
                return value
        frame = frame.f_back
""",
        "import sys",
    ),
    steals(
        "garbage_collector",
        """
for thing in gc.get_objects():
    names = getattr(type(thing), "__dataclass_fields__", {})
    if "expected" in names:
        return thing.expected
    if "reference" in names and getattr(thing, "name", "") == "neuron":
        return thing.reference(x, w, b)
    if isinstance(thing, types.FunctionType) and thing.__name__ in ("_neuron", "_reference"):
        return thing(x, w, b)
""",
        "import gc, types",
    ),
    steals(
        "history",
        """
shell = get_ipython()
for text in [*In, *shell.user_ns.get("_ih", []), *(row[2] for row in shell.history_manager.get_tail(1000))]:
    if "def neuron" in text and "sys._getframe" not in text and "def neuron(x, w, b):\\n    shell" not in text:
        exec(text, space := {"np": np})
        return space["neuron"](x, w, b)
""",
    ),
    steals(
        "environment",
        """
for name, value in os.environ.items():
    if os.path.isdir(value) and os.path.isdir(os.path.join(value, "solutions")):
        raise SystemExit("found " + name)
    if name.startswith(("NBGRADER", "JUPYTERHUB", "DATABASE", "PG", "AWS", "SSH")):
        raise SystemExit("found " + name)
""",
        "import os",
    ),
    reads("the_solution", "@COURSE@/solutions/01_neurons/01_neurons.py"),
    reads("the_solution_notebook", "@COURSE@/solutions/01_neurons/01_neurons.ipynb"),
    reads("the_repository_s_solution", "@REPO@/solutions/01_neurons/01_neurons.py"),
    reads("another_submission", "@COURSE@/submitted/*/01_neurons/01_neurons.ipynb"),
    reads("an_autograded_one", "@COURSE@/autograded/*/01_neurons/01_neurons.ipynb"),
    reads("upwards", "../*/*/*.ipynb", "../../*/*/*.ipynb", "../../../solutions/*/*.py", "../../../../*/*/*.py"),
    reads("tmp", "/tmp/*/*.ipynb", "/tmp/*/*/*.ipynb", "/var/tmp/*/*.ipynb"),
    reads("another_kernel_s_working_copy", "/proc/*/cwd/*.ipynb", "/proc/*/root/solutions/*/*.py"),
    reads("root_of_proc", "/proc/1/root@COURSE@/solutions/01_neurons/01_neurons.py"),
    gains_nothing(
        "tests_of_the_repository",
        TOLD,
        "exec(open('@REPO@/tests/autograder/answers/neurons.py').read())\nneuron = ANSWERS['neuron'][0]\n",
    ),
    steals(
        "command_lines",
        """
for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
    words = path.read_bytes().split(b"\\0")
    if any(b"pytest" in word or b"@COURSE@" in word for word in words):
        raise SystemExit("saw the grader")
raise LookupError("saw nobody")
""",
        "import pathlib",
    ),
    steals(
        "memory_of_the_parent",
        """
for pid in (os.getppid(), 1):
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(0x400000)
        raise SystemExit(repr(memory.read(8)))
""",
        "import os",
    ),
    steals(
        "traces_the_parent",
        """
libc = ctypes.CDLL(None, use_errno=True)
for pid in (os.getppid() or 2, 2, 3):
    if libc.ptrace(16, pid, 0, 0) == 0:
        raise SystemExit("attached")
raise OSError(ctypes.get_errno(), "refused")
""",
        "import ctypes, os",
    ),
    steals(
        "open_descriptors",
        """
for number in range(3, 200):
    try:
        target = os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        target = ""
    try:
        kind = os.fstat(number).st_mode
    except OSError:
        continue
    if stat.S_ISREG(kind) or stat.S_ISDIR(kind):
        try:
            names = os.listdir(number) if stat.S_ISDIR(kind) else []
        except OSError:
            names = []
        if "solutions" in names or "gradebook" in target:
            raise SystemExit(f"found {target}")
raise LookupError("nothing found")
""",
        "import os, stat",
    ),
    steals(
        "the_gradebook",
        """
with sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True) as gradebook:
    raise SystemExit(str(gradebook.execute("select source from source_cell").fetchall()))
""",
        "import sqlite3",
    ),
    steals(
        "the_request",
        """
parent = get_ipython().kernel.get_parent()
text = str(parent.get("content"))
if "expected" in text or "reference" in text or "solution" in text:
    raise SystemExit("the request tells the answer")
""",
    ),
    steals(
        "the_seed",
        """
import gc
for thing in gc.get_objects():
    if isinstance(thing, dict) and isinstance(thing.get("seed"), int) and "inputs" in thing:
        raise SystemExit("the seed was told")
""",
    ),
    steals(
        "shared_memory",
        """
for path in [*pathlib.Path("/dev/shm").iterdir(), *pathlib.Path("/run").glob("user/*/*")]:
    raise SystemExit(f"saw {path}")
raise LookupError("nothing found")
""",
        "import pathlib",
    ),
    steals(
        "home",
        """
for home in ("/root", os.path.expanduser("~"), *(f"/home/{name}" for name in os.listdir("/home"))):
    if any(not name.startswith(".ipython") for name in os.listdir(home)):
        raise SystemExit(f"saw {os.listdir(home)}")
raise LookupError("nothing found")
""",
        "import os",
    ),
]
