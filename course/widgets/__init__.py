"""Explorables: pictures in a notebook that answer to a hand on a slider.

They need anywidget and matplotlib, which are imported when the first explorable is asked for and not before.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.widgets.activations import ActivationGallery
    from course.widgets.augmentation import AugmentationPreview
    from course.widgets.backprop import BackpropStepper
    from course.widgets.convolution import ConvolutionExplorer
    from course.widgets.curves import LiveCurves
    from course.widgets.dropout import DropoutExplorer
    from course.widgets.featuremaps import FeatureMaps
    from course.widgets.gradientflow import GradientFlow
    from course.widgets.neuron import NeuronExplorer
    from course.widgets.optimizers import OptimizerPaths
    from course.widgets.overfitting import OverfittingExplorer
    from course.widgets.playground import Playground
    from course.widgets.sizes import SizesAtAGlance

__all__ = [
    "ActivationGallery",
    "AugmentationPreview",
    "BackpropStepper",
    "ConvolutionExplorer",
    "DropoutExplorer",
    "FeatureMaps",
    "GradientFlow",
    "LiveCurves",
    "NeuronExplorer",
    "OptimizerPaths",
    "OverfittingExplorer",
    "Playground",
    "SizesAtAGlance",
]

_HOMES = {
    "ActivationGallery": "activations",
    "AugmentationPreview": "augmentation",
    "BackpropStepper": "backprop",
    "ConvolutionExplorer": "convolution",
    "DropoutExplorer": "dropout",
    "FeatureMaps": "featuremaps",
    "GradientFlow": "gradientflow",
    "LiveCurves": "curves",
    "NeuronExplorer": "neuron",
    "OptimizerPaths": "optimizers",
    "OverfittingExplorer": "overfitting",
    "Playground": "playground",
    "SizesAtAGlance": "sizes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
