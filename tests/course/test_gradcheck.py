"""The gradient check finds mistakes, names them, and leaves right layers alone."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import course
from course import layers
from course.gradcheck import check_layer, numerical_gradient


class Affine(layers.Layer):
    """y = x W + b, as a student writes it; `break_*` is where subclasses make their mistake."""

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1], input_shape[-1]))
        self.b = self.add_weight("b", (input_shape[-1],), "zeros")

    def forward(self, x, training=False):
        return x @ self.w.value + self.b.value, x

    def backward(self, dy, cache):
        self.w.grad += self.dw(cache, dy)
        self.add_db(dy)
        return self.dx(dy)

    def dw(self, x, dy):
        return x.T @ dy

    def add_db(self, dy):
        self.b.grad += dy.sum(axis=0)

    def dx(self, dy):
        return dy @ self.w.value.T


def checked(layer, capsys, shape=(3,), **options):
    errors = check_layer(layer, shape, **options)
    return errors, capsys.readouterr().out


class TestNumericalGradient:
    @given(st.lists(st.floats(-3, 3), min_size=1, max_size=5))
    def test_of_polynomials(self, values):
        x = np.array(values)
        np.testing.assert_allclose(numerical_gradient(lambda x: (x**3).sum(), x), 3 * x**2, atol=1e-8)

    def test_of_any_shape_and_of_whole_numbers(self):
        x = np.arange(6).reshape(1, 2, 3)
        np.testing.assert_allclose(numerical_gradient(lambda x: np.sin(x).sum(), x), np.cos(x), atol=1e-9)
        assert numerical_gradient(lambda x: x**2, np.array(3)) == pytest.approx(6.0)

    def test_its_argument_is_left_alone(self):
        x = np.ones(3, np.float32)
        x.flags.writeable = False
        assert numerical_gradient(lambda x: (x**2).sum(), x).dtype == np.float64

    def test_the_error_falls_with_the_square_of_the_step(self):
        x = np.array([1.0])
        errors = [abs(numerical_gradient(lambda x: np.exp(x).sum(), x, eps)[0] - np.e) for eps in (1e-1, 1e-2, 1e-3)]
        # e·ε²/6, the first term of the series that the central difference leaves out
        np.testing.assert_allclose(errors, [np.e * eps**2 / 6 for eps in (1e-1, 1e-2, 1e-3)], rtol=1e-2)

    def test_at_a_kink_it_is_the_mean_of_both_sides(self):
        assert numerical_gradient(lambda x: np.maximum(x, 0).sum(), np.zeros(1)) == pytest.approx(0.5)

    def test_more_than_one_number_is_refused(self):
        with pytest.raises(ValueError, match=r"f must give one number, got an array of shape \(3,\)"):
            numerical_gradient(lambda x: x, np.ones(3))
        with pytest.raises(ValueError, match="eps must be a number above 0, got 0"):
            numerical_gradient(np.sum, np.ones(3), eps=0)


class TestCheckLayer:
    def test_a_right_layer_is_right(self, capsys):
        errors, report = checked(Affine(), capsys)
        assert set(errors) == {"x", "w", "b"}
        assert max(errors.values()) < 1e-9
        assert report.count("right") == 3
        assert "WRONG" not in report

    def test_it_can_be_silent(self, capsys):
        _, report = checked(Affine(), capsys, verbose=False)
        assert report == ""

    @pytest.mark.parametrize(
        ("mistake", "wrong", "words"),
        [
            ({"dx": lambda self, dy: 2 * dy @ self.w.value.T}, "x", "2 times the right one"),
            ({"dx": lambda self, dy: -(dy @ self.w.value.T)}, "x", "-1 times the right one"),
            ({"dx": lambda self, dy: dy @ self.w.value}, "x", "of its numbers differ"),
            ({"dx": lambda self, dy: np.zeros_like(dy)}, "x", "forgotten"),
            ({"dx": lambda self, dy: (dy @ self.w.value.T)[:2]}, "x", r"its shape is \(2, 3\), not \(3, 3\)"),
            ({"dx": lambda self, dy: dy * np.nan}, "x", "isn't finite"),
            ({"dw": lambda self, x, dy: (x.T @ dy).T}, "w", "transposed"),
            ({"dw": lambda self, x, dy: x.T @ dy / 3}, "w", "0.3333 times the right one"),
            ({"add_db": lambda self, dy: self.b.grad.__setitem__(..., dy.sum(axis=0))}, "b", "it must add"),
            ({"add_db": lambda self, dy: None}, "b", "forgotten"),
        ],
    )
    def test_a_mistake_is_found_and_named(self, capsys, mistake, wrong, words):
        errors, report = checked(type("Mistaken", (Affine,), mistake)(), capsys)
        assert [name for name, error in errors.items() if not error < 1e-3] == [wrong]
        (line,) = [line for line in report.splitlines() if "WRONG" in line]
        assert line.split()[0] == wrong
        assert re.search(words, line)

    def test_it_says_where_and_how_much(self, capsys):
        def dx(self, dy):
            right = dy @ self.w.value.T
            right[1, 2] += 5
            return right

        _, report = checked(type("Mistaken", (Affine,), {"dx": dx})(), capsys)
        assert "at (1, 2): backward" in report
        assert "11% of its numbers differ" in report

    def test_a_factor_that_is_one_at_first_is_not_overlooked(self, capsys):
        class Scale(layers.Layer):
            def build(self, input_shape):
                self.gamma = self.add_weight("gamma", input_shape, "ones")

            def forward(self, x, training=False):
                return x * self.gamma.value, x

            def backward(self, dy, cache):
                self.gamma.grad += (dy * cache).sum(axis=0)
                return dy  # should be dy * gamma

        errors, _ = checked(Scale(), capsys)
        assert errors["x"] > 1e-2

    def test_it_works_on_a_copy(self, capsys):
        layer = layers.Dense(2, input_dim=3)
        layer.build((3,))
        before = layer.get_weights()
        checked(layer, capsys)
        assert layer.dtype == np.float32
        assert not layer.kernel.grad.any()
        np.testing.assert_array_equal(layer.get_weights()[0], before[0])
        unbuilt = layers.Dense(2)
        checked(unbuilt, capsys)
        assert not unbuilt.built

    def test_frozen_layers_are_checked_too(self, capsys):
        errors, _ = checked(layers.Dense(2, trainable=False), capsys)
        assert set(errors) == {"x", "kernel", "bias"}

    def test_dropout_is_checked_with_one_mask(self, capsys):
        errors, _ = checked(layers.Dropout(0.5), capsys, (6,), training=True)
        assert errors["x"] < 1e-9

    def test_models_and_several_inputs(self, capsys):
        a, b = course.Input((3,)), course.Input((2,))
        model = course.Model([a, b], [layers.Dense(2, name="left")(a), layers.concatenate([a, b])])
        errors, report = checked(model, capsys, [(3,), (2,)])
        assert set(errors) == {"x[0]", "x[1]", "left/kernel", "left/bias"}
        assert max(errors.values()) < 1e-9
        assert report.count("right") == 4

    def test_inputs_can_be_given(self, capsys):
        # at 0 the two sides of a ReLU differ, and the check says so
        errors, report = checked(layers.ReLU(), capsys, (2,), x=np.array([[0.0, 1.0]]))
        assert errors["x"] > 0.1
        assert "at (0, 0): backward 0, numerical" in report

    def test_float32_inside_is_noticed(self, capsys):
        class Narrow(layers.Layer):
            def forward(self, x, training=False):
                return np.tanh(x.astype(np.float32)), x

            def backward(self, dy, cache):
                return dy * (1 - np.tanh(cache) ** 2)

        errors, report = checked(Narrow(), capsys)
        assert errors["x"] > 1e-6
        assert "forward gives float32 for a float64 input" in report
