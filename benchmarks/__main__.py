"""Run the benchmarks, or those that are named: `python -m benchmarks check_time`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main() -> None:
    """Run each module's `main`, in order of name."""
    known = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
    chosen = sys.argv[1:] or known
    if unknown := set(chosen) - set(known):
        sys.exit(f"benchmarks: there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for name in chosen:
        sys.argv = [f"benchmarks/{name}.py"]  # each reads its own arguments, and has none here
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
