"""A submission is what lies in its folder, not what links in it point to.

nbgrader follows links when it copies a submission: a link to the gradebook, to another's notebook or to the solution
would come along.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.errors import CourseError


class OwnFilesOnly(NbGraderPreprocessor):
    """Take back what nbgrader copied through links.

    Raises
    ------
    CourseError
        Where the notebook itself was one.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        names, copied = resources["nbgrader"], Path(resources["metadata"]["path"])
        course = CourseDirectory(config=self.config)
        submitted = Path(
            course.format_path(course.submitted_directory, str(names.get("student", ".")), names["assignment"])
        )
        if not submitted.is_symlink() and not submitted.is_dir():
            return nb, resources  # it came by value, not from a folder
        notebook = submitted / f"{names['notebook']}.ipynb"
        if submitted.is_symlink() or notebook.is_symlink():
            raise CourseError(f"{notebook} is a link, not a notebook; ask the student to submit it again")
        for link in (path for path in sorted(submitted.rglob("*")) if path.is_symlink()):
            self.log.warning("%s is a link; it is left out", link)
            copy = copied / link.relative_to(submitted)
            shutil.rmtree(copy) if copy.is_dir() else copy.unlink(missing_ok=True)
        return nb, resources
