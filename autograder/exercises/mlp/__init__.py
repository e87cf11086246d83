"""Lesson 02_mlp: the parameters of a network, its forward pass, and why it needs activations."""

from autograder.exercises.mlp.counting import count_parameters
from autograder.exercises.mlp.networks import collapse, mlp_forward

EXERCISES = [count_parameters, mlp_forward, collapse]
