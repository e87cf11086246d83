"""Convolution: the loops that a lesson teaches (`naive`), and the same numbers as fast as NumPy can give them.

`columns` makes one matrix product of it, as lesson 5 does. `winograd` spares a third of the multiplications of a kernel
with three rows. `engine` cuts a batch into blocks that fit the cache, picks the faster way, and uses all threads.
"""

from course.convolution.engine import backward, forward, kernel_gradient, spread
from course.convolution.products import sum_of_rows

__all__ = ["backward", "forward", "kernel_gradient", "spread", "sum_of_rows"]
