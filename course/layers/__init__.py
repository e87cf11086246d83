"""Layers: the steps that networks are made of. Import them from here: `from course import layers`."""

from course.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from course.layers.augmentation import RandomFlip, RandomRotation90, RandomTranslation
from course.layers.base import Layer, Parameter
from course.layers.conv import Conv1D, Conv2D
from course.layers.conv_transpose import Conv1DTranspose, Conv2DTranspose
from course.layers.dense import Dense
from course.layers.depthwise import DepthwiseConv2D
from course.layers.dropout import Dropout, SpatialDropout1D, SpatialDropout2D
from course.layers.embedding import Embedding
from course.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from course.layers.input import Input, InputLayer
from course.layers.merging import (
    Add,
    Average,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    maximum,
    minimum,
    multiply,
    subtract,
)
from course.layers.noise import GaussianDropout, GaussianNoise
from course.layers.normalization import BatchNormalization, LayerNormalization
from course.layers.padding import Cropping1D, Cropping2D, ZeroPadding1D, ZeroPadding2D
from course.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AvgPool1D,
    AvgPool2D,
    MaxPool1D,
    MaxPool2D,
    MaxPooling1D,
    MaxPooling2D,
)
from course.layers.resampling import UpSampling1D, UpSampling2D
from course.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from course.layers.symbol import Symbol

__all__ = [
    "ELU",
    "Activation",
    "Add",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AvgPool1D",
    "AvgPool2D",
    "BatchNormalization",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPooling1D",
    "MaxPooling2D",
    "Maximum",
    "Minimum",
    "Multiply",
    "PReLU",
    "Parameter",
    "Permute",
    "RandomFlip",
    "RandomRotation90",
    "RandomTranslation",
    "ReLU",
    "RepeatVector",
    "Reshape",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "Subtract",
    "Symbol",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]
