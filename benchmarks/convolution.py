"""Convolutional networks: time and memory of a training step and of a prediction, beside PyTorch's and Keras's.

    python benchmarks/convolution.py [--rounds 12] [--keras]

The three take turns within one run, each with as many threads as it likes, channels last. A library's idle threads go
on waiting busily for a while, so there is a pause and an untimed call before each turn. Reported are medians over all
turns. Peak memory is that of a process of its own that makes training steps.
PyTorch and Keras are left out where they aren't installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

Call = Callable[[], object]


class Workload(NamedTuple):
    """A network, once in Keras's names, once for PyTorch, and the shape of an image for it."""

    title: str
    shape: tuple[int, int, int]
    layers: Callable[[Any], Any]
    torch: Callable[[], Any]
    batches: tuple[int, ...]
    must: float


def small(library: Any) -> Any:
    """The network of lesson 6 with 47,645 parameters."""
    tfkl = library.layers
    return library.Sequential(
        [
            library.Input((32, 32, 1)),
            tfkl.Conv2D(10, 5, activation="relu"),
            tfkl.MaxPooling2D(),
            tfkl.Conv2D(25, 5, activation="relu"),
            tfkl.MaxPooling2D(),
            tfkl.Conv2D(100, 4, activation="relu"),
            tfkl.MaxPooling2D(),
            tfkl.Flatten(),
            tfkl.Dense(10, activation="softmax"),
        ]
    )


def digits(library: Any) -> Any:
    """The ten-digit network of lesson 6."""
    tfkl = library.layers
    return library.Sequential(
        [
            library.Input((28, 28, 1)),
            tfkl.Conv2D(32, 3, activation="relu"),
            tfkl.Conv2D(32, 3, activation="relu"),
            tfkl.MaxPooling2D(),
            tfkl.Conv2D(16, 3, activation="relu"),
            tfkl.MaxPooling2D(),
            tfkl.Flatten(),
            tfkl.Dense(32, activation="relu"),
            tfkl.Dense(16, activation="relu"),
            tfkl.Dense(10, activation="softmax"),
        ]
    )


def residual(library: Any) -> Any:
    """Two residual blocks of 64 channels, the network with 223,242 parameters."""
    tfkl = library.layers

    def block(x: Any) -> Any:
        y = tfkl.Conv2D(64, 3, padding="same", activation="relu")(x)
        y = tfkl.Conv2D(64, 3, padding="same")(y)
        return tfkl.Activation("relu")(tfkl.add([x, y]))

    inputs = library.Input((32, 32, 3))
    x = tfkl.Conv2D(32, 3, activation="relu")(inputs)
    x = tfkl.Conv2D(64, 3, activation="relu")(x)
    x = block(block(tfkl.MaxPooling2D(3)(x)))
    x = tfkl.Conv2D(64, 3, activation="relu")(x)
    x = tfkl.Dense(256, activation="relu")(tfkl.GlobalAveragePooling2D()(x))
    return library.Model(inputs, tfkl.Dense(10, activation="softmax")(tfkl.Dropout(0.5)(x)))


def torch_small() -> Any:
    """The same as `small`; the softmax is in the loss."""
    from torch import nn

    return nn.Sequential(
        *(nn.Conv2d(1, 10, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(10, 25, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(25, 100, 4), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(100, 10)),
    )


def torch_digits() -> Any:
    """The same as `digits`."""
    from torch import nn

    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU()),
        *(nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10)),
    )


def torch_residual() -> Any:
    """The same as `residual`."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(64, 64, 3, padding=1)
            self.second = nn.Conv2d(64, 64, 3, padding=1)

        def forward(self, x: Any) -> Any:
            return torch.relu(x + self.second(torch.relu(self.first(x))))

    return nn.Sequential(
        *(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(3)),
        *(Block(), Block(), nn.Conv2d(64, 64, 3), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10)),
    )


WORKLOADS = {
    "small": Workload("Conv(10,5) Conv(25,5) Conv(100,4), 32×32×1", (32, 32, 1), small, torch_small, (32,), 1.5),
    "digits": Workload("Conv(32,3) Conv(32,3) Conv(16,3), 28×28×1", (28, 28, 1), digits, torch_digits, (430, 32), 1.8),
    "residual": Workload("two 64-channel blocks, 32×32×3", (32, 32, 3), residual, torch_residual, (32,), 2.0),
}


def data(shape: tuple[int, int, int], batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Images without meaning and their classes."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((batch, *shape)).astype(np.float32), rng.integers(0, 10, batch)


def calls(library: str, workload: Workload, batch: int) -> dict[str, Call]:
    """A training step and a prediction, ready to be called."""
    x, y = data(workload.shape, batch)
    if library == "torch":
        return torch_calls(workload, x, y)
    module = importlib.import_module(library)
    model = workload.layers(module)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return {"step": lambda: model.train_on_batch(x, y), "predict": lambda: model.predict_on_batch(x)}


def torch_calls(workload: Workload, x: np.ndarray, y: np.ndarray) -> dict[str, Call]:
    """The same by PyTorch, its memory in the order that it likes best, channels last."""
    import torch

    network = workload.torch().to(memory_format=torch.channels_last)
    images, classes = torch.from_numpy(x).permute(0, 3, 1, 2), torch.from_numpy(y)
    optimizer = torch.optim.Adam(network.parameters())

    def step() -> None:
        network.train()
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(network(images), classes).backward()
        optimizer.step()

    def predict() -> None:
        network.eval()
        with torch.no_grad():
            torch.softmax(network(images), dim=1)

    return {"step": step, "predict": predict}


def medians(contenders: dict[str, Call], rounds: int) -> dict[str, float]:
    """Milliseconds of a call, the contenders taking turns."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            time.sleep(0.03)
            call()
            for _ in range(3):
                start = time.perf_counter()
                call()
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(taken) for name, taken in times.items()}


def peak(library: str, workload: str, batch: int) -> tuple[float, float]:
    """Megabytes that a process takes for training steps, at most; and those beyond a step on one image."""
    command = [sys.executable, __file__, "--peak", library, workload, str(batch)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    most, above = map(float, said.split())
    return most, above


def print_peak(library: str, workload: str, batch: int) -> None:
    """What `peak` asks of a process of its own."""
    calls(library, WORKLOADS[workload], 1)["step"]()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    step = calls(library, WORKLOADS[workload], batch)["step"]
    for _ in range(4):
        step()
    print(resident("VmHWM"), resident("VmHWM") - before)


def resident(key: str) -> float:
    """Megabytes of memory that this process has now (VmRSS), or had at most (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return next(float(line.split()[1]) / 1e3 for line in status.splitlines() if line.startswith(key))


def compare(libraries: list[str], rounds: int) -> None:
    """Print the table of all workloads."""
    others = [library for library in libraries if library != "course"]
    print(f"{'':<58}" + "".join(f"{library:>10}" for library in libraries) + "".join(f"  / {one:<6}" for one in others))
    for name, workload in WORKLOADS.items():
        print(f"{workload.title}  (must: step {workload.must} × PyTorch, prediction 1.5)")
        for kind, batches in (("step", workload.batches), ("predict", (1, 256))):
            for batch in batches:
                contenders = {library: calls(library, workload, batch)[kind] for library in libraries}
                row(f"{kind}, batch {batch}", medians(contenders, rounds), "ms")
        for batch in workload.batches if Path("/proc/self/clear_refs").exists() else ():
            peaks = {library: peak(library, name, batch) for library in libraries}
            row(f"peak memory, batch {batch}", {library: most for library, (most, _) in peaks.items()}, "MB")
            row("    of which for the batch", {library: above for library, (_, above) in peaks.items()}, "MB")


def row(title: str, values: dict[str, float], unit: str) -> None:
    """One line of the table: each library's number, and ours over theirs."""
    numbers = "".join(f"{value:10.2f}" for value in values.values())
    ratios = "".join(f"{values['course'] / value:10.2f}" for name, value in values.items() if name != "course")
    print(f"    {title + ', ' + unit:<54}{numbers}{ratios}", flush=True)


def growth(rounds: int) -> None:
    """Print what one convolution, forward and back, costs as each of its sizes doubles twice."""
    import course

    print("\nConv2D(32, 3), forward and back, ms; nanoseconds a pixel and pair of channels")
    sizes = {
        "batch": [(16, 28, 32), (32, 28, 32), (64, 28, 32)],
        "channels": [(32, 28, 16), (32, 28, 32), (32, 28, 64)],
        "pixels": [(32, 20, 32), (32, 28, 32), (32, 40, 32)],
    }
    for what, cases in sizes.items():
        cells = []
        for batch, side, channels in cases:
            layer = course.layers.Conv2D(channels, 3, padding="same", activation="relu")
            x = data((side, side, channels), batch)[0]
            layer.build(x.shape[1:])

            def both(layer: Any = layer, x: np.ndarray = x) -> None:
                y, cache = layer.forward(x)
                layer.backward(y, cache)

            taken = medians({"course": both}, rounds)["course"]
            cells.append(f"{taken:8.2f} ({1e6 * taken / (batch * side**2 * channels**2):.3f})")
        print(f"    {what:<10}" + "".join(f"{case!s:>16} {cell}" for case, cell in zip(cases, cells, strict=True)))


def main() -> None:
    """Print times, ratios and peak memory, then how the cost grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--keras", action="store_true", help="Keras, too")
    parser.add_argument("--peak", nargs=3, metavar=("LIBRARY", "WORKLOAD", "BATCH"), help=argparse.SUPPRESS)
    # beside the names of other benchmarks, with `python -m benchmarks`
    chosen, _ = parser.parse_known_args()
    if chosen.peak:
        library, workload, batch = chosen.peak
        print_peak(library, workload, int(batch))
        return
    wanted = ["course", "torch", *(["keras"] if chosen.keras else [])]
    compare([library for library in wanted if importlib.util.find_spec(library)], chosen.rounds)
    growth(chosen.rounds)


if __name__ == "__main__":
    main()
