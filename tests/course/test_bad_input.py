"""Wrong arguments: each refusal names the argument, what came and what was expected, and happens before any change."""

import numpy as np
import pytest

import course
from course import layers

X = np.linspace(-1, 1, 60).reshape(20, 3)
Y = (X[:, 0] > 0).astype(int)


def classifier(classes=2):
    model = course.Sequential([layers.Dense(4, activation="relu", input_dim=3)], name="classifier", seed=1)
    model.add(layers.Dense(classes, activation="softmax"))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def damaged(value):
    x = X.copy()
    x[7, 2] = value
    return x


LETTERS = np.array([["a", "b", "c"]] * 20)
RAGGED = [[1.0, 2.0, 3.0], [4.0, 5.0]]

DATA = [
    pytest.param(LETTERS, Y, r"x must hold real numbers, got strings of dtype <U1", id="strings"),
    pytest.param(X.astype(object), Y, r"x must hold real numbers, got Python objects", id="objects"),
    pytest.param(X + 1j, Y, r"x must hold real numbers, got complex numbers", id="complex"),
    pytest.param(RAGGED, Y[:2], r"x must be one array of numbers, but its rows differ", id="ragged"),
    pytest.param(3.0, Y, r"x must have the examples along its first axis, got the number 3.0", id="a number"),
    pytest.param(None, Y, r"x must hold real numbers, got Python objects", id="nothing"),
    pytest.param(X[:0], Y[:0], r"x must hold at least one example, got shape \(0, 3\)", id="empty"),
    pytest.param(damaged(np.nan), Y, r"x must be finite, got nan at x\[7, 2\]", id="nan"),
    pytest.param(damaged(np.inf), Y, r"x must be finite, got inf at x\[7, 2\]", id="infinite"),
    pytest.param(X[:, :2], Y, r'Dense ".*": expected inputs with 3 features, got shape \(n, 2\)', id="features"),
    pytest.param(
        X[0], Y[:3], r"x must have shape \(n, 3\), got one example of shape \(3,\).*x\[None\]", id="one example"
    ),
    pytest.param([X, X], Y, r"x must have shape \(n, 3\), got \(2, 20, 3\)", id="two arrays"),
    pytest.param(X, Y[:-1], r"x and y must have equally many examples, got 20 and 19", id="lengths"),
    pytest.param(X, np.where(Y, "yes", "no"), r"y must hold real numbers, got strings", id="labels of strings"),
    pytest.param(X, Y * 2, r"whole class numbers from 0 to 1 .*got 2", id="a label too large"),
    pytest.param(X, Y - 1, r"whole class numbers from 0 to 1 .*got -1", id="a label too small"),
    pytest.param(X, Y + 0.5, r"whole class numbers from 0 to 1 .*got 0.5|got 1.5", id="a label in between"),
    pytest.param(X, np.full(20, np.nan), r"y must be finite, got nan at y\[0\]", id="nan in y"),
    pytest.param(X, np.eye(2)[Y], r"for one-hot labels use CategoricalCrossentropy", id="one-hot"),
    pytest.param(X, None, r'y must hold the truth for the output "dense', id="no labels"),
]


@pytest.mark.parametrize(("x", "y", "message"), DATA)
@pytest.mark.parametrize("ask", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
@pytest.mark.filterwarnings("error")
def test_data_that_dont_fit(ask, x, y, message):
    model = classifier()
    before = model.get_weights()
    options = {"verbose": 0} if ask in ("fit", "evaluate") else {}
    with pytest.raises((ValueError, TypeError), match=message) as refusal:
        getattr(model, ask)(x, y, **options)
    if y is not None:
        # it says who refuses: the method, a layer or the loss
        assert any(who in str(refusal.value) for who in (f"{ask}: ", 'Dense "', "SparseCategoricalCrossentropy: "))
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_image_for_a_dense_layer():
    model = course.Sequential([layers.Dense(10, input_dim=784, name="dense_1")])
    images = np.zeros((32, 28, 28))
    message = r'Dense "dense_1": expected inputs with 784 features, got shape \(n, 28, 28\); use Flatten\(\) first'
    for ask in (model, lambda x: model.predict(x, verbose=0), model.layers[0]):
        with pytest.raises(ValueError, match=message):
            ask(images)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "fit: batch_size must be an integer of at least 1, got 0"),
        ({"batch_size": 2.5}, "fit: batch_size must be an integer of at least 1, got 2.5"),
        ({"epochs": "3"}, "fit: epochs must be an integer of at least 0, got '3'"),
        ({"validation_split": 1.0}, "fit: validation_split must be a number of at least 0 and below 1, got 1.0"),
        ({"validation_split": 0.99}, "of 20 examples leaves 0 to learn from and 20 to validate on"),
        ({"validation_data": (X[:, :2], Y)}, "expected inputs with 3 features"),
        ({"validation_data": (X, Y[:3])}, "validation_data: x and y must have equally many examples, got 20 and 3"),
        ({"validation_data": (X, np.eye(3)[Y])}, "y_true must have"),
        ({"sample_weight": np.ones(19)}, "x and sample_weight must have equally many examples, got 20 and 19"),
        ({"sample_weight": np.ones((20, 2))}, "sample_weight must have shape"),
        ({"verbose": "loud"}, "verbose must be 0, 1, 2, 'auto'"),
    ],
)
def test_arguments_of_fit(arguments, message):
    model = classifier()
    before = model.get_weights()
    with pytest.raises((ValueError, TypeError), match=message):
        model.fit(X, Y, **{"verbose": 0, **arguments})
    if "validation_data" not in arguments:
        np.testing.assert_array_equal(before[0], model.get_weights()[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "adamm"}, "unknown optimizer 'adamm'; did you mean 'adam'"),
        ({"loss": "mse_loss"}, "unknown loss 'mse_loss'"),
        ({"metrics": ["acuracy"]}, "unknown metric 'acuracy'; did you mean 'accuracy'"),
        ({"loss": ["mse", "mse"]}, "loss|expected a name"),
        ({"loss": {"elsewhere": "mse"}}, "loss has keys .'elsewhere'., but the outputs are"),
        ({"loss_weights": ["acc"]}, "loss_weights must be a number"),
    ],
)
def test_arguments_of_compile(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        classifier().compile(**{"loss": "mse", **arguments})


def test_a_model_that_is_not_compiled():
    model = course.Sequential([layers.Dense(1, input_dim=3)])
    for ask in (model.fit, model.evaluate, model.train_on_batch):
        with pytest.raises(RuntimeError, match=r"has no loss yet: call model.compile\(optimizer, loss\) first"):
            ask(X, Y)
    model.compile("adam")
    with pytest.raises(RuntimeError, match="has no loss yet"):
        model.fit(X, Y)


def test_batches_that_are_not_batches():
    model = classifier()
    with pytest.raises(ValueError, match="y must be left out where x gives batches"):
        model.fit(iter([(X, Y)]), Y, verbose=0)
    with pytest.raises(ValueError, match=r"a batch must be \(x, y\) or \(x, y, sample_weight\), got 4 parts"):
        model.fit(iter([(X, Y, Y, Y)]), verbose=0)
    with pytest.raises(ValueError, match="validation_split needs arrays"):
        model.fit(iter([(X, Y)]), validation_split=0.5, verbose=0)
    waiting = course.Sequential([layers.Dense(2)])
    waiting.compile("sgd", "mse")
    with pytest.raises(ValueError, match="data that come in batches don't tell it"):
        waiting.fit(iter([(X, Y)]), verbose=0)
    with pytest.raises(ValueError, match="x gave no batch; an iterator that was read to its end doesn't start again"):
        model.fit(iter([(X, Y)]), epochs=2, verbose=0)
    with pytest.raises(TypeError, match="x must be an array, a list of arrays, or give batches"):
        model.fit(object(), verbose=0)


def test_several_inputs_and_outputs():
    a, b = course.Input((2,), name="a"), course.Input((2,), name="b")
    model = course.Model([a, b], [layers.Dense(1, name="p")(a), layers.Dense(1, name="q")(b)])
    model.compile("sgd", "mse")
    two = X[:, :2]
    targets = [two[:, :1]] * 2
    with pytest.raises(
        ValueError, match=r"x must be a list of 2 arrays, one for each input \['a', 'b'\], got a single"
    ):
        model.fit(two, targets, verbose=0)
    with pytest.raises(ValueError, match=r"x must have a key for each input \['a', 'b'\], got \['a'\]"):
        model.fit({"a": two}, targets, verbose=0)
    with pytest.raises(ValueError, match=r"x and x\[1\] must have equally many examples, got 20 and 3"):
        model.fit([two, two[:3]], targets, verbose=0)
    with pytest.raises(ValueError, match=r"y must be a list of 2, one for each output \['p', 'q'\], got 1"):
        model.fit([two, two], targets[:1], verbose=0)
    with pytest.raises(ValueError, match=r"y has keys \['r'\], but the outputs are \['p', 'q'\]"):
        model.fit([two, two], {"r": two}, verbose=0)
    with pytest.raises(ValueError, match='y must hold the truth for the output "q", got None'):
        model.fit([two, two], {"p": two[:, :1]}, verbose=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Dense(0), "Dense: units must be an integer of at least 1, got 0"),
        (lambda: layers.Dense("4"), "Dense: units must be an integer of at least 1, got '4'"),
        (lambda: layers.Dense(4, activation="rellu"), "unknown activation 'rellu'; did you mean 'relu'"),
        (lambda: layers.Dense(4, kernel_initializer="he"), "unknown initializer 'he'"),
        (lambda: layers.Dense(4, activaton="relu"), "Dense: unknown argument activaton='relu'; did you mean 'activati"),
        (lambda: layers.Dense(4, input_shap=(3,)), "Dense: unknown argument input_shap=.*did you mean 'input_shape'"),
        (lambda: layers.Dense(4, input_dim=-1), "Dense: input_dim must be a tuple of positive integers.*got"),
        (lambda: layers.Dense(4, input_shape="3"), "Dense: input_shape must be a tuple of positive integers.*got '3'"),
        (lambda: layers.Dense(4, input_dim=3, input_shape=(3,)), "Dense: give input_shape or input_dim, not both"),
        (lambda: layers.Dense(4, dtype="int32"), "Dense: dtype must be 'float32' or 'float64', got 'int32'"),
        (lambda: layers.Dense(4, name="a/b"), "Dense: name must be a string without '/', got 'a/b'"),
        (lambda: layers.Dense(4, use_bias="no"), "Dense: use_bias must be True or False, got 'no'"),
        (lambda: layers.Dense(4, kernel_initializer={"class_name": 3}), "class_name must be a string, got 3"),
        (
            lambda: layers.Softmax(axis=0)(X),
            r'Softmax ".*": expected inputs with an axis 0 beside that of the examples',
        ),
        (lambda: layers.ReLU()([X, X]), r'ReLU ".*": expected one input, got a list of shapes \[\(n, 3\), \(n, 3\)\]'),
        (lambda: layers.Dense(4)(X[:, :0]), r'Dense ".*": inputs must have no axis of length 0, got shape \(20, 0\)'),
        (lambda: layers.Dropout(1.5), "Dropout: rate must be a number of at least 0 and at most 1, got 1.5"),
        (lambda: layers.Dropout("half"), "Dropout: rate must be a number"),
        (lambda: layers.Reshape((2, -3)), "Reshape: target_shape must be made of positive integers"),
        (lambda: layers.Reshape((-1, -1)), "Reshape: target_shape must be made of positive integers, one of them -1"),
        (lambda: layers.Concatenate(axis=0), "Concatenate: axis must not be 0"),
        (lambda: layers.LeakyReLU(-1), "LeakyReLU: negative_slope must be a number of at least 0, got -1"),
        (lambda: layers.ReLU(max_value=-1), "ReLU: max_value must be a number of at least 0, got -1"),
        (lambda: layers.PReLU(shared_axes=0), "PReLU: shared_axes must be an integer of at least 1, got 0"),
        (lambda: layers.Input("3"), "Input: shape must be a tuple of positive integers.*got '3'"),
        (lambda: layers.Input(None), "Input: shape must be a tuple of positive integers.*got None"),
        (lambda: course.Sequential(seed=-1), "seed must be an integer of at least 0, got -1"),
        (lambda: course.Sequential(seed=1.5), "seed must be an integer of at least 0, got 1.5"),
    ],
)
def test_arguments_of_layers(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (layers.Reshape((3, 2)), (5,), r"inputs of shape \(n, 5\) have 5 numbers an example, which don't fit"),
        (layers.PReLU(), (None, 3), r"needs a fixed length along every axis that isn't in shared_axes"),
        (layers.Dense(2), (4, None), r"with a fixed number of features, got \(n, 4, n\)"),
        (layers.Dense(2), [(3,), (3,)], r"expected one input of shape"),
        (layers.Add(), (3,), r"expected a list of inputs, got \(n, 3\)"),
        (layers.Subtract(), [(3,), (3,), (3,)], r"expected a list of 2 inputs"),
        (layers.Multiply(), [(3,), (3, 1)], r"inputs must have equally many axes"),
        (layers.Concatenate(), [(3, 2), (4, 2)], r"inputs must have one shape but for axis -1"),
        (layers.Concatenate(axis=3), [(3, 2), (3, 2)], r"inputs must have one shape but for axis 3"),
    ],
)
def test_shapes_that_a_layer_cannot_take(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer.output_shape(shape)


def test_weights_and_labels():
    with pytest.raises(ValueError, match=r"weights must be arrays of shapes .*\(3, 4\)"):
        classifier().set_weights([np.zeros((3, 4))])
    with pytest.raises(ValueError, match=r"must hold class numbers from 0 to 2 .*got numbers from 0 to 3"):
        course.utils.to_categorical([0, 3], num_classes=3)
    with pytest.raises(ValueError, match="must hold whole numbers"):
        course.utils.to_categorical([0.5])
    with pytest.raises(ValueError, match="must hold whole numbers"):
        course.utils.to_categorical(["a"])
    assert course.utils.to_categorical([[2], [0]], 4).tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    assert course.utils.to_categorical([1, 0]).dtype == np.float32
