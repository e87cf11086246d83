"""A real browser for the explorables: each is shown in a page of its own, whose errors and requests fail the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import chromium, jupyter
from tests.widgets.notebooks import Notebook, configure, end_kernels

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


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """The address of a server with JupyterLab and Notebook 7, and the folder that it shows."""
    pytest.importorskip("jupyterlab")
    pytest.importorskip("notebook", minversion="7")
    folder, home = (tmp_path_factory.mktemp(name) for name in ("notebooks", "home"))
    configure(home)
    with jupyter(folder, home) as address:
        yield address, folder


@pytest.fixture
def open_notebook(server, browser) -> Iterator[Callable[..., Notebook]]:
    """`open_notebook(*cells, front="lab")` gives a notebook whose cells have run; foreign requests fail the test."""
    address, folder = server
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    foreign = []

    def run(*cells: str, front: str = "lab") -> Notebook:
        end_kernels(address)
        page = context.new_page()
        page.on("request", lambda r: None if local(r.url) or r.url.startswith(address) else foreign.append(r.url))
        notebook = Notebook(page)
        notebook.open(address, folder, front, cells)
        return notebook

    yield run
    context.close()
    assert not foreign


def local(url: str) -> bool:
    return url.startswith(("blob:", "data:", "about:"))


def settle(page: Any) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
