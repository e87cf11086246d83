"""What `import course` costs beyond NumPy, in fresh processes.

    python benchmarks/import_time.py [--rounds 21]

Interpreters that import NumPy alone and interpreters that import `course` take turns; reported is the difference of
the medians. The target is under 0.15 s.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

STATEMENTS = {"python": "pass", "numpy": "import numpy", "course": "import course"}


def seconds(statement: str) -> float:
    """How long a fresh interpreter takes for a statement, start and end included."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for number in range(rounds + 1):
        for name, statement in STATEMENTS.items():
            taken = seconds(statement)
            if number:  # the first round fills the caches
                times[name].append(taken)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print("  ".join(f"{name} {value * 1e3:.0f} ms" for name, value in medians.items()))
    print(f"course beyond numpy: {(medians['course'] - medians['numpy']) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
