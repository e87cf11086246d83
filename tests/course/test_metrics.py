"""Metrics against Keras's, batch by batch, and how their names are understood."""

import numpy as np
import pytest

from course import losses, metrics
from course.registry import to_config
from tests.oracles.function_questions import BINARY, LABELS, METRICS, NUMBERS, SPARSE, UNSURE, WEIGHTS
from tests.oracles.record_functions import ORACLE


@pytest.mark.parametrize("case", METRICS)
def test_running_results_are_those_of_keras(case):
    name, arguments, batches = METRICS[case]
    metric = getattr(metrics, name)(**arguments)
    results = []
    for y_true, y_pred, weights in batches:
        metric.update_state(y_true, y_pred, weights)
        results.append(metric.result())
    ORACLE.compare(f"metric/{case}", results)


@pytest.mark.parametrize("case", ["binary", "categorical", "sparse", "sparse_map"])
def test_accuracy_chooses_by_shape(case):
    for name in ("accuracy", "acc"):
        metric, results = metrics.get(name), []
        assert metric.name == name
        for y_true, y_pred, weights in METRICS[case][2]:
            # one output: Keras's rule for binary
            if case == "binary":
                y_true, y_pred = y_true[:, :1], y_pred[:, :1]
            metric.update_state(y_true, y_pred, weights)
            results.append(metric.result())
        if case != "binary":
            ORACLE.compare(f"metric/{case}", results)
        else:
            expected = np.mean(
                [*((BINARY[1][:, 0] > 0.5) == BINARY[0][:, 0]), *((BINARY[1][2:4, 0] > 0.5) == BINARY[0][:2, 0])]
            )
            assert results[-1] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("output_shape", "loss", "kind"),
    [
        ((1,), "binary_crossentropy", metrics.BinaryAccuracy),
        ((10,), "sparse_categorical_crossentropy", metrics.SparseCategoricalAccuracy),
        ((10,), "categorical_crossentropy", metrics.CategoricalAccuracy),
        ((10,), "mse", metrics.AutomaticAccuracy),
        ((28, 28, 1), "binary_crossentropy", metrics.BinaryAccuracy),
    ],
)
def test_accuracy_is_settled_by_output_and_loss(output_shape, loss, kind):
    metric = metrics.get("acc", output_shape, losses.get(loss))
    assert type(metric) is kind
    assert metric.name == "acc"


def test_a_logit_s_threshold_is_zero():
    loss = losses.BinaryCrossentropy(from_logits=True)
    metric = metrics.get("accuracy", (1,), loss)
    metric.update_state(np.array([[1], [0], [1]]), np.array([[0.2], [-0.2], [-3.0]]))
    assert metric.result() == pytest.approx(2 / 3)


def test_labels_without_their_last_axis_are_not_broadcast():
    metric = metrics.BinaryAccuracy()
    metric.update_state(np.array([1, 1, 0, 0]), np.array([[0.98], [1], [0], [0.6]]))
    assert metric.result() == 0.75


def test_mean_and_reset():
    mean = metrics.Mean()
    assert mean.result() == 0.0
    mean.update_state([1, 3, 5, 7])
    assert mean.result() == 4.0
    mean.reset_state()
    mean.update_state([1, 3, 5, 7], sample_weight=[1, 1, 0, 0])
    assert mean.result() == 2.0
    mean.reset_state()
    mean.update_state(3.5)
    assert mean.result() == 3.5


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mse", metrics.MeanSquaredError),
        ("mean_absolute_error", metrics.MeanAbsoluteError),
        ("binary_accuracy", metrics.BinaryAccuracy),
        ("sparse_categorical_accuracy", metrics.SparseCategoricalAccuracy),
    ],
)
def test_a_metric_keeps_the_name_that_it_was_asked_by(name, kind):
    assert type(metrics.get(name)) is kind
    assert metrics.get(name).name == name


def test_instances_have_keras_s_names():
    assert metrics.MeanSquaredError().name == "mean_squared_error"
    assert metrics.BinaryAccuracy().name == "binary_accuracy"
    assert metrics.get(metrics.BinaryAccuracy(name="mine")).name == "mine"


def test_losses_and_functions_are_metrics_too():
    for identifier in ("sparse_categorical_crossentropy", losses.SparseCategoricalCrossentropy()):
        metric = metrics.get(identifier)
        metric.update_state(*SPARSE)
        assert metric.name == "sparse_categorical_crossentropy"
        assert metric.result() == pytest.approx(losses.SparseCategoricalCrossentropy()(*SPARSE))

    def largest_error(y, p):
        return np.abs(p - y).max(axis=-1)

    metric = metrics.get(largest_error)
    metric.update_state(*NUMBERS, WEIGHTS[:4])
    assert metric.name == "largest_error"
    expected = (np.abs(NUMBERS[0] - NUMBERS[1]).max(axis=1) * WEIGHTS[:4]).sum() / WEIGHTS[:4].sum()
    assert metric.result() == pytest.approx(expected)


def test_a_config_makes_the_same_metric_again():
    again = metrics.get(to_config(metrics.BinaryAccuracy(threshold=0.2, name="low")))
    assert again.get_config() == {"name": "low", "threshold": 0.2}


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"CategoricalAccuracy: y_true must have y_pred's shape \(5, 4\), got"):
        metrics.CategoricalAccuracy().update_state(LABELS, UNSURE[1])
    with pytest.raises(ValueError, match=r"SparseCategoricalAccuracy: y_true must have y_pred's shape \(5,\)"):
        metrics.SparseCategoricalAccuracy().update_state(LABELS[:3], UNSURE[1])
    with pytest.raises(ValueError, match=r"sample_weight must have shape \(5,\), got \(2,\)"):
        metrics.CategoricalAccuracy().update_state(*UNSURE, sample_weight=[1, 2])
    with pytest.raises(ValueError, match="unknown metric 'acuracy'; did you mean 'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(TypeError, match="metric: expected a name"):
        metrics.get(5)
