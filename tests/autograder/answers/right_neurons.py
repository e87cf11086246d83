"""Right answers to 01_neurons, written in other ways than the reference: loops, lists, identities, float32."""

import math

import numpy as np


def neuron_by_loops(x, w, b):
    outputs = []
    for row in x:
        total = b
        for value, weight in zip(row, w, strict=True):
            total += value * weight
        outputs.append(total)
    return outputs


def neuron_by_einsum_in_float32(x, w, b):
    return np.einsum("nd,d->n", x, w).astype(np.float32) + np.float32(b)


def neuron_by_products(x, w, b):
    return np.sum(x * w[None, :], axis=-1) + b


def neuron_as_a_column(x, w, b):
    return (x @ w[:, None] + b)[:, 0]


def linear_layer_by_loops(x, W, b):
    n, d = x.shape
    m = W.shape[1]
    y = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            y[i, j] = b[j]
            for k in range(d):
                y[i, j] += x[i, k] * W[k, j]
    return y


def linear_layer_in_lists(x, W, b):
    columns = list(zip(*W.tolist(), strict=True))
    return [
        [
            sum(u * v for u, v in zip(row, column, strict=True)) + c
            for column, c in zip(columns, b.tolist(), strict=True)
        ]
        for row in x.tolist()
    ]


def linear_layer_by_einsum_in_float32(x, W, b):
    return np.einsum("nd,dm->nm", x.astype(np.float32), W.astype(np.float32)) + b.astype(np.float32)


def linear_layer_neuron_by_neuron(x, W, b):
    return np.stack([neuron_by_products(x, W[:, j], b[j]) for j in range(W.shape[1])], axis=1)


def on_each_number(function):
    """That function of one number, applied to lists of lists of any depth."""

    def apply(z):
        return [apply(item) for item in z] if isinstance(z, (list, np.ndarray)) else function(float(z))

    return apply


def logistic(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def sigmoid_plain(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_by_cases(z):
    y = np.empty(z.shape)
    positive = z >= 0
    y[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    y[~positive] = e / (1 + e)
    return y


def sigmoid_by_tanh_in_float32(z):
    return 0.5 * (1 + np.tanh(z.astype(np.float32) / 2))


def sigmoid_derivative_by_the_sigmoid(z):
    return sigmoid_plain(z) - sigmoid_plain(z) ** 2


def sigmoid_derivative_by_tanh(z):
    return (1 - np.tanh(z / 2) ** 2) / 4


def sigmoid_derivative_by_a_small_exponential(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def relu_by_where(z):
    return np.where(z < 0, 0, z)


def relu_by_a_mask(z):
    return z * (z > 0)


def relu_on_a_copy(z):
    y = z.copy()
    y[y < 0] = 0
    return y


def relu_by_the_absolute_value(z):
    return (z + np.abs(z)) / 2


def relu_derivative_by_truth(z):
    return z > 0


def relu_derivative_by_where(z):
    return np.where(z > 0, 1, 0)


def relu_derivative_by_heaviside(z):
    return np.heaviside(z, 0.5)


def tanh_derivative_by_cosh(z):
    return 1 / np.cosh(z) ** 2


def tanh_derivative_in_float32(z):
    return 1 - np.tanh(z, dtype=np.float32) ** 2


def tanh_derivative_by_the_sigmoid(z):
    y = sigmoid_plain(2.0 * z)
    return 4 * y * (1 - y)


def softmax_by_keepdims(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_transposed(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T


def softmax_by_loops(z):
    rows = []
    for row in z.tolist():
        exponentials = [math.exp(value - max(row)) for value in row]
        rows.append([e / sum(exponentials) for e in exponentials])
    return rows


def softmax_by_its_logarithm_in_float32(z):
    shifted = (z - z.max(axis=-1)[:, None]).astype(np.float32)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=-1))[:, None])


def perceptron_plain(x, w, b):
    return sigmoid_plain(x @ w + b)


def perceptron_by_loops(x, w, b):
    return [logistic(sum(u * v for u, v in zip(row, w.tolist(), strict=True)) + b) for row in x.tolist()]


def perceptron_by_softmax(x, w, b):
    score = neuron_by_products(x, w, b)
    return softmax_by_keepdims(np.stack([np.zeros_like(score), score], axis=1))[:, 1]


RIGHT = {
    "neuron": [neuron_by_loops, neuron_by_einsum_in_float32, neuron_by_products, neuron_as_a_column],
    "linear_layer": [
        linear_layer_by_loops,
        linear_layer_in_lists,
        linear_layer_by_einsum_in_float32,
        linear_layer_neuron_by_neuron,
    ],
    "sigmoid": [sigmoid_plain, sigmoid_by_cases, sigmoid_by_tanh_in_float32, on_each_number(logistic)],
    "sigmoid_derivative": [
        sigmoid_derivative_by_the_sigmoid,
        sigmoid_derivative_by_tanh,
        sigmoid_derivative_by_a_small_exponential,
        on_each_number(lambda z: logistic(z) * logistic(-z)),
    ],
    "relu": [
        relu_by_where,
        relu_by_a_mask,
        relu_on_a_copy,
        relu_by_the_absolute_value,
        on_each_number(lambda z: max(z, 0)),
    ],
    "relu_derivative": [
        relu_derivative_by_truth,
        relu_derivative_by_where,
        relu_derivative_by_heaviside,
        on_each_number(lambda z: 1 if z > 0 else 0),
    ],
    "tanh_derivative": [
        tanh_derivative_by_cosh,
        tanh_derivative_in_float32,
        tanh_derivative_by_the_sigmoid,
        on_each_number(lambda z: 1 - math.tanh(z) ** 2),
    ],
    "softmax": [
        softmax_by_keepdims,
        softmax_transposed,
        softmax_by_loops,
        softmax_by_its_logarithm_in_float32,
    ],
    "perceptron": [perceptron_plain, perceptron_by_loops, perceptron_by_softmax],
}
