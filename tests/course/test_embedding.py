"""The embedding against PyTorch, against the dense layer on one-hot vectors that it stands for, and its refusals."""

import numpy as np
import pytest

import course
from course import layers
from course.utils import to_categorical
from tests.oracles.common import flat, waves
from tests.oracles.layer_questions import slope
from tests.oracles.rearranging_questions import EMBEDDINGS
from tests.oracles.record_rearranging import ORACLE


def made(arguments, **options):
    layer = layers.Embedding(**arguments, **options)
    layer.build(())
    layer.set_weights([waves(*layer.embeddings.shape, phase=5)])
    return layer


@pytest.mark.parametrize("case", EMBEDDINGS)
@pytest.mark.parametrize("kind", [np.int64, np.float32, np.uint8])
def test_rows_and_gradient_are_those_of_pytorch(case, kind):
    arguments, numbers = EMBEDDINGS[case]
    layer = made(arguments, dtype="float64")
    y, cache = layer.forward(numbers.astype(kind))
    dx = layer.backward(slope(y.shape), cache)
    ORACLE.compare(f"embedding/{case}", flat(y, layer.embeddings.grad), rtol=1e-12, atol=1e-12)
    assert dx.shape == numbers.shape
    assert not dx.any()


def test_it_is_a_dense_layer_on_one_hot_vectors():
    numbers = np.array([[2, 0, 2], [1, 2, 3]])
    embedding, dense = made({"input_dim": 4, "output_dim": 5}), layers.Dense(5, use_bias=False)
    dense.build((4,))
    dense.set_weights(embedding.get_weights())
    y, cache = embedding.forward(numbers)
    same, dense_cache = dense.forward(to_categorical(numbers, 4))
    np.testing.assert_allclose(y, same, rtol=1e-6)
    for _ in range(2):  # gradients add up
        embedding.backward(np.cos(y), cache)
        dense.backward(np.cos(y), dense_cache)
    np.testing.assert_allclose(embedding.embeddings.grad, dense.kernel.grad, rtol=1e-5, atol=1e-6)


def test_defaults_are_those_of_keras():
    layer = layers.Embedding(1000, 64)
    layer.build((10,))
    assert layer.count_params() == 64_000
    table = layer.get_weights()[0]
    assert np.abs(table).max() <= 0.05
    assert table.std() == pytest.approx(0.05 / 3**0.5, rel=0.02)


def test_it_learns_in_a_model():
    # each of four numbers has its own answer, in no order that a line could give
    numbers = np.tile([0, 1, 2, 3], 25)
    answers = np.array([1.0, -2.0, 3.0, 0.5])[numbers]
    model = course.Sequential([layers.Embedding(4, 3, input_length=1), layers.Flatten(), layers.Dense(1)], seed=1)
    model.compile(course.optimizers.Adam(0.05), "mse")
    model.fit(numbers[:, None], answers, epochs=60, verbose=0)
    assert model.evaluate(numbers[:, None], answers, verbose=0) < 0.01


def test_an_empty_batch():
    layer = made({"input_dim": 4, "output_dim": 5})
    y, cache = layer.forward(np.zeros((0, 3), int))
    assert y.shape == (0, 3, 5)
    assert layer.backward(y, cache).shape == (0, 3)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([[0, 4]], r'Embedding "table": inputs must be whole numbers from 0 to 3, for input_dim=4, got 4'),
        ([[-1, 2]], r'Embedding "table": inputs must be whole numbers from 0 to 3, for input_dim=4, got -1'),
        ([[0.5, 2]], r'Embedding "table": inputs must be whole numbers, got 0.5'),
        ([[np.nan, 2]], r'Embedding "table": inputs must be whole numbers, got nan'),
        ([[np.inf, 2]], r'Embedding "table": inputs must be whole numbers from 0 to 3, for input_dim=4, got inf'),
        ([["a", "b"]], r'Embedding "table": inputs must hold real numbers, got strings'),
    ],
)
@pytest.mark.filterwarnings("error")
def test_numbers_that_arent_in_the_table(numbers, message):
    with pytest.raises(ValueError, match=message):
        made({"input_dim": 4, "output_dim": 2}, name="table")(np.array(numbers))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: layers.Embedding(0, 2), r"Embedding: input_dim must be an integer of at least 1, got 0"),
        (lambda: layers.Embedding(3, 2.5), r"Embedding: output_dim must be an integer of at least 1, got 2.5"),
        (lambda: layers.Embedding(3, 2, outputs=1), r"Embedding: unknown argument outputs=1"),
        (
            lambda: layers.Embedding(3, 2, name="table")([layers.Input((2,)), layers.Input((2,))]),
            r'Embedding "table": expected one input, got \[\(n, 2\), \(n, 2\)\]',
        ),
    ],
)
def test_wrong_arguments(ask, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ask()
