"""Example arguments of every layer: a layer that is listed here is held to the contract (test_layer_contract.py)."""

from typing import Any, NamedTuple

import course
from course import layers


class Example(NamedTuple):
    """Arguments of a layer, and the shape (a list of them for several inputs) of one example for it.

    Where `below` is given, the layer takes whole numbers below it.
    """

    arguments: dict[str, Any]
    input_shape: Any
    below: int | None = None


def network(**options):
    x = layers.Input((4,))
    hidden = layers.Dense(3, activation="tanh")(x)
    return course.Model(x, layers.add([layers.Dense(2)(hidden), layers.Dense(2)(x)]), **options)


def stack(**options):
    return course.Sequential([layers.Dense(3, activation="elu"), layers.Dropout(0.3), layers.Dense(2)], **options)


EXAMPLES: dict[Any, list[Example]] = {
    layers.Activation: [Example({"activation": "tanh"}, (3,)), Example({"activation": "softmax"}, (2, 3))],
    layers.Add: [Example({}, [(3,), (3,)]), Example({}, [(2, 3), (1, 3), (2, 3)])],
    layers.Average: [Example({}, [(3,), (3,), (3,)])],
    layers.BatchNormalization: [
        Example({}, (4,)),
        Example({"momentum": 0.5, "epsilon": 0.1, "gamma_regularizer": "l2"}, (2, 3, 2)),
        Example({"axis": 1, "scale": False}, (3, 2)),
    ],
    layers.Concatenate: [Example({}, [(3,), (2,)]), Example({"axis": 1}, [(3, 2), (1, 2)])],
    layers.Cropping1D: [Example({"cropping": (1, 0)}, (4, 2))],
    layers.Cropping2D: [Example({"cropping": ((1, 0), (0, 2))}, (3, 4, 2)), Example({}, (2, 3, 1))],
    layers.Dense: [
        Example({"units": 3}, (4,)),
        Example({"units": 2, "activation": "sigmoid", "use_bias": False}, (3, 4)),
        Example({"units": 3, "activation": "softmax", "kernel_regularizer": "l2", "bias_initializer": "ones"}, (4,)),
    ],
    layers.Dropout: [Example({"rate": 0.4}, (5,)), Example({"rate": 0.5, "noise_shape": (None, 1, None)}, (4, 3))],
    layers.ELU: [Example({"alpha": 0.5}, (4,))],
    layers.Embedding: [Example({"input_dim": 5, "output_dim": 3}, (4,), below=5)],
    layers.Flatten: [Example({}, (2, 3)), Example({}, (4,))],
    layers.GaussianDropout: [Example({"rate": 0.3}, (5,))],
    layers.GaussianNoise: [Example({"stddev": 0.3}, (5,)), Example({"stddev": 0.1, "seed": 3}, (2, 3))],
    layers.InputLayer: [Example({"shape": (3,)}, (3,))],
    layers.LayerNormalization: [
        Example({}, (4,)),
        Example({"axis": (1, 2), "epsilon": 0.1}, (2, 3)),
        Example({"axis": 1, "center": False, "scale": False}, (3, 2)),
    ],
    layers.LeakyReLU: [Example({"negative_slope": 0.1}, (4,))],
    layers.Maximum: [Example({}, [(3,), (3,)])],
    layers.Minimum: [Example({}, [(3,), (3,)])],
    layers.Multiply: [Example({}, [(3,), (3,), (3,)]), Example({}, [(2, 3), (1, 3)])],
    layers.PReLU: [Example({}, (4,)), Example({"shared_axes": [1, 2]}, (2, 3, 2))],
    layers.Permute: [Example({"dims": (3, 1, 2)}, (2, 3, 4))],
    layers.RandomFlip: [Example({}, (3, 4, 2)), Example({"mode": "vertical", "seed": 1}, (3, 2, 1))],
    layers.RandomRotation90: [Example({}, (3, 3, 2))],
    layers.RandomTranslation: [
        Example({"height_factor": 0.5, "width_factor": (0, 0.3)}, (4, 3, 2)),
        Example({"height_factor": 0.5, "width_factor": 0.5, "fill_mode": "constant", "fill_value": 2.0}, (3, 4, 1)),
    ],
    layers.ReLU: [Example({}, (4,)), Example({"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.1}, (4,))],
    layers.RepeatVector: [Example({"n": 3}, (2,))],
    layers.Reshape: [Example({"target_shape": (3, 2)}, (6,)), Example({"target_shape": (-1,)}, (2, 3))],
    layers.Softmax: [Example({"axis": 1}, (3, 2))],
    layers.SpatialDropout1D: [Example({"rate": 0.4}, (3, 4))],
    layers.SpatialDropout2D: [Example({"rate": 0.4}, (2, 3, 4))],
    layers.Subtract: [Example({}, [(3,), (3,)])],
    layers.UpSampling1D: [Example({"size": 3}, (2, 3))],
    layers.UpSampling2D: [Example({}, (2, 3, 2)), Example({"size": (3, 2), "interpolation": "bilinear"}, (2, 3, 1))],
    layers.ZeroPadding1D: [Example({"padding": (0, 2)}, (3, 2))],
    layers.ZeroPadding2D: [Example({}, (2, 3, 1)), Example({"padding": ((0, 1), (2, 0))}, (2, 3, 2))],
    layers.Conv1D: [Example({"filters": 2, "kernel_size": 2, "activation": "relu"}, (5, 2))],
    layers.Conv2D: [
        Example({"filters": 2, "kernel_size": 3, "padding": "same", "strides": 2}, (5, 4, 2)),
        Example({"filters": 2, "kernel_size": (2, 3), "dilation_rate": 2}, (7, 7, 1)),
    ],
    layers.Conv1DTranspose: [Example({"filters": 2, "kernel_size": 3, "strides": 2}, (3, 2))],
    layers.Conv2DTranspose: [Example({"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}, (3, 2, 2))],
    layers.MaxPooling1D: [Example({"pool_size": 2}, (4, 2))],
    layers.MaxPooling2D: [Example({"pool_size": 2, "padding": "same"}, (5, 4, 2))],
    layers.AveragePooling1D: [Example({"pool_size": 2}, (4, 2))],
    layers.AveragePooling2D: [Example({"pool_size": (2, 3), "strides": 1}, (5, 4, 2))],
    layers.GlobalAveragePooling1D: [Example({}, (3, 2))],
    layers.GlobalAveragePooling2D: [Example({"keepdims": True}, (3, 4, 2))],
    layers.GlobalMaxPooling1D: [Example({}, (3, 2))],
    layers.GlobalMaxPooling2D: [Example({}, (3, 4, 2))],
    layers.DepthwiseConv2D: [Example({"kernel_size": 3, "depth_multiplier": 2, "padding": "same"}, (4, 5, 2))],
    network: [Example({}, (4,))],
    stack: [Example({}, (4,))],
}
