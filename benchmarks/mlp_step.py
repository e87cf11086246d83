"""Time of one training step of the MLP 784-64-32-16-10, batch 128: course, PyTorch, and Keras on PyTorch.

    python benchmarks/mlp_step.py [--rounds 40] [--threads 2]

A step is what a training loop does for each batch: gather the examples, forward, cross-entropy, backward, optimizer,
running mean of the loss. The libraries take turns, an epoch of 32 steps each; reported are medians over the rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

import course

SIZES = (784, 64, 32, 16, 10)
BATCH, STEPS = 128, 32


def course_epoch(x: np.ndarray, y: np.ndarray, optimizer: str) -> Callable[[], object]:
    hidden = [course.layers.Dense(units, activation="relu") for units in SIZES[1:-1]]
    model = course.Sequential([course.Input((SIZES[0],)), *hidden, course.layers.Dense(10, activation="softmax")])
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


def keras_epoch(x: np.ndarray, y: np.ndarray, optimizer: str) -> Callable[[], object]:
    import keras

    hidden = [keras.layers.Dense(units, activation="relu") for units in SIZES[1:-1]]
    model = keras.Sequential([keras.Input((SIZES[0],)), *hidden, keras.layers.Dense(10, activation="softmax")])
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
    for optimizer in ("sgd", "adam"):
        runners = {"course": course_epoch(x, y, optimizer), "torch": torch_epoch(x, y, optimizer)}
        if options.keras:
            runners["keras"] = keras_epoch(x, y, optimizer)
        times = interleave(runners, options.rounds)
        medians = {name: statistics.median(values) for name, values in times.items()}
        ratios = [ours / theirs for ours, theirs in zip(times["course"], times["torch"], strict=True)]
        print(
            f"{optimizer:5s}"
            + "".join(f"  {name} {value * 1e3 / STEPS:.3f} ms/step" for name, value in medians.items())
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
