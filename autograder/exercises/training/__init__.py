"""Lesson 04_training: losses, steps downhill, batches, when to stop, and a perceptron trained."""

from autograder.exercises.training.adam import adam_step
from autograder.exercises.training.batches import minibatches
from autograder.exercises.training.losses import binary_cross_entropy, mse
from autograder.exercises.training.perceptron import train_perceptron
from autograder.exercises.training.softmax import softmax_cross_entropy
from autograder.exercises.training.steps import momentum_step, sgd_step
from autograder.exercises.training.stopping import stop_epoch

EXERCISES = [
    mse,
    binary_cross_entropy,
    softmax_cross_entropy,
    sgd_step,
    minibatches,
    momentum_step,
    adam_step,
    train_perceptron,
    stop_epoch,
]
