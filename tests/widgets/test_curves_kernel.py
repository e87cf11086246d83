"""The kernel's side of the live curves: what the browser sends reaches a training that blocks the kernel."""

import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

import pytest

pytest.importorskip("ipykernel", minversion="7")
from jupyter_client.manager import KernelManager

SETUP = """
import numpy as np
from course import Sequential, layers
from course.widgets.curves import LiveCurves
x = np.zeros((64, 2), np.float32)
def fit(epochs):
    model = Sequential([layers.Input((2,)), layers.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    model.fit(x, x[:, :1], epochs=epochs, verbose=0, callbacks=[curves])
    return model
order = []
curves = LiveCurves()
"""


class Kernel:
    """A kernel, and all that it says aloud."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.heard: list[dict[str, Any]] = []

    def run(self, code: str) -> dict[str, Any]:
        """Run a cell and wait for its reply."""
        return self.reply(self.client.execute(code))

    def reply(self, message_id: str) -> dict[str, Any]:
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == message_id:
                return reply["content"]

    def ask(self, expression: str) -> str:
        reply = {"status": "aborted"}
        while reply["status"] == "aborted":  # as everything is for a moment after an interrupted cell
            reply = self.reply(self.client.execute("", user_expressions={"answer": expression}))
        return reply["user_expressions"]["answer"]["data"]["text/plain"]

    def hear(self, wanted: Any) -> dict[str, Any]:
        """The first message on the public channel for which `wanted` holds."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            self.heard.append(message)
            if wanted(message):
                return message
        raise AssertionError("the kernel didn't say that")

    def tell(self, widget: str, content: dict[str, Any]) -> None:
        data = {"comm_id": widget, "data": {"method": "custom", "content": content}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", data))


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    manager = KernelManager()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        kernel = Kernel(client)
        assert kernel.run(SETUP)["status"] == "ok"
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def live(message: dict[str, Any]) -> dict[str, Any]:
    """The run under way, if the message tells of it."""
    state = message["content"].get("data", {}).get("state", {}) if message["msg_type"] == "comm_msg" else {}
    return state.get("live") or {}


def test_messages_reach_a_training_and_cells_wait_their_turn(kernel):
    widget = kernel.ask("curves.widget.comm.comm_id").strip("'")
    other = kernel.ask("LiveCurves().widget.comm.comm_id").strip("'")
    training = kernel.client.execute("model = fit(10**9); order.append('training')")
    kernel.hear(lambda message: live(message).get("epoch", 0) > 0)
    kernel.client.execute("order.append('first')")
    kernel.client.execute("order.append('second')")
    kernel.tell(other, {"do": "stop"})
    kernel.tell(widget, {"do": "rate", "value": 0.125})
    frame = live(kernel.hear(lambda message: live(message).get("rate") == 0.125))
    assert [rate for _, rate in frame["rates"]] == [0.01, 0.125]
    kernel.client.execute("order.append('third')")
    kernel.tell(widget, {"do": "stop"})
    assert kernel.reply(training)["status"] == "ok"
    kernel.client.execute("order.append('fourth')")
    assert kernel.ask("order") == "['training', 'first', 'second', 'third', 'fourth']"
    assert kernel.ask("model.optimizer.learning_rate, curves.runs[0]['ended']") == "(0.125, 'stopped')"


def test_a_picture_stays_when_the_cell_has_ended(kernel):
    training = kernel.client.execute("fit(2); fit(3)")
    shown = kernel.hear(lambda message: message["msg_type"] == "display_data")["content"]
    assert "image/png" not in shown["data"]
    kept = kernel.hear(lambda message: message["msg_type"] == "update_display_data")["content"]
    assert kernel.reply(training)["status"] == "ok"
    assert kept["transient"] == shown["transient"]
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(kept["data"])
    assert "LiveCurves: 2 runs" in kept["data"]["text/plain"]
    assert sum(message["msg_type"] == "display_data" for message in kernel.heard) == 1


def test_an_interrupted_training_leaves_its_picture_too(kernel):
    training = kernel.client.execute("fit(10**9)")
    kernel.hear(lambda message: live(message).get("epoch", 0) > 0)
    control = kernel.client.session.msg("interrupt_request", {})
    kernel.client.control_channel.send(control)
    kernel.hear(lambda message: message["msg_type"] == "update_display_data")
    assert kernel.reply(training)["ename"] == "KeyboardInterrupt"
    assert kernel.ask("curves.runs[0]['ended'], curves.widget.live") == "('interrupted', {})"
