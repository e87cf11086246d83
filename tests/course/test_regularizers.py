"""Regularizers against Keras's penalties and PyTorch's gradients."""

import numpy as np
import pytest

from course import regularizers
from course.registry import to_config
from tests.oracles.common import flat
from tests.oracles.function_questions import KERNEL, REGULARIZERS
from tests.oracles.record_functions import ORACLE


@pytest.mark.parametrize("case", REGULARIZERS)
def test_penalty_and_gradient_are_those_of_keras(case):
    name, arguments = REGULARIZERS[case]
    regularizer = getattr(regularizers, name)(**arguments)
    before = KERNEL.copy()
    ORACLE.compare(f"regularizer/{case}", flat(regularizer(KERNEL), regularizer.gradient(KERNEL)))
    np.testing.assert_array_equal(KERNEL, before)


@pytest.mark.parametrize("case", REGULARIZERS)
def test_float32_stays_float32(case):
    name, arguments = REGULARIZERS[case]
    regularizer = getattr(regularizers, name)(**arguments)
    assert regularizer.gradient(KERNEL.astype(np.float32)).dtype == np.float32
    assert isinstance(regularizer(KERNEL.astype(np.float32)), float)


def test_by_hand():
    w = np.array([[1.0, -2.0], [0.0, 3.0]])
    assert regularizers.L1(0.5)(w) == 3.0
    assert regularizers.L2(0.5)(w) == 7.0
    np.testing.assert_array_equal(regularizers.L1(0.5).gradient(w), [[0.5, -0.5], [0.0, 0.5]])
    np.testing.assert_array_equal(regularizers.L2(0.5).gradient(w), [[1.0, -2.0], [0.0, 3.0]])


def test_names_mean_a_hundredth():
    assert regularizers.get("l1").get_config() == {"l1": 0.01}
    assert regularizers.get("l2").get_config() == {"l2": 0.01}
    assert regularizers.get("l1_l2").get_config() == {"l1": 0.01, "l2": 0.01}
    assert regularizers.get(None) is None
    assert regularizers.l2(0.1).l2 == 0.1


@pytest.mark.parametrize("case", REGULARIZERS)
def test_a_config_makes_the_same_regularizer_again(case):
    name, arguments = REGULARIZERS[case]
    original = getattr(regularizers, name)(**arguments)
    again = regularizers.get(to_config(original))
    assert repr(again) == repr(original)
    assert again(KERNEL) == original(KERNEL)


def test_one_s_own_is_welcome():
    class Third(regularizers.Regularizer):
        def __call__(self, w):
            return float(np.sum(np.abs(w) ** 3))

    third = Third()
    assert regularizers.get(third) is third


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="L2: l2 must be a number of at least 0, got -1"):
        regularizers.L2(-1)
    with pytest.raises(ValueError, match="unknown regularizer 'l1_l3'; did you mean 'l1_l2'"):
        regularizers.get("l1_l3")
    with pytest.raises(TypeError, match="regularizer: expected a name, a config or an instance, got 2"):
        regularizers.get(2)
