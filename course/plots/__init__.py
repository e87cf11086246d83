"""The figures of the lessons: each function makes one, and it can be read by everyone.

Every figure has a white ground (so it is legible in a dark theme), the colours of Okabe and Ito together with a
marker, a line style or words, and a text that says what is seen. Nothing here touches pyplot's state.
"""

from course.plots.activations import draw_activations
from course.plots.boundaries import decision_boundary, scatter_classes
from course.plots.figures import COLOURS, subplots
from course.plots.graph import draw_model
from course.plots.histories import plot_history
from course.plots.images import show_images
from course.plots.networks import draw_network
from course.plots.zoo import network_zoo

__all__ = [
    "COLOURS",
    "decision_boundary",
    "draw_activations",
    "draw_model",
    "draw_network",
    "network_zoo",
    "plot_history",
    "scatter_classes",
    "show_images",
    "subplots",
]
