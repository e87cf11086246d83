"""How a program that was written for Keras is run, with `course` and, where it is installed, with Keras itself."""

import textwrap
from types import SimpleNamespace

import numpy as np
import pytest

import course
from tests.oracles.common import installed, keras

BOTH_LIBRARIES = pytest.mark.parametrize(
    "library",
    [
        "course",
        pytest.param("keras", marks=pytest.mark.skipif(not installed(), reason="Keras isn't installed")),
    ],
)
REMARKS_OF_KERAS = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # Keras 3 says of input_dim and input_shape that an Input is better
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning"),
]


def run_program(library, program, **names):
    """Run a program in which the module is called `tfk` and its layers `tfkl`; its variables, as attributes.

    `LIBRARY` in its imports stands for the name of the library.
    """
    module = course if library == "course" else keras()
    if library == "keras":
        module.utils.clear_session()  # automatic names begin anew
    module.utils.set_random_seed(3)
    space = {"tfk": module, "tfkl": module.layers, "np": np, **names}
    exec(textwrap.dedent(program).replace("LIBRARY", library), space)
    return SimpleNamespace(**space)
