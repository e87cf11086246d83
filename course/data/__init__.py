"""Data that the lessons use."""

from course.data import toy

__all__ = ["toy"]
