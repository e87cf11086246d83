"""Normalization against PyTorch and Keras: outputs, gradients, running averages; frozen; large offsets; refusals."""

import numpy as np
import pytest

import course
from course import layers
from course.gradcheck import check_layer
from course.layers import sums
from tests.oracles.common import flat, waves
from tests.oracles.model_questions import train
from tests.oracles.normalization_questions import (
    BATCH,
    BATCH_IN_KERAS,
    LAYER,
    LAYER_IN_KERAS,
    TRAININGS,
    set_waves,
    slope,
    thin,
    values,
    weight,
)
from tests.oracles.record_normalization import ORACLE

MODES = ["training", "evaluation"]


def answers(make, arguments, shape, dtype="float64", training=True):
    layer = make(**arguments, dtype=dtype)
    layer.build(shape[1:])
    layer.set_weights([weight(p.name, p.shape) for p in layer.weights])
    y, cache = layer.forward(values(shape).astype(dtype), training)
    dx = layer.backward(slope(shape).astype(dtype), cache)
    learned = [p.grad for p in layer.weights if p.trainable]
    return thin(flat(y, dx, *learned, *(p.value for p in layer.weights if not p.trainable)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", BATCH)
def test_batch_normalization_is_that_of_pytorch(case, mode):
    actual = answers(layers.BatchNormalization, *BATCH[case], training=mode == "training")
    ORACLE.compare(f"batch/{case}/{mode}", actual, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", BATCH_IN_KERAS)
def test_batch_normalization_is_that_of_keras(case, mode):
    actual = answers(layers.BatchNormalization, *BATCH[case], training=mode == "training")
    # Keras itself computes in float32 here
    ORACLE.compare(f"keras/batch/{case}/{mode}", actual, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", BATCH)
def test_batch_normalization_in_float32(case, mode):
    actual = answers(layers.BatchNormalization, *BATCH[case], dtype="float32", training=mode == "training")
    ORACLE.compare(f"batch/{case}/{mode}", actual, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("case", LAYER)
def test_layer_normalization_is_that_of_pytorch(case):
    ORACLE.compare(f"layer/{case}", answers(layers.LayerNormalization, *LAYER[case]), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("case", LAYER_IN_KERAS)
def test_layer_normalization_is_that_of_keras(case):
    ORACLE.compare(f"keras/layer/{case}", answers(layers.LayerNormalization, *LAYER[case]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("case", LAYER)
def test_layer_normalization_in_float32(case):
    actual = answers(layers.LayerNormalization, *LAYER[case], dtype="float32")
    ORACLE.compare(f"layer/{case}", actual, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("case", TRAININGS)
def test_a_training_ends_with_the_weights_and_running_averages_of_keras(case):
    def in_float64(lib):
        model, arguments = TRAININGS[case](lib)
        model = model.astype("float64")
        set_waves(model)
        return model, arguments

    ORACLE.compare(f"training/{case}", train(in_float64, course), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.BatchNormalization(), (4,)),
        (layers.BatchNormalization(axis=1, epsilon=0.1), (2, 3, 2)),
        (layers.BatchNormalization(center=False), (2, 2, 3)),
        (layers.BatchNormalization(trainable=False), (3, 2)),
        (layers.LayerNormalization(), (5,)),
        (layers.LayerNormalization(axis=(1, 3), scale=False), (2, 3, 2)),
    ],
)
def test_backward_is_the_gradient_of_forward(layer, shape, training):
    errors = check_layer(layer, shape, training=training, batch_size=4, verbose=False)
    assert max(errors.values()) < 1e-7, errors


def test_defaults_and_order_of_weights_are_those_of_keras():
    layer = layers.BatchNormalization()
    layer.build((2,))
    assert (layer.momentum, layer.epsilon) == (0.99, 1e-3)
    assert [p.name for p in layer.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [w.tolist() for w in layer.get_weights()] == [[1, 1], [0, 0], [0, 0], [1, 1]]
    assert layer.trainable_weights == [layer.gamma, layer.beta]
    assert layer.non_trainable_weights == [layer.moving_mean, layer.moving_variance]
    assert layer.count_params() == 8


def test_by_hand():
    # one feature, the batch 1 and 3: mean 2, variance 1
    layer = layers.BatchNormalization(momentum=0.9, epsilon=0.21, dtype="float64")
    layer.build((1,))
    y, _ = layer.forward(np.array([[1.0], [3.0]]), training=True)
    np.testing.assert_allclose(y, [[-1 / 1.1], [1 / 1.1]])
    np.testing.assert_allclose([layer.moving_mean.value[0], layer.moving_variance.value[0]], [0.2, 1.0])


class TestFrozen:
    x = values((8, 3)).astype(np.float32)

    def frozen(self):
        layer = layers.BatchNormalization(trainable=False)
        layer.build((3,))
        layer.set_weights([weight(p.name, p.shape) for p in layer.weights])
        return layer

    def test_it_uses_and_keeps_the_running_averages(self):
        layer = self.frozen()
        before = layer.get_weights()
        y, _ = layer.forward(self.x, training=True)
        gamma, beta, mean, variance = before
        np.testing.assert_allclose(y, gamma * (self.x - mean) / np.sqrt(variance + 1e-3) + beta, rtol=1e-5)
        for now, then in zip(layer.get_weights(), before, strict=True):
            np.testing.assert_array_equal(now, then)

    def test_it_thaws(self):
        layer = self.frozen()
        layer.trainable = True
        y, _ = layer.forward(self.x, training=True)
        # all of beta's own: the mean over the batch of gamma x̂ is 0
        np.testing.assert_allclose(y.mean(axis=0), layer.beta.value, atol=1e-6)
        assert not np.allclose(layer.moving_mean.value, weight("moving_mean", (3,)))

    def test_within_a_frozen_model(self):
        inner = course.Sequential([layers.Dense(3, input_dim=3), layers.BatchNormalization()])
        inner.trainable = False
        model = course.Sequential([inner, layers.Dense(1)])
        model.compile("sgd", "mse")
        before = inner.get_weights()
        model.fit(self.x, self.x[:, :1], epochs=2, verbose=0)
        for now, then in zip(inner.get_weights(), before, strict=True):
            np.testing.assert_array_equal(now, then)


def test_evaluation_and_prediction_leave_the_running_averages_alone():
    model = course.Sequential([layers.BatchNormalization(input_shape=(3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    x = values((20, 3))
    model.evaluate(x, x[:, :1], verbose=0)
    model.predict(x, verbose=0)
    model.test_on_batch(x, x[:, :1])
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_summary_counts_the_running_averages_as_not_trainable(capsys):
    model = course.Sequential([layers.Dense(5, input_dim=2), layers.BatchNormalization()])
    model.summary()
    printed = capsys.readouterr().out
    assert "Total params: 35 " in printed
    assert "Trainable params: 25 " in printed
    assert "Non-trainable params: 10 " in printed


def test_the_optimizer_gets_gamma_and_beta_only():
    model = course.Sequential([layers.BatchNormalization(input_shape=(3,))])
    model.compile(course.optimizers.SGD(0.1, weight_decay=0.5), "mse")
    x = values((20, 3))
    before = model.get_weights()
    model.train_on_batch(x, x)
    gamma, beta, mean, variance = model.get_weights()
    assert not np.allclose(gamma, before[0])
    assert not np.allclose(beta, before[1])
    np.testing.assert_allclose(mean, 0.01 * x.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.99 + 0.01 * x.var(axis=0), rtol=1e-5)


@pytest.mark.parametrize("offset", [1e2, 1e4])
def test_float32_keeps_its_digits_far_from_zero(offset):
    # magnitudes, counts: where the width is small beside the mean, ⟨x²⟩ − ⟨x⟩² would have no digits left
    x = (offset + waves(50, 7, 5, 3, phase=1)).astype(np.float32)
    rows = sums.as_rows(x)
    mean, variance = sums.mean_and_variance(rows, 3)
    exact = x.astype(np.float64).reshape(-1, 3)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-7)
    np.testing.assert_allclose(variance, exact.var(axis=0), rtol=1e-5)


def test_float32_keeps_its_digits_where_the_first_images_are_far_from_the_others():
    x = waves(300, 8, 8, 16, phase=1).astype(np.float32)
    x[:40] += 1000.0
    mean, variance = sums.mean_and_variance(sums.as_rows(x), 16)
    exact = x.astype(np.float64).reshape(-1, 16)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance, exact.var(axis=0), rtol=1e-5)


@pytest.mark.parametrize("shape", [(7, 3), (131, 64), (5, 9, 11, 13), (3, 10_000), (70_001, 2), (0, 4)])
def test_rows_of_all_lengths_give_the_sums_of_channels(shape):
    x, dy = waves(*shape, phase=1), waves(*shape, phase=2)
    channels = shape[-1]
    rows, dy_rows = sums.as_rows(x), sums.as_rows(dy)
    total, products = sums.sums_with(dy_rows, rows, channels)
    np.testing.assert_allclose(total, dy.reshape(-1, channels).sum(axis=0), atol=1e-9)
    np.testing.assert_allclose(products, (dy * x).reshape(-1, channels).sum(axis=0), atol=1e-9)
    a, b, c = (waves(channels, phase=phase) for phase in (3, 4, 5))
    combined = sums.combine([(rows, a), (dy_rows, b)], c).reshape(shape)
    np.testing.assert_allclose(combined, x * a + dy * b + c, atol=1e-12)


def test_threads_dont_change_the_last_bits(monkeypatch):
    x = waves(64, 16, 16, 24, phase=1).astype(np.float32)
    outcomes = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(sums, "threads", lambda threads=threads: threads)
        layer = layers.BatchNormalization()
        layer.build(x.shape[1:])
        y, cache = layer.forward(x, training=True)
        outcomes.append([y, layer.backward(y * y, cache), *layer.get_weights(), layer.gamma.grad, layer.beta.grad])
    for other in outcomes[1:]:
        for one, same in zip(outcomes[0], other, strict=True):
            np.testing.assert_array_equal(one, same)


def test_a_constant_channel_stays_finite():
    layer = layers.BatchNormalization(epsilon=1e-12)
    layer.build((2,))
    y, cache = layer.forward(np.full((64, 2), 3.3, np.float32), training=True)
    np.testing.assert_allclose(y, 0, atol=1e-5)
    assert np.isfinite(layer.backward(np.ones_like(y), cache)).all()


def test_an_empty_batch_leaves_the_running_averages_alone():
    layer = layers.BatchNormalization()
    layer.build((2,))
    y, _ = layer.forward(np.zeros((0, 2), np.float32), training=True)
    assert y.shape == (0, 2)
    assert layer.moving_mean.value.tolist() == [0, 0]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_output_has_the_mean_beta_and_the_deviation_gamma(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(3.0, [1.0, 5.0, 0.2], size=(4000, 3)).astype(np.float32)
    layer = layers.BatchNormalization(epsilon=1e-9)
    layer.build((3,))
    layer.set_weights([[2.0, 0.5, -1.0], [1.0, 0.0, -3.0], np.zeros(3), np.ones(3)])
    y, _ = layer.forward(x, training=True)
    np.testing.assert_allclose(y.mean(axis=0), [1.0, 0.0, -3.0], atol=1e-4)
    np.testing.assert_allclose(y.std(axis=0), [2.0, 0.5, 1.0], rtol=1e-4)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: layers.BatchNormalization(momentum=1.5), r"BatchNormalization: momentum must be a number .*got 1.5"),
        (lambda: layers.BatchNormalization(epsilon=0), r"BatchNormalization: epsilon must be a number above 0, got 0"),
        (lambda: layers.BatchNormalization(axis=0), r"BatchNormalization: axis must not be 0, .*got 0"),
        (lambda: layers.BatchNormalization(axis=(1, 2)), r"BatchNormalization: axis must be an integer"),
        (lambda: layers.BatchNormalization(moment=0.9), r"unknown argument moment=0.9; did you mean 'momentum'\?"),
        (lambda: layers.LayerNormalization(axis=()), r"LayerNormalization: axis must not be 0, .*got \(\)"),
        (lambda: layers.LayerNormalization(axis=1.5), r"LayerNormalization: axis must be an integer, got 1.5"),
        (
            lambda: layers.BatchNormalization(axis=3, name="bn")(layers.Input((4, 4))),
            r'BatchNormalization "bn": expected one input with a fixed length along axis 3, got shape \(n, 4, 4\)',
        ),
        (
            lambda: layers.BatchNormalization(axis=-2, name="bn")(layers.Input((4,))),
            r'BatchNormalization "bn": expected one input with a fixed length along axis -2, got shape \(n, 4\)',
        ),
        (
            lambda: layers.LayerNormalization(axis=(1, 2), name="ln")(layers.Input((4, None))),
            r'LayerNormalization "ln": expected one input with a fixed length along axes \(1, 2\), .*\(n, 4, n\)',
        ),
        (
            lambda: layers.BatchNormalization(name="bn")([layers.Input((4,)), layers.Input((4,))]),
            r'BatchNormalization "bn": expected one input .*got shape \[\(n, 4\), \(n, 4\)\]',
        ),
    ],
)
def test_wrong_arguments(ask, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ask()


@pytest.mark.parametrize("make", [layers.BatchNormalization, layers.LayerNormalization])
def test_inputs_of_another_shape_than_the_first(make):
    layer = make(name="mine")
    layer(np.zeros((2, 5)))
    with pytest.raises(ValueError, match=r'mine": was built for inputs of length \(5,\) along axis -1, got .*\(n, 4\)'):
        layer(np.zeros((2, 4)))
