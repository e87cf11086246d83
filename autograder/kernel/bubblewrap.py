"""The outer sandbox: a read-only system, no network, no home, nobody's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

SYSTEM = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
OF_ETC = ("alternatives", "fonts", "ld.so.cache", "localtime", "mime.types")
NAMESPACES = ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try")
NOBODY = 65534

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    # the template has to have one thread when it forks, and each submission a core at most
    **{f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR")},
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "PYTHONDONTWRITEBYTECODE": "1",
}

INSTALL = {"apt-get": "sudo apt-get install bubblewrap", "dnf": "sudo dnf install bubblewrap"}


@cache
def missing() -> str | None:
    """Why there can be no sandbox on this machine, and what to do about it; None where there can be one."""
    if sys.platform != "linux":
        return f"the sandbox needs Linux, this is {sys.platform}; grade on a Linux machine or in a virtual one"
    program = shutil.which("bwrap")
    if program is None:
        install = next((line for tool, line in INSTALL.items() if shutil.which(tool)), "install bubblewrap")
        return f"bubblewrap is not installed: {install}"
    try:
        from autograder.kernel import seccomp

        seccomp.program()
    except (ImportError, RuntimeError) as error:
        return f'{error}: pip install "handson-neural-networks[grading]", and sudo apt-get install libseccomp2'
    attempt = [program, *_own_user(), *NAMESPACES, "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(attempt, capture_output=True, text=True, check=False)
    if tried.returncode:
        said = tried.stderr.strip().removeprefix("bwrap: ") or f"exit code {tried.returncode}"
        return f"bubblewrap may not make namespaces here ({said}); allow user namespaces, or grade as root"
    return None


def command(
    python: list[str],
    mounts: Mapping[Path, Path],
    jobs: Path,
    hidden: Iterable[Path],
    absent: Path,
    fonts: Path | None = None,
) -> list[str]:
    """The command line that runs `python` in the sandbox.

    Parameters
    ----------
    python : list of str
        A command line.
    mounts : mapping of Path to Path
        Where, and from where: read-only.
    jobs : Path
        What is /jobs there, the only place that both sides write to.
    hidden : iterable of Path
        Packages and modules that are not at hand there.
    absent : Path
        The package that takes their place.
    fonts : Path, optional
        A folder in which Matplotlib, in the template, keeps its list of fonts. Submissions don't see it.
    """
    words = ["bwrap", *_own_user(), *NAMESPACES, "--new-session", "--die-with-parent", "--hostname", "grading"]
    words += ["--clearenv"]
    for name, value in ENVIRONMENT.items():
        words += ["--setenv", name, value]
    words += ["--ro-bind", "/usr", "/usr"]
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    for name in OF_ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    words += ["--tmpfs", "/tmp"]  # before Python, which may lie below it
    if fonts is not None:
        words += ["--bind", str(fonts), ENVIRONMENT["MPLCONFIGDIR"]]
    for prefix in _prefixes():
        for parent in reversed(prefix.parents[:-1]):
            words += ["--perms", "0755", "--dir", str(parent)]
        words += ["--ro-bind", str(prefix), str(prefix)]
    for path in hidden:
        words += ["--ro-bind", str(absent if path.is_dir() else absent / "__init__.py"), str(path)]
    words += ["--dev", "/dev", "--proc", "/proc"]
    for place, source in mounts.items():
        words += ["--ro-bind", str(source), str(place)]
    words += ["--bind", str(jobs), "/jobs", "--dir", "/submission", "--dir", "/sockets"]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    return [*words, *python]


def _own_user() -> list[str]:
    """Root needs no user namespace for the outer sandbox, and gives each submission nobody's uid instead of its own."""
    return [] if os.geteuid() == 0 else ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]


def _prefixes() -> list[Path]:
    """The folders of this Python, without those that lie in others of them or in /usr."""
    found = [Path(prefix).resolve() for prefix in (sys.base_prefix, sys.prefix, sys.exec_prefix, sys.base_exec_prefix)]
    found += [Path(prefix).absolute() for prefix in (sys.prefix, sys.base_prefix)]
    outside = [path for path in dict.fromkeys(found) if Path("/usr") not in (path, *path.parents)]
    return [path for path in outside if not any(other in path.parents for other in outside)]
