"""What layers that move numbers about are asked: resampling, padding, cropping, permuting, looking up, translating."""

from typing import Any

import numpy as np

from tests.oracles.common import flat, keras, waves
from tests.oracles.layer_questions import slope

# name of the case -> (class in both libraries, arguments, shape of the input); answered by layer_questions.ask_layer

LAYERS: dict[str, tuple[str, dict[str, Any], tuple[int, ...]]] = {
    "UpSampling1D": ("UpSampling1D", {}, (2, 3, 2)),
    "UpSampling1D/3": ("UpSampling1D", {"size": 3}, (2, 4, 1)),
    "UpSampling1D/1": ("UpSampling1D", {"size": 1}, (2, 4, 1)),
    "UpSampling2D": ("UpSampling2D", {}, (2, 3, 4, 2)),
    "UpSampling2D/3_1": ("UpSampling2D", {"size": (3, 1)}, (1, 2, 3, 2)),
    "UpSampling2D/one_pixel": ("UpSampling2D", {"size": 4}, (2, 1, 1, 3)),
    "UpSampling2D/bilinear": ("UpSampling2D", {"interpolation": "bilinear"}, (2, 3, 4, 2)),
    "UpSampling2D/bilinear_3": ("UpSampling2D", {"size": 3, "interpolation": "bilinear"}, (1, 4, 5, 1)),
    "UpSampling2D/bilinear_4_2": ("UpSampling2D", {"size": (4, 2), "interpolation": "bilinear"}, (2, 2, 3, 2)),
    "UpSampling2D/bilinear_1_5": ("UpSampling2D", {"size": (1, 5), "interpolation": "bilinear"}, (2, 3, 2, 1)),
    "UpSampling2D/bilinear_one_pixel": ("UpSampling2D", {"interpolation": "bilinear"}, (1, 1, 2, 3)),
    "ZeroPadding1D": ("ZeroPadding1D", {}, (2, 3, 2)),
    "ZeroPadding1D/sides": ("ZeroPadding1D", {"padding": (2, 0)}, (2, 3, 2)),
    "ZeroPadding2D": ("ZeroPadding2D", {}, (2, 3, 4, 2)),
    "ZeroPadding2D/axes": ("ZeroPadding2D", {"padding": (2, 1)}, (2, 3, 4, 2)),
    "ZeroPadding2D/sides": ("ZeroPadding2D", {"padding": ((0, 1), (2, 3))}, (2, 3, 4, 2)),
    "ZeroPadding2D/axis_and_sides": ("ZeroPadding2D", {"padding": (1, (0, 2))}, (1, 2, 2, 1)),
    "Cropping1D": ("Cropping1D", {}, (2, 5, 2)),
    "Cropping1D/sides": ("Cropping1D", {"cropping": (2, 0)}, (2, 5, 2)),
    "Cropping2D": ("Cropping2D", {}, (2, 3, 4, 2)),
    "Cropping2D/axes": ("Cropping2D", {"cropping": (1, 2)}, (2, 5, 6, 2)),
    "Cropping2D/sides": ("Cropping2D", {"cropping": ((0, 1), (2, 1))}, (2, 3, 4, 2)),
    "Permute": ("Permute", {"dims": (2, 1)}, (2, 3, 4)),
    "Permute/three": ("Permute", {"dims": (3, 1, 2)}, (2, 3, 4, 5)),
    "RepeatVector": ("RepeatVector", {"n": 4}, (3, 2)),
}

# Embedding: name of the case -> (arguments, the numbers to look up)

EMBEDDINGS: dict[str, tuple[dict[str, Any], np.ndarray]] = {
    "sequences": ({"input_dim": 6, "output_dim": 3}, np.array([[0, 5, 5, 2], [2, 2, 5, 1]])),
    "labels": ({"input_dim": 10, "output_dim": 2}, np.array([3, 3, 9, 0])),
    "one_row": ({"input_dim": 1, "output_dim": 4}, np.zeros((2, 3), int)),
    "many": ({"input_dim": 50, "output_dim": 2}, (np.arange(300) ** 2 % 47).reshape(3, 10, 10)),
}


def ask_embedding(arguments: dict[str, Any], numbers: np.ndarray) -> np.ndarray:
    """The rows, and the gradient of the table, from PyTorch."""
    import torch

    table = torch.tensor(waves(arguments["input_dim"], arguments["output_dim"], phase=5), requires_grad=True)
    y = torch.nn.functional.embedding(torch.tensor(numbers), table)
    (y * torch.tensor(slope(tuple(y.shape)))).sum().backward()
    return flat(y, table.grad)


# Translations, with a range of no width, so that nothing is left to chance: (height_factor, width_factor, fill_mode)
# of images of 8 × 10 pixels

IMAGES = waves(2, 8, 10, 2)
TRANSLATIONS: dict[str, tuple[float, float, str]] = {
    "down_right": (0.25, 0.2, "constant"),
    "up_left": (-0.375, -0.1, "constant"),
    "down_left": (0.5, -0.3, "nearest"),
    "up": (-0.25, 0.0, "nearest"),
    "away": (1.0, 0.0, "constant"),
}


def ask_translation(height_factor: float, width_factor: float, fill_mode: str) -> np.ndarray:
    layer = keras().layers.RandomTranslation(
        (height_factor, height_factor),
        (width_factor, width_factor),
        fill_mode=fill_mode,
        interpolation="nearest",
        fill_value=0.5,
    )
    return flat(layer(IMAGES, training=True))
