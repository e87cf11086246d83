"""Lesson 07_in_practice: what makes deep networks trainable, and what makes them do well on new examples."""

from autograder.exercises.in_practice.augmenting import augment
from autograder.exercises.in_practice.gradients import clip_by_global_norm, residual_block
from autograder.exercises.in_practice.normalizing import batch_norm, batch_norm_backward
from autograder.exercises.in_practice.regularizing import dropout
from autograder.exercises.in_practice.starting import he_normal

EXERCISES = [augment, he_normal, batch_norm, batch_norm_backward, residual_block, clip_by_global_norm, dropout]
