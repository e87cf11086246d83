"""A real browser for the explorables: each is shown in a page of its own, whose errors and requests fail the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import chromium

pytest.importorskip("anywidget")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def show(browser) -> Iterator[Callable[..., Any]]:
    """`show(widget)` gives a page at 1280×720 with the widget in it, in which `model` stands for the kernel."""
    pages, trouble = [], []

    def open_page(widget: Any, color_scheme: str = "light") -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme=color_scheme)
        page.set_default_timeout(10_000)
        pages.append(page)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if local(request.url) else trouble.append(request.url))
        page.set_content(widget.page())
        page.wait_for_function("typeof dispose === 'function'")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not trouble


def local(url: str) -> bool:
    return url.startswith(("blob:", "data:", "about:"))


def settle(page: Any) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
