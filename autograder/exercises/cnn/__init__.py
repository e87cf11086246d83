"""Lesson 06_cnn: pooling, the receptive field, a network by its figure, and one that is trained."""

from autograder.exercises.cnn.architecture import build_cnn
from autograder.exercises.cnn.fields import receptive_field
from autograder.exercises.cnn.pooling import max_pool2d
from autograder.exercises.cnn.training import classify
from autograder.exercises.cnn.unpooling import max_pool2d_backward

EXERCISES = [max_pool2d, max_pool2d_backward, receptive_field, build_cnn, classify]
