"""Right answers to 03_backprop, written in other ways than the reference."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def neuron_step_by_step(x, w, b, y):
    p = sigmoid(x @ w + b)
    dp = 2 * (p - y) / len(y)
    dz = dp * p * (1 - p)
    return x.T @ dz, dz.sum()


def neuron_by_loops(x, w, b, y):
    n, d = x.shape
    dw, db = [0.0] * d, 0.0
    for i in range(n):
        z = sum(float(x[i, j]) * float(w[j]) for j in range(d)) + b
        t = np.exp(-abs(z))
        p = 1 / (1 + t) if z >= 0 else t / (1 + t)
        slope = 2 * (p - float(y[i])) * p * (1 - p) / n
        dw = [dw[j] + slope * float(x[i, j]) for j in range(d)]
        db += slope
    return dw, db


def neuron_with_a_column_of_ones(x, w, b, y):
    wider = np.hstack([x, np.ones((len(x), 1))]).astype(np.float32)
    p = sigmoid(wider @ np.append(w, b).astype(np.float32))
    both = ((p - y) * p * (1 - p)) @ wider * (2 / len(y))
    return both[:-1], both[-1]


def neuron_as_mean_of_products(x, w, b, y):
    p = (1 + np.tanh((x @ w + b) / 2)) / 2
    slope = 2 * (p - y) * (p - p**2)
    return np.mean(slope[:, None] * x, axis=0), np.mean(slope)


def dense_plain(dy, x, W):
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)


def dense_by_einsum_in_float32(dy, x, W):
    dy, x, W = (array.astype(np.float32) for array in (dy, x, W))
    return [np.einsum("nm,dm->nd", dy, W), np.einsum("nd,nm->dm", x, dy), np.einsum("nm->m", dy)]


def dense_by_loops(dy, x, W):
    (n, m), d = dy.shape, x.shape[1]
    dx, dW, db = np.zeros((n, d)), np.zeros((d, m)), np.zeros(m)
    for i in range(n):
        for j in range(m):
            db[j] += dy[i, j]
            for k in range(d):
                dx[i, k] += dy[i, j] * W[k, j]
                dW[k, j] += dy[i, j] * x[i, k]
    return dx, dW, db


def dense_example_by_example(dy, x, W):
    dx = np.stack([W @ row for row in dy])
    dW = sum(np.outer(row, slopes) for row, slopes in zip(x, dy, strict=True))
    return dx, dW, np.ones(len(dy)) @ dy


def mlp_by_lists(x, y, weights, biases):
    activations = [x]
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        activations.append(np.maximum(activations[-1] @ W + b, 0))
    p = activations[-1] @ weights[-1] + biases[-1]
    dz = 2 * (p - y) / y.size
    dWs, dbs = [], []
    for W, h in zip(weights[::-1], activations[::-1], strict=True):
        dWs.append(h.T @ dz)
        dbs.append(dz.sum(axis=0))
        dz = (dz @ W.T) * (h > 0)
    return dWs[::-1], dbs[::-1]


def mlp_by_recursion(x, y, weights, biases):
    def run(h, layer):
        """The gradient with respect to h, and the gradients from this layer on."""
        W, b = weights[layer], biases[layer]
        z = h @ W + b
        if layer == len(weights) - 1:
            dz, dWs, dbs = 2 * (z - y) / z.size, [], []
        else:
            dh, dWs, dbs = run(np.maximum(z, 0), layer + 1)
            dz = np.where(z > 0, dh, 0)
        return dz @ W.T, [h.T @ dz, *dWs], [dz.sum(axis=0), *dbs]

    return run(x, 0)[1:]


def mlp_example_by_example(x, y, weights, biases):
    dWs, dbs = [np.zeros(W.shape) for W in weights], [np.zeros(b.shape) for b in biases]
    for row, truth in zip(x, y, strict=True):
        hs = [row]
        for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
            z = hs[-1] @ W + b
            hs.append(z if i == len(weights) - 1 else np.maximum(z, 0))
        slope = 2 * (hs[-1] - truth)
        for i in range(len(weights) - 1, -1, -1):
            if i < len(weights) - 1:
                slope = slope * (hs[i + 1] > 0)
            dWs[i] += np.outer(hs[i], slope) / y.size
            dbs[i] += slope / y.size
            slope = weights[i] @ slope
    return dWs, dbs


def mlp_by_differences(x, y, weights, biases):
    arrays = [np.array(array, dtype=float) for array in (*weights, *biases)]
    depth = len(weights)

    def loss():
        h = x
        for i in range(depth):
            h = h @ arrays[i] + arrays[depth + i]
            h = np.maximum(h, 0) if i < depth - 1 else h
        return np.mean((h - y) ** 2)

    found = []
    for array in arrays:
        gradient = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            middle = array[place]
            array[place] = middle + 1e-6
            above = loss()
            array[place] = middle - 1e-6
            gradient[place] = (above - loss()) / 2e-6
            array[place] = middle
        found.append(gradient)
    return found[:depth], found[depth:]


def differences_on_a_copy(f, x, eps):
    point = x.astype(float)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        point[place] += eps
        above = f(point)
        point[place] -= 2 * eps
        below = f(point)
        point[place] += eps
        gradient[place] = (above - below) / (2 * eps)
    return gradient


def differences_along_unit_vectors(f, x, eps):
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + step) - f(x - step)) / (2 * eps) for step in steps]
    return np.reshape(slopes, x.shape)


def differences_on_the_flat(f, x, eps):
    flat = x.ravel().tolist()
    gradient = []
    for i in range(len(flat)):
        above = [*flat[:i], flat[i] + eps, *flat[i + 1 :]]
        below = [*flat[:i], flat[i] - eps, *flat[i + 1 :]]
        gradient.append((f(np.reshape(above, x.shape)) - f(np.reshape(below, x.shape))) / eps / 2)
    return np.reshape(gradient, x.shape)


def differences_in_lists(f, x, eps):
    def slopes(place):
        if len(place) < x.ndim:
            return [slopes((*place, i)) for i in range(x.shape[len(place)])]
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[place] += eps
        below[place] -= eps
        return float(f(above) - f(below)) / (2 * eps)

    return slopes(())


RIGHT = {
    "neuron_gradients": [
        neuron_step_by_step,
        neuron_by_loops,
        neuron_with_a_column_of_ones,
        neuron_as_mean_of_products,
    ],
    "dense_backward": [dense_plain, dense_by_einsum_in_float32, dense_by_loops, dense_example_by_example],
    "mlp_backward": [mlp_by_lists, mlp_by_recursion, mlp_example_by_example, mlp_by_differences],
    "numerical_gradient": [
        differences_on_a_copy,
        differences_along_unit_vectors,
        differences_on_the_flat,
        differences_in_lists,
    ],
}
