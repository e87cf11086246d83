"""The neuron against numbers worked out by hand and against finite differences."""

import numpy as np
import pytest

from course.neuron import Neuron

X = np.array([[1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]])
Y = np.array([1.0, 0.0, 1.0])


def test_forward_by_hand():
    np.testing.assert_array_equal(Neuron([2.0, -1.0], b=0.5)(X), [0.5, 2.5, -2.0])
    np.testing.assert_array_equal(Neuron([2.0, -1.0], b=0.5, activation="relu")(X), [0.5, 2.5, 0.0])
    np.testing.assert_allclose(Neuron([0.0, 0.0], activation="sigmoid")(X), [0.5, 0.5, 0.5])


def test_gradients_by_hand():
    loss, dw, db = Neuron([1.0], b=0.0).gradients(np.array([[1.0], [2.0]]), np.array([0.0, 0.0]))
    # errors 1 and 2: the loss is (1 + 4) / 2, dw = (2·1·1 + 2·2·2) / 2, db = (2·1 + 2·2) / 2
    assert (loss, dw.tolist(), db) == (2.5, [5.0], 3.0)


@pytest.mark.parametrize("activation", [None, "sigmoid", "tanh", "softplus", "relu"])
def test_gradients_are_finite_differences(activation):
    w, b, step = np.array([0.3, -0.7]), 0.2, 1e-6
    _, dw, db = Neuron(w, b, activation).gradients(X, Y)

    def loss(w, b):
        return Neuron(w, b, activation).gradients(X, Y)[0]

    for index, unit in enumerate(np.eye(2)):
        slope = (loss(w + step * unit, b) - loss(w - step * unit, b)) / (2 * step)
        assert dw[index] == pytest.approx(slope, rel=1e-6, abs=1e-9)
    assert db == pytest.approx((loss(w, b + step) - loss(w, b - step)) / (2 * step), rel=1e-6, abs=1e-9)


def test_fit_finds_the_line():
    corners = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    neuron = Neuron([0.0, 0.0])
    losses = neuron.fit(corners, corners @ [2.0, -3.0] + 1.0, learning_rate=0.1, steps=200)
    np.testing.assert_allclose(neuron.w, [2.0, -3.0], rtol=1e-9)
    assert neuron.b == pytest.approx(1.0, rel=1e-9)
    assert losses[0] == 14.0
    assert len(losses) == 200
    assert losses[-1] < 1e-12


def test_fit_leaves_its_arguments_alone():
    w, x, y = np.zeros(2), X.copy(), Y.copy()
    Neuron(w, activation="sigmoid").fit(x, y, steps=3)
    np.testing.assert_array_equal(w, np.zeros(2))
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r"Neuron: x must have shape \(n, 3\), got \(3, 2\)"):
        Neuron([1.0, 2.0, 3.0])(X)
    with pytest.raises(ValueError, match=r"Neuron: y must have shape \(3,\), got \(3, 1\)"):
        Neuron([1.0, 2.0]).gradients(X, Y[:, None])
    with pytest.raises(ValueError, match=r"Neuron: w must have shape \(n,\), got \(1, 2\)"):
        Neuron([[1.0, 2.0]])
    with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
        Neuron([1.0], activation="sigmoyd")
