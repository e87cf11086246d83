"""Data that the lessons use: small ones come with the course, are simulated at each call, or are fetched once."""

from course.data import curves, sky, toy
from course.data.blends import load_blends
from course.data.digits import load_digits
from course.data.fashion_mnist import load_fashion_mnist
from course.data.galaxies import load_galaxies
from course.data.lenses import load_lenses
from course.data.mnist import load_mnist
from course.data.photoz import load_photoz

__all__ = [
    "curves",
    "load_blends",
    "load_digits",
    "load_fashion_mnist",
    "load_galaxies",
    "load_lenses",
    "load_mnist",
    "load_photoz",
    "sky",
    "toy",
]
