"""The sandbox as a kernel provisioner: with it, all that speaks jupyter_client gets its kernels from there."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerBase

from autograder.kernel import packages
from autograder.kernel.limits import Limits
from autograder.kernel.sandbox import Kernel, Sandbox, running

KERNEL_NAME = "autograder-sandbox"
SOCKETS = "/sockets/k"  # where the kernel binds them
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}


def kernel_specs() -> KernelSpecManager:
    """Finds the sandbox's kernelspec, which needs no installation."""
    return KernelSpecManager(kernel_dirs=[str(Path(__file__).parent / "specs")], ensure_native_kernel=False)


class SandboxProvisioner(KernelProvisionerBase):
    """Kernels that are forks of this process's sandbox.

    `start_kernel` takes, besides `cwd` (whose files the kernel gets a copy of): `room`, `limits` and `bars`, as
    `Sandbox.fork` does.
    """

    kernel: Kernel | None = None
    _sandbox: Sandbox
    _job: Path | None = None

    @property
    def has_process(self) -> bool:
        return self.kernel is not None

    async def poll(self) -> int | None:
        return None if self.kernel is not None and self.kernel.alive else 0

    async def wait(self) -> int | None:
        while self.kernel is not None and self.kernel.alive:
            await asyncio.sleep(0.01)
        self._let_go()
        return 0

    async def send_signal(self, signum: int) -> None:
        if self.kernel is not None:
            self.kernel.interrupt(signum) if signum else None

    async def kill(self, restart: bool = False) -> None:
        if self.kernel is not None:
            self.kernel.kill()

    async def terminate(self, restart: bool = False) -> None:
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        if self.kernel is not None:
            self.kernel.kill()
        self._let_go()
        if not restart and self._job is not None:
            shutil.rmtree(self._job, ignore_errors=True)
            self._job = None

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        sandbox = running()
        if self._job is None or sandbox is not self._sandbox:
            self._sandbox, self._job = sandbox, sandbox.new_job()
        manager: Any = self.parent
        manager.transport, manager.ip, manager.cache_ports = "ipc", str(self._job / "sockets" / "k"), False
        for name, port in PORTS.items():
            setattr(manager, name, port)
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=[], **options)

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        assert self._job is not None
        limits = options.get("limits") or Limits()
        for name in PORTS.values():
            (self._job / "sockets" / f"k-{name}").unlink(missing_ok=True)
        shutil.rmtree(self._job / "files")
        copy_files(Path(options.get("cwd") or "."), self._job / "files", limits.disk // 2)
        key = self.connection_info["key"]
        connection = {**self.connection_info, "ip": SOCKETS, "key": key.decode() if isinstance(key, bytes) else key}
        room: str = options.get("room", packages.PLAIN)
        bars: Sequence[str] = options.get("bars", ())
        self.kernel = self._sandbox.fork(self._job, connection, room, limits, bars)
        return self.connection_info

    def _let_go(self) -> None:
        if self.kernel is not None:
            self.kernel.close()
            self.kernel = None


def copy_files(source: Path, target: Path, most: int) -> None:
    """Copy files and folders, as many as fit into `most` bytes; links, pipes and devices are left out."""
    target.mkdir()
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        information = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(information.st_mode):
            copy_files(Path(entry.path), target / entry.name, most)
        elif stat.S_ISREG(information.st_mode) and information.st_size <= most:
            most -= information.st_size
            shutil.copyfile(entry.path, target / entry.name, follow_symlinks=False)
