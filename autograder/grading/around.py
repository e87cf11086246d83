"""What nbgrader does around a conversion of its own, for ours: its hooks, and the permissions of what is written."""

from __future__ import annotations

from pathlib import Path

from nbgrader.converters.base import BaseConverter
from traitlets import TraitError

from autograder.coursedir import CONFIG, Course
from autograder.errors import CourseError
from autograder.oneline import one_line


class Around:
    """One of nbgrader's converters, as it is configured.

    Parameters
    ----------
    converter : type
        `Autograde` or `GenerateFeedback`.
    course : Course
    lesson : str

    Raises
    ------
    CourseError
        Where it can't be made as it is configured.
    """

    def __init__(self, converter: type[BaseConverter], course: Course, lesson: str) -> None:
        try:
            self._converter = converter(coursedir=course.directory, config=course.config)
        except (ImportError, AttributeError, ValueError, TraitError) as error:
            raise CourseError(f"{CONFIG}: {converter.__name__} is not configured rightly: {error}") from error
        self._lesson = lesson
        self.failed: list[dict[str, str]] = []

    def before(self, student: str, notebook: Path) -> bool:
        """Call the pre-convert hook; whether there is one."""
        return self._call("pre_convert_hook", student, notebook)

    def after(self, student: str, notebook: Path) -> bool:
        """Call the post-convert hook; whether there is one."""
        return self._call("post_convert_hook", student, notebook)

    def set_permissions(self, student: str) -> None:
        """Set the permissions of what lies in the student's folder, and of folders that a group shares."""
        self._converter.set_permissions(self._lesson, student)

    def _call(self, name: str, student: str, notebook: Path) -> bool:
        hook = getattr(self._converter, name)
        if hook is None:
            return False
        try:
            hook(assignment=self._lesson, student=student, notebooks=[str(notebook)])
        except Exception as error:  # nbgrader goes on, too, but does not tell
            where = f"{type(self._converter).__name__}.{name}"
            self.failed.append(
                {"what": "hook", "message": one_line(f"{where} failed: {type(error).__name__}: {error}")}
            )
        return True
