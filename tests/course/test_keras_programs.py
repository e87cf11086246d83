"""Programs as teaching material writes them for Keras, word for word: they run, and say what Keras says.

Each is written with the names `tfk` and `tfkl` of its module and of the module's layers, and run with `course`; where
Keras is installed it is run with Keras too, so that these are Keras programs indeed.
"""

import numpy as np
import pytest

from tests.course.programs import BOTH_LIBRARIES, REMARKS_OF_KERAS, run_program

pytestmark = [BOTH_LIBRARIES, *REMARKS_OF_KERAS]


@pytest.fixture
def run(library):
    return lambda program, **names: run_program(library, program, **names)


def two_digits(count=200):
    """Two kinds of noisy 8×8 images that differ in where they are bright, and their labels."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, count)
    images = rng.normal(0.0, 0.3, (count, 8, 8)).astype("float32")
    images[labels == 0, 2:6, 1:4] += 0.7
    images[labels == 1, 2:6, 5:8] += 0.7
    return images, labels


def test_an_mlp_of_41_parameters(run):
    result = run(
        """
        model = tfk.Sequential()
        model.add(tfkl.Dense(4, input_dim=3, activation="sigmoid"))
        model.add(tfkl.Dense(4, activation="sigmoid"))
        model.add(tfkl.Dense(1, activation="sigmoid"))

        counts = [layer.count_params() for layer in model.layers]
        """
    )
    assert result.counts == [16, 20, 5]
    assert result.model.count_params() == 41
    assert result.model.output_shape == (None, 1)


def test_activations_as_layers_add_no_parameters(run):
    result = run(
        """
        model = tfk.models.Sequential([
            tfkl.Dense(4, input_shape=(3,)),
            tfkl.Activation("sigmoid"),
            tfkl.Dense(4),
            tfkl.Activation("sigmoid"),
            tfkl.Dense(1),
            tfkl.Activation("sigmoid"),
        ])
        shapes = [w.shape for w in model.get_weights()]
        """
    )
    assert result.model.count_params() == 41
    assert len(result.model.layers) == 6
    assert result.shapes == [(3, 4), (4,), (4, 4), (4,), (4, 1), (1,)]


def test_xor(run):
    result = run(
        """
        x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
        y = np.array([[0], [1], [1], [0]], dtype="float32")

        model = tfk.Sequential([
            tfk.Input(shape=(2,)),
            tfkl.Dense(8, activation="tanh"),
            tfkl.Dense(1, activation="sigmoid"),
        ])
        adam = tfk.optimizers.Adam(learning_rate=0.1)
        model.compile(optimizer=adam, loss="binary_crossentropy", metrics=["accuracy"])
        history = model.fit(x, y, epochs=150, batch_size=4, verbose=0)
        loss, accuracy = model.evaluate(x, y, verbose=0)
        predictions = (model.predict(x, verbose=0) > 0.5).astype(int)
        """
    )
    assert result.accuracy == 1.0
    assert result.predictions.tolist() == [[0], [1], [1], [0]]
    assert len(result.history.history["accuracy"]) == 150
    assert result.history.history["loss"][-1] < 0.1 < result.history.history["loss"][0]


def test_a_perceptron_tells_two_digits(run):
    images, labels = two_digits()
    result = run(
        """
        x = images.reshape(-1, 64)
        model = tfk.Sequential([tfkl.Dense(1, input_dim=64, activation="sigmoid")])
        model.compile(loss="binary_crossentropy", optimizer=tfk.optimizers.SGD(learning_rate=0.1), metrics=["acc"])
        history = model.fit(x, labels, epochs=20, batch_size=32, validation_split=0.3, verbose=0)
        val_acc = history.history["val_acc"][-1]
        weights = model.layers[0].get_weights()[0].reshape(8, 8)
        """,
        images=images,
        labels=labels,
    )
    assert result.val_acc > 0.95
    # what it has learned is where the two digits are bright
    assert result.weights[2:6, 5:8].min() > 0 > result.weights[2:6, 1:4].max()
    assert {*result.history.history} == {"loss", "acc", "val_loss", "val_acc"}


def test_many_classes_with_a_flattened_image(run):
    images, labels = two_digits()
    result = run(
        """
        y = tfk.utils.to_categorical(labels, 3)
        model = tfk.models.Sequential()
        model.add(tfkl.Flatten(input_shape=(8, 8)))
        model.add(tfkl.Dense(16, activation="relu", kernel_regularizer=tfk.regularizers.L2(1e-4)))
        model.add(tfkl.Dropout(0.2))
        model.add(tfkl.Dense(3, activation="softmax"))
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(images, y, epochs=15, validation_data=(images[:50], y[:50]), verbose=0)
        probabilities = model.predict(images, verbose=0)
        guesses = np.argmax(probabilities, axis=-1)
        """,
        images=images,
        labels=labels,
    )
    assert np.mean(result.guesses == labels) > 0.95
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1, rtol=1e-5)
    assert result.model.count_params() == 65 * 16 + 17 * 3


def test_the_functional_api_with_add(run):
    result = run(
        """
        inputs = tfkl.Input(shape=(6,))
        hidden = tfkl.Dense(6, activation="relu")(inputs)
        hidden = tfkl.Dense(6)(hidden)
        merged = tfkl.add([inputs, hidden])
        merged = tfkl.Activation("relu")(merged)
        outputs = tfkl.Dense(2, activation="softmax")(merged)
        model = tfk.Model(inputs=inputs, outputs=outputs, name="residual")
        model.compile(loss="sparse_categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])

        rng = np.random.default_rng(0)
        x = rng.normal(size=(300, 6)).astype("float32")
        y = (x[:, 0] > np.abs(x[:, 1])).astype("int64")
        history = model.fit(x, y, batch_size=16, epochs=60, verbose=0)
        """
    )
    assert result.model.count_params() == 42 + 42 + 14
    assert result.model.name == "residual"
    assert result.history.history["accuracy"][-1] > 0.9


def test_two_inputs_two_outputs_by_name(run):
    result = run(
        """
        image = tfk.Input(shape=(4,), name="image")
        colour = tfk.Input(shape=(2,), name="colour")
        x = tfkl.concatenate([tfkl.Dense(8, activation="relu")(image), colour])
        redshift = tfkl.Dense(1, name="redshift")(x)
        kind = tfkl.Dense(3, activation="softmax", name="kind")(x)
        model = tfk.Model(inputs=[image, colour], outputs=[redshift, kind])
        model.compile(
            optimizer="adam",
            loss={"redshift": "mse", "kind": "sparse_categorical_crossentropy"},
            loss_weights={"redshift": 0.5, "kind": 1.0},
            metrics={"kind": ["accuracy"]},
        )
        rng = np.random.default_rng(0)
        data = {"image": rng.normal(size=(50, 4)), "colour": rng.normal(size=(50, 2))}
        truth = {"redshift": rng.normal(size=(50, 1)), "kind": rng.integers(0, 3, 50)}
        history = model.fit(data, truth, epochs=2, verbose=0)
        values, kinds = model.predict(data, verbose=0)
        """
    )
    assert {"loss", "redshift_loss", "kind_loss", "kind_accuracy"} <= {*result.history.history}
    assert (result.values.shape, result.kinds.shape) == ((50, 1), (50, 3))


def test_features_of_a_layer_in_the_middle_and_frozen_layers(run):
    result = run(
        """
        base = tfk.Sequential([tfk.Input((5,)), tfkl.Dense(4, activation="relu", name="features"), tfkl.Dense(1)])
        extractor = tfk.Model(inputs=base.inputs, outputs=base.get_layer("features").output)
        extractor.trainable = False
        model = tfk.Sequential([extractor, tfkl.Dense(2)])
        model.compile("sgd", "mse")
        x = np.ones((8, 5), "float32")
        before = extractor.get_weights()
        model.fit(x, np.zeros((8, 2)), epochs=3, verbose=0)
        after = extractor.get_weights()
        trainable = len(model.trainable_weights)
        everything = len(model.weights)
        """
    )
    np.testing.assert_array_equal(result.before[0], result.after[0])
    assert (result.trainable, result.everything) == (2, 4)


def test_a_callback_that_stops(run):
    result = run(
        """
        class StopWhenGood(tfk.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if logs["loss"] < 0.5:
                    self.model.stop_training = True

        x = np.linspace(-1, 1, 64).reshape(-1, 1)
        model = tfk.Sequential([tfkl.Dense(1, input_shape=(1,), kernel_initializer="zeros")])
        model.compile(optimizer="sgd", loss="mse")
        history = model.fit(x, 3 * x, epochs=500, verbose=0, callbacks=[StopWhenGood()])
        losses = history.history["loss"]
        """
    )
    assert result.losses[-1] < 0.5 <= result.losses[-2]
    assert len(result.history.epoch) == len(result.losses) < 500


def test_weights_are_saved_and_loaded(run, tmp_path):
    pytest.importorskip("h5py")
    result = run(
        """
        def make():
            return tfk.Sequential([tfk.Input((3,)), tfkl.Dense(2, activation="relu"), tfkl.Dense(1)])

        model = make()
        model.save_weights(path)
        again = make()
        again.load_weights(path)
        x = np.ones((2, 3), "float32")
        same = np.allclose(model.predict(x, verbose=0), again.predict(x, verbose=0))
        """,
        path=str(tmp_path / "model.weights.h5"),
    )
    assert result.same
