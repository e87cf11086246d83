"""Activations against PyTorch and Keras, against what mathematics says of them, and at the edge of floats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course import activations
from course.registry import to_config
from tests.oracles.common import flat
from tests.oracles.function_questions import ACTIVATIONS, DY, PRELU_ALPHA, Z
from tests.oracles.record_functions import ORACLE

CLASSES = {
    "leaky_relu": activations.LeakyReLU,
    "elu": activations.ELU,
    "softmax": activations.Softmax,
}
NAMES = [
    "linear", "relu", "leaky_relu", "prelu", "elu", "selu", "softplus", "sigmoid", "tanh", "silu", "softmax",
]  # fmt: skip
ELEMENTWISE = [name for name in NAMES if name != "softmax"]
ROWS = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))


@pytest.mark.parametrize("case", ACTIVATIONS)
def test_value_and_backward_are_those_of_keras(case):
    name, arguments = ACTIVATIONS[case]
    function = CLASSES[name](**arguments) if arguments else activations.get(name)
    y = function(Z)
    ORACLE.compare(f"activation/{case}", flat(y, function.backward(DY, Z, y)))


@pytest.mark.parametrize("case", [case for case in ACTIVATIONS if not case.startswith("softmax")])
def test_derivative_is_that_of_keras(case):
    name, arguments = ACTIVATIONS[case]
    function = CLASSES[name](**arguments) if arguments else activations.get(name)
    ORACLE.compare(f"activation/{case}", flat(function(Z), DY * function.derivative(Z)))


def test_prelu_with_an_alpha_for_each_channel_is_that_of_torch():
    prelu = activations.prelu
    slopes = DY * prelu.derivative(Z, PRELU_ALPHA)
    alpha_slopes = (DY * prelu.alpha_derivative(Z)).sum(axis=0)
    ORACLE.compare("activation/prelu", flat(prelu(Z, PRELU_ALPHA), slopes, alpha_slopes))
    fixed = activations.PReLU(PRELU_ALPHA)
    np.testing.assert_array_equal(fixed(Z), prelu(Z, PRELU_ALPHA))


def test_softmax_jacobian_is_that_of_torch():
    ORACLE.compare("activation/softmax_jacobian", flat(activations.softmax.jacobian(Z[0])))


def test_softmax_derivative_is_the_diagonal_of_its_jacobian():
    z = np.array([[0.5, -1.0, 2.0], [3.0, 0.0, 0.1]])
    jacobian = activations.softmax.jacobian(z)
    assert jacobian.shape == (2, 3, 3)
    np.testing.assert_allclose(activations.softmax.derivative(z), np.diagonal(jacobian, axis1=1, axis2=2))


def test_exponential_is_its_own_derivative():
    z = np.array([-2.0, 0.0, 1.0])
    np.testing.assert_allclose(activations.get("exponential")(z), [0.1353352832, 1.0, 2.7182818285])
    np.testing.assert_allclose(activations.get("exponential").derivative(z), [0.1353352832, 1.0, 2.7182818285])


def test_log_softmax_is_the_logarithm_of_softmax_and_stays_finite():
    z = np.array([[0.0, 1.0, -1.0]])
    np.testing.assert_allclose(activations.log_softmax(z), np.log(activations.softmax(z)))
    np.testing.assert_array_equal(activations.log_softmax(np.array([[1e4, -1e4]])), [[0.0, -2e4]])


@pytest.mark.parametrize("shape", [(100, 4), (33, 32), (40, 33), (50, 1), (3, 40, 5), (0, 3)])
def test_many_rows_are_each_row_alone(shape):
    z = np.random.default_rng(0).normal(size=shape)
    y, log_y = activations.softmax(z), activations.log_softmax(z)
    assert y.flags.c_contiguous
    for index in np.ndindex(shape[:-1]):
        exponentials = np.exp(z[index])
        np.testing.assert_allclose(y[index], exponentials / exponentials.sum(), rtol=1e-12)
        np.testing.assert_allclose(log_y[index], np.log(exponentials / exponentials.sum()), rtol=1e-10, atol=1e-14)


@given(ROWS, st.floats(-1e3, 1e3))
def test_softmax_ignores_a_shift_and_sums_to_one(z, shift):
    y = activations.softmax(z)
    np.testing.assert_allclose(y.sum(axis=-1), 1)
    np.testing.assert_allclose(activations.softmax(z + shift), y, rtol=1e-10, atol=1e-300)


@given(ROWS)
def test_sigmoid_is_symmetric(z):
    np.testing.assert_allclose(activations.sigmoid(-z), 1 - activations.sigmoid(z), atol=1e-15)


@given(ROWS)
def test_softplus_minus_its_mirror_is_the_identity(z):
    np.testing.assert_allclose(activations.softplus(z) - activations.softplus(-z), z, atol=1e-13)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_far_from_zero_all_is_finite_and_of_the_input_s_type(name, dtype):
    function = activations.get(name)
    z = np.array([[-1e4, -100, -1, 0], [0, 1, 100, 1e4]], dtype=dtype)
    before = z.copy()
    y = function(z)
    dz = function.backward(np.ones_like(z), z, y)
    for answer in (y, dz, function.derivative(z)):
        assert answer.dtype == dtype
        assert answer.shape == z.shape
        assert np.isfinite(answer).all()
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("name", NAMES)
def test_whole_numbers_and_lists_become_floats(name):
    function = activations.get(name)
    np.testing.assert_array_equal(function([[-2, 0, 3]]), function(np.array([[-2.0, 0.0, 3.0]])))
    assert function(np.array([[1, 2]])).dtype == np.float64


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_single_number_is_welcome(name):
    function = activations.get(name)
    assert function(1.5) == pytest.approx(function(np.array([1.5]))[0])
    assert function.derivative(-1.5) == pytest.approx(function.derivative(np.array([-1.5]))[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_config_makes_the_same_function_again(name):
    function = activations.get(name)
    again = activations.get(to_config(function))
    np.testing.assert_array_equal(again(Z), function(Z))


def test_arguments_survive_a_config():
    assert activations.get(to_config(activations.LeakyReLU(0.3))).negative_slope == 0.3
    assert repr(activations.ELU(0.5)) == "ELU(alpha=0.5)"


def test_names_are_found_however_they_are_spelt():
    assert activations.get("LeakyReLU") is activations.leaky_relu
    assert activations.get("leaky_relu") is activations.leaky_relu
    assert activations.get("swish") is activations.silu
    assert activations.get(None) is activations.linear
    assert activations.get(activations.relu) is activations.relu


def test_a_student_s_function_gets_a_numerical_derivative():
    def squared(z):
        return z * z

    function = activations.get(squared)
    z = np.linspace(-2, 2, 6, dtype=np.float32).reshape(2, 3)
    assert function.name == "squared"
    np.testing.assert_allclose(function(z), z * z)
    np.testing.assert_allclose(function.derivative(z), 2 * z, rtol=1e-6)
    assert function.derivative(z).dtype == np.float32


def test_a_student_s_derivative_is_used():
    function = activations.Elementwise(np.sin, derivative=np.cos)
    np.testing.assert_allclose(function.backward(DY, Z / 1e4, function(Z / 1e4)), DY * np.cos(Z / 1e4))


def test_a_function_of_whole_rows_needs_its_own_backward():
    rows = activations.get(lambda z: z / np.abs(z).sum(axis=-1, keepdims=True))
    with pytest.raises(ValueError, match="must act on each element alone"):
        rows.derivative(np.array([[1.0, 2.0], [3.0, 5.0]]))


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"unknown activation 'sofmax'; did you mean 'softmax'\?"):
        activations.get("sofmax")


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="LeakyReLU: negative_slope must be a number, got 'steep'"):
        activations.LeakyReLU("steep")
    with pytest.raises(TypeError, match=r"activation: expected a name.* got 3"):
        activations.get(3)
    with pytest.raises(TypeError, match=r"give an instance: ReLU\(\)"):
        activations.get(activations.ReLU)
