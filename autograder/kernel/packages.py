"""The packages that a student's code finds while it is graded: those of this environment, without the answers.

There are two rooms. In the plain one `course` has its data and plots only. In the full one all of `course` is there,
for exercises whose answers are to use it. Neither has the exercises, or the libraries that exercises rule out.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import course

PLAIN, FULL = "plain", "full"
ROOMS = Path("/rooms")
COMMON = ROOMS / "common"

OF_COURSE = ("data", "plots", "errors.py")
"""What the plain room has of `course`."""

OF_AUTOGRADER = ("compare.py", "exercise.py", "formula.py", "guard.py", "probe.py", "wire.py")
OF_KERNEL = ("__init__.py", "confine.py", "limits.py", "linux.py", "serve.py", "template.py")

READY_MADE = ("jax", "keras", "scipy", "sklearn", "skimage", "tensorflow", "torch", "torchvision", "flax")
"""Libraries with answers to most of a course's exercises."""

_HERE = Path(__file__).parent


def write(folder: Path) -> dict[Path, Path]:
    """Write what the rooms need into `folder`.

    Returns
    -------
    dict of Path to Path
        What to mount in the sandbox, read-only: where, and from where; in this order.
    """
    library = Path(course.__file__).parent
    plain, common = folder / "plain" / "course", folder / "common" / "autograder"
    shutil.copytree(_HERE / "room" / "course", plain, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(_HERE / "room" / "autograder", common, ignore=shutil.ignore_patterns("__pycache__"))
    for name in OF_AUTOGRADER:
        shutil.copy(_HERE.parent / name, common / name)
    (common / "kernel").mkdir()
    for name in OF_KERNEL:
        shutil.copy(_HERE / name, common / "kernel" / name)
    shutil.copytree(_HERE / "room" / "absent", folder / "absent")
    (folder / "full" / "course").mkdir(parents=True)
    mounts = {ROOMS: folder, ROOMS / "full" / "course": library}
    for name in OF_COURSE:
        place = plain / name
        place.touch() if (library / name).is_file() else place.mkdir()
        mounts[ROOMS / "plain" / "course" / name] = library / name
    return mounts


def ready_made(names: Iterable[str] = ()) -> list[Path]:
    """Where this environment keeps packages with answers: of this project, `READY_MADE`, and what `names` adds."""
    folders = [Path(entry) for entry in sys.path if entry.endswith("-packages")]
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix, "/usr", "/usr/local")):
        folders += sorted(Path(prefix).glob("lib/python3*/*-packages"))
    found = []
    for folder in dict.fromkeys(folders):
        for name in dict.fromkeys(("autograder", "course", *READY_MADE, *names)):
            found += [path for path in (folder / name, folder / f"{name}.py", folder / f"{name}.libs") if path.exists()]
    return found
