"""System calls that a submission may not make, as a BPF program made by libseccomp.

Namespaces and missing privileges already stop most of these. What is refused here is what has let people out of such
places before, what keeps memory where no limit counts it, and sockets of families that know no namespaces.
"""

from __future__ import annotations

import errno
import socket
import tempfile
from functools import cache

REFUSED = (
    # other processes, and what holds them apart
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"),
    *("unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "name_to_handle_at", "open_by_handle_at"),
    # the kernel itself
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "syslog", "personality"),
    *("add_key", "keyctl", "request_key", "acct", "quotactl", "reboot", "swapon", "swapoff", "vhangup"),
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "iopl", "ioperm", "modify_ldt"),
    # memory that belongs to no process
    *("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"),
)

FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
"""The sockets that a submission may have; all end in its own network namespace."""

_NETLINK_ROUTE = 0  # lists the network interfaces, which ZeroMQ asks for

_CLONE_NEW_USER = 0x10000000


@cache
def program() -> bytes:
    """The filter.

    Raises
    ------
    ImportError
        Without pyseccomp.
    RuntimeError
        Without libseccomp.
    """
    import pyseccomp as seccomp

    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in REFUSED:
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) > 0:
            rules.add_rule(refuse, name)
    rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_NEW_USER, _CLONE_NEW_USER))
    # its arguments lie in memory, where a filter can't look; glibc falls back on clone
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    allowed = sorted(FAMILIES)
    for family in range(max(allowed)):
        if family not in allowed:
            rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.EQ, family))
    rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.GT, max(allowed)))
    netlink = seccomp.Arg(0, seccomp.EQ, socket.AF_NETLINK)
    rules.add_rule(refuse, "socket", netlink, seccomp.Arg(2, seccomp.NE, _NETLINK_ROUTE))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
