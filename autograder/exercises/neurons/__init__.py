"""Lesson 01_neurons: one neuron, a layer of them, the activation functions, the perceptron."""

from autograder.exercises.neurons.linear import linear_layer, neuron
from autograder.exercises.neurons.probabilities import perceptron, softmax
from autograder.exercises.neurons.relu import relu, relu_derivative
from autograder.exercises.neurons.smooth import sigmoid, sigmoid_derivative, tanh_derivative

EXERCISES = [
    neuron,
    linear_layer,
    sigmoid,
    sigmoid_derivative,
    relu,
    relu_derivative,
    tanh_derivative,
    softmax,
    perceptron,
]
