"""Layers: the steps that networks are made of. Import them from here: `from course import layers`."""

from course.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from course.layers.base import Layer, Parameter
from course.layers.dense import Dense
from course.layers.dropout import Dropout
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
from course.layers.reshaping import Flatten, Reshape
from course.layers.symbol import Symbol

__all__ = [
    "ELU",
    "Activation",
    "Add",
    "Average",
    "Concatenate",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "PReLU",
    "Parameter",
    "ReLU",
    "Reshape",
    "Softmax",
    "Subtract",
    "Symbol",
    "add",
    "average",
    "concatenate",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]
