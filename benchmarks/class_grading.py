"""How long a class takes: `autograder grade` in the sandbox beside plain `nbgrader autograde`, on the same submissions.

Musts: at least 8 times plain nbgrader as graded, at most 0.4 s of CPU a submission beyond the student's own code, two
workers at least 1.7 times one on two cores, and a coordinator whose memory does not grow with the class.

CPU is that of the grader and its workers. What a student's kernel takes is not in it, as the system counts that for
nobody: but with one worker the two take turns, so the wall time of one worker is more than both together.

Plain nbgrader takes seconds a submission, so it grades a part of the class only, and its time a submission is what is
compared. It has its own preprocessors, its own kernel, no sandbox, and the check cells run by the student's kernel.
Everybody hands in the model answers: what takes time is grading, and not finding out which mistake was made.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.coursedir import Course
from autograder.demo import answered, model_answers, submit
from autograder.verdict import RECORD

ROOT = Path(__file__).parents[1]
LESSON = "02_mlp"

STOCK = """
from pathlib import Path
exec((Path(__file__).parent / "course_config.py").read_text())
import nbgrader.converters.autograde as stock
c.Autograde.sanitize_preprocessors = stock.Autograde.sanitize_preprocessors.default()
c.Autograde.autograde_preprocessors = stock.Autograde.autograde_preprocessors.default()
"""


@dataclass(frozen=True)
class Measured:
    """A grading by the command line: seconds, seconds of CPU with all its processes, most memory of the coordinator."""

    seconds: float
    cpu: float
    memory: float

    def a_submission(self, students: int) -> str:
        return f"{self.seconds / students:.3f} s, {self.cpu / students:.3f} s of CPU"


def run(folder: Path, *command: str) -> Measured:
    """Run a command in a course's folder.

    Raises
    ------
    RuntimeError
        With what it printed, where it fails.
    """
    code = (
        "import resource, runpy, sys\nstatus = 0\n"
        "try:\n    runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end:\n    status = end.code\n"
        "print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    memory = float(done.stderr.rpartition("PEAK")[2].split()[0])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds, cpu, memory)


def make_class(folder: Path, students: int) -> Course:
    """A course whose class has handed in the model answers."""
    folder.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions", folder / "solutions", ignore=shutil.ignore_patterns("*.ipynb"))
    course = Course(folder)
    course.build([LESSON])
    released = course.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    notebook = answered(released, model_answers(course, LESSON))
    for number in range(students):
        submit(course, LESSON, f"student{number:04d}", notebook)
    return course


def plain_nbgrader(course: Course, students: int) -> Measured:
    """nbgrader as it comes, on some of the class."""
    folder = course.root.with_name("plain")
    shutil.copytree(course.root, folder, ignore=shutil.ignore_patterns("submitted", "autograded", "feedback"))
    (folder / "nbgrader_config.py").rename(folder / "course_config.py")
    (folder / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
    for number in range(students):
        name = f"student{number:04d}"
        shutil.copytree(course.root / "submitted" / name, folder / "submitted" / name)
    return run(folder, "nbgrader", "autograde", LESSON)


def student_seconds(course: Course) -> float:
    """The mean time from the first cell to the last answer, which is the student's code and the questions to it."""
    notebooks = (course.root / "autograded").glob(f"*/{LESSON}/{LESSON}.ipynb")
    seconds = [nbformat.read(path, as_version=4).metadata[RECORD]["seconds"] for path in notebooks]
    return sum(sorted(seconds)[: len(seconds) // 2 or 1]) / (len(seconds) // 2 or 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--plain", type=int, default=8, help="how many of them plain nbgrader grades")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object too")
    given = parser.parse_args()
    students, few = given.students, max(2, given.students // 5)
    with tempfile.TemporaryDirectory(prefix="class-") as name:
        course = make_class(Path(name) / "course", students)
        grade = ("autograder", "grade", LESSON, "--force")
        small = run(course.root, *grade, "--students", ",".join(course.students(LESSON)[:few]))
        both = run(course.root, *grade)
        seconds = student_seconds(course)
        alone = run(course.root, *grade, "--workers", "1")
        again = run(course.root, *grade[:-1])
        config = course.root / "nbgrader_config.py"
        config.write_text(
            config.read_text(encoding="utf-8") + "\nc.Verdict.leave_out_shown = False\n", encoding="utf-8"
        )
        every = run(course.root, *grade, "--students", ",".join(course.students(LESSON)[:few]))
        plain = plain_nbgrader(course, given.plain)
    cores = os.cpu_count()
    print(f"{students} submissions of {LESSON}, {cores} cores; seconds of wall time and of CPU for one submission")
    print(f"  plain nbgrader autograde ({given.plain} of them)    {plain.a_submission(given.plain)}")
    print(f"  autograder grade                       {both.a_submission(students)}")
    print(f"  autograder grade, every cell run ({few})   {every.a_submission(few)}")
    print(f"  autograder grade --workers 1           {alone.a_submission(students)}")
    print(f"  autograder grade, nothing changed      {again.a_submission(students)}")
    each = plain.seconds / given.plain
    figures = {
        "times_plain_as_graded": each / (both.seconds / students),
        "times_plain_every_cell": each / (every.seconds / few),
        "cpu_a_submission": both.cpu / students,
        "kernel_seconds_a_submission": seconds,
        "two_workers_over_one": alone.seconds / both.seconds,
        "memory_small_class_mb": small.memory,
        "memory_class_mb": both.memory,
    }
    print(
        f"  throughput                             {figures['times_plain_as_graded']:.1f} times plain nbgrader", end=""
    )
    print(f", {figures['times_plain_every_cell']:.1f} times with every cell run in both")
    print(f"  all workers over one                   {figures['two_workers_over_one']:.2f} times")
    print(
        f"  memory of the coordinator              {small.memory:.0f} MB for {few}, {both.memory:.0f} MB for {students}"
    )
    if given.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
