"""The battery runs in one process or in several."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xdist_group(name): tests of one process, where pytest-xdist starts several")
