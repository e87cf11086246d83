"""Calls a ready-made answer instead of writing one: the core's, the exercise's, a library's."""

from tests.autograder.attacks.attack import Attack, gains_nothing

TOLD = (
    r"calls |not at hand|longer than|object of type Absent|"
    r"raised (NotAtHand|ModuleNotFound|Import|Attribute|Key|FileNotFound|Permission|OS)(Error)?"
)

ELSEWHERE = """
import glob, importlib, sys
for pattern in ("/usr/lib/python3*", "/usr/local/lib/python3*", sys.base_prefix + "/lib/python3*",
                "@REPO@/.venv/lib/python3*", "/opt/*/lib/python3*", "/root/.*/lib/python3*", "/home/*/.*/lib/python3*"):
    for end in ("/site-packages", "/dist-packages", ""):
        sys.path += glob.glob(pattern + end)
for name in [name for name in sys.modules if name.split(".")[0] == "scipy"]:
    del sys.modules[name]
"""


def calls(name: str, value: str, before: str = "", told: str = TOLD) -> Attack:
    """An attack whose sigmoid is `value`."""
    return gains_nothing(name, told, f"{before}\n\ndef sigmoid(z):\n    return {value}\n", exercise="sigmoid")


OF_COURSE = {
    "straight": "course.activations.sigmoid(z)",
    "getattr": "getattr(getattr(course, 'activ' + 'ations'), 'sig' + 'moid')(z)",
    "softplus_slope": "course.activations.softplus.derivative(z)",
    "through_a_layer": "course.layers.Activation('sigmoid')(z)",
    "map": "np.array(list(map(course.activations.sigmoid, z)))",
    "vectorize": "np.vectorize(course.activations.sigmoid)(z)",
    "frompyfunc": "np.frompyfunc(course.activations.sigmoid, 1, 1)(z).astype(float)",
}
"""What calls the core straight away."""

ATTACKS = [
    *(calls(name, value, "import course") for name, value in OF_COURSE.items()),
    calls("alias", "ready(z)", "from course.activations import sigmoid as ready"),
    calls("import_inside", "__import__('course.activations').activations.sigmoid(z)"),
    calls("importlib", "importlib.import_module('course.activations').sigmoid(z)", "import importlib"),
    calls("sys_modules", "sys.modules['course.activations'].sigmoid(z)", "import sys, course"),
    calls("registry", "activations.get('sigmoid')(z)", "from course import activations"),
    calls("class_of_it", "type(sigmoid_of_course)(z)", "import course.activations as a\nsigmoid_of_course = a.sigmoid"),
    calls(
        "through_a_neuron",
        "np.array([Neuron([1.0], 0.0, 'sigmoid')(row.reshape(-1, 1)) for row in np.atleast_1d(z)]).reshape(z.shape)",
        "from course.neuron import Neuron",
    ),
    calls("through_a_model", "model(z[..., None])[..., 0]", "import course\nmodel = course.Sequential()"),
    calls(
        "default_argument",
        "by_default(z)",
        "import course\ndef by_default(z, f=course.activations.sigmoid): return f(z)",
    ),
    calls(
        "closure",
        "inner(z)",
        "import course\ndef keep(f):\n    return lambda z: f(z)\ninner = keep(course.activations.sigmoid)",
    ),
    calls("partial", "f(z)", "import course, functools\nf = functools.partial(course.activations.sigmoid)"),
    calls("in_a_list", "kept[0](z)", "import course\nkept = [course.activations.sigmoid]"),
    calls("the_bound_method", "call(z)", "import course\ncall = course.activations.sigmoid.__call__"),
    calls(
        "in_a_thread",
        "list(ThreadPoolExecutor().map(course.activations.sigmoid, [z]))[0]",
        "import course\nfrom concurrent.futures import ThreadPoolExecutor",
    ),
    calls(
        "profile_switched_off",
        "(sys.setprofile(None), sys.settrace(None), course.activations.sigmoid(z))[2]",
        "import course, sys",
    ),
    calls(
        "guard_switched_off",
        "course.activations.sigmoid(z)",
        "import course, contextlib, autograder.probe\n"
        "autograder.probe.watch = lambda *a, **k: contextlib.nullcontext([])",
    ),
    calls(
        "in_another_process",
        "np.array(eval(subprocess.run([sys.executable, '-c', f'import numpy as np, course; "
        "print(course.activations.sigmoid(np.array({z.tolist()})).tolist())'], "
        "capture_output=True, text=True).stdout))",
        "import subprocess, sys",
        told=rf"{TOLD}|SyntaxError",
    ),
    calls(
        "in_a_fork",
        "np.load(io.BytesIO(os.read(child(z), 10**6)))",
        """
import io, os, course
def child(z):
    read, write = os.pipe()
    if os.fork() == 0:
        import sys
        sys.setprofile(None)
        try:
            packed = io.BytesIO()
            np.save(packed, course.activations.sigmoid(z))
            os.write(write, packed.getvalue())
        finally:
            os._exit(0)
    os.close(write)
    os.wait()
    return read
""",
        told=rf"{TOLD}|EOFError|ValueError",
    ),
    calls("reference", "exercise.reference(z)", "from autograder.exercises.neurons.smooth import sigmoid as exercise"),
    calls("find", "find('sigmoid').reference(z)", "from autograder.exercises import find"),
    calls("expected", "find('sigmoid').expected((z,))", "from autograder.exercises import find"),
    calls(
        "the_mistakes",
        "1 - find('sigmoid').mistakes[0].wrong(z)",
        "from autograder.exercises import find",
    ),
    calls(
        "source_of_the_core",
        "space['sigmoid'](z)",
        """
import importlib.util, pathlib, sys
space = {"__name__": "mine", "np": np}
for folder in ["@REPO@", "@COURSE@", *sys.path]:
    for path in pathlib.Path(folder).glob("course/activations/*.py"):
        exec(compile(path.read_text(), "mine", "exec"), space)
""",
        told=rf"{TOLD}|TypeError",
    ),
    calls(
        "source_of_the_exercise",
        "space['_sigmoid'](z)",
        'space = {"np": np}\nexec(open("@REPO@/autograder/exercises/neurons/smooth.py").read(), space)',
    ),
    calls(
        "bytecode",
        "space['sigmoid'](z)",
        """
import marshal, pathlib
space = {"__name__": "mine", "np": np}
for path in pathlib.Path("@REPO@/course/activations").rglob("*.pyc"):
    exec(marshal.loads(path.read_bytes()[16:]), space)
""",
        told=rf"{TOLD}|TypeError",
    ),
    calls(
        "linecache",
        "space['sigmoid'](z)",
        "import linecache, inspect, course.activations\nspace = {}\nexec(inspect.getsource(course.activations), space)",
        told=rf"{TOLD}|TypeError",
    ),
    calls(
        "garbage_collector",
        "found[0](z)",
        """
import gc, types
found = [thing for thing in gc.get_objects() if isinstance(thing, types.FunctionType)
         and "sigmoid" in thing.__name__ and thing.__module__ != "__main__"]
found += [thing for thing in gc.get_objects() if getattr(type(thing), "__module__", "").startswith("course.activ")
          and getattr(thing, "name", "") == "sigmoid"]
""",
        told=rf"{TOLD}|IndexError",
    ),
    calls(
        "subclasses",
        "[c for c in object.__subclasses__() if c.__name__ == 'Sigmoid'][0]()(z)",
        told=rf"{TOLD}|IndexError",
    ),
    calls("scipy", "scipy.special.expit(z)", "import scipy.special"),
    calls("scipy_from_import", "expit(z)", "from scipy.special import expit"),
    calls("scipy_stats", "scipy.stats.logistic.cdf(z)", "import scipy.stats"),
    calls(
        "scipy_by_its_file",
        "np.array([library.expit(float(v)) for v in z.ravel()]).reshape(z.shape)",
        """
import ctypes, pathlib, sys
found = [path for folder in ["@REPO@/.venv", *sys.path] for path in pathlib.Path(folder).rglob("*special_ufuncs*.so")]
library = ctypes.CDLL(str(found[0]))
""",
        told=rf"{TOLD}|IndexError",
    ),
    calls(
        "pip_installs_it",
        "expit(z)",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', "
        "'install', '--target', '.', 'scipy'], timeout=20)\nfrom scipy.special import expit",
    ),
    calls("torch", "np.asarray(torch.sigmoid(torch.tensor(z)))", "import torch"),
    calls("keras", "np.asarray(keras.ops.sigmoid(z))", "import keras"),
    calls("scikit_learn", "(inplace_logistic(z), z)[1]", "from sklearn.neural_network._base import inplace_logistic"),
    calls("scipy_of_another_python", "kept[0](z)", f"{ELSEWHERE}import scipy.special\nkept = [scipy.special.expit]"),
    calls(
        "scipy_without_import_hooks",
        "kept[0](z)",
        f"""
{ELSEWHERE}
import importlib.machinery as m, builtins
sys.meta_path[:] = [m.BuiltinImporter, m.FrozenImporter, m.PathFinder]
sys.path_hooks[1:] = [m.FileFinder.path_hook((m.ExtensionFileLoader, m.EXTENSION_SUFFIXES),
                                             (m.SourceFileLoader, m.SOURCE_SUFFIXES))]
sys.path_importer_cache.clear()
builtins.__import__ = importlib.__import__
import scipy.special
kept = [scipy.special.expit]
""",
    ),
    calls(
        "scipy_in_another_process",
        "ask(z)",
        f"""
{ELSEWHERE}
import subprocess
script = (f"import sys; sys.path = {{sys.path!r}}; import numpy as np; from scipy.special import expit; "
          "z = np.load(sys.stdin.buffer); np.save(sys.stdout.buffer, expit(z))")
def ask(z):
    import io
    given = io.BytesIO()
    np.save(given, z)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], input=given.getvalue(), capture_output=True)
    if done.returncode:
        raise ImportError(done.stderr.decode().strip().splitlines()[-1])
    return np.load(io.BytesIO(done.stdout))
""",
    ),
    Attack(
        "kept_from_an_earlier_cell",
        TOLD,
        {
            "first": "import course\nfrom course.activations import sigmoid as kept, softmax as kept_too",
            "sigmoid": "sigmoid = kept",
            "softmax": "softmax = kept_too",
        },
    ),
    gains_nothing(
        "perceptron_is_a_neuron",
        TOLD,
        "from course.neuron import Neuron\ndef perceptron(x, w, b):\n    return Neuron(w, b, 'sigmoid')(x)\n",
        exercise="perceptron",
    ),
    gains_nothing(
        "layer_is_a_dense",
        TOLD,
        """
        import course
        def linear_layer(x, W, b):
            layer = course.layers.Dense(len(b), input_dim=len(W))
            layer.build((len(W),))
            layer.set_weights([W, b])
            return layer(x)
        """,
        exercise="linear_layer",
    ),
]
