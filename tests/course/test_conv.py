"""Convolution: against PyTorch, against the loops of the formula, against published numbers, and its own laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import activations, convolution, layers
from course.convolution import naive
from course.convolution.columns import Columns
from course.convolution.winograd import Winograd
from course.gradcheck import check_layer
from course.shapes import axis
from tests.oracles.common import waves
from tests.oracles.conv_questions import CASES
from tests.oracles.record_conv import ORACLE
from tests.oracles.window_questions import digest, weight

examples = settings(deadline=None, max_examples=60)


def answer(case, dtype):
    name, arguments, shape = CASES[case]
    layer = getattr(layers, name)(**arguments, dtype=dtype)
    layer.build(shape[1:])
    layer.set_weights([weight(number, one.shape) for number, one in enumerate(layer.weights)])
    y, cache = layer.forward(waves(*shape, phase=1).astype(dtype))
    assert y.shape[1:] == layer.output_shape(shape[1:])
    dx = layer.backward(waves(*y.shape, phase=3).astype(dtype), cache)
    assert y.dtype == dx.dtype == dtype
    return digest(y, dx, *(one.grad for one in layer.weights))


@pytest.mark.parametrize("case", CASES)
def test_output_and_gradients_are_those_of_pytorch(case):
    # Keras computes some of its transposed convolutions in float32
    ORACLE.compare(case, answer(case, "float64"), rtol=1e-6, atol=1e-6 if "Transpose" in case else 1e-8)


@pytest.mark.parametrize("case", CASES)
def test_float32_gives_the_same_numbers(case):
    expected = ORACLE.recorded[case]
    # rounding goes with the size of the terms, not of their sum
    np.testing.assert_allclose(answer(case, "float32"), expected, rtol=1e-4, atol=1e-4 * max(1, np.abs(expected).max()))


def test_the_record_is_that_of_todays_questions():
    assert set(ORACLE.recorded) == set(ORACLE.questions)
    assert ORACLE.path.stat().st_size < 200_000


def test_published_numbers_of_cs231n():
    # conv_forward_naive of the second assignment: stride 2, one zero around, channels first
    x = np.linspace(-0.1, 0.5, num=96).reshape(2, 3, 4, 4).transpose(0, 2, 3, 1)
    kernel = np.linspace(-0.2, 0.3, num=144).reshape(3, 3, 4, 4).transpose(2, 3, 1, 0)
    window = (axis(4, 4, 2, 1), axis(4, 4, 2, 1))
    published = [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
    y, _ = convolution.forward(x, kernel, window, np.linspace(-0.1, 0.2, num=3))
    np.testing.assert_allclose(y.transpose(0, 3, 1, 2), published, atol=5e-9)


def test_by_hand():
    layer = layers.Conv2D(1, 2, input_shape=(3, 3, 1))
    layer.build((3, 3, 1))
    layer.set_weights([np.reshape([1, 2, 3, 4], (2, 2, 1, 1)), [10]])
    image = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    # 0·1 + 1·2 + 3·3 + 4·4 + 10, and 10 more with each step to the right, 30 with each down
    assert layer(image)[0, :, :, 0].tolist() == [[37, 47], [67, 77]]


def test_the_network_of_the_figure_has_47645_parameters():
    kinds = [(10, 5, (32, 32, 1)), (25, 5, (14, 14, 10)), (100, 4, (5, 5, 25))]
    counts = []
    for filters, size, shape in kinds:
        layer = layers.Conv2D(filters, size)
        layer.build(shape)
        counts.append(layer.count_params())
    assert counts == [260, 6275, 40100]
    assert sum(counts) + 1010 == 47645


@st.composite
def problems(draw, fewest=1, plain=False):
    """An image, a kernel and a window, of any sizes that go together."""
    h, w = draw(st.integers(fewest, 9)), draw(st.integers(fewest, 9))
    kh = 3 if plain else draw(st.integers(1, h))
    kw = draw(st.integers(1, w))
    stride, dilation = (1, 1) if plain else (draw(st.integers(1, 3)), draw(st.integers(1, 2)))
    padding = draw(st.sampled_from([0, "same", (1, 0), (0, 2), 1]))
    if max(kh - h, kw - w, 0) or (max(kh, kw) - 1) * dilation + 1 > min(h, w):
        padding, dilation = "same", 1
    if plain and padding not in (0, "same"):
        padding = min(padding if isinstance(padding, int) else max(padding), kw - 1)
    n, channels, filters = draw(st.integers(0, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    window = (axis(h, kh, stride, padding, dilation), axis(w, kw, stride, padding, dilation))
    x, kernel = waves(n, h, w, channels, phase=1), waves(kh, kw, channels, filters, phase=2)
    return x, kernel, window


@examples
@given(problems())
def test_it_is_the_formula(problem):
    x, kernel, window = problem
    y, _ = convolution.forward(x, kernel, window)
    np.testing.assert_allclose(y, naive.forward(x, kernel, window), atol=1e-12)
    dy = waves(*y.shape, phase=3)
    dx, dkernel, dbias = convolution.backward(dy, x, kernel, window, y, y)
    expected_dx, expected_dkernel = naive.backward(dy, x, kernel, window)
    np.testing.assert_allclose(dx, expected_dx, atol=1e-12)
    np.testing.assert_allclose(dkernel, expected_dkernel, atol=1e-12)
    np.testing.assert_allclose(dbias, dy.sum(axis=(0, 1, 2)), atol=1e-12)
    np.testing.assert_allclose(convolution.spread(dy, kernel, window), dx, atol=1e-12)


@examples
@given(problems(fewest=3, plain=True), st.data())
def test_both_ways_are_the_formula_on_any_rows(problem, data):
    x, kernel, window = problem
    height = window[0].output
    first = data.draw(st.integers(0, height - 1))
    rows = slice(first, data.draw(st.integers(first + 1, height)))
    expected = naive.forward(x, kernel, window)
    dy = waves(*expected.shape, phase=3)
    only_rows = np.zeros_like(dy)
    only_rows[:, rows] = dy[:, rows]
    _, expected_dkernel = naive.backward(only_rows, x, kernel, window)
    expected_dx, _ = naive.backward(dy, x, kernel, window)
    for way in (Columns(kernel, window), Winograd(kernel, window)):
        out = np.full_like(expected[:, rows], np.nan)
        for which, numbers, line in way.correlate(x, rows, out):
            assert np.shares_memory(numbers, line) or not numbers.size
            assert line.flags.c_contiguous
            out[:, which] = numbers
        np.testing.assert_allclose(out, expected[:, rows], atol=1e-12)
        for _ in range(2):
            way.add_kernel_gradient(x, dy, rows)
        np.testing.assert_allclose(way.kernel_gradient(), 2 * expected_dkernel, atol=1e-12)
        dx = np.full_like(x, np.nan)
        way.spread(dy, dx)
        np.testing.assert_allclose(dx, expected_dx, atol=1e-12)


@examples
@given(problems(), st.floats(-3, 3), st.floats(-3, 3))
def test_it_is_linear_in_the_image_and_in_the_kernel(problem, a, b):
    x, kernel, window = problem
    other_x, other_kernel = waves(*x.shape, phase=7), waves(*kernel.shape, phase=8)

    def convolve(image, taps):
        return convolution.forward(image, taps, window)[0]

    np.testing.assert_allclose(
        convolve(a * x + b * other_x, kernel), a * convolve(x, kernel) + b * convolve(other_x, kernel), atol=1e-10
    )
    np.testing.assert_allclose(
        convolve(x, a * kernel + b * other_kernel), a * convolve(x, kernel) + b * convolve(x, other_kernel), atol=1e-10
    )


@examples
@given(st.integers(0, 4), st.integers(0, 4), st.sampled_from([(1, 1), (3, 2), (16, 16)]), st.sampled_from([2, 3, 5]))
def test_a_shifted_image_gives_a_shifted_output(down, right, sizes, kernel):
    channels, filters = sizes
    layer = layers.Conv2D(filters, kernel, dtype="float64")
    x = np.zeros((1, 16, 16, channels))
    x[:, 4:10, 4:10] = waves(1, 6, 6, channels)
    y, moved = layer(x), layer(np.roll(x, (down, right), axis=(1, 2)))
    np.testing.assert_allclose(moved[:, down:, right:], y[:, : y.shape[1] - down, : y.shape[2] - right], atol=1e-12)


@examples
@given(problems())
def test_the_way_back_is_the_transpose(problem):
    # ⟨x ∗ k, dz⟩ = ⟨x, spread(dz)⟩
    x, kernel, window = problem
    y, _ = convolution.forward(x, kernel, window)
    dz = waves(*y.shape, phase=4)
    np.testing.assert_allclose((y * dz).sum(), (x * convolution.spread(dz, kernel, window)).sum(), atol=1e-9)


@pytest.mark.parametrize("name", ["relu", "linear", "sigmoid", "softmax", "elu", "tanh", "leaky_relu"])
@pytest.mark.parametrize("filters", [3, 16])
def test_backward_is_the_gradient_of_forward(name, filters):
    layer = layers.Conv2D(filters, (3, 2), activation=name, padding="same", kernel_regularizer="l2")
    assert max(check_layer(layer, (4, 3, filters), verbose=False).values()) < 1e-6


@pytest.mark.parametrize(("filters", "channels"), [(4, 3), (16, 17)])
def test_one_layer_used_twice_adds_its_gradients(filters, channels):
    layer = layers.Conv2D(filters, 3, activation="relu", dtype="float64")
    first, second = waves(2, 6, 5, channels), waves(3, 7, 6, channels, phase=2)
    layer.build(first.shape[1:])
    (y1, cache1), (y2, cache2) = layer.forward(first), layer.forward(second)
    kept = y1.copy()
    separate = []
    for y, cache in ((y2, cache2), (y1, cache1)):
        layer.backward(waves(*y.shape, phase=3), cache)
        separate.append((layer.kernel.grad.copy(), layer.bias.grad.copy()))
        layer.kernel.grad.fill(0)
        layer.bias.grad.fill(0)
    for y, cache in ((y1, cache1), (y2, cache2)):
        layer.backward(waves(*y.shape, phase=3), cache)
    np.testing.assert_array_equal(y1, kept)
    np.testing.assert_allclose(layer.kernel.grad, separate[0][0] + separate[1][0], rtol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, separate[0][1] + separate[1][1], rtol=1e-12)


@pytest.mark.parametrize("channels", [2, 16])
def test_gradients_of_the_parameters_alone_are_the_same(channels):
    layer = layers.Conv2D(16, 3, activation="relu", dtype="float64")
    layer.build((6, 5, channels))
    y, cache = layer.forward(waves(2, 6, 5, channels))
    dy = waves(*y.shape, phase=3)
    layer.backward(dy, cache)
    expected = layer.kernel.grad.copy(), layer.bias.grad.copy()
    layer.backward_parameters(dy, cache)
    np.testing.assert_allclose(layer.kernel.grad, 2 * expected[0], rtol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, 2 * expected[1], rtol=1e-12)


@pytest.mark.parametrize("make", [layers.Conv2D, layers.Conv2DTranspose])
@pytest.mark.parametrize("name", ["sigmoid", "softmax"])
def test_gradient_by_the_logits_leaves_out_the_activation(make, name):
    x = waves(2, 4, 5, 3)
    layer, plain = make(2, 3, activation=name, dtype="float64"), make(2, 3, dtype="float64")
    plain.build(x.shape[1:])
    layer.build(x.shape[1:])
    plain.set_weights(layer.get_weights())
    y, cache = layer.forward(x)
    z, plain_cache = plain.forward(x)
    assert layer.final_activation == name
    np.testing.assert_allclose(layer.logits(cache), z)
    np.testing.assert_allclose(y, activations.get(name)(z))
    dz = waves(*z.shape, phase=2)
    np.testing.assert_allclose(layer.backward_from_logits(dz, cache), plain.backward(dz, plain_cache))
    np.testing.assert_allclose(layer.kernel.grad, plain.kernel.grad)
    np.testing.assert_allclose(layer.bias.grad, plain.bias.grad)


@pytest.mark.parametrize("filters", [3, 16])
def test_not_a_number_reaches_the_outputs_that_see_it_and_no_other(filters):
    layer = layers.Conv2D(filters, 3, padding="same")
    x = waves(2, 8, 9, filters).astype(np.float32)
    x[1, 3, 4] = np.nan
    expected = np.zeros((2, 8, 9), bool)
    expected[1, 2:5, 3:6] = True
    np.testing.assert_array_equal(np.isnan(layer(x)), np.broadcast_to(expected[..., None], (2, 8, 9, filters)))


@pytest.mark.parametrize("channels", [1, 3, 16])
def test_nothing_that_came_in_is_changed(channels):
    layer = layers.Conv2D(16, 3, padding="same", activation="relu")
    x = waves(3, 6, 7, channels).astype(np.float32)
    layer.build(x.shape[1:])
    weights = layer.get_weights()
    y, cache = layer.forward(x)
    dy = waves(*y.shape, phase=2).astype(np.float32)
    before = x.copy(), y.copy(), dy.copy()
    dx = layer.backward(dy, cache)
    for now, then in zip((x, y, dy, *layer.get_weights()), (*before, *weights), strict=True):
        np.testing.assert_array_equal(now, then)
    assert not np.shares_memory(dx, dy)
    assert not np.shares_memory(dx, x)


@pytest.mark.parametrize("order", ["F", "C"])
def test_the_order_in_memory_does_not_matter(order):
    x = np.asarray(waves(2, 7, 6, 16), order=order)[:, ::-1, :, ::2]
    layer = layers.Conv2D(16, 3, dtype="float64")
    layer.build(x.shape[1:])
    y, cache = layer.forward(x)
    dy = np.asarray(waves(*y.shape, phase=2), order=order)
    dx = layer.backward(dy, cache)
    kept = layer.kernel.grad.copy()
    layer.kernel.grad.fill(0)
    y2, cache = layer.forward(np.ascontiguousarray(x))
    np.testing.assert_allclose(y, y2, rtol=1e-12)
    np.testing.assert_allclose(dx, layer.backward(np.ascontiguousarray(dy), cache), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(kept, layer.kernel.grad, rtol=1e-12, atol=1e-12)


def test_a_1x1_convolution_is_a_dense_layer_on_the_channels():
    conv, dense = layers.Conv2D(4, 1, activation="relu"), layers.Dense(4, activation="relu")
    x = waves(2, 5, 6, 3).astype(np.float32)
    conv(x), dense(x)
    conv.set_weights([dense.get_weights()[0][None, None], dense.get_weights()[1]])
    np.testing.assert_allclose(conv(x), dense(x), rtol=1e-6)


def test_a_sequence_is_an_image_of_one_row():
    line, image = layers.Conv1D(3, 4, strides=2, padding="same"), layers.Conv2D(3, (1, 4), (1, 2), "same")
    x = waves(2, 9, 2).astype(np.float32)
    line(x), image(x[:, None])
    image.set_weights([line.get_weights()[0][None], line.get_weights()[1]])
    np.testing.assert_allclose(line(x), image(x[:, None])[:, 0], rtol=1e-6)


def test_an_empty_batch_gives_an_empty_output():
    layer = layers.Conv2D(16, 3)
    x = np.zeros((0, 8, 8, 16), np.float32)
    layer.build((8, 8, 16))
    y, cache = layer.forward(x)
    assert y.shape == (0, 6, 6, 16)
    assert layer.backward(y, cache).shape == x.shape
    assert not layer.kernel.grad.any()


def test_lengths_may_stay_open():
    assert layers.Conv2D(4, 3, strides=2).output_shape((None, 9, 1)) == (None, 4, 4)
    assert layers.Conv2DTranspose(4, 3, strides=2, padding="same").output_shape((None, 9, 1)) == (None, 18, 4)


def test_the_configuration_makes_the_same_layer():
    layer = layers.Conv2D(
        4, (3, 2), strides=(1, 2), padding="SAME", activation="elu", use_bias=False, kernel_regularizer="l1"
    )
    twin = layers.Conv2D.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert twin.padding == "same"
    assert twin.output_shape((8, 8, 1)) == layer.output_shape((8, 8, 1)) == (8, 4, 4)


BAD = [
    ({"filters": 0}, (8, 8, 1), r"Conv2D: filters must be an integer of at least 1, got 0"),
    ({"filters": 2.5}, (8, 8, 1), r"Conv2D: filters must be an integer of at least 1, got 2.5"),
    ({"kernel_size": 0}, (8, 8, 1), r"Conv2D: kernel_size must be an integer of at least 1, got 0"),
    ({"kernel_size": (3, 3, 3)}, (8, 8, 1), r"Conv2D: kernel_size must be one integer, or 2 of them, got \(3, 3, 3\)"),
    ({"kernel_size": "big"}, (8, 8, 1), r"Conv2D: kernel_size must be an integer of at least 1, got 'big'"),
    ({"strides": 0}, (8, 8, 1), r"Conv2D: strides must be an integer of at least 1, got 0"),
    ({"strides": (1, -1)}, (8, 8, 1), r"Conv2D: strides must be an integer of at least 1, got -1"),
    ({"dilation_rate": 0}, (8, 8, 1), r"Conv2D: dilation_rate must be an integer of at least 1, got 0"),
    ({"padding": "full"}, (8, 8, 1), r"Conv2D: padding must be 'valid' or 'same', got 'full'"),
    ({"padding": "smae"}, (8, 8, 1), r"did you mean 'same'"),
    ({"padding": 1}, (8, 8, 1), r"Conv2D: padding must be 'valid' or 'same', got 1"),
    ({"data_format": "channels_first"}, (8, 8, 1), r"Conv2D: data_format must be 'channels_last'"),
    ({"groups": 2}, (8, 8, 2), r"Conv2D: groups must be 1, got 2"),
    ({"activation": "rleu"}, (8, 8, 1), r"unknown activation 'rleu'; did you mean 'relu'"),
    ({"kernal_initializer": "zeros"}, (8, 8, 1), r"Conv2D: unknown argument kernal_initializer.*kernel_initializer"),
    ({"kernel_size": 9}, (8, 8, 1), r'Conv2D "c": a window of 9 pixels is larger than the input, which has 8'),
    ({"dilation_rate": 4}, (8, 8, 1), r"a window of 9 pixels \(3 with dilation 4\) is larger than the input"),
    ({}, (8, 8), r'Conv2D "c": expected one input of shape \(n, h, w, channels\), got \(n, 8, 8\)'),
    ({}, (8, 8, 1, 1), r'Conv2D "c": expected one input of shape \(n, h, w, channels\)'),
    ({}, [(8, 8, 1)], r'Conv2D "c": expected one input'),
    ({}, (8, 8, None), r'Conv2D "c": the number of channels must be known'),
]


@pytest.mark.parametrize(("arguments", "shape", "message"), BAD)
def test_bad_arguments_are_refused_with_the_reason(arguments, shape, message):
    with pytest.raises((ValueError, TypeError), match=message):
        layers.Conv2D(**{"filters": 2, "kernel_size": 3, "name": "c", **arguments}).output_shape(shape)


def test_other_channels_than_it_was_built_for_are_refused():
    layer = layers.Conv2D(2, 3, name="c")
    layer.build((8, 8, 3))
    with pytest.raises(ValueError, match=r'Conv2D "c": expected inputs with 3 channels, got shape \(n, 8, 8, 1\)'):
        layer(np.zeros((1, 8, 8, 1)))


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        ({"depth_multiplier": 0}, (8, 8, 1), "DepthwiseConv2D: depth_multiplier must be an integer of at least 1"),
        ({"strides": 0}, (8, 8, 1), "DepthwiseConv2D: strides must be an integer of at least 1, got 0"),
        ({"kernel_size": 9}, (8, 8, 1), "a window of 9 pixels is larger than the input"),
        ({}, (8,), "expected one input of shape"),
    ],
)
def test_depthwise_refuses_bad_arguments(arguments, shape, message):
    with pytest.raises(ValueError, match=message):
        layers.DepthwiseConv2D(**{"kernel_size": 3, **arguments}).output_shape(shape)


@pytest.mark.parametrize("arguments", [{}, {"depth_multiplier": 2, "strides": 2, "activation": "tanh"}])
def test_depthwise_backward_is_the_gradient_of_forward(arguments):
    layer = layers.DepthwiseConv2D(3, padding="same", **arguments)
    assert max(check_layer(layer, (4, 5, 2), verbose=False).values()) < 1e-6


def test_depthwise_is_one_convolution_for_each_channel():
    x = waves(2, 6, 7, 3)
    depthwise = layers.DepthwiseConv2D(3, depth_multiplier=2, dtype="float64")
    y = depthwise(x)
    for channel, copy in itertools.product(range(3), range(2)):
        one = layers.Conv2D(1, 3, dtype="float64", use_bias=False)
        one.build((6, 7, 1))
        one.set_weights([depthwise.get_weights()[0][:, :, channel : channel + 1, copy : copy + 1]])
        np.testing.assert_allclose(one(x[..., channel : channel + 1])[..., 0], y[..., 2 * channel + copy], atol=1e-12)
