"""Arguments and data of all kinds that don't fit: they do what they should, or are refused by us, in words.

A refusal is ours if a `raise` of this library is where the traceback ends, with a ValueError or a TypeError that names
the class, the layer, the method or the argument. An error of NumPy's or of Python's from inside ends somewhere else: at
a call, an operator or an index. NumPy's warnings count as errors.
"""

import dis
import inspect
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import course
from course import initializers, layers, losses, metrics, optimizers, regularizers, schedules
from course.layers.arguments import LayerOptions
from tests.course.layer_examples import EXAMPLES, network, stack

pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.filterwarnings("ignore:fit. the data ended after:UserWarning"),
]

OURS = Path(course.__file__).parent


def fuzz(count):
    """The same examples at every run, of which the smallest that fails is shown."""
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def is_ours(error, names):
    """Whether a `raise` in the library made this error, and its message holds one of the names."""
    end = error.__traceback__
    while end.tb_next is not None:
        end = end.tb_next
    code = end.tb_frame.f_code
    raised = code.co_code[end.tb_lasti] == dis.opmap["RAISE_VARARGS"]
    message = str(error).lower()
    return (
        type(error) in (ValueError, TypeError)
        and raised
        and OURS in Path(code.co_filename).parents
        and any(name.lower() in message for name in names)
    )


def attempt(names, call, *arguments, **options):
    """What the call gives, or None if it is refused by us."""
    try:
        return call(*arguments, **options)
    except Exception as error:
        if not is_ours(error, names):
            error.add_note(f"from {call} with {arguments} {options}")
            raise
        return None


def test_what_is_ours():
    def error_of(call):
        with pytest.raises((ValueError, TypeError)) as refusal:
            call()
        return refusal.value

    assert is_ours(error_of(lambda: layers.Dense(0)), ["units"])
    assert not is_ours(error_of(lambda: layers.Dense(0)), ["rate"])  # names something else
    assert not is_ours(error_of(lambda: layers.Add().forward(3)), [""])  # Python's, from a line of ours
    assert not is_ours(error_of(lambda: layers.Add().forward([np.ones(2), np.ones(3)])), [""])  # NumPy's


NUMBERS = st.one_of(
    st.integers(-3, 9),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.5, 0.5, 1.0, 1e-300, 2.5, 99, True, 1j]),
    st.sampled_from([np.float32(0.5), np.float64(math.nan), np.int64(2), np.int64(-1), np.bool_(True)]),
)
WORDS = st.sampled_from(["", "same", "full", "relu", "softmax", "zeros", "l2", "mean", "nearest", "3", "é/", b"same"])
ODD = st.sampled_from([None, object(), object, len, ..., range(2), np.ones(2), np.ones((2, 2)), np.array("x"), {1, 2}])
CONFIGS = st.sampled_from(
    [{}, {"class_name": "?"}, {"class_name": 3}, {"class_name": "L2", "config": {"size": 1}}, {"config": {}}, {"a": 1}]
)
ONE = st.one_of(NUMBERS, WORDS, ODD, CONFIGS)
SEVERAL = st.one_of(st.lists(ONE, max_size=3), st.lists(st.integers(-1, 4), max_size=4))
VALUES = st.one_of(ONE, SEVERAL, SEVERAL.map(tuple), st.lists(SEVERAL.map(tuple), max_size=3).map(tuple))

CLASSES = {kind: examples for kind, examples in EXAMPLES.items() if kind not in (network, stack)}
BY_CLASS = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)


def arguments_of(kind):
    """The names that a constructor takes."""
    own = inspect.signature(kind).parameters
    handed_on = LayerOptions.__annotations__ if "options" in own else {}
    return [name for name in (*own, *handed_on) if name != "options"]


def named(kind, *names):
    """What a refusal may name: the class, an argument, or what it is (`unknown initializer` for kernel_initializer)."""
    return [kind.__name__, *names, *(name.rsplit("_", 1)[-1] for name in names)]


def data_for(example, count=2):
    shapes = example.input_shape if isinstance(example.input_shape, list) else [example.input_shape]
    rng = np.random.default_rng(0)
    if example.below:
        return rng.integers(0, example.below, (count, *shapes[0]))
    arrays = [rng.normal(size=(count, *shape)).astype("float32") for shape in shapes]
    return arrays if isinstance(example.input_shape, list) else arrays[0]


@BY_CLASS
def test_arguments_of_layers(kind):
    names = arguments_of(kind)

    @fuzz(80)
    @given(st.sampled_from(CLASSES[kind]), st.dictionaries(st.sampled_from(names), VALUES, min_size=1, max_size=2))
    def ask(example, changed):
        says = named(kind, *changed)
        layer = attempt(says, kind, **{**example.arguments, **changed})
        if layer is None:
            return
        x = data_for(example)
        y = attempt(says, layer, x, training=True)
        if y is not None:
            assert y.shape[1:] == layer.output_shape(example.input_shape)
            _, cache = layer.forward(x, training=True)
            layer.backward(np.ones_like(y), cache)

    ask()


SHAPES = st.lists(st.integers(0, 3), max_size=5).map(tuple)
KINDS = ["float32", "float64", "int8", "uint64", "bool", "complex64", "U2", "S2", "O", "M8[s]"]
ARRAYS = st.builds(np.zeros, SHAPES, st.sampled_from(KINDS))
DATA = st.one_of(
    ARRAYS,
    st.builds(np.full, SHAPES, st.sampled_from([math.nan, math.inf, -1.0, 1e30, 7])),
    st.lists(ARRAYS, max_size=3),
    st.lists(st.lists(st.integers(0, 2), max_size=3), max_size=3),
    st.sampled_from([None, 3, 2.5, "image", b"image", object(), {}, {"x": [1]}, ..., [None], ["a"], range(3)]),
)


@BY_CLASS
def test_inputs_of_layers(kind):
    @fuzz(50)
    @given(st.sampled_from(CLASSES[kind]), st.booleans(), DATA)
    def ask(example, built, x):
        layer = kind(**example.arguments)
        if built:
            layer(data_for(example))
        with np.errstate(all="ignore"):  # of NaN in the data comes what may
            y = attempt([layer.label], layer, x, training=True)
        assert y is None or isinstance(y, np.ndarray)

    ask()


@BY_CLASS
def test_shapes_of_inputs(kind):
    axes = st.one_of(st.none(), st.integers(1, 4))

    @fuzz(25)
    @given(st.sampled_from(CLASSES[kind]), st.lists(st.lists(axes, max_size=5).map(tuple), min_size=1, max_size=3))
    def ask(example, shapes):
        layer = kind(**example.arguments)
        symbols = [layers.Input(shape) for shape in shapes]
        attempt([layer.label], layer, symbols if len(symbols) > 1 else symbols[0])

    ask()


OTHERS = {
    **{kind: {} for kind in (optimizers.SGD, optimizers.RMSprop, optimizers.Adam, optimizers.AdamW)},
    optimizers.Adagrad: {},
    losses.MeanSquaredError: {},
    losses.MeanAbsoluteError: {},
    losses.Huber: {},
    losses.BinaryCrossentropy: {},
    losses.CategoricalCrossentropy: {},
    losses.SparseCategoricalCrossentropy: {},
}


def signature(kind):
    """The names that a constructor takes, those that it hands on included."""
    return {
        name
        for base in kind.__mro__[:-1]
        for name, one in inspect.signature(base).parameters.items()
        if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    }


@pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: kind.__name__)
def test_arguments_of_optimizers_and_losses(kind):
    names = sorted(signature(kind))

    @fuzz(80)
    @given(st.dictionaries(st.sampled_from(names), VALUES, min_size=1, max_size=2))
    def ask(changed):
        assume(not any(callable(changed.get(rate)) for rate in ("learning_rate", "lr")))  # a schedule of one's own
        thing = attempt(named(kind, *changed), kind, **changed)
        if isinstance(thing, optimizers.Optimizer):
            learn_with(thing, named(kind, *changed))

    ask()


def learn_with(optimizer, says):
    parameter = layers.Parameter(np.ones(3, "float32"), "w")
    optimizer.build([parameter])
    parameter.grad[:] = [0.0, 1.0, -2.0]
    attempt(says, optimizer.step)


@pytest.mark.parametrize("kind", [kind for kind in OTHERS if issubclass(kind, losses.Loss)])
def test_truths_and_predictions(kind):
    @fuzz(100)
    @given(DATA, DATA, st.one_of(st.none(), DATA))
    def ask(y_true, y_pred, sample_weight):
        with np.errstate(all="ignore"):
            attempt([kind.__name__], kind(), y_true, y_pred, sample_weight)

    ask()


KINDS_OF_NAMES = {
    "optimizer": optimizers,
    "loss": losses,
    "metric": metrics,
    "initializer": initializers,
    "regularizer": regularizers,
    "activation": course.activations,
    "schedule": schedules,
}


@pytest.mark.parametrize("kind", KINDS_OF_NAMES)
def test_names_and_configs(kind):
    get = getattr(KINDS_OF_NAMES[kind], "get", schedules.from_config)

    @fuzz(40)
    @given(CONFIGS if get is schedules.from_config else VALUES)
    def ask(identifier):
        attempt([kind], get, identifier)

    ask()


def classifier():
    model = course.Sequential([layers.Dense(2, activation="softmax", input_dim=3)], seed=1)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([0, 1, 1, 0])
OPTIONS = {
    "fit": "batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight sample_weight "
    "initial_epoch steps_per_epoch validation_steps validation_batch_size validation_freq",
    "evaluate": "batch_size verbose sample_weight steps callbacks return_dict",
    "predict": "batch_size verbose steps callbacks",
    "train_on_batch": "sample_weight class_weight return_dict",
    "test_on_batch": "sample_weight return_dict",
    "compile": "optimizer loss metrics loss_weights",
}


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "train_on_batch", "test_on_batch"])
def test_data_of_models(method):
    model = classifier()
    arguments = [X] if method == "predict" else [X, Y]
    quiet = {} if "on_batch" in method else {"verbose": 0}

    @fuzz(80)
    @given(st.sampled_from(range(len(arguments))), DATA)
    def ask(which, data):
        changed = [*arguments[:which], data, *arguments[which + 1 :]]
        attempt([method, "x must", "Dense", "SparseCategoricalCrossentropy"], getattr(model, method), *changed, **quiet)
        assert all(np.isfinite(weight).all() for weight in model.get_weights())

    ask()


@pytest.mark.parametrize("method", OPTIONS)
def test_options_of_models(method):
    arguments = {"predict": [X], "compile": []}.get(method, [X, Y])
    quiet = {} if "on_batch" in method or method == "compile" else {"verbose": 0}

    @fuzz(80)
    @given(st.dictionaries(st.sampled_from(OPTIONS[method].split()), VALUES, min_size=1, max_size=2))
    def ask(changed):
        model = classifier()
        says = [method, "Dense", *changed, *(name.rstrip("s") for name in changed)]
        attempt(says, getattr(model, method), *arguments, **{**quiet, **changed})

    ask()
