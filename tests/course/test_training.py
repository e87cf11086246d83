"""Training against Keras: whole short trainings; and what a user of fit, evaluate and predict relies on."""

import itertools
import math

import numpy as np
import pytest

import course
from course import layers, losses, optimizers
from course.callbacks import Callback, LambdaCallback
from tests.oracles.common import waves
from tests.oracles.model_questions import LABELS, PROGRAMS, TARGETS, X, set_waves, train
from tests.oracles.record_layers import ORACLE


@pytest.mark.parametrize("program", PROGRAMS)
def test_trainings_go_as_in_keras(program):
    # Keras multiplies matrices in float32, so some digits are lost on the way
    ORACLE.compare(f"training/{program}", train(PROGRAMS[program], course, "float64"), rtol=2e-4, atol=5e-6)


@pytest.mark.parametrize("program", PROGRAMS)
def test_trainings_in_float32_go_as_in_float64(program):
    ours = train(PROGRAMS[program], course)
    np.testing.assert_allclose(ours, train(PROGRAMS[program], course, "float64"), rtol=2e-3, atol=2e-5)


def perceptron(seed=0, **options):
    model = course.Sequential([layers.Dense(1, activation="sigmoid", input_shape=(3,))], seed=seed)
    model.compile("sgd", "binary_crossentropy", metrics=["acc"], **options)
    return model


def mlp(seed=0, rate=0.0):
    hidden = [layers.Dense(8, activation="relu"), layers.Dropout(rate)]
    model = course.Sequential([course.Input((3,)), *hidden, layers.Dense(1, activation="sigmoid")], seed=seed)
    model.compile("adam", "binary_crossentropy", metrics=["acc"])
    return model


class TestHistory:
    def test_names_come_in_their_order_and_the_number_of_epochs_is_right(self):
        history = perceptron().fit(X, LABELS, epochs=3, validation_split=0.3, verbose=0)
        assert list(history.history) == ["loss", "acc", "val_loss", "val_acc"]
        assert {len(values) for values in history.history.values()} == {3}
        assert history.epoch == [0, 1, 2]
        assert history.params == {"verbose": 0, "epochs": 3, "steps": 1}
        assert all(isinstance(value, float) for values in history.history.values() for value in values)

    def test_steps_count_the_last_smaller_batch(self):
        assert perceptron().fit(X, LABELS, batch_size=7, verbose=0).params["steps"] == 6

    def test_several_outputs_have_a_loss_each(self):
        model, arguments = PROGRAMS["two_heads"](course)
        model.compile("sgd", {"value": "mse", "kind": "sparse_categorical_crossentropy"}, metrics={"kind": ["acc"]})
        history = model.fit(**arguments, verbose=0).history
        assert list(history) == ["loss", "value_loss", "kind_loss", "kind_acc"]
        np.testing.assert_allclose(history["loss"], np.add(history["value_loss"], history["kind_loss"]))

    def test_it_is_there_while_the_training_runs(self):
        model = perceptron()
        seen = []
        note = LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(list(model.history.epoch)))
        model.fit(X, LABELS, epochs=3, verbose=0, callbacks=[note])
        assert seen == [[], [0], [0, 1]]


class TestMeans:
    def test_the_loss_is_the_mean_over_examples_not_over_batches(self):
        model = perceptron()
        model.optimizer.learning_rate = 0.0
        probability = model.predict(X, verbose=0)[:, 0]
        by_hand = -np.mean(np.where(LABELS == 1, np.log(probability), np.log(1 - probability)))
        history = model.fit(X, LABELS, batch_size=37, verbose=0).history
        assert history["loss"] == [pytest.approx(by_hand, rel=1e-6)]
        assert history["acc"] == [pytest.approx(np.mean((probability > 0.5) == LABELS))]
        assert model.evaluate(X, LABELS, batch_size=3, verbose=0) == pytest.approx([by_hand, history["acc"][0]])

    def test_penalties_are_part_of_the_loss_in_training_and_evaluation(self):
        dense = layers.Dense(1, kernel_regularizer="l2", bias_regularizer=course.regularizers.L1(0.5), input_dim=3)
        model = course.Sequential([dense])
        set_waves(model)
        model.compile("sgd", "mse")
        kernel, bias = model.get_weights()
        error = np.mean((X @ kernel + bias - LABELS[:, None]) ** 2)
        expected = error + 0.01 * (kernel**2).sum() + 0.5 * np.abs(bias).sum()
        assert model.evaluate(X, LABELS, verbose=0) == pytest.approx(expected, rel=1e-5)
        assert model.train_on_batch(X, LABELS) == pytest.approx(expected, rel=1e-5)

    def test_validation_is_on_the_last_part_before_shuffling(self):
        model = perceptron()
        model.optimizer.learning_rate = 0.0
        history = model.fit(X, LABELS, validation_split=0.3, verbose=0).history
        assert history["val_loss"] == [pytest.approx(model.evaluate(X[28:], LABELS[28:], verbose=0)[0], rel=1e-6)]
        assert history["loss"] == [pytest.approx(model.evaluate(X[:28], LABELS[:28], verbose=0)[0], rel=1e-6)]

    def test_a_column_of_labels_may_be_flat(self):
        one, two = (perceptron().fit(X, y, epochs=2, verbose=0).history for y in (LABELS, LABELS[:, None]))
        assert one == two


class TestReport:
    def test_evaluate_gives_a_number_a_list_or_a_dict(self):
        model = perceptron()
        loss, accuracy = model.evaluate(X, LABELS, verbose=0)
        assert model.evaluate(X, LABELS, verbose=0, return_dict=True) == {"loss": loss, "acc": accuracy}
        assert model.metrics_names == ["loss", "acc"]
        model.compile("sgd", "binary_crossentropy")
        assert model.evaluate(X, LABELS, verbose=0) == loss

    def test_batches_by_hand_say_the_same(self):
        model = perceptron()
        assert model.test_on_batch(X, LABELS) == pytest.approx(model.evaluate(X, LABELS, verbose=0))
        assert model.train_on_batch(X, LABELS, return_dict=True).keys() == {"loss", "acc"}
        np.testing.assert_array_equal(model.predict_on_batch(X), model.predict(X, batch_size=40, verbose=0))

    def test_training_on_batches_is_what_fit_does(self):
        by_hand, fitted = perceptron(), perceptron()
        for start in range(0, 40, 16):
            by_hand.train_on_batch(X[start : start + 16], LABELS[start : start + 16])
        fitted.fit(X, LABELS, batch_size=16, shuffle=False, verbose=0)
        for a, b in zip(by_hand.get_weights(), fitted.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_predict_gives_every_example_once_and_in_order(self):
        model = mlp()
        together = model.predict(X, batch_size=40, verbose=0)
        assert together.shape == (40, 1)
        for size in (1, 7, 39, 100):
            np.testing.assert_allclose(model.predict(X, batch_size=size, verbose=0), together, rtol=1e-6)

    def test_predict_of_a_network_that_does_nothing_is_a_copy(self):
        x = course.Input((3,))
        given = X.astype(np.float32)
        result = course.Model(x, layers.Dropout(0.5)(x)).predict(given, verbose=0)
        assert not np.shares_memory(result, given)


class TestSeeds:
    def trained(self, **arguments):
        model = mlp(rate=0.5, **arguments)
        model.fit(X, LABELS, epochs=3, batch_size=8, verbose=0)
        return model.get_weights()

    def test_the_same_seed_gives_the_same_training_bit_for_bit(self):
        for a, b in zip(self.trained(seed=5), self.trained(seed=5), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_another_seed_gives_another(self):
        assert not np.array_equal(self.trained(seed=5)[0], self.trained(seed=6)[0])
        assert not np.array_equal(self.trained(seed=None)[0], self.trained(seed=None)[0])

    def test_set_random_seed_settles_models_without_a_seed(self):
        course.utils.set_random_seed(1)
        first = [self.trained(seed=None) for _ in range(2)]
        course.utils.set_random_seed(1)
        again = [self.trained(seed=None) for _ in range(2)]
        np.testing.assert_array_equal(first[0][0], again[0][0])
        np.testing.assert_array_equal(first[1][0], again[1][0])
        assert not np.array_equal(first[0][0], first[1][0])

    def test_global_generators_neither_matter_nor_move(self):
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        course.utils.set_random_seed(1)
        self.trained(seed=5)
        np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002

    def test_the_seed_settles_the_same_weights_however_the_model_is_made(self):
        def dense():
            return [layers.Dense(4), layers.Dense(2)]

        told = course.Sequential([course.Input((3,)), *dense()], seed=3)
        later = course.Sequential(dense(), seed=3)
        later.build((None, 3))
        added = course.Sequential(seed=3)
        for layer in dense():
            added.add(layer)
        added(X)
        x = course.Input((3,))
        first, second = dense()
        functional = course.Model(x, second(first(x)), seed=3)
        outer = course.Sequential([course.Sequential(dense())], seed=3)
        for model in (later, added, functional):
            for a, b in zip(told.get_weights(), model.get_weights(), strict=True):
                np.testing.assert_array_equal(a, b)
        outer.build((3,))
        again = course.Sequential([course.Sequential(dense())], seed=3)
        again.build((3,))
        np.testing.assert_array_equal(outer.get_weights()[0], again.get_weights()[0])


class TestShuffling:
    class Recorder(layers.Layer):
        """Passes its input on and keeps what it has seen in training."""

        def __init__(self):
            super().__init__(input_shape=(1,))
            self.seen = []

        def forward(self, x, training=False):
            if training:
                self.seen.append(x[:, 0].copy())
            return x, None

        def backward(self, dy, cache):
            return dy

    def epochs(self, **arguments):
        recorder = self.Recorder()
        model = course.Sequential([recorder, layers.Dense(1)], seed=2)
        model.compile("sgd", "mse")
        numbers = np.arange(10.0)[:, None]
        model.fit(numbers, numbers, batch_size=4, epochs=2, verbose=0, **arguments)
        assert [len(batch) for batch in recorder.seen] == [4, 4, 2] * 2
        return np.concatenate(recorder.seen).reshape(2, 10)

    def test_each_epoch_sees_every_example_once_in_a_new_order(self):
        first, second = self.epochs()
        assert sorted(first) == sorted(second) == list(range(10))
        assert first.tolist() != second.tolist() != list(range(10))

    def test_it_can_be_left_out(self):
        assert self.epochs(shuffle=False).tolist() == [list(range(10))] * 2

    def test_labels_stay_with_their_examples(self):
        model = course.Sequential([layers.Dense(1, input_dim=1, use_bias=False)])
        model.compile(optimizers.SGD(0.5), "mse")
        x = np.linspace(-1, 1, 30)[:, None]
        model.fit(x, 3 * x, batch_size=5, epochs=30, verbose=0)
        assert model.get_weights()[0] == pytest.approx(3.0, abs=1e-3)


class TestBatches:
    def batches(self, size=8):
        return [(X[i : i + size], LABELS[i : i + size]) for i in range(0, 40, size)]

    def weights_after(self, data, **arguments):
        model = perceptron()
        model.fit(data, epochs=2, verbose=0, **arguments)
        return model.get_weights()[0]

    def test_generators_sequences_and_iterables_train_as_arrays_do(self):
        class Sequence:
            def __len__(inner):
                return 5

            def __getitem__(inner, index):
                return self.batches()[index]

        class Loader:
            def __iter__(inner):
                return iter(self.batches())

        model = perceptron()
        model.fit(X, LABELS, batch_size=8, epochs=2, shuffle=False, verbose=0)
        endless = itertools.cycle(self.batches())
        for data, arguments in ((Sequence(), {}), (Loader(), {}), (endless, {"steps_per_epoch": 5})):
            np.testing.assert_array_equal(self.weights_after(data, **arguments), model.get_weights()[0])

    def test_batches_may_carry_weights(self):
        weights = np.linspace(0, 1, 40)
        model = perceptron()
        model.fit(X, LABELS, sample_weight=weights, batch_size=40, epochs=2, shuffle=False, verbose=0)
        data = itertools.repeat((X, LABELS, weights))
        np.testing.assert_array_equal(self.weights_after(data, steps_per_epoch=1), model.get_weights()[0])

    def test_they_can_be_validated_and_predicted_on(self):
        model = perceptron()
        history = model.fit(iter(self.batches()), validation_data=iter(self.batches(10)), verbose=0)
        assert history.history["val_loss"][0] == pytest.approx(model.evaluate(X, LABELS, verbose=0)[0])
        parts = model.predict(iter([X[:8], X[8:40]]), verbose=0)
        np.testing.assert_allclose(parts, model.predict(X, verbose=0), rtol=1e-6)
        assert model.evaluate(iter(self.batches()), verbose=0)[0] == pytest.approx(history.history["val_loss"][0])

    def test_steps_can_be_fewer_than_there_are(self):
        assert perceptron().fit(X, LABELS, batch_size=4, steps_per_epoch=3, verbose=0).params["steps"] == 3

    def test_several_inputs_by_name(self):
        model, arguments = PROGRAMS["siamese"](course)
        same, _ = PROGRAMS["siamese"](course)
        names = [symbol.node.layer.name for symbol in model.inputs]
        by_name = dict(zip(names, arguments["x"], strict=True))
        one = model.fit(by_name, arguments["y"], shuffle=False, verbose=0).history
        two = same.fit(arguments["x"], arguments["y"], shuffle=False, verbose=0).history
        assert one == two


class TestStopping:
    def test_stop_training_ends_after_the_batch(self):
        model = perceptron()
        batches = []

        def stop(batch, logs):
            batches.append(batch)
            model.stop_training = batch == 1

        history = model.fit(
            X, LABELS, batch_size=8, epochs=5, verbose=0, callbacks=LambdaCallback(on_train_batch_end=stop)
        )
        assert batches == [0, 1]
        assert history.epoch == [0]

    def test_training_can_go_on_from_an_epoch(self):
        epochs = []
        model = perceptron()
        note = LambdaCallback(on_epoch_begin=lambda epoch, logs: epochs.append(epoch))
        history = model.fit(X, LABELS, initial_epoch=2, epochs=5, verbose=0, callbacks=[note])
        assert epochs == history.epoch == [2, 3, 4]

    def test_validation_may_be_seldom(self):
        history = perceptron().fit(X, LABELS, epochs=4, validation_split=0.2, validation_freq=2, verbose=0).history
        assert (len(history["loss"]), len(history["val_loss"])) == (4, 2)


class TestFreezing:
    def test_what_is_frozen_stays_and_the_rest_learns(self):
        model = mlp()
        model.layers[0].trainable = False
        model.compile("adam", "binary_crossentropy")
        before = model.get_weights()
        model.fit(X, LABELS, epochs=2, verbose=0)
        after = model.get_weights()
        assert [np.array_equal(a, b) for a, b in zip(before, after, strict=True)] == [True, True, False, False]

    def test_gradients_of_frozen_weights_dont_pile_up(self):
        model = mlp()
        model.layers[2].trainable = False
        model.compile("sgd", "binary_crossentropy")
        model.fit(X, LABELS, epochs=1, batch_size=40, verbose=0)
        once = np.abs(model.layers[2].kernel.grad).sum()
        model.fit(X, LABELS, epochs=20, batch_size=40, verbose=0)
        assert np.abs(model.layers[2].kernel.grad).sum() < 2 * once

    def test_it_is_read_when_the_model_is_compiled(self):
        # how a GAN is written in Keras: the discriminator learns alone, and is held still within the whole
        critic = course.Sequential([layers.Dense(4, activation="tanh", input_dim=3), layers.Dense(1)], seed=1)
        critic.compile("sgd", losses.BinaryCrossentropy(from_logits=True))
        maker = course.Sequential([layers.Dense(3, input_dim=2)], seed=2)
        critic.trainable = False
        whole = course.Sequential([maker, critic])
        whole.compile("sgd", losses.BinaryCrossentropy(from_logits=True))
        still, moving = critic.get_weights(), maker.get_weights()
        whole.train_on_batch(X[:, :2], LABELS)
        np.testing.assert_array_equal(still[0], critic.get_weights()[0])
        assert not np.array_equal(moving[0], maker.get_weights()[0])
        moving = maker.get_weights()
        critic.train_on_batch(X, LABELS)
        assert not np.array_equal(still[0], critic.get_weights()[0])
        np.testing.assert_array_equal(moving[0], maker.get_weights()[0])

    def test_a_frozen_beginning_is_left_out_of_the_way_back(self):
        class Counting(layers.Dense):
            calls = 0

            def _add_gradients(self, dz, x):
                Counting.calls += 1
                super()._add_gradients(dz, x)

        first, last = Counting(4, input_dim=3), Counting(1)
        first.trainable = False
        model = course.Sequential([first, last])
        model.compile("sgd", "mse")
        model.train_on_batch(X, LABELS)
        assert Counting.calls == 1

    def test_two_models_may_train_one_layer(self):
        shared = layers.Dense(2, activation="tanh", input_dim=3)
        one, two = (course.Sequential([shared, layers.Dense(1)], seed=seed) for seed in (1, 2))
        for model in (one, two):
            model.compile("adam", "mse")
        for _ in range(2):
            for model, other in ((one, two), (two, one)):
                before = shared.kernel.numpy()
                model.train_on_batch(X, LABELS)
                assert not np.array_equal(before, shared.kernel.value)
                assert other.layers[0].kernel.value is shared.kernel.value


class TestLogits:
    @pytest.mark.parametrize(
        ("activation", "units", "loss", "labels"),
        [
            ("sigmoid", 1, "binary_crossentropy", [0.0, 1.0]),
            ("softmax", 2, "sparse_categorical_crossentropy", [1, 0]),
            ("softmax", 2, "categorical_crossentropy", [[0.0, 1.0], [1.0, 0.0]]),
        ],
    )
    @pytest.mark.parametrize("separate", [False, True])
    @pytest.mark.filterwarnings("error")
    def test_a_final_activation_and_its_loss_are_exact_at_logits_of_ten_thousand(
        self, activation, units, loss, labels, separate
    ):
        stack = [layers.Dense(units, use_bias=False), layers.Activation(activation)]
        if not separate:
            stack = [layers.Dense(units, use_bias=False, activation=activation)]
        model = course.Sequential([course.Input((1,)), *stack])
        model.set_weights([np.array([[1e4, -1e4][:units]])])
        model.compile(optimizers.SGD(1e4), loss)
        x = np.array([[1.0], [-1.0]])  # certain of the wrong class, both times
        expected = 1e4 if units == 1 else 2e4
        assert model.evaluate(x, np.array(labels), verbose=0) == pytest.approx(expected, rel=1e-6)
        model.train_on_batch(x, np.array(labels))
        # one step along a gradient of exactly 1 leads to 0; that of a clipped probability would be 0
        np.testing.assert_allclose(model.get_weights()[0], 0.0, atol=1e-3)

    def test_within_a_model_within_a_model(self):
        inner = course.Sequential([layers.Dense(1, use_bias=False, activation="sigmoid", input_dim=1)])
        model = course.Sequential([inner])
        model.set_weights([[[1e4]]])
        model.compile("sgd", "binary_crossentropy")
        assert model.evaluate([[1.0]], [[0.0]], verbose=0) == pytest.approx(1e4)

    def test_not_where_the_activation_is_used_elsewhere_too(self):
        x = course.Input((2,))
        p = layers.Dense(2, activation="softmax")(x)
        model = course.Model(x, [p, layers.Dense(1)(p)])
        model.compile("sgd", ["categorical_crossentropy", "mse"])
        before = model.get_weights()[0].copy()
        one_hot = np.eye(2)[[0, 1, 1]]
        model.fit(waves(3, 2), [one_hot, np.ones((3, 1))], verbose=0)
        assert not np.array_equal(before, model.get_weights()[0])

    def test_ten_classes_at_zero_logits_cost_2_302585(self):
        model = course.Sequential([layers.Dense(10, activation="softmax", kernel_initializer="zeros", input_dim=4)])
        model.compile("sgd", "sparse_categorical_crossentropy")
        assert model.evaluate(waves(5, 4), np.arange(5), verbose=0) == pytest.approx(2.302585, abs=1e-6)


def test_whole_numbers_and_float64_data_are_converted():
    image = (np.abs(waves(20, 4, 4)) * 255).astype(np.uint8)
    model = course.Sequential([layers.Flatten(input_shape=(4, 4)), layers.Dense(2, activation="softmax")], seed=1)
    model.compile("sgd", "sparse_categorical_crossentropy")
    weights = model.get_weights()
    results = []
    for x in (image, image.astype(np.float64), image.astype(np.float32)):
        model.set_weights(weights)
        model.fit(x, np.arange(20) % 2, shuffle=False, verbose=0)
        results.append(model.get_weights()[0])
        assert model.predict(x, verbose=0).dtype == np.float32
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_arguments_are_left_alone():
    x, y, w = X.astype(np.float32), LABELS.copy(), np.ones(40)
    copies = [array.copy() for array in (x, y, w)]
    for array in (x, y, w):
        array.flags.writeable = False
    model = mlp()
    model.fit(x, y, sample_weight=w, class_weight={0: 2.0, 1: 1.0}, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    for array, copy in zip((x, y, w), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.filterwarnings("error")
def test_a_training_that_diverges_says_so_in_its_loss_and_nowhere_else():
    model = course.Sequential([layers.Dense(2, input_dim=3)], seed=0)
    model.compile(optimizers.SGD(1e6), "mse")
    history = model.fit(X, TARGETS, epochs=40, verbose=0).history
    assert not math.isfinite(history["loss"][-1])


def test_the_learning_rate_may_be_changed_while_training():
    class Halve(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.lr = self.model.optimizer.lr / 2

    model = perceptron()
    model.fit(X, LABELS, epochs=3, verbose=0, callbacks=[Halve()])
    assert model.optimizer.learning_rate == pytest.approx(0.01 / 8)


def test_layers_may_be_added_after_compiling():
    model = course.Sequential([layers.Dense(2, input_dim=3)], seed=0)
    model.compile("sgd", "mse")
    model.add(layers.Dense(1))
    before = model.get_weights()
    model.fit(X, LABELS, verbose=0)
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_model_copied_or_converted_while_training_goes_on_alone():
    import copy

    model = mlp()
    model.fit(X, LABELS, verbose=0)
    for twin in (copy.deepcopy(model), model.astype("float64")):
        before, ours = model.get_weights(), twin.get_weights()
        twin.fit(X, LABELS, verbose=0)
        np.testing.assert_array_equal(before[0], model.get_weights()[0])
        assert not np.array_equal(ours[0], twin.get_weights()[0])
        assert twin.predict(X, verbose=0).dtype == twin.dtype
