"""Worker processes: each call is answered, or its process ended and that is seen, whatever it was doing."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import wait
from pathlib import Path

import pytest

from autograder.grading import workers
from autograder.grading.workers import WorkerDied, Workers

LARGE = 200_000_000


@pytest.fixture
def pair():
    executor = Workers(2)
    yield executor
    executor.end()


def double(number: int) -> int:
    return 2 * number


def fail(message: str) -> None:
    raise ValueError(message)


def own_cores(seconds: float) -> list[int]:
    time.sleep(seconds)  # so that each worker gets one of these calls
    return sorted(os.sched_getaffinity(0))


def temporary_file() -> str:
    descriptor, path = tempfile.mkstemp()
    os.close(descriptor)
    return path


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_it_answers() -> bytes:
    """The answer takes longer to write than its process lives."""
    answer = bytes(LARGE)
    threading.Timer(0.02, die).start()
    return answer


def test_calls_and_their_errors_pass(pair):
    assert [pair.submit(double, number).result() for number in range(4)] == [0, 2, 4, 6]
    with pytest.raises(ValueError, match="as it was"):
        pair.submit(fail, "as it was").result()
    assert pair.submit(double, 8).result() == 16


def test_what_cannot_be_sent_is_the_callers_error_and_takes_no_worker(pair):
    for _ in range(3):
        with pytest.raises((AttributeError, TypeError), match="pickle"):
            pair.submit(lambda: 1).result()
    assert pair.submit(double, 8).result() == 16


@pytest.mark.parametrize("end", [die, die_while_it_answers])
def test_a_worker_that_dies_is_seen_and_the_other_goes_on(pair, end):
    dying = pair.submit(end)
    with pytest.raises(WorkerDied) as died:
        dying.result(timeout=30)
    assert pair.submit(double, 4).result(timeout=30) == 8
    pair.replace(died.value.worker)
    answers = [pair.submit(own_cores, 0.2) for _ in range(2)]
    assert not wait(answers, timeout=30).not_done


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.3])
def test_it_ends_while_workers_answer(seconds):
    source = (
        "import time; from autograder.grading.workers import Workers; executor = Workers(2); "
        f"[executor.submit(bytes, {LARGE}) for _ in range(6)]; time.sleep({seconds}); executor.end()"
    )
    subprocess.run([sys.executable, "-c", source], check=True, timeout=30)


def test_it_ends_where_a_call_waits_for_a_worker_that_died():
    source = (
        "import os; from autograder.grading.workers import Workers; executor = Workers(1); "
        "first, second = executor.submit(os.abort), executor.submit(os.getpid); first.exception(); executor.end()"
    )
    subprocess.run([sys.executable, "-c", source], check=True, timeout=30)


def test_temporary_files_go_with_the_workers():
    executor = Workers(1)
    path = Path(executor.submit(temporary_file).result())
    assert path.is_file()
    executor.end()
    assert not path.parent.exists()


def test_as_many_workers_as_cores_have_one_each(monkeypatch):
    cores = workers.cores()[:2]
    monkeypatch.setattr(workers, "cores", lambda: cores)
    executor = Workers(len(cores))
    try:
        answers = [executor.submit(own_cores, 0.3) for _ in cores]
        assert sorted(answer.result() for answer in answers) == [[core] for core in cores]
    finally:
        executor.end()


def test_fewer_workers_than_cores_may_go_anywhere(monkeypatch):
    cores = workers.cores()
    monkeypatch.setattr(workers, "cores", lambda: [*cores, *cores])  # more than one, however many there are
    executor = Workers(1)
    try:
        assert executor.submit(own_cores, 0).result() == cores
    finally:
        executor.end()
