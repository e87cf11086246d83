"""Fashion-MNIST: 70,000 pictures of clothes, 28×28 pixels, fetched when they are first asked for (30 MB).

Source: H. Xiao, K. Rasul & R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms*, arXiv:1708.07747, Zalando SE, MIT licence. It isn't part of this package.
"""

from course.data.download import Source
from course.data.mnist import Examples, load_source

CLASSES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
"""What the labels 0 to 9 mean."""

SOURCE = Source(
    name="Fashion-MNIST",
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    files={
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
)


def load_fashion_mnist(*, fallback: bool = True) -> tuple[Examples, Examples, Examples]:
    """Images of clothes and what they show, for training, validation and test: as MNIST, but harder.

    The first call fetches four files, checks them and keeps them, in the folder that the environment variable
    HANDSON_DATA names or else in the user's cache; later calls need no network.

    Parameters
    ----------
    fallback : bool
        What happens without a network: with True, a `StandInWarning` and the digits of `load_digits`, enlarged to
        28×28 pixels, so that a program still runs; with False, an error.

    Returns
    -------
    (x_train, y_train) : 50,000 examples
    (x_val, y_val) : 10,000 examples, the last of the source's training set
    (x_test, y_test) : 10,000 examples, the source's test set

    Every x is a float32 ndarray of shape (n, 28, 28) with values from 0 (background) to 1, every y an int64 ndarray
    of shape (n,) with 0 to 9 for `CLASSES`. They are fresh arrays at each call.

    Raises
    ------
    ImportError
        Where pooch isn't installed.
    ConnectionError
        Without a network, if `fallback` is False.
    ValueError
        Where a file that was fetched has the wrong checksum.
    """
    return load_source("load_fashion_mnist", SOURCE, fallback)
