"""What a submission got before, where it still stands: for the same submission and grading, and in the gradebook."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade

from autograder.grading.execute import RECORD, Outcome, results_of
from autograder.reported import events_of

_log = logging.getLogger(__name__)


def known(
    autograded: Path, student: str, fingerprint: str, scores: Mapping[str, float | None], seed: int | None = None
) -> Outcome | None:
    """What was recorded of a submission.

    Parameters
    ----------
    autograded : Path
        The notebook, which may be missing, or damaged.
    student : str
    fingerprint : str
        Of the submission and its grading as they are now.
    scores : mapping of str to float or None
        What the gradebook has, by grade_id.
    seed : int, optional
        That is asked for.

    Returns
    -------
    Outcome or None
        None where it has to be graded again.
    """
    try:
        nb = nbformat.read(autograded, as_version=4)
        record = nb.metadata[RECORD]
        if record["fingerprint"] != fingerprint or seed not in (None, record["seed"]):
            return None
        if any(scores[cell] != score for cell, score in _decided(nb).items()):
            return None
        results, written = results_of(nb)
        return Outcome(
            student,
            results=results,
            written=written,
            events=events_of(nb),
            seed=record["seed"],
            seconds=record.get("seconds", 0.0),
        )
    except Exception:  # a damaged one is made again
        return None


def _decided(nb: NotebookNode) -> dict[str, float | None]:
    """The scores that nbgrader reads off an autograded notebook."""
    return {cell.metadata.nbgrader["grade_id"]: determine_grade(cell, _log)[0] for cell in nb.cells if is_grade(cell)}
