"""Lesson 05_convolution: sizes, convolution in one and two dimensions, the same as a matrix, and its gradients."""

from autograder.exercises.convolution.backward import conv2d_backward
from autograder.exercises.convolution.counting import conv_parameters, output_size
from autograder.exercises.convolution.images import conv2d
from autograder.exercises.convolution.matrices import conv_matrix
from autograder.exercises.convolution.signals import conv1d
from autograder.exercises.convolution.unrolled import im2col

EXERCISES = [
    output_size,
    conv1d,
    conv2d,
    conv_parameters,
    im2col,
    conv_matrix,
    conv2d_backward,
]
