"""The gradebook on PostgreSQL, by its URL: a server of its own in a temporary folder."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from autograder.coursedir import Course
from autograder.grade import Options, grade, plan
from tests.autograder.graded_class import LESSON, SEED, hand_in, recorded
from tests.coursecopy import copy_course

pytestmark = pytest.mark.slow


def programs() -> Path | None:
    """The folder of PostgreSQL's programs: Debian keeps them off the path."""
    if folders := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def needed() -> Path:
    reason = None
    try:
        import psycopg  # noqa: F401
    except ImportError:
        reason = "psycopg is not installed: pip install 'psycopg[binary]'"
    if (found := programs()) is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
    if reason and os.environ.get("REQUIRE_ALL"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The URL of an empty gradebook on a server that ends with the tests."""
    found = needed()
    folder = tmp_path_factory.mktemp("postgresql")
    user: dict = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        for path in (folder, *list(folder.parents)[:-2]):
            path.chmod(path.stat().st_mode | 0o011)
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def run(*words: str) -> None:
        done = subprocess.run(words, cwd=folder, env={"LANG": "C.UTF-8"}, capture_output=True, text=True, **user)
        assert done.returncode == 0, done.stdout + done.stderr

    run(str(found / "initdb"), "-D", str(data), "-U", "grader", "--auth", "trust", "--encoding", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = (str(found / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"))
    run(*control, "-o", options, "start")
    yield f"postgresql+psycopg://grader@127.0.0.1:{port}/postgres"
    run(*control, "-m", "immediate", "stop")


def test_postgresql_has_the_grades_that_sqlite_has(url, tmp_path):
    courses = {}
    for kind, address in {"sqlite": None, "postgresql": url}.items():
        (tmp_path / kind).mkdir()
        course = Course(copy_course(tmp_path / kind))
        if address:
            course.directory.db_url = address
        course.config.Verdict.seed = SEED
        course.build([LESSON])
        hand_in(course, 3)
        for student in course.students(LESSON):
            (course.folder("submitted", student, LESSON) / "timestamp.txt").write_text("2026-11-21 12:00:00 UTC")
        graded = list(grade(course, LESSON, options=Options(workers=2)))
        assert [one.problem for one in graded] == [None] * 3
        courses[kind] = course
    assert recorded(courses["postgresql"]) == recorded(courses["sqlite"])
    assert set(plan(courses["postgresql"], LESSON).values()) == {"unchanged"}
