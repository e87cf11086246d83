"""In the place of a library that has answers to the exercises."""

raise ImportError(f"{__name__} is not at hand while answers are graded")
