"""This repository is an nbgrader course: run `nbgrader` from here.

The lessons' only hand-written source is solutions/LESSON/LESSON.py; the notebooks beside it are made from it, here,
before nbgrader looks for them.
"""

import os
from pathlib import Path

from autograder import autograde
from autograder.build import write_solution_notebooks

root = Path(__file__).resolve().parent
write_solution_notebooks(root / "solutions")
autograde.install()

c = get_config()  # noqa: F821  (traitlets gives it to this file)

c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "neural_networks"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
c.CourseDirectory.solution_directory = "build/published_solutions"  # the default differs from ours by one letter
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "[0-9][0-9]_*.py"]
c.GenerateAssignment.pre_convert_hook = "autograder.build.refresh"

# A grade is decided outside the student's process; see autograder/verdict.py. The steps are nbgrader's, on submissions
# that autograder/autograde.py has read, but for those that would trust a submission: RestoreCells takes the place of
# DeduplicateIds, OverwriteKernelspec, OverwriteCells and CheckCellMetadata, Verdict that of Execute.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "autograder.sanitize.RestoreCells",
]
c.Autograde.autograde_preprocessors = [
    "autograder.verdict.Verdict",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.ZipCollectApp.extractor_plugin = "autograder.unpack.OneByOne"

# The feedback page is ours: what students wrote is inert in it. The formgrader shows submissions just as inert.
c.GenerateFeedback.exporter_class = "autograder.feedback.exporter.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["autograder.feedback.grades.Grades"]
c.HTMLExporter.preprocessors = ["autograder.feedback.formgrader.Inert"]
c.ClearSolutions.text_stub = "*Write your answer here.*"

# Where assignments are handed out and collected: the folder that a class shares, or one of this course's own.
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", str(root / "exchange"))
Path(c.Exchange.root).mkdir(exist_ok=True)
