"""Starts and ends the kernel of a session, by jupyter_client, in the sandbox or without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client import KernelManager


class Manager(KernelManager):
    """jupyter_client's manager without the pause that it makes after each start and each end, for its own tests."""

    def start(self, **options: Any) -> None:
        """As `start_kernel`."""
        command, options = self.pre_start_kernel(**options)
        self._launch_kernel(command, **options)
        self.post_start_kernel(**options)

    def end(self, *, restart: bool = False) -> None:
        """As `shutdown_kernel(now=True)`: the kernel is killed, with all that it started."""
        self.shutting_down = True
        self._kill_kernel(restart=restart)
        self.cleanup_resources(restart=restart)


def manager(folder: Path | None) -> Manager:
    """A manager of a kernel in the sandbox, or of one that has its sockets in `folder`."""
    if folder is None:
        from autograder.kernel.provisioner import KERNEL_NAME, kernel_specs

        return Manager(kernel_name=KERNEL_NAME, kernel_spec_manager=kernel_specs())
    plain = Manager(kernel_name="python3")
    plain.transport, plain.ip, plain.cache_ports = "ipc", str(folder / "k"), False
    return plain
