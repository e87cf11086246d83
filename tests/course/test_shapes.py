"""Convolution arithmetic against the relations and the examples of arXiv:1603.07285, against counting, and Keras."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import layers, shapes
from tests.oracles.common import installed

sizes = st.integers(1, 30)
examples = settings(deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "expected"),
    [
        (4, 3, 1, 0, 2),  # figure 2.1: no padding
        (5, 4, 1, 2, 6),  # figure 2.2: arbitrary padding
        (5, 3, 1, 1, 5),  # figure 2.3: half (same) padding
        (5, 3, 1, 2, 7),  # figure 2.4: full padding
        (5, 3, 2, 0, 2),  # figure 2.5: stride
        (5, 3, 2, 1, 3),  # figure 2.6: stride and padding
        (6, 3, 2, 1, 3),  # figure 2.7: two input sizes, one output size
        (32, 5, 1, 0, 28),
    ],
)
def test_the_papers_examples(i, k, s, p, expected):
    assert shapes.output_size(i, k, s, p) == expected


def test_the_papers_example_of_dilation():
    # figure 5.1: i = 7, k = 3, d = 2
    assert shapes.output_size(7, 3, dilation=2) == 3
    assert shapes.effective_kernel(3, 2) == 5


@pytest.mark.parametrize(("i", "k", "s", "expected"), [(2, 3, 1, 4), (2, 3, 2, 5), (3, 3, 2, 7)])
def test_the_papers_examples_of_transposition(i, k, s, expected):
    # relations 8 and 12: o' = i' + k − 1, o' = s (i' − 1) + k
    assert shapes.transposed_output_size(i, k, s) == expected


@examples
@given(sizes, st.integers(1, 7), st.integers(1, 4), st.integers(0, 5), st.integers(1, 3))
def test_output_size_by_counting(size, kernel, stride, padding, dilation):
    length = size + 2 * padding
    span = (kernel - 1) * dilation + 1
    starts = [start for start in range(0, length, stride) if start + span <= length]
    if starts:
        assert shapes.output_size(size, kernel, stride, padding, dilation) == len(starts)
    else:
        with pytest.raises(ValueError, match="output_size: a window of"):
            shapes.output_size(size, kernel, stride, padding, dilation)


@examples
@given(sizes, st.integers(1, 7), st.integers(1, 4), st.integers(1, 3))
def test_same_padding_is_what_is_needed(size, kernel, stride, dilation):
    before, after = shapes.padding_sizes(size, kernel, stride, "same", dilation)
    assert shapes.output_size(size, kernel, stride, "same", dilation) == -(-size // stride)
    assert shapes.output_size(size, kernel, stride, (before, after), dilation) == -(-size // stride)
    assert after - before in (0, 1)
    if before + after:
        less = size + before + after - 1 - shapes.effective_kernel(kernel, dilation)
        assert less // stride + 1 < -(-size // stride)


@examples
@given(sizes, st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.sampled_from(["same", 0, 1, (0, 3)]))
def test_every_tap_sees_the_pixels_that_the_formula_says(size, kernel, stride, dilation, padding):
    try:
        axis = shapes.axis(size, kernel, stride, padding, dilation)
    except ValueError:
        return
    for tap in range(kernel):
        outputs, pixels = axis.seen_through(tap)
        found = dict(zip(range(axis.output)[outputs], range(size)[pixels], strict=True))
        places = {output: output * stride + tap * dilation - axis.before for output in range(axis.output)}
        assert found == {output: place for output, place in places.items() if 0 <= place < size}


@examples
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 4), st.integers(1, 2), st.sampled_from(["valid", "same"]))
def test_transposed_sizes_lead_back(size, kernel, stride, dilation, padding):
    axis = shapes.transposed_axis(size, kernel, stride, padding, dilation)
    assert axis.size == shapes.transposed_output_size(size, kernel, stride, padding, dilation)
    # the convolution of the larger image has the size that came in
    assert shapes.output_size(axis.size, kernel, stride, padding, dilation) == size
    assert shapes.axis(axis.size, kernel, stride, padding, dilation) == axis


@pytest.mark.skipif(not installed(), reason="needs Keras")
def test_transposed_sizes_are_those_of_keras():
    from keras.src.backend.common.backend_utils import compute_conv_transpose_output_shape as keras_shape

    for size in (1, 4, 7):
        for kernel in (1, 2, 3, 4):
            for stride in (1, 2, 3):
                for padding in ("valid", "same"):
                    for more in (None, *range(stride)):
                        (_, expected, _) = keras_shape((1, size, 1), (kernel,), 1, stride, padding, more)
                        if expected > 0:
                            assert shapes.transposed_output_size(size, kernel, stride, padding, 1, more) == expected


def seen_by_counting(stack):
    """The pixels that move one number in the middle of the last layer, found by convolving with ones."""
    size = 101
    x = np.eye(size)[:, :, None]
    for kernel, stride, dilation in stack:
        layer = layers.Conv1D(1, kernel, strides=stride, dilation_rate=dilation, kernel_initializer="ones")
        x = layer(x)
    return [int((x[:, place, 0] != 0).sum()) for place in range(x.shape[1])], x


@examples
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2), st.integers(1, 1)), min_size=1, max_size=4))
def test_receptive_field_by_counting(stack):
    counts, x = seen_by_counting(stack)
    overlapping = all(kernel >= stride for kernel, stride, _ in stack)
    if overlapping:
        assert set(counts) == {shapes.receptive_field(stack)}
    firsts = [int(np.nonzero(x[:, place, 0])[0][0]) for place in range(x.shape[1])]
    assert set(np.diff(firsts)) <= {shapes.effective_stride(stack)}


def test_receptive_field_of_the_networks_of_the_lessons():
    cnn = [(5, 1), (2, 2), (5, 1), (2, 2), (4, 1), (2, 2)]
    # 5 → 6 → 14 → 16 → 28 → 32: the last number sees the whole image
    assert [shapes.receptive_field(cnn[:depth]) for depth in range(7)] == [1, 5, 6, 14, 16, 28, 32]
    assert shapes.effective_stride(cnn) == 8
    # two 3×3 see what one 5×5 sees, three what one 7×7 does (VGG, arXiv:1409.1556)
    assert shapes.receptive_field([(3, 1)] * 2) == 5
    assert shapes.receptive_field([(3, 1)] * 3) == 7
    # dilations 1, 2, 4, 8 double it with each layer (WaveNet, arXiv:1609.03499)
    assert shapes.receptive_field([(2, 1, dilation) for dilation in (1, 2, 4, 8)]) == 16


def test_receptive_field_of_layers():
    stack = [
        layers.Conv2D(10, 5),
        layers.ReLU(),
        layers.MaxPool2D(),
        layers.Conv2D(8, 3, strides=2, dilation_rate=1),
        layers.Conv2D(8, 3, dilation_rate=2),
    ]
    assert shapes.receptive_field(stack) == 1 + 4 + 1 + 2 * 2 + 4 * 4
    assert shapes.effective_stride(stack) == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shapes.output_size(0, 3), "output_size: size must be an integer of at least 1, got 0"),
        (lambda: shapes.output_size(5, 3, 0), "output_size: stride must be an integer of at least 1, got 0"),
        (lambda: shapes.output_size(5, 3, 1, -1), "output_size: padding must be an integer of at least 0, got -1"),
        (lambda: shapes.output_size(5, 3, 1, "full"), "output_size: padding must be 'valid' or 'same', got 'full'"),
        (lambda: shapes.output_size(5, 6), "a window of 6 pixels is larger than the input, which has 5"),
        (lambda: shapes.output_size(5, 9, 1, 1), r"which has 5 \(7 with its padding\)"),
        (lambda: shapes.output_size(5, 2.0), "output_size: kernel must be an integer of at least 1, got 2.0"),
        (lambda: shapes.transposed_output_size(5, 3, 2, "valid", 1, 2), "output_padding must be below the stride, 2"),
        (lambda: shapes.transposed_output_size(5, 3, 2, "full"), "padding must be 'valid' or 'same', got 'full'"),
        (lambda: shapes.receptive_field([(3,)]), r"layers: expected \(kernel, stride\)"),
        (lambda: shapes.receptive_field([(0, 1)]), "layers: kernel must be an integer of at least 1, got 0"),
    ],
)
def test_bad_numbers_are_refused_with_the_reason(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
