"""Time of one training step of the MLP 784-64-32-16-10, batch 128, and of a prediction: course, PyTorch, and Keras.

    python benchmarks/mlp_step.py [--rounds 40] [--threads 2]

A step is what a training loop does for each batch: gather the examples, forward, cross-entropy, backward, optimizer,
running mean of the loss. The libraries take turns, an epoch of 32 steps each; reported are medians over the rounds.
A prediction is `predict_on_batch` at batch 1 and 256 (must: 1.5 × PyTorch), 32 of them a turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

import course

SIZES = (784, 64, 32, 16, 10)
BATCH, STEPS = 128, 32


def course_epoch(x: np.ndarray, y: np.ndarray, optimizer: str) -> Callable[[], object]:
    model = dense_network(course)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)


def torch_epoch(x: np.ndarray, y: np.ndarray, optimizer: str) -> Callable[[], object]:
    import torch
    from torch import nn

    layers: list[nn.Module] = []
    for before, units in pairwise(SIZES):
        layers += [nn.Linear(before, units), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
    descent = make(model.parameters(), lr=0.01 if optimizer == "sgd" else 0.001)
    loss_function = nn.CrossEntropyLoss()
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)

    def epoch() -> float:
        total = 0.0
        order = torch.randperm(len(inputs))
        for start in range(0, len(inputs), BATCH):
            rows = order[start : start + BATCH]
            descent.zero_grad()
            loss = loss_function(model(inputs[rows]), labels[rows])
            loss.backward()
            descent.step()
            total += loss.item()
        return total

    return epoch


def predictions(x: np.ndarray, with_keras: bool) -> dict[str, Callable[[], object]]:
    """For each library a call that predicts for this batch, `STEPS` times."""
    import torch
    from torch import nn

    layers: list[nn.Module] = []
    for before, units in pairwise(SIZES):
        layers += [nn.Linear(before, units), nn.ReLU()]
    network = nn.Sequential(*layers[:-1], nn.Softmax(dim=1)).eval()
    inputs = torch.from_numpy(x)

    def torch_predictions() -> None:
        with torch.no_grad():
            for _ in range(STEPS):
                network(inputs)

    ours = dense_network(course)
    runners: dict[str, Callable[[], object]] = {
        "course": lambda: [ours.predict_on_batch(x) for _ in range(STEPS)],
        "torch": torch_predictions,
    }
    if with_keras:
        import keras

        theirs = dense_network(keras)
        runners["keras"] = lambda: [theirs.predict_on_batch(x) for _ in range(STEPS)]
    return runners


def dense_network(library: Any) -> Any:
    """The network in Keras's names."""
    hidden = [library.layers.Dense(units, activation="relu") for units in SIZES[1:-1]]
    return library.Sequential(
        [library.Input((SIZES[0],)), *hidden, library.layers.Dense(SIZES[-1], activation="softmax")]
    )


def keras_epoch(x: np.ndarray, y: np.ndarray, optimizer: str) -> Callable[[], object]:
    import keras

    model = dense_network(keras)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--keras", action="store_true", help="time Keras on PyTorch, too")
    options = parser.parse_args()
    limit_threads(options.threads)

    rng = np.random.default_rng(0)
    x = rng.random((BATCH * STEPS, SIZES[0]), dtype=np.float32)
    y = rng.integers(0, SIZES[-1], BATCH * STEPS)
    for batch in (1, 256):
        runners = predictions(x[:batch], options.keras)
        report(f"predict, batch {batch}", interleave(runners, options.rounds))
    for optimizer in ("sgd", "adam"):
        runners = {"course": course_epoch(x, y, optimizer), "torch": torch_epoch(x, y, optimizer)}
        if options.keras:
            runners["keras"] = keras_epoch(x, y, optimizer)
        report(f"step, {optimizer}", interleave(runners, options.rounds))


def report(title: str, times: dict[str, list[float]]) -> None:
    """One line: each library's median, and ours over PyTorch's."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = [ours / theirs for ours, theirs in zip(times["course"], times["torch"], strict=True)]
    print(
        f"{title:20s}"
        + "".join(f"  {name} {value * 1e3 / STEPS:.3f} ms" for name, value in medians.items())
        + f"  course/torch {statistics.median(ratios):.2f}"
    )


def limit_threads(threads: int) -> None:
    """As many for NumPy's BLAS as for PyTorch."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(threads)
    threadpool_limits(threads)


def interleave(runners: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each runner in each round, after two rounds to warm up."""
    times: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds + 2):
        for name, run in runners.items():
            begin = time.perf_counter()
            run()
            if number >= 2:
                times[name].append(time.perf_counter() - begin)
    return times


if __name__ == "__main__":
    main()
