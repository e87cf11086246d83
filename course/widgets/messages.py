"""What the browser tells a widget while a cell is running, which the kernel would read only after the cell."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

_waiting: set[asyncio.Task[None]] = set()
"""Keeps tasks alive until they are done, which asyncio doesn't."""


def running_kernel() -> Any:
    """The ipykernel in which this runs, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)


def read_messages(widget: Any) -> None:
    """Hand a widget what was sent to it; what was sent to others keeps its place behind the running cell.

    Needs the main thread of an ipykernel from version 7 on, and does nothing elsewhere: in another thread there is
    no need, for the main one reads. (JupyterLab from 4.4 on may choose a thread of its own for a widget's messages, a
    subshell; those arrive by themselves.)
    """
    kernel = running_kernel()
    channel = getattr(kernel, "shell_channel_thread", None)
    if channel is None or widget.comm is None or threading.current_thread() is not threading.main_thread():
        return
    try:
        loop = asyncio.get_running_loop()
        socket = channel.manager.get_shell_channel_to_subshell_pair(None).to_socket
    except (AttributeError, RuntimeError):  # another version, or no event loop
        return
    while socket.poll(0):
        frames = socket.recv_multipart(copy=False)
        if not _deliver(kernel, widget, frames):
            task = loop.create_task(kernel.shell_main(None, frames))
            _waiting.add(task)
            task.add_done_callback(_waiting.discard)


def _deliver(kernel: Any, widget: Any, frames: list[Any]) -> bool:
    """Let the widget have a message, if it is for the widget."""
    try:
        identities, parts = kernel.session.feed_identities(frames, copy=False)
        # only the header, for a message can be read but once: the second time it is taken for a forgery
        message = kernel.session.deserialize(parts, content=False, copy=False)
        if message["header"]["msg_type"] != "comm_msg":
            return False
        if kernel.session.unpack(message["content"])["comm_id"] != widget.comm.comm_id:
            return False
        message = kernel.session.deserialize(parts, copy=False)
    except (ValueError, KeyError, IndexError):  # not a message, but the kernel's own signals
        return False
    kernel.comm_manager.comm_msg(None, identities, message)
    return True
