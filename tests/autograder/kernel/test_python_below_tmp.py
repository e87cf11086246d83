"""A Python that is installed below /tmp is there in the sandbox, too, though a submission has a /tmp of its own."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from tests.coursecopy import ROOT

pytestmark = pytest.mark.slow

ASK = """
import sys, tempfile
from pathlib import Path
from autograder.kernel.limits import Limits
from autograder.kernel.session import Session
session = Session(Path(tempfile.mkdtemp()), Limits(), sandboxed=True)
session.start()
ran = session.run("import numpy, os, sys; print(numpy.__file__, sys.prefix, sorted(os.listdir('/tmp')), sep='|')")
print(ran.message, *(output.get("text") for output in ran.outputs))
session.close()
"""
NEEDED = """
import importlib, sys
from autograder.kernel import session, provisioner, template, seccomp
import pyseccomp
for name in template.PRELOADED:
    importlib.import_module(name)
found = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
print(*{path[len(sys.argv[1]) + 1:].split("/")[0] for path in found if path.startswith(sys.argv[1])})
"""


def linked(source: str, target: str) -> None:
    """Copy a file by a link to its content, where that can be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python below /tmp with what the sandbox needs of this one's packages."""
    if Path("/tmp") not in tmp_path.parents:
        pytest.skip("the folder for temporary files is not below /tmp")
    venv.create(tmp_path / "python", symlinks=True)
    mine = Path(np.__file__).parents[1]
    (theirs,) = (tmp_path / "python").glob("lib/python3*/site-packages")
    asked = [sys.executable, "-c", NEEDED, str(mine)]
    needed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    libraries = [path.name for path in mine.glob("*.libs")]
    about = [path.name for path in mine.glob("*.dist-info")]
    for name in {*needed, *libraries, *about}:
        if (mine / name).is_dir():
            shutil.copytree(mine / name, theirs / name, copy_function=linked)
        else:
            linked(str(mine / name), str(theirs / name))
    return tmp_path / "python"


def test_it_runs_there_and_nothing_else_of_tmp_is_seen(python: Path):
    ran = subprocess.run(
        [python / "bin" / "python", "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    numpy, prefix, beside = ran.stdout.strip().split("|")
    assert prefix == str(python)
    assert Path(numpy).is_relative_to(python)
    top = python.relative_to("/tmp").parts[0]
    assert beside in (f"['{top}']", f"['matplotlib', '{top}']")
