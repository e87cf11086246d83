"""How much slower `fit` is with LiveCurves in a notebook's kernel: must be under 5 %.

    python benchmarks/live_curves.py [--rounds 20] [--seconds 2]

A kernel is started, in which the MLP 784-64-32-16-10 trains on batches of 32 and validates, again and again for some
seconds: in turns without and with the curves. Reported is the median over the rounds of the ratio of two neighbours,
and how many updates a second were sent. The picture that is left at the end of a cell comes after fit.
"""

from __future__ import annotations

import argparse
import ast
from typing import Any

CODE = """
import statistics, time
import numpy as np
import course
from course.widgets.curves import LiveCurves

rng = np.random.default_rng(0)
x = rng.random((32 * 64, 784), dtype=np.float32)
y = rng.integers(0, 10, len(x))
hidden = [course.layers.Dense(units, activation="relu") for units in (64, 32, 16)]
model = course.Sequential([course.Input((784,)), *hidden, course.layers.Dense(10, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")

def seconds(epochs, callbacks):
    begin = time.perf_counter()
    model.fit(x, y, batch_size=32, epochs=epochs, validation_split=0.25, verbose=0, callbacks=callbacks)
    return time.perf_counter() - begin

seconds(2, [])
epochs = max(1, round({seconds} / (seconds(5, []) / 5)))
ratios, updates = [], []
for number in range({rounds} + 1):
    curves = LiveCurves()
    sent = 0
    def count(change):
        global sent
        sent += bool(change["new"])
    curves.widget.observe(count, "live")
    if number % 2:
        live, plain = seconds(epochs, [curves]), seconds(epochs, [])
    else:
        plain, live = seconds(epochs, []), seconds(epochs, [curves])
    if number:
        ratios.append(live / plain)
        updates.append(sent / live)
"""


def main() -> None:
    from jupyter_client.manager import KernelManager

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    manager = KernelManager()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        ratio, slowest, updates = measure(client, CODE.format(rounds=options.rounds, seconds=options.seconds))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(f"fit with LiveCurves / without: {ratio:.3f} (upper quartile {slowest:.3f}), {updates:.1f} updates a second")


def measure(client: Any, code: str) -> tuple[float, float, float]:
    """The median and the upper quartile of the ratios, and the updates a second."""
    wanted = "(statistics.median(ratios), statistics.quantiles(ratios, n=4)[-1], statistics.median(updates))"
    reply = client.execute_interactive(
        code, user_expressions={"answer": wanted}, output_hook=lambda message: None, timeout=None
    )["content"]
    if reply["status"] != "ok":
        raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
    ratio, slowest, updates = ast.literal_eval(reply["user_expressions"]["answer"]["data"]["text/plain"])
    return ratio, slowest, updates


if __name__ == "__main__":
    main()
