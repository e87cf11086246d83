"""A Dask cluster whose workers share no folder with the grader gives the grades that this machine gives."""

import os
import subprocess
import sys

import pytest

from autograder.errors import CourseError
from autograder.grade import Options, grade
from tests.autograder.graded_class import LESSON, SEED, hand_in, recorded

pytestmark = pytest.mark.slow

CLUSTER = """
import sys
from dask.distributed import LocalCluster

if __name__ == "__main__":
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=sys.argv[1]
    )
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
    cluster.close()
"""


@pytest.fixture
def scheduler(tmp_path):
    """The address of a cluster of its own, whose workers run in another folder."""
    if not os.environ.get("REQUIRE_ALL"):
        pytest.importorskip("distributed", reason='pip install "handson-neural-networks[distributed]"')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "cluster.py").write_text(CLUSTER, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(elsewhere), "LANG": "C.UTF-8"}
    cluster = subprocess.Popen(
        [sys.executable, "cluster.py", str(elsewhere / "local")],
        cwd=elsewhere,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield cluster.stdout.readline().strip()
    cluster.communicate(timeout=60)


def test_a_cluster_gives_the_same_grades(course, scheduler):
    names = hand_in(course, 4)
    course.config.Verdict.seed = SEED
    here = {one.student: one for one in grade(course, LESSON, options=Options(force=True))}
    left = recorded(course)
    there = {one.student: one for one in grade(course, LESSON, options=Options(scheduler=scheduler, force=True))}
    assert sorted(there) == names
    assert [one.problem for one in there.values()] == [None] * len(names)
    assert {name: one.results for name, one in there.items()} == {name: one.results for name, one in here.items()}
    assert recorded(course) == left


def test_a_scheduler_that_is_not_there_is_named(course):
    pytest.importorskip("distributed")
    hand_in(course, 1)
    with pytest.raises(CourseError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:1 "):
        list(grade(course, LESSON, options=Options(scheduler="tcp://127.0.0.1:1", force=True)))
