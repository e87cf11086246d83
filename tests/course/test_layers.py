"""Layers against Keras on PyTorch: outputs, and the gradients of inputs and weights; numbers published or by hand."""

import numpy as np
import pytest

from course import layers
from tests.oracles.common import flat, waves
from tests.oracles.layer_questions import DENSE, LAYERS, inputs, slope, weight
from tests.oracles.record_layers import ORACLE


def answers(case, dtype):
    name, arguments, shapes = LAYERS[case]
    layer = getattr(layers, name)(**arguments, dtype=dtype)
    xs = [x.astype(dtype) for x in inputs(shapes)]
    given = xs if isinstance(shapes, list) else xs[0]
    layer(given)
    layer.set_weights([weight(number, w.shape) for number, w in enumerate(layer.weights)])
    y, cache = layer.forward(given)
    dx = layer.backward(slope(y.shape).astype(dtype), cache)
    return flat(y, *(dx if isinstance(shapes, list) else [dx]), *(w.grad for w in layer.weights))


@pytest.mark.parametrize("case", LAYERS)
def test_output_and_gradients_are_those_of_keras(case):
    # Keras itself computes in float32 here
    ORACLE.compare(f"layer/{case}", answers(case, "float64"), rtol=1e-6, atol=5e-7)


@pytest.mark.parametrize("case", DENSE)
def test_dense_is_that_of_pytorch_to_the_last_digits(case):
    ORACLE.compare(f"torch/{case}", answers(case, "float64"), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("case", LAYERS)
def test_float32_gives_the_same_numbers(case):
    ORACLE.compare(f"layer/{case}", answers(case, "float32"), rtol=1e-4, atol=1e-5)


def test_the_record_is_that_of_todays_questions():
    assert set(ORACLE.recorded) == set(ORACLE.questions)
    assert ORACLE.path.stat().st_size < 200_000


def test_dense_published_numbers_of_cs231n():
    # the affine layer of cs231n's second assignment, whose inputs are linspaces
    x = np.linspace(-0.1, 0.5, num=240).reshape(2, 120)
    dense = layers.Dense(3, dtype="float64")
    dense(x)
    dense.set_weights([np.linspace(-0.2, 0.3, num=360).reshape(120, 3), np.linspace(-0.3, 0.1, num=3)])
    published = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
    np.testing.assert_allclose(dense(x), published, atol=5e-9)


def test_relu_published_numbers_of_cs231n():
    x = np.linspace(-0.5, 0.5, num=12).reshape(3, 4)
    published = [[0, 0, 0, 0], [0, 0, 0.04545455, 0.13636364], [0.22727273, 0.31818182, 0.40909091, 0.5]]
    np.testing.assert_allclose(layers.ReLU(dtype="float64")(x), published, atol=5e-9)


def test_dense_by_hand():
    # one neuron, two inputs: y = 2·1 + 3·10 + 5
    dense = layers.Dense(1)
    dense.build((2,))
    dense.set_weights([[[2.0], [3.0]], [5.0]])
    y, cache = dense.forward(np.array([[1.0, 10.0]], np.float32))
    assert y.tolist() == [[37.0]]
    assert dense.backward(np.array([[4.0]], np.float32), cache).tolist() == [[8.0, 12.0]]
    assert dense.kernel.grad.tolist() == [[4.0], [40.0]]
    assert dense.bias.grad.tolist() == [4.0]


@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "relu"])
def test_gradient_by_the_logits_leaves_out_the_activation(activation):
    dense = layers.Dense(3, activation=activation, dtype="float64")
    same = layers.Dense(3, dtype="float64")
    x, dz = waves(4, 2), waves(4, 3, phase=2)
    for layer in (dense, same):
        layer(x)
        layer.set_weights([waves(2, 3), waves(3)])
    cache = dense.forward(x)[1]
    z, linear_cache = same.forward(x)
    np.testing.assert_allclose(dense.logits(cache), z)
    np.testing.assert_allclose(dense.backward_from_logits(dz, cache), same.backward(dz, linear_cache))
    np.testing.assert_allclose(dense.kernel.grad, same.kernel.grad)
    assert dense.final_activation == (activation if activation != "relu" else None)


def test_only_the_true_softmax_is_computed_together_with_a_loss():
    def softmax(z):
        return z

    assert layers.Dense(2, activation=softmax).final_activation is None
    assert layers.Softmax(axis=1).final_activation is None
    assert layers.Softmax().final_activation == "softmax"


class TestDropout:
    x = np.ones((200, 500), np.float32)

    def test_it_keeps_the_mean_and_drops_the_rate(self):
        y, _ = layers.Dropout(0.3, seed=1).forward(self.x, training=True)
        dropped = (y == 0).mean()
        # 100,000 draws: five standard deviations are 0.007
        assert dropped == pytest.approx(0.3, abs=0.0073)
        np.testing.assert_allclose(y[y != 0], 1 / 0.7, rtol=1e-6)

    def test_it_is_off_at_evaluation(self):
        assert layers.Dropout(0.3)(self.x[:2]).tolist() == self.x[:2].tolist()

    def test_backward_uses_the_same_mask(self):
        layer = layers.Dropout(0.5, seed=3)
        y, cache = layer.forward(self.x, training=True)
        np.testing.assert_array_equal(layer.backward(self.x, cache), y)

    def test_neighbouring_neurons_and_calls_are_independent(self):
        layer = layers.Dropout(0.5, seed=2)
        first, second = (layer.forward(self.x, training=True)[0] != 0 for _ in range(2))
        for a, b in ((first, second), (first[:, 1:], first[:, :-1]), (first[1:], first[:-1])):
            assert (a == b).mean() == pytest.approx(0.5, abs=0.01)

    def test_noise_shape_drops_whole_channels(self):
        y, _ = layers.Dropout(0.5, noise_shape=(None, 1, None), seed=0).forward(
            np.ones((30, 7, 20), np.float32), training=True
        )
        assert (y == y[:, :1]).all()
        assert 0.3 < (y == 0).mean() < 0.7

    @pytest.mark.parametrize(("rate", "value"), [(0.0, 1.0), (1.0, 0.0)])
    def test_the_ends(self, rate, value):
        y, cache = layers.Dropout(rate).forward(self.x[:2], training=True)
        assert (y == value).all()
        assert (layers.Dropout(rate).backward(self.x[:2], cache) == value).all()

    def test_a_seed_of_its_own_repeats(self):
        one, two = (layers.Dropout(0.5, seed=7).forward(self.x, training=True)[0] for _ in range(2))
        np.testing.assert_array_equal(one, two)


def test_maximum_gives_a_tie_to_one_input():
    layer = layers.Maximum()
    same = np.ones((1, 2), np.float32)
    _, cache = layer.forward([same, same])
    assert sum(layer.backward(same, cache)).tolist() == [[1.0, 1.0]]
