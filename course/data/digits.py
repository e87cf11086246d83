"""1,797 handwritten digits of 8×8 pixels: real data, small enough to come with the course.

Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
Repository, 1998, doi:10.24432/C50P49, licence CC BY 4.0; here its test set, written by 13 people, as
scikit-learn ships it. What was changed: the scale of the pixels, and the split into three sets.
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("digits.npz")
INK_PER_PIXEL = 16
"""A pixel of the source counts the black ones among 4×4 pixels of the scan."""

Examples = tuple[np.ndarray, np.ndarray]


def load_digits() -> tuple[Examples, Examples, Examples]:
    """Images of digits and what they show, for training, validation and test.

    The source lists one writer after the other, and the split keeps that order: the digits of the
    validation and of the test set were written by other people than those of the training set. So a score
    on them says how a network does with a hand that it has never seen.

    Returns
    -------
    (x_train, y_train) : 1029 examples
    (x_val, y_val) : 386 examples
    (x_test, y_test) : 382 examples

    Every x is a float32 ndarray of shape (n, 8, 8) with values from 0 (paper) to 1 (ink), every y an int64
    ndarray of shape (n,) with the digits 0 to 9. They are fresh arrays at each call.
    """
    with np.load(FILE) as arrays:
        return _examples(arrays, "train"), _examples(arrays, "val"), _examples(arrays, "test")


def _examples(arrays: np.lib.npyio.NpzFile, name: str) -> Examples:
    return arrays[f"x_{name}"].astype(np.float32) / INK_PER_PIXEL, arrays[f"y_{name}"].astype(np.int64)
