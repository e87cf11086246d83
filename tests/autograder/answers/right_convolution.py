"""Right answers to 05_convolution, written in other ways than the reference."""

import math

import numpy as np


def size_by_formula(i, k, s, p):
    return (i + 2 * p - k) // s + 1


def size_by_counting(i, k, s, p):
    return len(range(0, i + 2 * p - k + 1, s))


def size_by_floor(i, k, s, p):
    return math.floor((i + 2 * p - k) / s) + 1


def size_by_a_loop(i, k, s, p):
    count, start = 0, -p
    while start + k <= i + p:
        count, start = count + 1, start + s
    return float(count)


def conv1d_by_loops(x, w, stride):
    rows = []
    for row in x.tolist():
        starts = range(0, len(row) - len(w) + 1, stride)
        rows.append([sum(row[start + t] * w[t] for t in range(len(w))) for start in starts])
    return rows


def conv1d_by_taps(x, w, stride):
    outputs = (x.shape[1] - len(w)) // stride + 1
    y = np.zeros((len(x), outputs))
    for t, weight in enumerate(w):
        y += weight * x[:, t : t + stride * (outputs - 1) + 1 : stride]
    return y


def conv1d_by_windows(x, w, stride):
    return np.lib.stride_tricks.sliding_window_view(x, len(w), axis=1)[:, ::stride] @ w


def conv1d_by_correlate(x, w, stride):
    x, w = x.astype(np.float32), w.astype(np.float32)
    return np.stack([np.correlate(row, w, mode="valid")[::stride] for row in x])


def pad_same(x, k, stride):
    """TensorFlow's zeros, written out: (n, h, w, c) -> (n, h + …, w + …, c)."""
    sides = []
    for length in x.shape[1:3]:
        total = max((math.ceil(length / stride) - 1) * stride + k - length, 0)
        sides.append((total // 2, total - total // 2))
    return np.pad(x, [(0, 0), *sides, (0, 0)])


def conv2d_by_loops(x, w, b, stride, padding):
    k, _, channels, filters = w.shape
    if padding == "same":
        x = pad_same(x, k, stride)
    rows, columns = ((length - k) // stride + 1 for length in x.shape[1:3])
    y = np.zeros((len(x), rows, columns, filters))
    for i, row, column, f in np.ndindex(y.shape):
        total = b[f]
        for a, c, channel in np.ndindex(k, k, channels):
            total += x[i, row * stride + a, column * stride + c, channel] * w[a, c, channel, f]
        y[i, row, column, f] = total
    return y


def conv2d_by_windows(x, w, b, stride, padding):
    if padding == "same":
        x = pad_same(x, len(w), stride)
    seen = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nijcab,abcf->nijf", seen, w) + b


def conv2d_by_taps(x, w, b, stride, padding):
    k = len(w)
    x = pad_same(x, k, stride) if padding == "same" else x
    rows, columns = ((length - k) // stride + 1 for length in x.shape[1:3])
    y = b
    for a in range(k):
        for c in range(k):
            part = x[:, a : a + stride * (rows - 1) + 1 : stride, c : c + stride * (columns - 1) + 1 : stride]
            y = y + part @ w[a, c]
    return y


def conv2d_in_float32(x, w, b, stride, padding):
    k, filters = len(w), w.shape[3]
    x = (pad_same(x, k, stride) if padding == "same" else x).astype(np.float32)
    flat = w.astype(np.float32).reshape(-1, filters)
    rows, columns = ((length - k) // stride + 1 for length in x.shape[1:3])
    y = np.empty((len(x), rows, columns, filters), np.float32)
    for row in range(rows):
        for column in range(columns):
            window = x[:, row * stride : row * stride + k, column * stride : column * stride + k]
            y[:, row, column] = window.reshape(len(x), -1) @ flat + b.astype(np.float32)
    return y


def parameters_by_neurons(k, c_in, c_out):
    return (k * k * c_in + 1) * c_out


def parameters_by_arrays(k, c_in, c_out):
    return np.zeros((k, k, c_in, c_out)).size + np.zeros(c_out).size


def parameters_by_loops(k, c_in, c_out):
    total = 0.0
    for _ in range(c_out):
        for _ in range(c_in):
            total += k**2
        total += 1
    return total


def im2col_by_loops(x, k, stride):
    images = []
    for image in x:
        rows = []
        for top in range(0, x.shape[1] - k + 1, stride):
            lefts = range(0, x.shape[2] - k + 1, stride)
            rows.append([image[top : top + k, left : left + k].ravel().tolist() for left in lefts])
        images.append(rows)
    return images


def im2col_by_windows(x, k, stride):
    seen = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    return seen.transpose(0, 1, 2, 4, 5, 3).reshape(*seen.shape[:3], -1)


def im2col_by_shifts(x, k, stride):
    rows, columns = ((length - k) // stride + 1 for length in x.shape[1:3])
    parts = [
        x[:, a : a + stride * (rows - 1) + 1 : stride, c : c + stride * (columns - 1) + 1 : stride]
        for a in range(k)
        for c in range(k)
    ]
    return np.concatenate(parts, axis=3).astype(np.float32)


def matrix_by_loops(w, height, width):
    k = len(w)
    rows, columns = height - k + 1, width - k + 1
    matrix = np.zeros((rows * columns, height * width))
    for row in range(rows):
        for column in range(columns):
            for a in range(k):
                for c in range(k):
                    matrix[row * columns + column, (row + a) * width + column + c] = w[a][c]
    return matrix


def matrix_by_images(w, height, width):
    k = len(w)
    rows = []
    for top in range(height - k + 1):
        for left in range(width - k + 1):
            image = np.zeros((height, width), np.float32)
            image[top : top + k, left : left + k] = w
            rows.append(image.ravel())
    return rows


def matrix_by_blocks(w, height, width):
    k = len(w)
    bands = [sum(row[c] * np.eye(width - k + 1, width, c) for c in range(k)) for row in w]
    return sum(np.kron(np.eye(height - k + 1, height, a), bands[a]) for a in range(k))


def matrix_by_responses(w, height, width):
    k = len(w)
    columns = []
    for pixel in range(height * width):
        image = np.zeros(height * width)
        image[pixel] = 1
        seen = np.lib.stride_tricks.sliding_window_view(image.reshape(height, width), (k, k))
        columns.append((seen * w).sum(axis=(2, 3)).ravel())
    return np.stack(columns, axis=1)


def backward_by_loops(dy, x, w, stride):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[3])
    for i, row, column, f in np.ndindex(dy.shape):
        slope = dy[i, row, column, f]
        db[f] += slope
        for a, c, channel in np.ndindex(w.shape[:3]):
            dx[i, row * stride + a, column * stride + c, channel] += slope * w[a, c, channel, f]
            dw[a, c, channel, f] += slope * x[i, row * stride + a, column * stride + c, channel]
    return dx, dw, db


def backward_by_windows(dy, x, w, stride):
    k = len(w)
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for row in range(dy.shape[1]):
        for column in range(dy.shape[2]):
            window = np.s_[:, row * stride : row * stride + k, column * stride : column * stride + k]
            slope = dy[:, row, column]
            dx[window] += np.tensordot(slope, w, axes=(1, 3))
            dw += np.tensordot(x[window], slope, axes=(0, 0))
    return dx, dw, dy.sum(axis=(0, 1, 2))


def backward_by_taps(dy, x, w, stride):
    x, dy, w = (np.asarray(array, np.float32) for array in (x, dy, w))
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    rows, columns = (stride * (length - 1) + 1 for length in dy.shape[1:3])
    for a, c in np.ndindex(w.shape[:2]):
        tap = np.s_[:, a : a + rows : stride, c : c + columns : stride]
        dx[tap] += dy @ w[a, c].T
        dw[a, c] = np.einsum("nijc,nijf->cf", x[tap], dy)
    return [dx, dw, dy.reshape(-1, dy.shape[3]).sum(axis=0)]


def backward_by_a_full_convolution(dy, x, w, stride):
    k = len(w)
    # dy with zeros between, so that it lies where the windows began, and a margin in which the mirrored kernel fits
    spread = np.zeros((len(x), x.shape[1] + k - 1, x.shape[2] + k - 1, dy.shape[3]))
    rows, columns = (stride * (length - 1) + 1 for length in dy.shape[1:3])
    spread[:, k - 1 : k - 1 + rows : stride, k - 1 : k - 1 + columns : stride] = dy
    seen = np.lib.stride_tricks.sliding_window_view(spread, (k, k), axis=(1, 2))
    dx = np.einsum("nijfab,abcf->nijc", seen, w[::-1, ::-1])
    flat = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    return dx, np.einsum("nijcab,nijf->abcf", flat, dy), np.einsum("nijf->f", dy)


RIGHT = {
    "output_size": [size_by_formula, size_by_counting, size_by_floor, size_by_a_loop],
    "conv1d": [conv1d_by_loops, conv1d_by_taps, conv1d_by_windows, conv1d_by_correlate],
    "conv2d": [conv2d_by_loops, conv2d_by_windows, conv2d_by_taps, conv2d_in_float32],
    "conv_parameters": [parameters_by_neurons, parameters_by_arrays, parameters_by_loops],
    "im2col": [im2col_by_loops, im2col_by_windows, im2col_by_shifts],
    "conv_matrix": [matrix_by_loops, matrix_by_images, matrix_by_blocks, matrix_by_responses],
    "conv2d_backward": [
        backward_by_loops,
        backward_by_windows,
        backward_by_taps,
        backward_by_a_full_convolution,
    ],
}
