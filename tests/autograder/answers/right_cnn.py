"""Right answers to 06_cnn, written in other ways than the reference."""

import numpy as np

import course
from course import layers


def pool_by_loops(x, k):
    n, height, width, channels = x.shape
    y = np.full((n, height // k, width // k, channels), -np.inf)
    for i, row, column, c in np.ndindex(y.shape):
        for a, b in np.ndindex(k, k):
            y[i, row, column, c] = max(y[i, row, column, c], x[i, row * k + a, column * k + b, c])
    return y


def pool_by_reshape(x, k):
    n, height, width, channels = x.shape
    rows, columns = height // k, width // k
    return x[:, : rows * k, : columns * k].reshape(n, rows, k, columns, k, channels).max(axis=(2, 4))


def pool_by_shifts(x, k):
    rows, columns = x.shape[1] // k * k, x.shape[2] // k * k
    shifted = [x[:, a:rows:k, b:columns:k] for a in range(k) for b in range(k)]
    return np.maximum.reduce(shifted).astype(np.float32)


def pool_by_windows(x, k):
    rows = []
    for top in range(0, x.shape[1] - k + 1, k):
        lefts = range(0, x.shape[2] - k + 1, k)
        rows.append([x[:, top : top + k, left : left + k].max(axis=(1, 2)) for left in lefts])
    return np.array(rows).transpose(2, 0, 1, 3)


def unpool_by_loops(dy, x, k):
    dx = np.zeros(x.shape)
    for i, row, column, c in np.ndindex(dy.shape):
        window = x[i, row * k : row * k + k, column * k : column * k + k, c]
        a, b = divmod(int(np.argmax(window)), k)
        dx[i, row * k + a, column * k + b, c] = dy[i, row, column, c]
    return dx


def unpool_the_last_winner(dy, x, k):
    dx = np.zeros(x.shape, np.float32)
    for i, row, column, c in np.ndindex(dy.shape):
        best, place = -np.inf, None
        for a, b in np.ndindex(k, k):
            if x[i, row * k + a, column * k + b, c] >= best:
                best, place = x[i, row * k + a, column * k + b, c], (row * k + a, column * k + b)
        dx[(i, *place, c)] += dy[i, row, column, c]
    return dx


def unpool_even_ties(dy, x, k):
    n, height, width, channels = x.shape
    rows, columns = height // k, width // k
    windows = x[:, : rows * k, : columns * k].reshape(n, rows, k, columns, k, channels)
    won = windows == windows.max(axis=(2, 4), keepdims=True)
    shares = won / won.sum(axis=(2, 4), keepdims=True) * dy[:, :, None, :, None, :]
    dx = np.zeros(x.shape)
    dx[:, : rows * k, : columns * k] = shares.reshape(n, rows * k, columns * k, channels)
    return dx


def field_by_sum(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def field_backwards(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return float(field)


def field_by_products(layers):
    kernels, strides = (np.array([layer[i] for layer in layers], dtype=int) for i in (0, 1))
    before = np.cumprod([1, *strides])[:-1]
    return 1 + np.sum((kernels - 1) * before)


def field_by_recursion(layers):
    if not layers:
        return 1
    *before, (kernel, _) = layers
    return field_by_recursion(before) + (kernel - 1) * int(np.prod([s for _, s in before]))


def cnn_as_a_list():
    return course.Sequential(
        [
            layers.Conv2D(10, (5, 5), activation="relu", input_shape=(32, 32, 1)),
            layers.MaxPool2D(),
            layers.Conv2D(25, (5, 5), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(100, (4, 4), activation="relu"),
            layers.MaxPool2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def cnn_layer_by_layer():
    model = course.Sequential()
    model.add(course.Input((32, 32, 1)))
    for filters, kernel in ((10, 5), (25, 5), (100, 4)):
        model.add(layers.Conv2D(filters, kernel))
        model.add(layers.ReLU())
        model.add(layers.MaxPool2D(strides=2))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    model.add(layers.Activation("softmax"))
    return model


def cnn_functional():
    image = course.Input((32, 32, 1))
    x = image
    for filters, kernel in zip((10, 25, 100), (5, 5, 4), strict=True):
        x = layers.MaxPool2D()(layers.Conv2D(filters, kernel, activation="relu")(x))
    return course.Model(image, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))


def _trained(stack, x, y, epochs, learning_rate=0.003):
    model = course.Sequential([course.Input(x.shape[1:]), *stack], seed=0)
    optimizer = course.optimizers.Adam(learning_rate=learning_rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return model


def classify_by_the_largest_response(x_train, y_train, x_new):
    stack = [
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPool2D(),
        layers.Conv2D(32, 3, activation="relu"),
        layers.GlobalMaxPool2D(),
        layers.Dense(10, activation="softmax"),
    ]
    return _trained(stack, x_train, y_train, 20).predict(x_new, verbose=0)


def classify_with_moved_copies(x_train, y_train, x_new):
    stack = [
        layers.RandomTranslation(0.4, 0.4, fill_mode="wrap"),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPool2D(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPool2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
    return _trained(stack, x_train, y_train, 60).predict(x_new, verbose=0).tolist()


def classify_by_one_hot_labels(x_train, y_train, x_new):
    image = course.Input((14, 14, 1))
    x = layers.Conv2D(24, 5, activation="relu")(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    model = course.Model(image, layers.Dense(10, activation="softmax")(layers.GlobalMaxPooling2D()(x)), seed=1)
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.fit(x_train, np.eye(10)[y_train], batch_size=16, epochs=30, verbose=0)
    return model.predict(x_new, verbose=0).astype(np.float64)


RIGHT = {
    "max_pool2d": [pool_by_loops, pool_by_reshape, pool_by_shifts, pool_by_windows],
    "max_pool2d_backward": [unpool_by_loops, unpool_the_last_winner, unpool_even_ties],
    "receptive_field": [field_by_sum, field_backwards, field_by_products, field_by_recursion],
    "build_cnn": [cnn_as_a_list, cnn_layer_by_layer, cnn_functional],
    "classify": [classify_by_the_largest_response, classify_with_moved_copies, classify_by_one_hot_labels],
}
