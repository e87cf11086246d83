"""What the grader wrote into an autograded notebook, read back without trusting that it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

RESULT_MIME = "application/vnd.autograder.result+json"
MAX_EVENTS = 20

_NUMBER = (int, float)
_REPORT: dict[str, Any] = {
    "exercise": str,
    "points": _NUMBER,
    "max_points": _NUMBER,
    "passed": bool,
    "summary": str,
    "mistake": (str, type(None)),
    "hint": (str, type(None)),
}
_CRITERION: dict[str, Any] = {"name": str, "points": _NUMBER, "earned": _NUMBER, "message": str}
_FAILURE: dict[str, Any] = {"arguments": list, "expected": str, "got": str, "printed": str}


def checked(output: Any) -> dict[str, Any] | None:
    """The report in an output of a check cell, with all its parts of the right type; None where there is none."""
    data = output.get("data") if isinstance(output, Mapping) else None
    given = data.get(RESULT_MIME) if isinstance(data, Mapping) else None
    if not _has(given, _REPORT) or not isinstance(given.get("criteria"), list):
        return None
    if not given["criteria"] or not all(_has(criterion, _CRITERION) for criterion in given["criteria"]):
        return None
    failure = given.get("failure")
    if not _has(failure, _FAILURE) or not all(_has(a, {"name": str, "value": str}) for a in failure["arguments"]):
        failure = None
    criteria = [{**c, "passed": bool(c.get("passed", not c["message"]))} for c in given["criteria"]]
    return {**given, "criteria": criteria, "failure": failure, "written": given.get("written", True) is True}


def events_of(notebook: Mapping[str, Any]) -> list[dict[str, str]]:
    """What happened while it was read and ran: left out, killed, timed out, ... each with the cell and one line."""
    noted = notebook.get("metadata", {}).get("autograder")
    events = noted.get("events") if isinstance(noted, Mapping) else None
    found = [event for event in events if isinstance(event, Mapping)] if isinstance(events, list) else []
    return [{key: str(event.get(key, ""))[:300] for key in ("cell", "what", "message")} for event in found[:MAX_EVENTS]]


def _has(value: Any, shape: Mapping[str, Any]) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and all(isinstance(value.get(key), kind) for key, kind in shape.items())
