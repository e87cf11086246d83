"""System calls that Python 3.11 doesn't offer: namespaces, mounts, capabilities, filters."""

from __future__ import annotations

import ctypes
import os
from typing import Any

NEW_MOUNT, NEW_UTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)

READ_ONLY, NO_SUID, NO_DEVICES, REMOUNT, BIND, MOVE, RECURSIVE, PRIVATE = 1, 2, 4, 32, 4096, 8192, 16384, 1 << 18

_SET_NO_NEW_PRIVS, _SET_SECCOMP, _SECCOMP_FILTER, _CAPBSET_DROP, _SET_DUMPABLE = 38, 22, 2, 24, 4
_CAPABILITY_VERSION_3, _CAPABILITIES = 0x20080522, 64

_libc: Any = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def unshare(namespaces: int) -> None:
    """Leave the caller's namespaces for new ones of one's own."""
    _call("unshare", _libc.unshare(namespaces))


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """See mount(2)."""
    encoded = [text.encode() if text else None for text in (source, target, kind)]
    _call(f"mount {target}", _libc.mount(*encoded, ctypes.c_ulong(flags), options.encode() or None))


def drop_privileges() -> None:
    """No capability any more, and no way to get one, for this thread and all that it starts."""
    _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(_CAPABILITIES):
        _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    none = (_Sets * 2)()
    _call("capset", _libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(none)))


def set_dumpable(dumpable: bool) -> None:
    """Whether others of the same user may look into this process."""
    _libc.prctl(_SET_DUMPABLE, int(dumpable), 0, 0, 0)


def set_seccomp(filter: bytes) -> None:
    """Have the kernel refuse system calls, by a BPF program (8 bytes an instruction)."""
    program = _Program(len(filter) // 8, filter)
    _call("seccomp", _libc.prctl(_SET_SECCOMP, _SECCOMP_FILTER, ctypes.byref(program), 0, 0))


def _call(what: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
