"""The page that a student gets back. What the student wrote stands in it, but does nothing.

nbgrader's generate_feedback makes it, by `GenerateFeedback.exporter_class` and `.preprocessors`:
`autograder.feedback.exporter.FeedbackExporter` and `autograder.feedback.grades.Grades`.
"""
