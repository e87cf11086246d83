"""Kernels in the sandbox, as the tests of this folder want them."""

import os
from pathlib import Path

import pytest

from autograder.kernel.bubblewrap import missing
from autograder.kernel.limits import Limits
from autograder.kernel.session import Session


@pytest.fixture(scope="session", autouse=True)
def sandbox():
    """Skip where there can be none, unless nothing may be left out."""
    if (reason := missing()) and not os.environ.get("REQUIRE_ALL"):
        pytest.skip(reason)


@pytest.fixture
def start(tmp_path: Path):
    """Start a session with some limits; it is ended after the test."""
    sessions = []

    def go(folder: Path = tmp_path, room: str = "plain", bars=(), sandboxed: bool = True, **limits) -> Session:
        session = Session(folder, Limits.of(limits), sandboxed=sandboxed, room=room, bars=bars)
        sessions.append(session)
        session.start()
        return session

    yield go
    for session in sessions:
        session.close()


@pytest.fixture
def said(start):
    """What a cell prints in a sandbox with the default limits."""

    def go(source: str, **options) -> str:
        return printed(start(**options), source)

    return go


def printed(session: Session, source: str) -> str:
    """What a cell prints."""
    ran = session.run(source)
    assert ran.ended == "ok", ran.message
    return "".join(output.text for output in ran.outputs if output.output_type == "stream")
