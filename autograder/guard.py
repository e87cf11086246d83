"""Notices an answer that calls a ready-made one instead of answering.

A Python function is known by the module and the name of the code that runs, whatever alias, `getattr` or import led
to it. A compiled function (a NumPy ufunc of another library) has no such code, so a stand-in takes its place for the
time of the call, in its module and among the names that the answer sees.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any


class RuledOut(BaseException):
    """Raised where a ready-made answer is called; no `except Exception` of a student's swallows it."""


@contextlib.contextmanager
def watch(function: Callable[..., Any], names: Sequence[str]) -> Iterator[list[str]]:
    """Watch what is called inside the block.

    Parameters
    ----------
    function : callable
        The answer; its global names are those that stand-ins replace.
    names : sequence of str
        Dotted names of functions, classes or whole modules.

    Yields
    ------
    list of str
        What was called of them so far; the first call raises as well.

    Raises
    ------
    RuledOut
        At the call.
    """
    called: list[str] = []
    if not names:
        yield called
        return

    def refuse(name: str) -> None:
        called.append(name)
        raise RuledOut(name)

    def on_call(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            name = f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"
            if _within(name, names):
                refuse(name)

    before = sys.getprofile()
    with _stand_ins(function, names, refuse):
        sys.setprofile(on_call)
        try:
            yield called
        finally:
            sys.setprofile(before)


def _within(name: str, names: Sequence[str]) -> bool:
    return any(name == ruled or name.startswith(ruled + ".") for ruled in names)


@contextlib.contextmanager
def _stand_ins(function: Callable[..., Any], names: Sequence[str], refuse: Callable[[str], None]) -> Iterator[None]:
    replaced: list[tuple[dict[str, Any], str, Any]] = []
    namespaces = [getattr(function, "__globals__", {})]
    for name in names:
        path, _, attribute = name.rpartition(".")
        module = sys.modules.get(path)
        original = getattr(module, attribute, None)
        if module is None or not callable(original):
            continue

        def stand_in(*arguments: Any, _name: str = name, **options: Any) -> None:
            refuse(_name)

        for namespace in (vars(module), *namespaces):
            for key in [key for key, value in namespace.items() if value is original]:
                replaced.append((namespace, key, original))
                namespace[key] = stand_in
    try:
        yield
    finally:
        for namespace, key, original in replaced:
            namespace[key] = original
