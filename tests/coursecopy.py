"""A course of its own for tests that build and grade: this repository's, in a temporary folder."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy_course(root: Path) -> Path:
    """Copy what a course needs into `root`: its configuration and the lessons' sources."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions", root / "solutions", ignore=shutil.ignore_patterns("*.ipynb"))
    return root
