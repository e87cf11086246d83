"""MNIST: 70,000 handwritten digits of 28×28 pixels, fetched when they are first asked for (11 MB).

Source: Y. LeCun, L. Bottou, Y. Bengio & P. Haffner, *Gradient-based learning applied to document recognition*,
Proceedings of the IEEE 86, 2278, 1998; the pixels are NIST's Special Databases 1 and 3. The licence that is commonly
stated for it is CC BY-SA 3.0. It isn't part of this package.
"""

import warnings
from pathlib import Path

import numpy as np

from course.data.digits import load_digits
from course.data.download import OutOfReachError, Source, fetch
from course.data.idx import read_idx

SOURCE = Source(
    name="MNIST",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    files={
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
)

VALIDATION_SHARE = 6
"""One in so many of the source's training examples, the last ones, become the validation set."""

Examples = tuple[np.ndarray, np.ndarray]


class StandInWarning(UserWarning):
    """The data are others than those asked for."""


def load_mnist(*, fallback: bool = True) -> tuple[Examples, Examples, Examples]:
    """Images of handwritten digits and what they show, for training, validation and test.

    The first call fetches four files, checks them and keeps them, in the folder that the environment variable
    HANDSON_DATA names or else in the user's cache; later calls need no network.

    Parameters
    ----------
    fallback : bool
        What happens without a network: with True, a `StandInWarning` and the digits of `load_digits`, enlarged to
        28×28 pixels (1029, 386 and 382 of them); with False, an error.

    Returns
    -------
    (x_train, y_train) : 50,000 examples
    (x_val, y_val) : 10,000 examples, the last of the source's training set
    (x_test, y_test) : 10,000 examples, the source's test set, written by other people

    Every x is a float32 ndarray of shape (n, 28, 28) with values from 0 (paper) to 1 (ink), every y an int64
    ndarray of shape (n,) with the digits 0 to 9. They are fresh arrays at each call.

    Raises
    ------
    ImportError
        Where pooch isn't installed.
    ConnectionError
        Without a network, if `fallback` is False.
    ValueError
        Where a file that was fetched has the wrong checksum.
    """
    return load_source("load_mnist", SOURCE, fallback)


def load_source(where: str, source: Source, fallback: bool) -> tuple[Examples, Examples, Examples]:
    """What `load_mnist` does, for any data set in files like MNIST's; `where` is who is asked."""
    try:
        paths = fetch(where, source)
    except OutOfReachError as problem:
        if not fallback:
            raise
        warnings.warn(
            f"{problem}. So these are not {source.name} but the 1,797 digits of load_digits, enlarged to 28×28 pixels. "
            "Call again with a network, or with fallback=False for an error in place of other data",
            StandInWarning,
            stacklevel=3,
        )
        return _stand_in()

    x, y = _examples(paths, "train")
    last = len(x) - len(x) // VALIDATION_SHARE
    return (x[:last], y[:last]), (x[last:], y[last:]), _examples(paths, "t10k")


def _examples(paths: dict[str, Path], name: str) -> Examples:
    images = read_idx(paths[f"{name}-images-idx3-ubyte.gz"])
    labels = read_idx(paths[f"{name}-labels-idx1-ubyte.gz"])
    return images.astype(np.float32) / 255, labels.astype(np.int64)


def _stand_in() -> tuple[Examples, Examples, Examples]:
    """The small digits, each pixel three by three, with a margin of two as MNIST has one of four."""
    train, val, test = (
        (np.pad(x.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2))), y) for x, y in load_digits()
    )
    return train, val, test
