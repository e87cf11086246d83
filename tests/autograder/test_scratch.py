"""Folders of grading processes: they go with them, and nobody else's go."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

from autograder.scratch import PREFIX, Scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def filled() -> Scratch:
    scratch = Scratch()
    (scratch.path / "part").mkdir()
    (scratch.path / "part" / "file").write_text("x")
    (scratch.path / "file").write_text("x")
    return scratch


def test_it_goes_when_it_is_closed(temporary):
    filled().close()
    assert list(temporary.iterdir()) == []


def test_the_next_one_removes_that_of_a_killed_process_only(temporary):
    code = "from autograder.scratch import Scratch; made = Scratch(); print(made.path, flush=True); input()"
    kept = filled()
    (temporary / f"{PREFIX}of-somebody").mkdir()
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    left = other.stdout.readline().strip()
    filled().close()
    assert os.path.isdir(left)
    other.kill()
    other.communicate()
    filled().close()
    assert not os.path.exists(left)
    assert sorted(entry.name for entry in temporary.iterdir()) == sorted([kept.path.name, f"{PREFIX}of-somebody"])
    kept.close()


def test_what_was_not_removed_to_the_end_is_removed_by_the_next_one(temporary, monkeypatch):
    def interrupted(path, **_):
        raise KeyboardInterrupt

    scratch = filled()
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            scratch.close()
    assert scratch.path.is_dir()
    Scratch().close()
    assert list(temporary.iterdir()) == []


def test_a_fork_leaves_it_to_its_process():
    scratch = filled()
    if not (child := os.fork()):
        scratch.close()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (scratch.path / "part" / "file").is_file()
    scratch.close()
