"""The class report: how a lesson went, which mistakes the class makes, and what needs a person's eye.

`survey` looks, once; `page`, `text` and `values` say what it saw. `write`, `as_text` and `as_dict` do both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.classreport.pages import page
from autograder.classreport.survey import Survey, survey
from autograder.classreport.texts import text, values
from autograder.coursedir import Course

__all__ = ["Survey", "as_dict", "as_text", "page", "report_path", "survey", "text", "values", "write"]


def write(course: Course, lesson: str, found: Survey | None = None) -> Path:
    """Write the report as a page that stands alone, beside the folder of the feedback pages.

    Parameters
    ----------
    course : Course
    lesson : str
    found : Survey, optional
        What `survey(course, lesson)` saw, where it is at hand.

    Returns
    -------
    Path
        reports/LESSON.html

    Raises
    ------
    CourseError
        Where there is no such lesson.
    """
    path = report_path(course, lesson)
    content = page(found or survey(course, lesson), path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def as_text(course: Course, lesson: str, width: int = 112) -> str:
    """The report for a terminal of `width` columns."""
    return text(survey(course, lesson), width)


def as_dict(course: Course, lesson: str) -> dict[str, Any]:
    """The report as plain JSON values."""
    return values(survey(course, lesson))


def report_path(course: Course, lesson: str) -> Path:
    """Where the report of a lesson is kept."""
    return course.folder("feedback", ".", ".").parent / "reports" / f"{lesson}.html"
