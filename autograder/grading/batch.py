"""Executes jobs on several processes, here or on a cluster, and gives their outcomes as they come."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait

from autograder.grading.cluster import Cluster
from autograder.grading.execute import Job, Outcome, execute
from autograder.grading.workers import WorkerDied, Workers
from autograder.oneline import one_line

AHEAD = 2  # jobs that lie ready for each worker, so that none waits and few are in memory


def outcomes(jobs: Iterator[Job], workers: int, scheduler: str | None = None) -> Iterator[tuple[Job, Outcome]]:
    """Execute jobs, and give each with its outcome as soon as that is there.

    Few jobs are taken at a time, so that a large class needs no more memory than a small one. With one worker nothing
    goes on beside it: the next job is taken when the last one's outcome is dealt with. A job whose worker dies is
    executed once more, by a new one.

    Raises
    ------
    CourseError
        Where there is no such cluster.
    """
    executor = Workers(workers) if scheduler is None else Cluster(scheduler)
    at_once = AHEAD * executor.number if executor.number > 1 else 1
    running: dict[Future[Outcome], Job] = {}
    tried: set[str] = set()
    try:
        while True:
            while len(running) < at_once and (job := next(jobs, None)):
                running[executor.submit(execute, job)] = job
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                error = future.exception()
                if isinstance(error, WorkerDied) and isinstance(executor, Workers):
                    executor.replace(error.worker)
                    if job.submission.student not in tried:
                        tried.add(job.submission.student)
                        running[executor.submit(execute, job)] = job
                        continue
                yield job, future.result() if error is None else _lost(job, error)
    finally:
        executor.end()


def _lost(job: Job, error: BaseException) -> Outcome:
    if isinstance(error, WorkerDied):
        problem = "the process that graded it died, twice; look at its code"
    else:  # a cluster has its own ways to lose a worker
        problem = f"could not be graded: {type(error).__name__}: {one_line(error)}"
    return Outcome(job.submission.student, problem=problem)
