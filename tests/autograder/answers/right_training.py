"""Right answers to 04_training, written in other ways than the reference."""

import math

import numpy as np


def mse_plain(y, p):
    return np.mean((p - y) ** 2), 2 * (p - y) / p.size


def mse_in_float32(y, p):
    error = np.subtract(y, p, dtype=np.float32)
    return [np.square(error).mean(), -2 * error / np.float32(error.size)]


def mse_by_loops(y, p):
    truths, predictions = np.ravel(y).tolist(), np.ravel(p).tolist()
    loss = sum((b - a) ** 2 for a, b in zip(truths, predictions, strict=True)) / len(truths)
    slopes = [2 * (b - a) / len(truths) for a, b in zip(truths, predictions, strict=True)]
    return loss, np.reshape(slopes, np.shape(p))


def mse_by_the_norm(y, p):
    error = (p - y).astype(float)
    return np.linalg.norm(error.ravel()) ** 2 / error.size, error * (2 / error.size)


def binary_clipped(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), (p - y) / (p * (1 - p)) / p.size


def binary_with_a_tiny_number(y, p):
    tiny = 1e-12
    p = p.astype(float)
    loss = np.mean(-y * np.log(p + tiny) - (1 - y) * np.log(1 - p + tiny))
    return loss, (-y / (p + tiny) + (1 - y) / (1 - p + tiny)) / y.size


def binary_by_cases(y, p):
    right = np.where(y == 1, p, 1 - p).astype(float)
    right = np.maximum(right, 1e-15)
    return np.mean(-np.log(right)), np.where(y == 1, -1.0, 1.0) / right / p.size


def binary_by_loops(y, p):
    losses, slopes = [], []
    for truth, probability in zip(np.ravel(y).tolist(), np.ravel(p).tolist(), strict=True):
        q = min(max(probability if truth == 1 else 1 - probability, 1e-6), 1)
        losses.append(-math.log(q))
        slopes.append((-1 if truth == 1 else 1) / q)
    return sum(losses) / len(losses), np.reshape(slopes, np.shape(p)) / len(losses)


def softmax_by_logsumexp(y, logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    gradient = np.exp(log_p)
    gradient[rows, y] -= 1
    return -log_p[rows, y].mean(), gradient / len(y)


def softmax_one_hot_in_float32(y, logits):
    exponentials = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float32))
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1], dtype=np.float32)[y]
    return -(one_hot * np.log(p + 1e-20)).sum() / len(y), (p - one_hot) / len(y)


def softmax_clipped(y, logits):
    exponentials = np.exp(logits - np.max(logits, axis=-1)[:, None])
    p = exponentials / np.sum(exponentials, axis=-1)[:, None]
    right = np.clip(p[range(len(y)), y], 1e-7, 1)
    p[range(len(y)), y] -= 1
    return np.mean(-np.log(right)), p / len(p)


def softmax_by_loops(y, logits):
    losses, gradient = [], []
    for truth, row in zip(y.tolist(), logits.tolist(), strict=True):
        top = max(row)
        total = sum(math.exp(z - top) for z in row)
        losses.append(top + math.log(total) - row[truth])
        gradient.append([(math.exp(z - top) / total - (k == truth)) / len(y) for k, z in enumerate(row)])
    return sum(losses) / len(losses), gradient


def sgd_plain(w, g, lr):
    return w - lr * g


def sgd_in_place_on_a_copy(w, g, lr):
    new = w.astype(float)
    new -= lr * g
    return new


def sgd_in_float32(w, g, lr):
    return np.subtract(w, np.multiply(np.float32(lr), g.astype(np.float32)), dtype=np.float32)


def sgd_by_loops(w, g, lr):
    if w.ndim > 1:
        return [sgd_by_loops(*rows, lr) for rows in zip(w, g, strict=True)]
    return [a - lr * b for a, b in zip(w.tolist(), g.tolist(), strict=True)]


def momentum_plain(w, g, v, lr, beta):
    v = beta * v - lr * g
    return w + v, v


def momentum_on_copies(w, g, v, lr, beta):
    velocity, weights = v.astype(float), w.astype(float)
    velocity *= beta
    velocity -= lr * g
    weights += velocity
    return [weights, velocity]


def momentum_with_the_sign_turned(w, g, v, lr, beta):
    step = (lr * g - beta * v).astype(np.float32)
    return w - step, -step


def momentum_by_loops(w, g, v, lr, beta):
    new_w, new_v = np.zeros(w.shape), np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        new_v[place] = beta * v[place] - lr * g[place]
        new_w[place] = w[place] + new_v[place]
    return new_w, new_v


def adam_as_in_the_paper(w, g, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def adam_as_in_keras(w, g, m, v, t, lr, beta1, beta2, eps):
    alpha = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    m = m + (g - m) * (1 - beta1)
    v = v + (g * g - v) * (1 - beta2)
    return w - alpha * m / (v**0.5 + eps), m, v


def adam_in_float32(w, g, m, v, t, lr, beta1, beta2, eps):
    w, g, m, v = (array.astype(np.float32) for array in (w, g, m, v))
    m = np.float32(beta1) * m + np.float32(1 - beta1) * g
    v = np.float32(beta2) * v + np.float32(1 - beta2) * g * g
    step = m / np.float32(1 - beta1**t) / (np.sqrt(v / np.float32(1 - beta2**t)) + np.float32(eps))
    return [w - np.float32(lr) * step, m, v]


def adam_by_loops(w, g, m, v, t, lr, beta1, beta2, eps):
    found = np.zeros((3, *w.shape))
    for place in np.ndindex(w.shape):
        mean = beta1 * float(m[place]) + (1 - beta1) * float(g[place])
        square = beta2 * float(v[place]) + (1 - beta2) * float(g[place]) ** 2
        step = lr * (mean / (1 - beta1**t)) / (math.sqrt(square / (1 - beta2**t)) + eps)
        found[(slice(None), *place)] = float(w[place]) - step, mean, square
    return found


def batches_yielded(n, batch_size, rng):
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


def batches_shuffled_in_place(n, batch_size, rng):
    indices = np.arange(n)
    rng.shuffle(indices)
    return np.split(indices, range(batch_size, n, batch_size))


def batches_in_lists(n, batch_size, rng):
    left = rng.choice(n, size=n, replace=False).tolist()
    batches = []
    while left:
        batches.append(left[:batch_size])
        left = left[batch_size:]
    return batches


def batches_by_sorting(n, batch_size, rng):
    order = np.argsort(rng.random(n))
    return tuple(order[i * batch_size : (i + 1) * batch_size] for i in range(math.ceil(n / batch_size)))


def stop_by_waiting(val_losses, patience):
    best, waited = math.inf, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
            if waited == patience:
                return epoch
    return len(val_losses) - 1


def stop_by_the_best_epoch(val_losses, patience):
    best = 0
    for epoch in range(len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return epoch


def stop_by_argmin(val_losses, patience):
    for epoch in range(len(val_losses)):
        if epoch - np.argmin(val_losses[: epoch + 1]) >= patience:
            return np.int64(epoch)
    return np.int64(len(val_losses) - 1)


def stop_by_windows(val_losses, patience):
    stops = (
        epoch
        for epoch in range(patience, len(val_losses))
        if min(val_losses[: epoch - patience + 1]) <= min(val_losses[epoch - patience + 1 : epoch + 1])
    )
    return float(next(stops, len(val_losses) - 1))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def perceptron_plain(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        dz = (sigmoid(x @ w + b) - y) / len(y)
        w -= lr * x.T @ dz
        b -= lr * dz.sum()
    return w, b


def perceptron_with_a_column_of_ones(x, y, lr, epochs):
    wider = np.hstack([x, np.ones((len(x), 1))]).astype(np.float32)
    w = np.zeros(wider.shape[1], dtype=np.float32)
    for _ in range(epochs):
        w = w - np.float32(lr) * np.mean((sigmoid(wider @ w) - y.astype(np.float32))[:, None] * wider, axis=0)
    return w[:-1], w[-1]


def perceptron_by_loops(x, y, lr, epochs):
    n, d = x.shape
    rows, truths = x.tolist(), y.tolist()
    w, b = [0.0] * d, 0.0
    for _ in range(epochs):
        dw, db = [0.0] * d, 0.0
        for row, truth in zip(rows, truths, strict=True):
            z = sum(a * c for a, c in zip(row, w, strict=True)) + b
            slope = 1 / (1 + math.exp(-z)) - truth
            dw = [a + slope * c for a, c in zip(dw, row, strict=True)]
            db += slope
        w = [a - lr * c / n for a, c in zip(w, dw, strict=True)]
        b -= lr * db / n
    return w, b


def perceptron_by_recursion(x, y, lr, epochs):
    if epochs == 0:
        return np.zeros(x.shape[1]), 0.0
    w, b = perceptron_by_recursion(x, y, lr, epochs - 1)
    error = (1 + np.tanh((x @ w + b) / 2)) / 2 - y
    return w - lr * (error @ x) / len(x), b - lr * error.mean()


RIGHT = {
    "mse": [mse_plain, mse_in_float32, mse_by_loops, mse_by_the_norm],
    "binary_cross_entropy": [binary_clipped, binary_with_a_tiny_number, binary_by_cases, binary_by_loops],
    "softmax_cross_entropy": [softmax_by_logsumexp, softmax_one_hot_in_float32, softmax_clipped, softmax_by_loops],
    "sgd_step": [sgd_plain, sgd_in_place_on_a_copy, sgd_in_float32, sgd_by_loops],
    "momentum_step": [momentum_plain, momentum_on_copies, momentum_with_the_sign_turned, momentum_by_loops],
    "adam_step": [adam_as_in_the_paper, adam_as_in_keras, adam_in_float32, adam_by_loops],
    "minibatches": [batches_yielded, batches_shuffled_in_place, batches_in_lists, batches_by_sorting],
    "stop_epoch": [stop_by_waiting, stop_by_the_best_epoch, stop_by_argmin, stop_by_windows],
    "train_perceptron": [
        perceptron_plain,
        perceptron_with_a_column_of_ones,
        perceptron_by_loops,
        perceptron_by_recursion,
    ],
}
