"""Archives that students upload and `nbgrader zip_collect` unpacks: nothing lands outside the folders for them."""

from __future__ import annotations

import contextlib
import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.apps import ZipCollectApp

from autograder.coursedir import Course
from tests.autograder.attacks import outside
from tests.autograder.attacks.attack import LESSON
from tests.coursecopy import copy_course

pytestmark = pytest.mark.slow

MARK = "markofthearchive"
NAMES = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9-]+)_(?P<file_id>.*)"
UPLOADED = f"{LESSON}_{{student}}_attempt_2026-11-20-10-00-00_{LESSON}.zip"


def zip_of(*names: str) -> Callable[[Path], None]:
    """A zip whose entries have these names."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as packed:
            for name in names:
                packed.writestr(name, MARK)

    return write


def zip_with_a_link(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        link = zipfile.ZipInfo("out")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/tmp")
        packed.writestr(f"out/{MARK}", MARK)


def tar_with_links(path: Path) -> None:
    with tarfile.open(path.with_suffix(".tar.gz"), "w:gz") as packed:
        for kind, target in (
            (tarfile.SYMTYPE, "/tmp"),
            (tarfile.SYMTYPE, "../../../.."),
            (tarfile.LNKTYPE, "/etc/passwd"),
        ):
            link = tarfile.TarInfo(f"out{len(target)}")
            link.type, link.linkname = kind, target
            packed.addfile(link)
            below = tarfile.TarInfo(f"{link.name}/{MARK}")
            below.size = len(MARK)
            packed.addfile(below, io.BytesIO(MARK.encode()))
        for name in (f"../../../{MARK}", f"/tmp/{MARK}"):
            entry = tarfile.TarInfo(name)
            entry.size = len(MARK)
            packed.addfile(entry, io.BytesIO(MARK.encode()))


HOSTILE = pytest.mark.parametrize(
    "pack",
    [
        zip_of(f"../{MARK}", f"../../{MARK}", f"../../../../submitted/honest/{LESSON}/{LESSON}.ipynb"),
        zip_of(f"/tmp/{MARK}", f"//tmp/{MARK}", f"C:\\{MARK}", f"..\\..\\{MARK}"),
        zip_of("../../../../gradebook.db", "../../../../nbgrader_config.py"),
        zip_with_a_link,
        tar_with_links,
        lambda path: path.write_bytes(b"PK no zip at all"),
    ],
    ids=["upwards", "absolute", "known files", "link in a zip", "links in a tar", "no archive"],
)


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which an honest student has uploaded a notebook."""
    root = copy_course(tmp_path_factory.mktemp("uploaded"))
    (released,) = Course(root).build([LESSON])
    archives = root / "downloaded" / LESSON / "archive"
    archives.mkdir(parents=True)
    shutil.copy(released, archives / UPLOADED.format(student="victor").replace(".zip", ".ipynb"))
    return root


@pytest.fixture
def course(uploaded: Path, tmp_path: Path) -> Course:
    """A copy of it, to be attacked."""
    return Course(shutil.copytree(uploaded, tmp_path / "course"))


def collect(course: Course, pack: Callable[[Path], None]) -> None:
    pack(course.root / "downloaded" / LESSON / "archive" / UPLOADED.format(student="mallory"))
    course.config.FileNameCollectorPlugin.named_regexp = NAMES
    ZipCollectApp.clear_instance()
    app = ZipCollectApp(config=course.config)
    app.initialize([LESSON, "--force"])
    app.start()


@HOSTILE
def test_nothing_lands_outside(course, monkeypatch, pack: Callable[[Path], None]):
    monkeypatch.chdir(course.root)
    before = kept(course)
    with contextlib.suppress(Exception):  # to refuse the archive is right
        collect(course, pack)
    assert {path for path, content in kept(course).items() if before.get(path) != content} == set()
    assert before.keys() <= kept(course).keys()
    assert outside.named(MARK) == []


@HOSTILE
def test_the_others_are_collected(course, monkeypatch, pack: Callable[[Path], None]):
    monkeypatch.chdir(course.root)
    collect(course, pack)
    collected = course.root / "submitted" / "victor" / LESSON / f"{LESSON}.ipynb"
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    assert collected.read_bytes() == released.read_bytes()


def kept(course: Course) -> dict[str, str]:
    """The course's files but for those that collecting is to write."""
    files = outside.files(course.root, [])
    return {path: content for path, content in files.items() if not path.startswith(("downloaded", "submitted"))}
