"""Explorables: pictures in a notebook that answer to a hand on a slider.

They need anywidget and matplotlib, which are imported when the first explorable is asked for and not before.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.widgets.activations import ActivationGallery
    from course.widgets.neuron import NeuronExplorer
    from course.widgets.playground import Playground

__all__ = ["ActivationGallery", "NeuronExplorer", "Playground"]

_HOMES = {"ActivationGallery": "activations", "NeuronExplorer": "neuron", "Playground": "playground"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
