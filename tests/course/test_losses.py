"""Losses against Keras's values and PyTorch's gradients, published numbers, and labels and shapes that don't fit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course import losses
from course.activations import softmax
from course.registry import to_config
from tests.oracles.common import flat
from tests.oracles.function_questions import LOSSES
from tests.oracles.record_functions import ORACLE

CLASSES = [
    losses.MeanSquaredError,
    losses.MeanAbsoluteError,
    losses.Huber,
    losses.BinaryCrossentropy,
    losses.CategoricalCrossentropy,
    losses.SparseCategoricalCrossentropy,
]
CROSSENTROPIES = CLASSES[3:]


@pytest.mark.parametrize("case", LOSSES)
def test_value_and_gradient_are_those_of_keras(case):
    name, arguments, y_true, y_pred, weights = LOSSES[case]
    copies = [np.copy(y_true), np.copy(y_pred), np.copy(weights)]
    value, gradient = getattr(losses, name)(**arguments).value_and_gradient(y_true, y_pred, weights)
    assert gradient.shape == y_pred.shape
    ORACLE.compare(f"loss/{case}", flat(value, gradient))
    for given_, before in zip([y_true, y_pred, weights], copies, strict=True):
        np.testing.assert_array_equal(given_, before)


@pytest.mark.parametrize("case", LOSSES)
def test_float32_stays_float32(case):
    name, arguments, y_true, y_pred, weights = LOSSES[case]
    loss = getattr(losses, name)(**arguments)
    value, gradient = loss.value_and_gradient(y_true, y_pred.astype(np.float32), weights)
    assert gradient.dtype == np.float32
    # probabilities are clipped at 1 − 1e-7, and the nearest number that float32 has is 1 − 1.2e-7
    assert value == pytest.approx(loss(y_true, y_pred, weights), rel=1e-4 if "certain" not in case else 1e-2)


def test_published_numbers_of_keras():
    y, p = np.array([[1, 9, 2], [-5, -2, 6]]), np.array([[4, 8, 12], [8, 1, 3]], dtype=float)
    assert losses.get("mse")(y, p) == 49.5
    one_hot = np.eye(3)
    p = np.array([[0.9, 0.05, 0.05], [0.5, 0.89, 0.6], [0.05, 0.01, 0.94]])
    z = np.array([[8.0, 1, 1], [0, 9, 1], [2, 3, 5]])
    assert losses.get("categorical_crossentropy")(one_hot, p) == pytest.approx(0.3239, abs=1e-4)
    assert losses.CategoricalCrossentropy(from_logits=True)(one_hot, z) == pytest.approx(0.0573, abs=1e-4)
    assert losses.SparseCategoricalCrossentropy()([0, 1, 2], p) == pytest.approx(0.3239, abs=1e-4)
    assert losses.SparseCategoricalCrossentropy(from_logits=True)([0, 1, 2], z) == pytest.approx(0.0573, abs=1e-4)


def test_ten_classes_at_zero_logits_cost_2_302585():
    logits = np.zeros((4, 10))
    assert losses.SparseCategoricalCrossentropy(True)([0, 3, 9, 5], logits) == pytest.approx(2.302585, abs=5e-7)
    assert losses.CategoricalCrossentropy(True)(np.eye(10)[:4], logits) == pytest.approx(math.log(10))
    assert losses.BinaryCrossentropy(True)([[0.0], [1.0]], np.zeros((2, 1))) == pytest.approx(math.log(2))


@given(arrays(np.float64, (3, 4), elements=st.floats(-20, 20)), st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_the_gradient_from_logits_is_softmax_minus_labels(z, labels):
    value, gradient = losses.SparseCategoricalCrossentropy(from_logits=True).value_and_gradient(labels, z)
    np.testing.assert_allclose(gradient, (softmax(z) - np.eye(4)[labels]) / 3, atol=1e-12)
    same = losses.CategoricalCrossentropy(from_logits=True).value_and_gradient(np.eye(4)[labels], z)
    assert value == pytest.approx(same[0])
    np.testing.assert_allclose(gradient, same[1], atol=1e-12)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_ten_thousand_are_finite(dtype):
    z = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype=dtype)
    expected = {losses.CategoricalCrossentropy: 2e4, losses.BinaryCrossentropy: 1e4}
    for loss, worst in expected.items():
        right, gradient = loss(from_logits=True).value_and_gradient(np.eye(2), z)
        assert right == 0
        np.testing.assert_array_equal(gradient, 0)
        wrong, gradient = loss(from_logits=True).value_and_gradient(np.eye(2)[::-1], z)
        assert wrong == worst
        assert np.isfinite(gradient).all()


@pytest.mark.filterwarnings("error")
def test_probabilities_of_exactly_0_and_1_are_finite():
    certain = np.array([[1.0, 0.0], [0.0, 1.0]])
    for y, p in [(certain, certain), (certain, certain[::-1])]:
        for loss in (losses.BinaryCrossentropy(), losses.CategoricalCrossentropy()):
            value, gradient = loss.value_and_gradient(y, p)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4,), (4,))])
def test_a_last_axis_of_length_one_may_be_missing(shapes):
    true_shape, pred_shape = shapes
    y, p = np.array([0.0, 1, 1, 0]), np.array([0.1, 0.4, 0.8, 0.3])
    for loss in (losses.MeanSquaredError(), losses.BinaryCrossentropy()):
        expected, slopes = loss.value_and_gradient(y[:, None], p[:, None], sample_weight=[1, 2, 3, 4])
        value, gradient = loss.value_and_gradient(y.reshape(true_shape), p.reshape(pred_shape), [1, 2, 3, 4])
        assert value == pytest.approx(expected)
        assert gradient.shape == pred_shape
        np.testing.assert_allclose(gradient.ravel(), slopes.ravel())


def test_weights_of_examples_count_for_all_their_positions():
    y, p = np.zeros((2, 3, 4)), np.arange(24.0).reshape(2, 3, 4)
    by_example = losses.MeanSquaredError().value_and_gradient(y, p, [2.0, 0.5])
    everywhere = losses.MeanSquaredError().value_and_gradient(y, p, np.repeat([[2.0], [0.5]], 3, axis=1))
    assert by_example[0] == pytest.approx(everywhere[0])
    np.testing.assert_allclose(by_example[1], everywhere[1])
    assert by_example[0] == pytest.approx((2 * np.sum(p[0] ** 2) + 0.5 * np.sum(p[1] ** 2)) / 24)


def test_per_example_values_are_those_of_the_functions():
    y, p = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 4.0], [0.0, 5.0]])
    np.testing.assert_allclose(losses.mse(y, p), [2.0, 4.5])
    np.testing.assert_allclose(losses.mae(y, p), [1.0, 1.5])
    np.testing.assert_allclose(losses.huber(y, p, delta=1.0), [0.75, 1.25])
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy([0], [[0.25, 0.75]]), [math.log(4)])
    np.testing.assert_allclose(losses.categorical_crossentropy([[0, 1]], [[0.75, 0.25]]), [math.log(4)])
    np.testing.assert_allclose(losses.binary_crossentropy([[1, 0]], [[0.5, 0.5]]), [math.log(2)])


@pytest.mark.parametrize("loss", CROSSENTROPIES)
def test_on_logits_leaves_the_original_alone(loss):
    original = loss()
    twin = original.on_logits()
    assert twin.from_logits
    assert not original.from_logits
    assert type(twin) is loss
    assert original.fuses_with == ("sigmoid" if loss is losses.BinaryCrossentropy else "softmax")


def test_a_loss_of_numbers_has_no_logits():
    with pytest.raises(TypeError, match="MeanSquaredError isn't a loss of probabilities"):
        losses.MeanSquaredError().on_logits()


@pytest.mark.parametrize("loss", CLASSES)
def test_a_config_makes_the_same_loss_again(loss):
    arguments = {"from_logits": True} if loss in CROSSENTROPIES else {}
    original = loss(reduction="sum", name="mine", **arguments)
    again = losses.get(to_config(original))
    assert type(again) is loss
    assert again.get_config() == original.get_config()


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("mse", losses.MeanSquaredError),
        ("MSE", losses.MeanSquaredError),
        ("mean_absolute_error", losses.MeanAbsoluteError),
        ("mae", losses.MeanAbsoluteError),
        ("huber", losses.Huber),
        ("binary_crossentropy", losses.BinaryCrossentropy),
        ("BinaryCrossentropy", losses.BinaryCrossentropy),
        ("categorical_crossentropy", losses.CategoricalCrossentropy),
        ("sparse_categorical_crossentropy", losses.SparseCategoricalCrossentropy),
        (losses.mse, losses.MeanSquaredError),
        (losses.binary_crossentropy, losses.BinaryCrossentropy),
    ],
)
def test_names_and_functions_are_found(name, loss):
    assert type(losses.get(name)) is loss


def test_a_student_s_function_is_a_loss():
    def mse(y, p):
        return np.mean((p - y) ** 2), 2 * (p - y) / p.size

    loss = losses.get(mse)
    assert loss.name == "mse"
    y, p = np.zeros((2, 2)), np.ones((2, 2))
    value, gradient = loss.value_and_gradient(y, p)
    assert value == 1.0
    np.testing.assert_array_equal(gradient, np.full((2, 2), 0.5))
    with pytest.raises(TypeError, match="can't take a sample_weight"):
        loss(y, p, sample_weight=[1, 2])
    with pytest.raises(TypeError, match=r"must return \(loss, gradient"):
        losses.get(lambda y, p: 3.0)(y, p)
    with pytest.raises(ValueError, match=r"the gradient must have y_pred's shape \(2, 2\), got \(2,\)"):
        losses.get(lambda y, p: (3.0, np.zeros(2)))(y, p)


P3 = np.full((4, 3), 1 / 3)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "message"),
    [
        ("mse", np.zeros(4), np.zeros((3, 1)), r"y_true must have y_pred's shape \(3, 1\), got \(4,\)"),
        ("mse", np.zeros((4, 3)), np.zeros((4, 1)), r"y_true must have y_pred's shape \(4, 1\), got \(4, 3\)"),
        ("mae", np.zeros((0, 1)), np.zeros((0, 1)), "y_pred is empty"),
        ("sparse_categorical_crossentropy", [0, 1, 3, 2], P3, "class numbers from 0 to 2 .*3 classes.*, got 3"),
        ("sparse_categorical_crossentropy", [0, -1, 1, 2], P3, "got -1"),
        ("sparse_categorical_crossentropy", [0, 0.5, 1, 2], P3, "whole class numbers.* got 0.5"),
        ("sparse_categorical_crossentropy", [0, np.nan, 1, 2], P3, "got nan"),
        ("sparse_categorical_crossentropy", [0, 1], P3, r"without the classes.*, got \(2,\)"),
        ("sparse_categorical_crossentropy", P3, P3, "for one-hot labels use CategoricalCrossentropy"),
        ("categorical_crossentropy", [0, 1, 2, 2], P3, "for class numbers use SparseCategoricalCrossentropy"),
        ("categorical_crossentropy", [[1], [0]], [[0.3], [0.4]], "for one output of two classes use BinaryCross"),
        ("binary_crossentropy", [[-1], [1]], [[0.3], [0.4]], "between 0 and 1, got values from -1 to 1"),
        ("binary_crossentropy", [[np.nan], [1]], [[0.3], [0.4]], "between 0 and 1"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_labels_and_shapes_that_do_not_fit_are_refused(loss, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        losses.get(loss)(y_true, y_pred)


@pytest.mark.parametrize("weights", [[1, 2, 3], np.ones((4, 3)), 2.0])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(ValueError, match=r"sample_weight must have shape \(4,\), got"):
        losses.get("mse")(P3, P3, sample_weight=weights)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="MeanSquaredError: reduction must be 'sum_over_batch_size' or 'sum', got"):
        losses.MeanSquaredError(reduction="none")
    with pytest.raises(ValueError, match="Huber: delta must be a number above 0, got 0"):
        losses.Huber(delta=0)
    with pytest.raises(ValueError, match="label_smoothing must be a number of at least 0 and at most 1, got 2"):
        losses.BinaryCrossentropy(label_smoothing=2)
    with pytest.raises(ValueError, match="did you mean 'categorical_crossentropy'"):
        losses.get("categorical_crossentrpy")
    with pytest.raises(TypeError, match=r"loss: expected a name.*give an instance: Huber\(\)"):
        losses.get(losses.Huber)
