"""Makes digits.npz out of the digits that scikit-learn ships: `python -m course.data.make.digits` (needs scikit-learn).

Run once by whoever maintains the course.
"""

from pathlib import Path

import numpy as np

from course.data.digits import FILE

VALIDATION_START = 1029
TEST_START = 1415
"""Where a new writer begins in the source's order: the sequence of labels starts over there."""


def make(path: Path) -> None:
    """Write the images (0 to 16, as counted in the source) and labels of the three sets to `path`."""
    from sklearn.datasets import load_digits

    source = load_digits()
    images = source.images.astype(np.uint8)
    labels = source.target.astype(np.uint8)
    bounds = {
        "train": slice(0, VALIDATION_START),
        "val": slice(VALIDATION_START, TEST_START),
        "test": slice(TEST_START, None),
    }
    arrays = {f"x_{name}": images[rows] for name, rows in bounds.items()}
    arrays |= {f"y_{name}": labels[rows] for name, rows in bounds.items()}
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    make(FILE)
