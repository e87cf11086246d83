"""What the gradebook knows of a submission, for its page: points, comments, name, date, lateness."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.feedback.page import About, marks


class Grades(NbGraderPreprocessor):
    """Puts the scores and comments into the cells, as nbgrader's GetGrades does, and the rest into `resources`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        given = resources["nbgrader"]
        with Gradebook(given["db_url"]) as gradebook:
            submission = gradebook.find_submission_notebook(given["notebook"], given["assignment"], given["student"])
            resources["autograder"] = add_grades(nb, submission, given)
        return nb, resources


def add_grades(nb: NotebookNode, submission: SubmittedNotebook, names: dict[str, str]) -> About:
    """Put the scores and comments into the cells; returned is what concerns the whole submission."""
    grades = {grade.name: grade for grade in submission.grades}
    comments = {comment.name: comment.comment for comment in submission.comments}
    for cell in nb.cells:
        name = marks(cell).get("grade_id")
        if name in grades:
            cell.metadata["nbgrader"]["score"] = grades[name].score
            cell.metadata["nbgrader"]["points"] = grades[name].max_score
            cell.metadata["nbgrader"]["unread"] = bool(grades[name].needs_manual_grade)
        if comments.get(name):
            cell.metadata["nbgrader"]["comment"] = comments[name]
    return _about(submission, names)


def _about(submission: SubmittedNotebook, given: dict[str, str]) -> About:
    assignment, student = submission.assignment, submission.assignment.student
    return About(
        lesson=given["assignment"],
        student=given["student"],
        name=" ".join(part for part in (student.first_name, student.last_name) if part),
        score=submission.score,
        max_score=submission.max_score,
        late_penalty=submission.late_submission_penalty or 0.0,
        submitted=assignment.timestamp,
        seconds_late=assignment.total_seconds_late,
    )
