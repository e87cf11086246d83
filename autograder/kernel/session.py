"""A conversation with a kernel that nobody trusts: cells in, outputs out, within limits, whatever it does.

It speaks Jupyter's messages directly. Every wait ends: at the reply, at the kernel's death, at a limit.
"""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from nbformat import NotebookNode

from autograder.kernel import packages
from autograder.kernel.limits import Limits
from autograder.kernel.manager import manager
from autograder.kernel.outputs import Outputs, error_output
from autograder.oneline import one_line

TICK = 0.2  # seconds between looks at the clock, the memory and the kernel
IDLE_SECONDS = 2.0  # that the last outputs may take after the reply
QUIET = 20_000  # bytes of messages that a cell may always send: one that prints nothing sends some, too
RECOVER_SECONDS = 3.0  # after an interrupt; a kernel that is still busy is ended
START_SECONDS = 60.0


@dataclass
class Ran:
    """What became of a cell.

    Parameters
    ----------
    ended : str
        "ok", "raised", "exited", "timed out", "flooded", "memory" or "died".
    message : str
        Why, in one line, unless it is "ok".
    """

    ended: str = "ok"
    message: str = ""
    outputs: list[NotebookNode] = field(default_factory=list)


class Session:
    """A kernel, and what it may still take.

    Parameters
    ----------
    folder : Path
        The kernel works in it, or in a copy of it where it is sandboxed.
    limits : Limits
    sandboxed : bool
    room : str
        `packages.PLAIN` or `packages.FULL`.
    bars : sequence of str
        Dotted names of functions of NumPy that are not at hand.
    """

    def __init__(
        self, folder: Path, limits: Limits, *, sandboxed: bool, room: str = packages.PLAIN, bars: Sequence[str] = ()
    ) -> None:
        self.limits, self._sandboxed = limits, sandboxed
        self._options: dict[str, Any] = {"cwd": str(folder)}
        if sandboxed:
            self._options |= {"limits": limits, "room": room, "bars": list(bars)}
        self._ends = time.monotonic() + limits.notebook_seconds
        self._output_left = limits.notebook_output
        self._context = zmq.Context()
        self._folder = None if sandboxed else tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
        self._manager = manager(Path(self._folder.name) if self._folder else None)
        self._shell: zmq.Socket[bytes] | None = None
        self._iopub: zmq.Socket[bytes] | None = None
        self._monitors: list[zmq.Socket[bytes]] = []
        self._numbers = itertools.count()
        self._displays: dict[str, list[NotebookNode]] = {}

    def start(self) -> None:
        """Start the kernel, or another one in its place."""
        if self._manager.has_kernel:
            self._manager.end(restart=True)
        options = self._options
        if not self._sandboxed:
            options = {**options, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._manager.start(**options)
        self._connect()

    def close(self) -> None:
        """End the kernel and all that it started."""
        if self._manager.has_kernel:
            self._manager.end()
        self._context.destroy(linger=0)
        if self._folder:
            self._folder.cleanup()

    @property
    def alive(self) -> bool:
        """Whether there is a kernel."""
        return self._manager.has_kernel and bool(self._manager.is_alive())

    @property
    def time_left(self) -> float:
        """Seconds for the rest of the notebook."""
        return self._ends - time.monotonic()

    def run(self, source: str) -> Ran:
        """Run a cell and collect its outputs.

        A kernel that does not come back is ended: then `alive` is False.
        """
        if self.time_left <= 0:
            return Ran("timed out", f"the notebook took longer than {self.limits.notebook_seconds:g} s")
        ran = Ran()
        seconds = min(self.limits.cell_seconds, self.time_left)
        reply = self._exchange({"code": source}, seconds, ran, self.limits.cell_output)
        if ran.ended == "ok" and reply is not None and reply.get("status") != "ok":
            ran.ended, ran.message = "raised", one_line(f"{reply.get('ename')}: {reply.get('evalue')}")
            if not any(output.output_type == "error" for output in ran.outputs):
                ran.outputs.append(error_output(str(reply.get("ename")), str(reply.get("evalue"))))
        elif ran.ended != "ok":
            ran.outputs.append(error_output("Stopped", ran.message))
        elif reply is not None and "'source': 'ask_exit'" in str(reply.get("payload")):
            ran.ended, ran.message = "exited", "called exit(); what follows it was graded all the same"
        return ran

    def ask(self, expression: str, seconds: float) -> tuple[Ran, dict[str, Any]]:
        """Have the kernel evaluate an expression, out of sight of the notebook.

        Returns
        -------
        Ran
            Whether it came back.
        dict
            Its answer, as Jupyter's user_expressions have it; empty where it did not.
        """
        ran = Ran()
        content = {"code": "", "silent": True, "store_history": False, "user_expressions": {"answer": expression}}
        reply = self._exchange(content, seconds, ran, self.limits.notebook_output)
        answers = reply.get("user_expressions") if reply else None
        answer = answers.get("answer") if isinstance(answers, dict) else None
        return ran, answer if isinstance(answer, dict) else {}

    def _exchange(self, content: dict[str, Any], seconds: float, ran: Ran, most: int) -> dict[str, Any] | None:
        """Send a request and read until its reply and all of its outputs are there, or a limit is reached."""
        request = {"silent": False, "store_history": True, "user_expressions": {}, **content}
        request |= {"allow_stdin": False, "stop_on_error": False}
        ident = self._send("execute_request", request)
        clock = time.monotonic
        most = min(most, max(self._output_left, QUIET))
        deadline, looked, interrupted = clock() + seconds, clock(), False
        reply: dict[str, Any] | None = None
        idle, size = False, 0
        outputs = Outputs(self._displays)
        ran.outputs = outputs.nodes
        while reply is None or not (idle or ran.ended != "ok"):
            for socket in self._waiting(min(TICK, max(deadline - clock(), 0.001))):
                if socket in self._monitors:
                    # a message that is too large is not received, and the connection ended
                    socket.recv_multipart()
                    size += most + 1
                    continue
                message, length = self._receive(socket)
                if message is None or message["parent_header"].get("msg_id") != ident:
                    continue
                if socket is self._iopub:
                    size += length
                if socket is self._shell:
                    reply = message["content"]
                    deadline = min(deadline, clock() + IDLE_SECONDS)
                elif message["header"].get("msg_type") == "status":
                    idle = idle or message["content"].get("execution_state") == "idle"
                elif ran.ended == "ok" and size <= most:
                    outputs.take(message)
            now = clock()
            if ran.ended == "ok":
                if size > most:
                    ran.ended, ran.message = "flooded", f"printed or displayed more than {_bytes(most)}; it was stopped"
                elif now >= deadline and reply is None:
                    ran.ended, ran.message = "timed out", f"ran longer than {seconds:.3g} s; it was stopped"
                if ran.ended != "ok":
                    self._interrupt()
                    interrupted, deadline = True, now + RECOVER_SECONDS
            if now - looked >= TICK:
                looked = now
                if not self.alive:
                    return self._give_up(ran, "died", "the kernel died")
                if self._memory() > self.limits.memory:
                    return self._give_up(ran, "memory", f"took more than {_bytes(self.limits.memory)} of memory")
            if now >= deadline and reply is not None:
                break  # what is lacking are outputs: they were lost, or it says nothing any more
            if now >= deadline and interrupted:
                return self._give_up(ran, ran.ended, f"{ran.message.removesuffix('; it was stopped')} and did not stop")
        self._output_left -= min(size, most, self._output_left)  # what came after the limit was not kept
        if ran.ended == "flooded":
            self._connect()  # anew, so that what is still on its way does not flood the next cell
        return reply

    def _give_up(self, ran: Ran, how: str, why: str) -> dict[str, Any] | None:
        """Give up this kernel."""
        ran.ended, ran.message = how, why
        if self._manager.has_kernel:
            self._manager.end(restart=True)
        return None

    def _memory(self) -> int:
        kernel = getattr(self._manager.provisioner, "kernel", None)
        return kernel.look() if kernel is not None else 0

    def _interrupt(self) -> None:
        if self.alive:
            self._manager.interrupt_kernel()

    def _connect(self) -> None:
        """Connect, and wait until the kernel answers and its outputs arrive."""
        for socket in (*self._monitors, self._shell, self._iopub):
            if socket is not None:
                socket.close(linger=0)
        self._shell = self._socket(zmq.DEALER, self._manager.shell_port, self.limits.reply)
        self._iopub = self._socket(zmq.SUB, self._manager.iopub_port, self.limits.cell_output + 2**20)
        self._iopub.subscribe(b"")
        self._monitors = [self._monitor(one) for one in (self._shell, self._iopub)]
        ends = time.monotonic() + START_SECONDS
        answered = heard = False
        asked = 0.0
        while not (answered and heard):
            if time.monotonic() > ends or not self.alive:
                raise RuntimeError("the kernel does not start")
            if time.monotonic() - asked > TICK / 2:
                self._send("kernel_info_request", {})
                asked = time.monotonic()
            for socket in self._waiting(TICK / 4):
                self._receive(socket) if socket not in self._monitors else socket.recv_multipart()
                answered, heard = answered or socket is self._shell, heard or socket is self._iopub

    def _socket(self, kind: int, port: int, largest: int) -> zmq.Socket[bytes]:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.MAXMSGSIZE, largest)
        socket.setsockopt(zmq.RCVHWM, 200)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"ipc://{self._manager.ip}-{port}")
        return socket

    def _monitor(self, socket: zmq.Socket[bytes]) -> zmq.Socket[bytes]:
        # an address of its own: zmq's is made of the file descriptor, and an earlier socket's monitor may still hold it
        address = f"inproc://disconnected-{next(self._numbers)}"
        return socket.get_monitor_socket(zmq.EVENT_DISCONNECTED, address)

    def _send(self, kind: str, content: dict[str, Any]) -> str:
        session = self._manager.session
        message = session.msg(kind, content)
        session.send(self._shell, message)
        return message["header"]["msg_id"]

    def _waiting(self, seconds: float) -> list[zmq.Socket[bytes]]:
        """The sockets that have something, as soon as one has."""
        poller = zmq.Poller()
        for socket in (self._shell, self._iopub, *self._monitors):
            poller.register(socket, zmq.POLLIN)
        return [socket for socket, _ in poller.poll(int(1e3 * seconds) + 1)]

    def _receive(self, socket: zmq.Socket[bytes]) -> tuple[dict[str, Any] | None, int]:
        """A message, None where it is none, and its length."""
        frames = socket.recv_multipart()
        length = sum(map(len, frames))
        session = self._manager.session
        try:
            message = session.deserialize(session.feed_identities(frames)[1])
        except Exception:  # whatever a wrong signature, a missing frame or a broken text leads to
            return None, length
        parts = (message.get(part) for part in ("header", "parent_header", "content"))
        return (message if all(isinstance(part, dict) for part in parts) else None), length


def _bytes(count: float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"
