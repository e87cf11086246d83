"""Models: layers put together into something that learns."""

from course.models.config import clone_model
from course.models.model import Model
from course.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model"]
