"""What one does around a training, against Keras: loss curves, weights of examples, transfer learning, batches."""

import numpy as np
import pytest

import course
from course import layers, optimizers
from course.callbacks import LambdaCallback
from tests.oracles.model_questions import CLASSES, LABELS, TARGETS, X
from tests.oracles.practice_questions import (
    CURVES,
    PENALTIES,
    PRACTICE,
    WEIGHTS,
    losses,
    on_batch,
    one_loss,
    practice,
    transfer,
    two_losses,
)
from tests.oracles.record_practice import ORACLE

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# Keras multiplies matrices in float32, so some digits are lost on the way
CLOSE = {"rtol": 1e-4, "atol": 1e-6}


@pytest.mark.parametrize("optimizer", CURVES)
def test_fifty_steps_have_the_losses_of_keras(optimizer):
    ORACLE.compare(f"curve/{optimizer}", losses(course, optimizer, dtype="float64"), **CLOSE)


@pytest.mark.parametrize("optimizer", CURVES)
def test_so_they_have_in_float32(optimizer):
    ORACLE.compare(f"curve/{optimizer}", losses(course, optimizer), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_with_penalties_too(penalty):
    ORACLE.compare(f"penalty/{penalty}", losses(course, "Adam", penalty, dtype="float64"), **CLOSE)


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
@pytest.mark.filterwarnings("ignore:fit. the data ended:UserWarning")
@pytest.mark.parametrize("name", PRACTICE)
def test_what_fit_takes_means_what_it_means_in_keras(name):
    ORACLE.compare(f"practice/{name}", practice(course, name), **CLOSE)


def test_frozen_then_fine_tuned_as_in_keras():
    ORACLE.compare("transfer", transfer(course), **CLOSE)


def test_single_batches_answer_as_in_keras():
    ORACLE.compare("on_batch", on_batch(course), **CLOSE)


class TestClipping:
    """By hand: one weight, inputs of 1, targets of 100; the gradient at 0 is −200."""

    def step(self, **clip):
        model = course.Sequential([layers.Dense(2, use_bias=False, kernel_initializer="zeros", input_dim=1)])
        model.compile(optimizers.SGD(1.0, **clip), "mse")
        model.fit(np.ones((4, 1)), np.full((4, 2), 300.0) * [1.0, 4 / 3], verbose=0)
        return model.get_weights()[0][0]

    def test_the_step_is_as_long_as_asked_for(self):
        # the gradient of the mean over both outputs is −(300, 400), of length 500
        np.testing.assert_allclose(self.step(), [300, 400])
        np.testing.assert_allclose(self.step(clipnorm=50.0), [30, 40], rtol=1e-6)
        np.testing.assert_allclose(self.step(global_clipnorm=5.0), [3, 4], rtol=1e-6)
        np.testing.assert_allclose(self.step(clipvalue=350.0), [300, 350], rtol=1e-6)
        np.testing.assert_allclose(self.step(clipnorm=501.0), [300, 400], rtol=1e-6)


class TestTransfer:
    def model(self):
        model = course.Sequential([layers.Dense(4, activation="tanh", input_dim=3), layers.Dense(2)], seed=1)
        model.compile(optimizers.Adam(0.01), "mse")
        model.fit(X, TARGETS, epochs=2, verbose=0)
        return model

    def moments(self, model):
        state = model.optimizer.state_dict()
        names = [parameter.name for parameter in model.optimizer.parameters]
        return {
            (name, key.split("/")[0], index): state[key]
            for index, name in enumerate(names)
            for key in state
            if key.endswith(f"/{index}")
        }

    def test_the_optimizer_remembers_what_remains(self):
        model = self.model()
        before = model.optimizer.state_dict()
        model.layers[0].trainable = False
        model.compile(model.optimizer, "mse")
        after = model.optimizer.state_dict()
        assert after["iterations"] == before["iterations"] == 4
        # kernel and bias of the second layer were the third and fourth, and are now the first and second
        for kind in ("momentum", "velocity"):
            for now, then in ((0, 2), (1, 3)):
                np.testing.assert_array_equal(after[f"{kind}/{now}"], before[f"{kind}/{then}"])
            assert f"{kind}/2" not in after

    def test_a_frozen_layer_neither_moves_nor_decays(self):
        model = self.model()
        model.layers[0].trainable = False
        model.compile(optimizers.AdamW(0.1, weight_decay=0.5), "mse")
        kernel, head = model.layers[0].kernel.numpy(), model.layers[1].kernel.numpy()
        model.fit(X, TARGETS, epochs=2, verbose=0)
        np.testing.assert_array_equal(model.layers[0].kernel.value, kernel)
        assert not np.array_equal(model.layers[1].kernel.value, head)
        model.layers[0].trainable = True
        model.fit(X, TARGETS, verbose=0)  # not compiled again: still frozen
        np.testing.assert_array_equal(model.layers[0].kernel.value, kernel)
        model.compile(model.optimizer, "mse")
        model.fit(X, TARGETS, verbose=0)
        assert not np.array_equal(model.layers[0].kernel.value, kernel)

    def test_features_of_one_model_under_the_end_of_another(self):
        trained = self.model()
        base = course.Model(trained.input, trained.layers[0].output)
        base.trainable = False
        x = course.Input((3,))
        model = course.Model(x, layers.Dense(1, activation="sigmoid")(base(x)))
        model.compile("adam", "binary_crossentropy")
        kernel = base.layers[-1].kernel.numpy()
        model.fit(X, LABELS, epochs=2, verbose=0)
        np.testing.assert_array_equal(base.layers[-1].kernel.value, kernel)
        assert len(model.trainable_weights) == 2


class TestData:
    def batches(self, size=10):
        return [(X[i : i + size], TARGETS[i : i + size]) for i in range(0, 40, size)]

    def trained(self, x, y=None, **arguments):
        model = one_loss(course)
        history = model.fit(x, y, verbose=0, **{"epochs": 3, "shuffle": False, **arguments})
        return history.history["loss"], model.get_weights()[0]

    def test_a_function_that_makes_a_generator_begins_anew_with_each_epoch(self):
        def generate():
            yield from self.batches()

        calls = []

        def counted():
            calls.append(1)
            return generate()

        loss, kernel = self.trained(counted)
        expected, expected_kernel = self.trained(X, TARGETS, batch_size=10)
        assert loss == pytest.approx(expected)
        np.testing.assert_array_equal(kernel, expected_kernel)
        assert len(calls) == 3

    def test_so_does_a_function_that_gives_a_list(self):
        assert self.trained(self.batches)[0] == pytest.approx(self.trained(X, TARGETS, batch_size=10)[0])

    def test_validation_data_may_be_a_function_too(self):
        model = one_loss(course)
        history = model.fit(X, TARGETS, epochs=2, verbose=0, validation_data=self.batches).history
        assert history["val_loss"][-1] == pytest.approx(model.evaluate(X, TARGETS, verbose=0))

    def test_sequences_are_told_of_the_end_of_an_epoch(self):
        class Sequence:
            def __init__(inner):
                inner.epochs = 0

            def __len__(inner):
                return 4

            def __getitem__(inner, index):
                return self.batches()[index]

            def on_epoch_end(inner):
                inner.epochs += 1

        sequence = Sequence()
        self.trained(sequence)
        assert sequence.epochs == 3

    def test_epochs_of_so_many_steps_go_on_in_the_data(self):
        seen = []

        class Recorder(layers.Layer):
            def forward(self, x, training=False):
                if training:
                    seen.append(x[:, 0].tolist())
                return x, None

            def backward(self, dy, cache):
                return dy

        numbers = np.arange(10.0)[:, None]
        sources = {
            "arrays": ({"x": numbers, "y": numbers, "batch_size": 2}),
            "list": ({"x": lambda: ((numbers[i : i + 2],) * 2 for i in range(0, 10, 2))}),
        }
        for arguments in sources.values():
            model = course.Sequential([Recorder(input_shape=(1,)), layers.Dense(1)])
            model.compile("sgd", "mse")
            seen.clear()
            with pytest.warns(UserWarning, match="fit: the data ended after 1 of 2 batches") as warned:
                model.fit(**arguments, epochs=4, steps_per_epoch=2, shuffle=False, verbose=0)
            assert len(warned) == 1
            # five batches: two, two, the one that is left, and from the beginning again
            assert [batch[0] for batch in seen] == [0, 2, 4, 6, 8, 0, 2]

    def test_in_so_many_steps_every_example_comes_once_a_pass_in_a_new_order(self):
        order = []

        class Recorder(layers.Layer):
            def forward(self, x, training=False):
                if training:
                    order.extend(x[:, 0].tolist())
                return x, None

            def backward(self, dy, cache):
                return dy

        numbers = np.arange(12.0)[:, None]
        model = course.Sequential([Recorder(input_shape=(1,)), layers.Dense(1)], seed=1)
        model.compile("sgd", "mse")
        model.fit(numbers, numbers, batch_size=2, steps_per_epoch=3, epochs=4, verbose=0)
        assert sorted(order[:12]) == sorted(order[12:]) == numbers[:, 0].tolist()
        assert order[:12] != order[12:]

    def test_targets_by_name_or_in_a_list_are_the_same(self):
        results = []
        for y, weight in (
            ([TARGETS, CLASSES], [WEIGHTS, 2 * WEIGHTS]),
            ({"kind": CLASSES, "value": TARGETS}, {"kind": 2 * WEIGHTS, "value": WEIGHTS}),
        ):
            model = two_losses(course, loss=["mse", "sparse_categorical_crossentropy"])
            results.append(model.fit(X, y, sample_weight=weight, shuffle=False, verbose=0).history)
        assert results[0] == results[1]

    def test_an_evaluation_within_an_epoch_leaves_its_means_alone(self):
        def history(*callbacks):
            model = one_loss(course, metrics=["mae"])
            callbacks = [callback(model) for callback in callbacks]
            return model.fit(X, TARGETS, batch_size=10, epochs=2, verbose=0, shuffle=False, callbacks=callbacks).history

        def evaluate(model):
            def end(batch, logs):
                model.evaluate(X[:3], TARGETS[:3], verbose=0)

            return LambdaCallback(on_train_batch_end=end)

        assert history(evaluate) == history()

    def test_examples_of_weight_zero_count_for_nothing(self):
        weights = np.r_[np.ones(20), np.zeros(20)]
        model, other = one_loss(course), one_loss(course)
        model.fit(X, TARGETS, sample_weight=weights, shuffle=False, verbose=0)
        changed = np.r_[TARGETS[:20], 100 * TARGETS[20:]]
        other.fit(X, changed, sample_weight=weights, shuffle=False, verbose=0)
        for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"sample_weight": np.ones(39)}, "x and sample_weight must have equally many examples, got 40 and 39"),
            ({"validation_split": 1.0}, "validation_split must be a number of at least 0 and below 1, got 1.0"),
            ({"validation_freq": 0}, "validation_freq must be an integer of at least 1, got 0"),
            ({"steps_per_epoch": 0}, "steps_per_epoch must be an integer of at least 1, got 0"),
            ({"validation_steps": 0}, "validation_steps must be an integer of at least 1, got 0"),
            ({"initial_epoch": -1}, "initial_epoch must be an integer of at least 0, got -1"),
        ],
    )
    def test_arguments_that_make_no_sense(self, arguments, message):
        with pytest.raises(ValueError, match=f"fit: {message}"):
            one_loss(course).fit(X, TARGETS, verbose=0, **arguments)
