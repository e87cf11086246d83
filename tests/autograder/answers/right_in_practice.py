"""Right answers to 07_in_practice, written in other ways than the reference: loops, other draws, other formulas."""

import math

import numpy as np


def dropout_by_a_mask(x, rate, rng):
    mask = rng.random(x.shape) < 1 - rate
    return x * mask / (1 - rate)


def dropout_by_binomial(x, rate, rng):
    return x * rng.binomial(1, 1 - rate, size=x.shape) * (1 / (1 - rate))


def dropout_by_loops(x, rate, rng):
    return [[float(value) / (1 - rate) if rng.random() >= rate else 0.0 for value in row] for row in x]


def dropout_on_a_copy(x, rate, rng):
    y = x.astype(np.float32) / (1 - rate)
    y[rng.uniform(size=x.shape) < rate] = 0
    return y


def dropout_by_choice(x, rate, rng):
    return x * rng.choice([0.0, 1 / (1 - rate)], p=[rate, 1 - rate], size=x.shape)


def norm_by_steps(x, gamma, beta, eps):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum((x - mean) ** 2, axis=0) / len(x)
    return (x - mean) * (gamma / (variance + eps) ** 0.5) + beta


def norm_by_loops(x, gamma, beta, eps):
    n, d = x.shape
    y = np.zeros((n, d))
    for j in range(d):
        column = [float(value) for value in x[:, j]]
        mean = sum(column) / n
        variance = sum((value - mean) ** 2 for value in column) / n
        for i in range(n):
            y[i, j] = gamma[j] * (column[i] - mean) / math.sqrt(variance + eps) + beta[j]
    return y


def norm_in_float32(x, gamma, beta, eps):
    x = x.astype(np.float32)
    variance = (x**2).mean(0) - x.mean(0) ** 2
    return gamma.astype(np.float32) * (x - x.mean(0)) / np.sqrt(np.maximum(variance, 0) + eps) + beta


def norm_by_std(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(np.std(x, axis=0) ** 2 + eps) + beta


def backward_step_by_step(dy, x, gamma, eps):
    n = len(x)
    centred = x - x.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0) + eps)
    dx_hat = dy * gamma
    dvariance = (dx_hat * centred).sum(axis=0) * -0.5 / spread**3
    dmean = -(dx_hat / spread).sum(axis=0) - 2 * dvariance * centred.mean(axis=0)
    dx = dx_hat / spread + dvariance * 2 * centred / n + dmean / n
    return dx, (dy * centred / spread).sum(axis=0), dy.sum(axis=0)


def backward_in_one_line(dy, x, gamma, eps):
    n = len(x)
    spread = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / spread
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    return [gamma / (n * spread) * (n * dy - dbeta - x_hat * dgamma), dgamma, dbeta]


def backward_by_the_jacobian(dy, x, gamma, eps):
    n, d = x.shape
    dx = np.zeros((n, d))
    for j in range(d):
        spread = np.sqrt(x[:, j].var() + eps)
        x_hat = (x[:, j] - x[:, j].mean()) / spread
        jacobian = (np.eye(n) - 1 / n - np.outer(x_hat, x_hat) / n) / spread
        dx[:, j] = jacobian @ (dy[:, j] * gamma[j])
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return dx, np.einsum("nd,nd->d", dy, x_hat), np.ones(n) @ dy


def backward_in_float32(dy, x, gamma, eps):
    return backward_in_one_line(dy.astype(np.float32), x.astype(np.float32), gamma.astype(np.float32), eps)


def residual_by_add(x, f):
    return np.add(f(x), x)


def residual_on_a_copy(x, f):
    y = np.array(x, dtype=float)
    y += f(x)
    return y


def residual_by_sum(x, f):
    return sum([x, f(x)])


def residual_by_einsum(x, f):
    return np.einsum("k...->...", np.stack([x, f(x.copy())]))


def clip_by_one_vector(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))
    return [g * max_norm / max(norm, max_norm) for g in grads]


def clip_by_loops(grads, max_norm):
    total = 0.0
    for g in grads:
        for value in np.ravel(g):
            total += float(value) ** 2
    if total <= max_norm**2:
        return list(grads)
    factor = max_norm / math.sqrt(total)
    return [factor * g for g in grads]


def clip_in_float32(grads, max_norm):
    norm = np.sqrt(np.sum([np.vdot(g, g) for g in grads]))
    return tuple(np.float32(min(1, max_norm / (norm + 1e-12))) * g.astype(np.float32) for g in grads)


def he_by_scaling(fan_in, shape, rng):
    return rng.standard_normal(shape) * np.sqrt(2 / fan_in)


def he_in_float32(fan_in, shape, rng):
    return rng.standard_normal(shape, dtype=np.float32) / math.sqrt(fan_in / 2)


def he_by_loops(fan_in, shape, rng):
    flat = [rng.normal(loc=0, scale=(2 / fan_in) ** 0.5) for _ in range(math.prod(shape))]
    return np.array(flat).reshape(shape)


def he_truncated(fan_in, shape, rng):
    """As Keras does it: cut off at two standard deviations, and wider to make up for it."""
    scale = math.sqrt(2 / fan_in) / 0.87962566103423978
    z = rng.normal(size=shape)
    while (far := np.abs(z) > 2).any():
        z[far] = rng.normal(size=far.sum())
    return scale * z


def augment_by_turns_and_mirror(images, rng):
    out = []
    for image in images:
        image = np.rot90(image, rng.integers(4))
        if rng.random() < 0.5:
            image = image[:, ::-1]
        out.append(image)
    return np.array(out)


def augment_by_three_coins(images, rng):
    out = images.copy()
    for i in range(len(out)):
        if rng.random() < 0.5:
            out[i] = out[i][::-1].copy()
        if rng.random() < 0.5:
            out[i] = out[i][:, ::-1].copy()
        if rng.random() < 0.5:
            out[i] = out[i].transpose(1, 0, 2).copy()
    return out


def augment_all_at_once(images, rng):
    turns, mirrored = rng.integers(0, 4, len(images)), rng.integers(0, 2, len(images)).astype(bool)
    out = np.where(mirrored[:, None, None, None], np.flip(images, axis=2), images)
    for k in range(1, 4):
        out[turns == k] = np.rot90(out[turns == k], k, axes=(1, 2))
    return out.astype(np.float32)


def augment_by_a_list(images, rng):
    sides = []
    for k in range(4):
        turned = np.rot90(images, k, axes=(1, 2))
        sides += [turned, np.flip(turned, axis=1)]
    return [sides[rng.choice(8)][i] for i in range(len(images))]


RIGHT = {
    "dropout": [dropout_by_a_mask, dropout_by_binomial, dropout_by_loops, dropout_on_a_copy, dropout_by_choice],
    "batch_norm": [norm_by_steps, norm_by_loops, norm_in_float32, norm_by_std],
    "batch_norm_backward": [
        backward_step_by_step,
        backward_in_one_line,
        backward_by_the_jacobian,
        backward_in_float32,
    ],
    "residual_block": [residual_by_add, residual_on_a_copy, residual_by_sum, residual_by_einsum],
    "clip_by_global_norm": [clip_by_one_vector, clip_by_loops, clip_in_float32],
    "he_normal": [he_by_scaling, he_in_float32, he_by_loops, he_truncated],
    "augment": [augment_by_turns_and_mirror, augment_by_three_coins, augment_all_at_once, augment_by_a_list],
}
