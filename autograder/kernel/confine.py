"""What a fork of the template does to itself before a student's code runs in it.

The fork leaves all namespaces and forks the first process of the new ones. That one lays out what is to be seen, forks
the kernel, and stays, to end everything in its namespaces when it ends. The kernel drops all privileges before it
starts a thread, and binds its sockets; then their folder is made read-only, and it serves.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from autograder.kernel import linux
from autograder.kernel.limits import Limits

NOBODY = 65534
SUBMISSION, SOCKETS, JOBS = Path("/submission"), Path("/sockets"), Path("/jobs")
WORK = SUBMISSION / "work"
INODES = 20_000
BOUND = b"bound"
FRESH_KERNEL = 1_500_000_000  # bytes of addresses that a kernel takes before it runs anything


def map_user(pid: int) -> None:
    """Make the user of a fork, which has unshared its user namespace, nobody: really so where the caller is root."""
    user, group = os.getuid(), os.getgid()
    if user != 0:
        Path(f"/proc/{pid}/setgroups").write_text("deny")
    Path(f"/proc/{pid}/uid_map").write_text(f"{NOBODY} {NOBODY if user == 0 else user} 1\n")
    Path(f"/proc/{pid}/gid_map").write_text(f"{NOBODY} {NOBODY if user == 0 else group} 1\n")


def enter(request: dict[str, Any], answer: socket.socket, template: socket.socket) -> NoReturn:
    """Become the kernel of a submission.

    Parameters
    ----------
    request : dict
        "job" (the name of its folder in /jobs), "room", "connection" (what a connection file says), "seccomp" (hex),
        "bars" (dotted names of functions), "limits", "cores" (that it may use).
    answer : socket
        Gets {"ready": true} with two pidfds, of the first process and of the kernel; or {"error": …}.
    template : socket
        To the template, which says who the user is.
    """
    os.sched_setaffinity(0, request["cores"])
    linux.unshare(linux.NEW_USER | linux.NEW_MOUNT | linux.NEW_PID | linux.NEW_IPC | linux.NEW_UTS | linux.NEW_NET)
    template.send(b"1")
    if not template.recv(1):
        os._exit(1)
    template.close()
    _become_nobody()
    first = os.fork()
    if first == 0:
        _first_process(request, answer)
    answer.close()
    os.waitpid(first, 0)
    os._exit(0)


def refuse(answer: socket.socket, error: BaseException) -> None:
    """Say why there is no kernel."""
    answer.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())


def _become_nobody() -> None:
    if "deny" not in Path("/proc/self/setgroups").read_text():
        os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _first_process(request: dict[str, Any], answer: socket.socket) -> NoReturn:
    limits = Limits(**request["limits"])
    try:
        _lay_out(request["job"], request["room"], limits)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kernel = os.fork()
        if kernel == 0:
            answer.close()
            ours.close()
            _kernel(request, limits, theirs)
        theirs.close()
        said = ours.recv(4096)
        if said != BOUND:
            raise RuntimeError(f"the kernel ended while it started ({said.decode(errors='replace')})")
        _make_read_only(SOCKETS)
        kernel_handle = _answer(answer, kernel)
        ours.send(b"1")
    except BaseException as error:
        refuse(answer, error)
        os._exit(1)
    linux.drop_privileges()
    _stay(answer, kernel_handle)


def _stay(answer: socket.socket, kernel: int) -> NoReturn:
    """Wait until the kernel has ended, or the grader has: then all that is in our namespaces ends with us."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what the kernel leaves behind becomes our child, and vanishes
    waiting = select.poll()
    waiting.register(kernel, select.POLLIN)
    waiting.register(answer, 0)  # the other end says nothing, it closes
    waiting.poll()
    os._exit(0)


def _lay_out(job: str, room: str, limits: Limits) -> None:
    """The files that are to be seen: a private disk with the submission's own, and none of anybody else's."""
    linux.mount(None, "/", None, linux.RECURSIVE | linux.PRIVATE)
    options = f"size={limits.disk},nr_inodes={INODES},mode=755"
    linux.mount("tmpfs", str(SUBMISSION), "tmpfs", linux.NO_SUID | linux.NO_DEVICES, options)
    shutil.copytree(JOBS / job / "files", WORK)
    WORK.chmod(0o755)
    for name in ("home", "tmp", "shared"):
        (SUBMISSION / name).mkdir()
    with _python_below(Path("/tmp")):
        _bind(SUBMISSION / "tmp", Path("/tmp"))
    _bind(SUBMISSION / "shared", Path("/dev/shm"))
    _bind(JOBS / job / "sockets", SOCKETS)
    other = {"plain": "full", "full": "plain"}[room]
    _hide([Path("/proc"), JOBS, Path("/rooms") / other])


@contextlib.contextmanager
def _python_below(folder: Path) -> Iterator[None]:
    """Keep this Python where it is, though something else is mounted on a folder above it."""
    prefixes = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix) if folder in Path(prefix).parents}
    kept = {prefix: SUBMISSION / f"python{number}" for number, prefix in enumerate(sorted(prefixes))}
    for prefix, aside in kept.items():
        aside.mkdir()
        _bind(prefix, aside)
    yield
    for prefix, aside in kept.items():
        prefix.mkdir(parents=True)
        linux.mount(str(aside), str(prefix), None, linux.MOVE)
        aside.rmdir()


def _bind(source: Path, target: Path) -> None:
    linux.mount(str(source), str(target), None, linux.BIND | linux.RECURSIVE)


def _hide(folders: Iterable[Path]) -> None:
    flags = linux.READ_ONLY | linux.NO_SUID | linux.NO_DEVICES
    for folder in folders:
        linux.mount("tmpfs", str(folder), "tmpfs", flags, "size=4k,mode=555")


def _make_read_only(folder: Path) -> None:
    flags = linux.REMOUNT | linux.BIND | linux.READ_ONLY | linux.NO_SUID | linux.NO_DEVICES
    linux.mount(None, str(folder), None, flags)


def _answer(answer: socket.socket, kernel: int) -> int:
    """Hand both processes to the grader, who knows them by no number: theirs mean nothing outside.

    Returns
    -------
    int
        The kernel's handle.
    """
    first, second = os.pidfd_open(os.getpid()), os.pidfd_open(kernel)
    socket.send_fds(answer, [json.dumps({"ready": True}).encode()], [first, second])
    os.close(first)
    return second


def _kernel(request: dict[str, Any], limits: Limits, first: socket.socket) -> NoReturn:
    status = 1
    try:
        _limit(limits)
        linux.drop_privileges()
        linux.set_seccomp(bytes.fromhex(request["seccomp"]))
        from autograder.kernel.serve import serve

        def wait() -> None:
            first.send(BOUND)
            first.recv(1)
            first.close()

        serve(request["connection"], request["room"], request["bars"], wait)
        status = 0
    except BaseException as error:
        first.send(f"{type(error).__name__}: {error}".encode()[:1000])
    finally:
        os._exit(status)


def _limit(limits: Limits) -> None:
    for what, most in {
        resource.RLIMIT_AS: limits.memory + FRESH_KERNEL,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes,
    }.items():
        hard = resource.getrlimit(what)[1]
        most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
        resource.setrlimit(what, (most, most))
