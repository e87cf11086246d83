"""Runs inside the outer sandbox: imports what kernels need, then forks one for each request.

It never runs a student's code and has one thread only, since a fork has no other.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import socket
import sys

from autograder.kernel import confine

PRELOADED = (
    "autograder.kernel.serve",
    "autograder.probe",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.zmqshell",
    "ipywidgets",
    "anywidget",
    "matplotlib.figure",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "matplotlib.backends.backend_agg",
    "numpy.testing",
    "tornado.platform.asyncio",
)

MAX_REQUEST = 2**20


def main(descriptor: int) -> None:
    """Serve requests from a socket of type SEQPACKET until it is closed, those first that came while this started.

    A request is a JSON object with one more socket attached, on which the fork itself answers; see `confine.enter`.
    """
    requests = socket.socket(fileno=descriptor)
    _preload(requests)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, MAX_REQUEST, 1)
        _reap()
        if not message:
            os._exit(0)  # nothing here is worth the time that Python takes to clear it up
        answer = socket.socket(fileno=descriptors[0])
        _fork(json.loads(message), answer, requests)
        answer.close()


def _reap() -> None:
    """Let go of forks that have ended; what they took counts as this process's, and the grading process's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def _preload(requests: socket.socket) -> None:
    gc.disable()  # what modules make they keep
    for name in PRELOADED:
        if _closed(requests):
            return
        with contextlib.suppress(ImportError):  # one of those that an environment for grading needn't have
            importlib.import_module(name)
    gc.enable()
    gc.collect()
    gc.freeze()  # what is there stays where it is, in pages that all forks share


def _closed(requests: socket.socket) -> bool:
    """Whether the other side wants nothing any more."""
    try:
        return requests.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def _fork(request: dict, answer: socket.socket, requests: socket.socket) -> None:
    """One kernel, and the user that it runs as: only its parent may say that."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        requests.close()
        ours.close()
        try:
            confine.enter(request, answer, theirs)
        except BaseException as error:
            confine.refuse(answer, error)
        finally:
            os._exit(1)
    theirs.close()
    with ours:
        if ours.recv(1):
            try:
                confine.map_user(pid)
                ours.send(b"1")
            except OSError as error:
                confine.refuse(answer, error)


if __name__ == "__main__":
    main(int(sys.argv[1]))
