"""Convolutional programs as teaching material writes them for Keras 2 and 3: they run, and say what Keras says.

Shapes and numbers of parameters are those that were published, or that the formulas give; losses are held against
Keras itself where it is installed, from the same first weights and on the same batches.
"""

import re
from operator import methodcaller

import numpy as np
import pytest

from tests.course.programs import BOTH_LIBRARIES, REMARKS_OF_KERAS, run_program
from tests.oracles.common import float64, installed, waves

pytestmark = REMARKS_OF_KERAS


@pytest.fixture
def run(library):
    return lambda program, **names: run_program(library, program, **names)


def rows(lines):
    """The rows of a summary: for each layer its class, the shape of its output and its parameters."""
    found = (re.search(r"\((\w+)\)\s*│\s*(\(.*?\))\s*│\s*([\d,]+)", line) for line in lines)
    return [(kind, shape, int(count.replace(",", ""))) for kind, shape, count in (row.groups() for row in found if row)]


def total(lines):
    [line] = [line for line in lines if "Total params" in line]
    return int(re.search(r"[\d,]+", line)[0].replace(",", ""))


SEQUENTIAL = """
model = tfk.Sequential()
model.add(tfkl.Conv2D(10, (5, 5), activation="relu", input_shape=(32, 32, 1)))
model.add(tfkl.MaxPool2D((2, 2)))
model.add(tfkl.Conv2D(25, (5, 5), activation="relu"))
model.add(tfkl.MaxPool2D((2, 2)))
model.add(tfkl.Conv2D(100, (4, 4), activation="relu"))
model.add(tfkl.MaxPool2D((2, 2)))
model.add(tfkl.Flatten())
model.add(tfkl.Dense(10, activation="softmax"))
"""

FUNCTIONAL = """
from LIBRARY.layers import Input, Conv2D, MaxPooling2D, Flatten, Dense
from LIBRARY.models import Model

image = Input(shape=(32, 32, 1))
x = image
for filters, size in [(10, 5), (25, 5), (100, 4)]:
    x = Conv2D(filters, kernel_size=size, padding="valid", activation="relu")(x)
    x = MaxPooling2D(pool_size=2)(x)
x = Flatten()(x)
classes = Dense(10, activation="softmax")(x)
model = Model(image, classes)
"""

SUMMARY = """
lines = []
model.summary(print_fn=lambda text, **_: lines.extend(str(text).splitlines()))
"""


@BOTH_LIBRARIES
@pytest.mark.parametrize("program", [SEQUENTIAL, FUNCTIONAL], ids=["sequential", "functional"])
def test_a_cnn_of_47645_parameters(run, program, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")  # Keras cuts what is wider than the terminal
    result = run(program + SUMMARY)
    layers = [
        ("Conv2D", "(None, 28, 28, 10)", 260),
        ("MaxPooling2D", "(None, 14, 14, 10)", 0),
        ("Conv2D", "(None, 10, 10, 25)", 6275),
        ("MaxPooling2D", "(None, 5, 5, 25)", 0),
        ("Conv2D", "(None, 2, 2, 100)", 40100),
        ("MaxPooling2D", "(None, 1, 1, 100)", 0),
        ("Flatten", "(None, 100)", 0),
        ("Dense", "(None, 10)", 1010),
    ]
    begin = [("InputLayer", "(None, 32, 32, 1)", 0)] if program is FUNCTIONAL else []
    assert rows(result.lines) == begin + layers
    assert total(result.lines) == result.model.count_params() == 47_645


@BOTH_LIBRARIES
def test_strides_in_place_of_pooling(run):
    result = run(
        """
        model = tfk.Sequential()
        model.add(tfkl.Conv2D(15, (3, 3), strides=1, padding="valid", activation="relu", input_shape=(32, 32, 3)))
        model.add(tfkl.Conv2D(16, (3, 3), strides=2, padding="valid", activation="relu"))
        model.add(tfkl.Conv2D(32, (3, 3), activation="relu"))
        shapes = [tuple(layer.output.shape) for layer in model.layers]
        counts = [layer.count_params() for layer in model.layers]
        """
    )
    # ⌊(i − k) / s⌋ + 1 pixels, (k · k · channels + 1) · filters parameters
    assert result.shapes == [(None, 30, 30, 15), (None, 14, 14, 16), (None, 12, 12, 32)]
    assert result.counts == [28 * 15, 136 * 16, 145 * 32]


def bright_side(count=120, size=12, seed=1):
    """Noisy images of one channel that are brighter on the left (0) or on the right (1)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    images = rng.normal(0.0, 0.5, (count, size, size, 1)).astype("float32")
    images[labels == 0, :, : size // 2] += 0.8
    images[labels == 1, :, size // 2 :] += 0.8
    return images, labels


@BOTH_LIBRARIES
def test_dropout_and_batch_norm(run):
    images, labels = bright_side()
    result = run(
        """
        model = tfk.Sequential([
            tfk.Input(shape=(12, 12, 1)),
            tfkl.Conv2D(8, 3, use_bias=False),
            tfkl.BatchNormalization(),
            tfkl.Activation("relu"),
            tfkl.MaxPooling2D(),
            tfkl.Dropout(0.25),
            tfkl.Conv2D(16, 3, padding="same", activation="relu"),
            tfkl.BatchNormalization(momentum=0.9),
            tfkl.GlobalAveragePooling2D(),
            tfkl.Dropout(0.5),
            tfkl.Dense(2, activation="softmax"),
        ])
        model.compile(optimizer=tfk.optimizers.Adam(learning_rate=0.01),
                      loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        before = model.layers[1].get_weights()
        history = model.fit(images, labels, epochs=4, batch_size=16, verbose=0)
        after = model.layers[1].get_weights()
        learned, kept = len(model.trainable_weights), len(model.non_trainable_weights)
        same = np.array_equal(model.predict(images, verbose=0), model.predict(images, verbose=0))
        """,
        images=images,
        labels=labels,
    )
    # 72 weights without biases, 4 numbers a channel in a normalization, two of which are learned
    assert result.model.count_params() == 72 + 32 + 1168 + 64 + 34
    assert (result.learned, result.kept) == (1 + 2 + 2 + 2 + 2, 4)
    np.testing.assert_array_equal(result.before[2:], [np.zeros(8), np.ones(8)])
    assert np.abs(result.after[2]).min() > 0  # the running means have moved
    assert result.same  # nothing is dropped where nothing is learned
    assert result.history.history["loss"][-1] < result.history.history["loss"][0]


RESIDUAL = """
def resblock(x, filters):
    y = tfkl.Conv2D(filters, 3, padding="same", activation="relu")(x)
    y = tfkl.Conv2D(filters, 3, padding="same", activation="relu")(y)
    return tfkl.add([x, y])

image = tfk.Input(shape=(32, 32, 3), name="image")
x = tfkl.Conv2D(32, 3, activation="relu")(image)
x = tfkl.Conv2D(64, 3, activation="relu")(x)
x = tfkl.MaxPooling2D(3)(x)
x = resblock(x, 64)
x = resblock(x, 64)
x = tfkl.Conv2D(64, 3, activation="relu")(x)
x = tfkl.GlobalAveragePooling2D()(x)
x = tfkl.Dense(256, activation="relu")(x)
x = tfkl.Dropout(0.5)(x)
logits = tfkl.Dense(10)(x)
model = tfk.Model(image, logits, name="residual")
"""


@BOTH_LIBRARIES
def test_a_residual_network(run):
    result = run(
        RESIDUAL
        + """
shapes = [tuple(layer.output.shape) for layer in model.layers]
counts = [layer.count_params() for layer in model.layers]
model.compile(
    optimizer=tfk.optimizers.RMSprop(1e-3),
    loss=tfk.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["acc"],
)
start = model.evaluate(images, labels, batch_size=4, verbose=0)
history = model.fit(images, labels, batch_size=4, epochs=1, validation_split=0.25, verbose=0)
""",
        images=waves(8, 32, 32, 3).astype("float32"),
        labels=np.arange(8),
    )
    block = [36_928, 36_928, 0]
    assert result.counts == [0, 896, 18_496, 0, *block, *block, 36_928, 0, 16_640, 0, 2570]
    assert result.model.count_params() == 223_242
    block = [(None, 9, 9, 64)] * 3
    assert result.shapes == [
        *[(None, 32, 32, 3), (None, 30, 30, 32), (None, 28, 28, 64), (None, 9, 9, 64), *block, *block],
        *[(None, 7, 7, 64), (None, 64), (None, 256), (None, 256), (None, 10)],
    ]
    # ten classes of small logits, before anything is learned
    assert result.start[0] == pytest.approx(np.log(10), abs=0.3)
    assert {*result.history.history} == {"loss", "acc", "val_loss", "val_acc"}


U_NET = """
def two_convolutions(x, filters):
    x = tfkl.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return tfkl.Conv2D(filters, 3, padding="same", activation="relu")(x)

image = tfkl.Input((16, 16, 1))
fine = two_convolutions(image, 8)
middle = two_convolutions(tfkl.MaxPooling2D((2, 2))(fine), 16)
coarse = two_convolutions(tfkl.MaxPooling2D((2, 2))(middle), 32)

up = tfkl.Conv2DTranspose(16, (2, 2), strides=(2, 2), padding="same")(coarse)
up = two_convolutions(tfkl.concatenate([up, middle]), 16)
up = tfkl.Conv2DTranspose(8, (2, 2), strides=(2, 2), padding="same")(up)
up = two_convolutions(tfkl.concatenate([up, fine], axis=3), 8)
mask = tfkl.Conv2D(1, (1, 1), activation="sigmoid")(up)
model = tfk.models.Model(inputs=[image], outputs=[mask])
"""


@BOTH_LIBRARIES
def test_a_u_net_finds_the_bright_disc(run):
    rng = np.random.default_rng(0)
    row, column = np.mgrid[:16, :16]
    centres = rng.uniform(5, 11, (48, 2, 1, 1))
    masks = ((row - centres[:, 0]) ** 2 + (column - centres[:, 1]) ** 2 < 12).astype("float32")[..., None]
    images = (masks + rng.normal(0.0, 0.3, masks.shape)).astype("float32")
    result = run(
        U_NET
        + """
shapes = [tuple(layer.output.shape) for layer in model.layers if "transpose" in layer.name]
model.compile(optimizer=tfk.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(images, masks, batch_size=8, epochs=6, verbose=0)
found = model.predict(images, verbose=0) > 0.5
""",
        images=images,
        masks=masks,
    )
    # (k · k · channels + 1) · filters each: down, the two upward ways behind their concatenation, and the masks
    down = (10 * 8 + 73 * 8) + (73 * 16 + 145 * 16) + (145 * 32 + 289 * 32)
    up = (4 * 32 + 1) * 16 + (289 * 16 + 145 * 16) + (4 * 16 + 1) * 8 + (145 * 8 + 73 * 8)
    assert result.model.count_params() == down + up + 9
    assert result.shapes == [(None, 8, 8, 16), (None, 16, 16, 8)]
    truth = masks > 0.5
    overlap = (result.found & truth).sum() / (result.found | truth).sum()
    # pixels on their own, bright or not, are wrong in 5 of 100 cases and overlap by 0.74
    assert overlap > 0.8


CALLBACKS = """
from LIBRARY.models import Sequential
from LIBRARY.layers import Conv2D, Dense, Flatten, MaxPooling2D
from LIBRARY.callbacks import EarlyStopping, ModelCheckpoint

model = Sequential()
model.add(Conv2D(4, (3, 3), activation="relu", input_shape=(12, 12, 1)))
model.add(MaxPooling2D((2, 2)))
model.add(Flatten())
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=tfk.optimizers.Adam(learning_rate=0.03), metrics=["acc"])

checkpoint = ModelCheckpoint(CHECKPOINT)
stopping = EarlyStopping(monitor="val_loss", patience=2)
history = model.fit(images, labels, epochs=100, batch_size=16, validation_split=0.3, verbose=0,
                    callbacks=[checkpoint, stopping])
val_loss = history.history["val_loss"]
epochs = len(history.epoch)

at_the_end = model.evaluate(images[84:], labels[84:], verbose=0)[0]
model.load_weights(PATH)
at_its_best = model.evaluate(images[84:], labels[84:], verbose=0)[0]
"""


def callbacks_program(path, checkpoint):
    return CALLBACKS.replace("CHECKPOINT", checkpoint).replace("PATH", repr(path))


def check_callbacks(result):
    best = int(np.argmin(result.val_loss))
    assert result.epochs == len(result.val_loss) == best + 3 < 100
    assert {*result.history.history} == {"loss", "acc", "val_loss", "val_acc"}
    assert result.at_the_end == pytest.approx(result.val_loss[-1], rel=1e-5)
    assert result.at_its_best == pytest.approx(min(result.val_loss), rel=1e-5)
    assert result.at_its_best < result.at_the_end


def noisy_labels():
    """Labels of which some are wrong, so that a network which learns them by heart gets worse on others."""
    images, labels = bright_side()
    return images, np.where(np.random.default_rng(2).random(len(labels)) < 0.2, 1 - labels, labels)


@BOTH_LIBRARIES
def test_callbacks_as_keras_3_writes_them(run, tmp_path, monkeypatch):
    pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    arguments = '"best.weights.h5", monitor="val_loss", save_best_only=True, save_weights_only=True'
    images, labels = noisy_labels()
    check_callbacks(run(callbacks_program("best.weights.h5", arguments), images=images, labels=labels))


def test_callbacks_as_keras_2_writes_them(tmp_path, monkeypatch):
    """Keras 3 refuses this name of a file."""
    pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    arguments = '"weights.h5", save_best_only=True, monitor="val_loss"'
    images, labels = noisy_labels()
    program = callbacks_program("weights.h5", arguments)
    check_callbacks(run_program("course", program, images=images, labels=labels))


def test_old_spellings_of_optimizers_and_metrics():
    images, labels = bright_side()
    result = run_program(
        "course",
        """
        from course.optimizers import SGD
        from course.utils import to_categorical

        model = tfk.models.Sequential()
        model.add(tfkl.Conv2D(4, (3, 3), padding="same", input_shape=(12, 12, 1)))
        model.add(tfkl.Activation("relu"))
        model.add(tfkl.AveragePooling2D(pool_size=(2, 2)))
        model.add(tfkl.Flatten())
        model.add(tfkl.Dense(2))
        model.add(tfkl.Activation("softmax"))
        sgd = SGD(lr=0.05, decay=1e-2, momentum=0.9, nesterov=True)
        model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["acc"])
        history = model.fit(images, to_categorical(labels, 2), epochs=5, batch_size=20, verbose=0)
        accuracy = history.history["acc"][-1]
        rate = sgd.lr
        """,
        images=images,
        labels=labels,
    )
    assert result.accuracy > 0.95
    assert result.rate == pytest.approx(0.05)


TRAINING = """
model = convert(model)
model.compile(optimizer=optimizer(tfk), loss="sparse_categorical_crossentropy")
if start is not None:
    model.set_weights(start)
start = model.get_weights()
losses = []
for first in range(0, len(images), 8):
    batch = slice(first, first + 8)
    history = model.fit(images[batch], labels[batch], batch_size=8, epochs=1, shuffle=False, verbose=0)
    losses.append(history.history["loss"][0])
afterwards = model.evaluate(images, labels, verbose=0)
"""

NORMALIZED = """
image = tfk.Input((16, 16, 3))
x = tfkl.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(image)
x = tfkl.BatchNormalization()(x)
x = tfkl.LeakyReLU(0.1)(x)
y = tfkl.Conv2D(8, 3, padding="same", activation="tanh", kernel_regularizer=tfk.regularizers.L2(1e-3))(x)
x = tfkl.add([x, y])
x = tfkl.AveragePooling2D(2)(x)
x = tfkl.Conv2DTranspose(4, 3, strides=2, padding="same", activation="elu")(x)
x = tfkl.concatenate([x, y])
x = tfkl.GlobalAveragePooling2D()(x)
classes = tfkl.Dense(10, activation="softmax")(x)
model = tfk.Model(image, classes)
"""

TOLERANCES = {"float64": 5e-7, "float32": 1e-5}
"""Keras computes in float64 and tells a loss in float32, of which 6e-8 is the rounding. What we round to float32 in a
step is handed to the next; another momentum, epsilon or variance would show in the third digit."""


@pytest.mark.skipif(not installed(), reason="Keras isn't installed")
@pytest.mark.parametrize(
    ("program", "shape", "optimizer"),
    [
        pytest.param(SEQUENTIAL, (32, 32, 1), lambda lib: lib.optimizers.SGD(0.02, momentum=0.9), id="47645"),
        pytest.param(NORMALIZED, (16, 16, 3), lambda lib: lib.optimizers.Adam(0.01), id="normalized"),
    ],
)
def test_the_loss_falls_as_in_keras(program, shape, optimizer):
    """Twenty-four steps, each on one image of every class, from one start."""
    labels = np.tile(np.arange(8), 24)
    patterns = waves(8, *shape) + np.eye(8, shape[-1]).reshape(8, 1, 1, -1)
    images = (patterns[labels] + waves(192, *shape, phase=1, size=0.2)).astype("float32")
    names = {"images": images, "labels": labels, "optimizer": optimizer}
    with float64():
        theirs = run_program("keras", program + TRAINING, start=None, convert=lambda model: model, **names)
    assert theirs.losses[-1] < 0.8 * theirs.losses[0]

    for dtype, tolerance in TOLERANCES.items():
        convert = methodcaller("astype", dtype)
        ours = run_program("course", program + TRAINING, start=theirs.start, convert=convert, **names)
        np.testing.assert_allclose(ours.losses, theirs.losses, rtol=tolerance)
        # it depends on what is kept beside the weights too, the running means
        np.testing.assert_allclose(ours.afterwards, theirs.afterwards, rtol=tolerance)
