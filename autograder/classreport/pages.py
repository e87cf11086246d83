"""The class report as a page."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from autograder.classreport.statistics import FEWEST
from autograder.classreport.survey import Survey
from autograder.feedback.inert import plain
from autograder.report import points
from autograder.similarity import CLOSE, FREE
from autograder.webpage import render

MAX_MISTAKES = 15
MAX_ANSWER = 4000  # characters of an answer beside another
_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 150, 30, 18


def page(found: Survey, folder: Path) -> str:
    """The report as HTML that needs nothing from elsewhere and runs nothing.

    Parameters
    ----------
    found : Survey
    folder : Path
        Where the page will lie; links to the feedback pages start there.
    """
    pages = {submission.student: submission.feedback for submission in found.submissions}

    def link(student: str) -> str:
        target = pages.get(student)
        return quote(os.path.relpath(target, folder)) if target else ""

    return render(
        "classreport.html",
        found=found,
        bars=_bars(found.histogram, found.max_points),
        frame=(_WIDTH, _HEIGHT, _LEFT, _TOP),
        mistakes=found.mistakes[:MAX_MISTAKES],
        names={submission.student: plain(submission.name) for submission in found.submissions},
        link=link,
        plain=plain,
        shown=lambda source: plain(source[:MAX_ANSWER]) + (" …" if len(source) > MAX_ANSWER else ""),
        fewest=FEWEST,
        close=CLOSE,
        free=FREE,
    )


def _bars(counts: list[int], highest: float) -> list[dict[str, str | float]]:
    """The histogram's bars, in the picture's own units."""
    wide, tallest = (_WIDTH - _LEFT) / len(counts), max([*counts, 1])
    step = highest / len(counts)
    return [
        {
            "x": _LEFT + index * wide,
            "width": wide - 3,
            "height": count / tallest * _HEIGHT,
            "y": _TOP + _HEIGHT - count / tallest * _HEIGHT,
            "count": count,
            "range": f"{points(index * step)} to {points((index + 1) * step)}",
            "from": points(index * step),
        }
        for index, count in enumerate(counts)
    ]
