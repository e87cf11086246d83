"""What other libraries answer: kept in small files, so that tests don't need them, and asked again where installed.

An `Oracle` holds questions by name. `record()` asks them all and keeps the answers in an .npz file beside this one;
`compare` holds a result against the kept answer and, where PyTorch and Keras are installed, against one asked now.
With the environment variable REQUIRE_ORACLES=1 it is a failure if they aren't.
"""

import importlib.util
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

HERE = Path(__file__).parent


class Oracle:
    """Questions to PyTorch and Keras, and their answers.

    Parameters
    ----------
    name : str
        The answers are in `name`.npz.
    questions : dict
        By name, functions without arguments that return an array of floats. They import torch or keras when called,
        never before, and take inputs without randomness (`waves`).
    """

    def __init__(self, name: str, questions: Mapping[str, Callable[[], np.ndarray]]) -> None:
        self.path = HERE / f"{name}.npz"
        self.questions = dict(questions)

    @cached_property
    def recorded(self) -> dict[str, np.ndarray]:
        with np.load(self.path) as file:
            return {key: file[key] for key in file.files}

    def ask(self, key: str) -> np.ndarray:
        with float64(), warnings.catch_warnings():
            # what Keras does with NumPy is Keras's affair
            warnings.simplefilter("ignore", DeprecationWarning)
            return np.asarray(self.questions[key](), dtype=np.float64)

    def record(self) -> None:
        """Ask every question and keep the answers."""
        np.savez_compressed(self.path, **{key: self.ask(key) for key in self.questions})
        print(f"{self.path.name}: {len(self.questions)} answers, {self.path.stat().st_size / 1000:.0f} kB")

    def answers(self, key: str) -> Iterator[tuple[str, np.ndarray]]:
        """Give the recorded answer, then the live one if there can be one, each with a word on where it is from."""
        yield "recorded", self.recorded[key]
        if installed():
            yield "asked now", self.ask(key)
        elif os.environ.get("REQUIRE_ORACLES") == "1":
            pytest.fail("REQUIRE_ORACLES=1, but torch or keras isn't installed: pip install -e '.[oracles]'")

    def compare(self, key: str, actual: np.ndarray, rtol: float = 1e-6, atol: float = 1e-9) -> None:
        """Fail if `actual` isn't what the other libraries say."""
        for source, expected in self.answers(key):
            np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, err_msg=f"{key} ({source})")


@cache
def installed() -> bool:
    """Whether PyTorch and Keras can be asked."""
    return all(importlib.util.find_spec(name) for name in ("torch", "keras"))


@cache
def keras() -> ModuleType:
    """Import Keras on PyTorch."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    return keras


@contextmanager
def float64() -> Iterator[None]:
    """Let Keras compute in float64 for a while."""
    config = keras().config
    # layers go by the policy, which is settled from floatx once, when the first of them is made
    floatx, policy = config.floatx(), config.dtype_policy()
    config.set_floatx("float64")
    config.set_dtype_policy("float64")
    try:
        yield
    finally:
        config.set_floatx(floatx)
        config.set_dtype_policy(policy)


def waves(*shape: int, phase: float = 0.0, size: float = 1.0) -> np.ndarray:
    """Numbers without pattern between −size and size, the same everywhere and always, of different phases."""
    count = np.arange(int(np.prod(shape)), dtype=np.float64)
    return (size * np.sin(1.3 + 2.39996 * count + phase * (1 + 0.1 * count))).reshape(shape)


def flat(*arrays: object) -> np.ndarray:
    """Numbers and arrays (of NumPy or of PyTorch) end to end in one vector: several answers to one question."""
    return np.concatenate([np.ravel(_numpy(array)) for array in arrays])


def _numpy(array: object) -> np.ndarray:
    detach = getattr(array, "detach", None)
    return detach().numpy() if detach else np.asarray(array, dtype=np.float64)
