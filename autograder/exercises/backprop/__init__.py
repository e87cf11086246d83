"""Lesson 03_backprop: the gradients of a neuron, a layer and a network, and how to check them."""

from autograder.exercises.backprop.dense import dense_backward
from autograder.exercises.backprop.network import mlp_backward
from autograder.exercises.backprop.neuron import neuron_gradients
from autograder.exercises.backprop.numerical import numerical_gradient

EXERCISES = [neuron_gradients, dense_backward, mlp_backward, numerical_gradient]
