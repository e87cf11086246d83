"""Initial weights: random numbers whose size fits the layer, so that signals neither die nor explode."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from course.errors import check_choice, check_integer, check_number, check_positive
from course.registry import Registry


class Initializer:
    """A rule for the first values of an array.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call gives the same numbers, whatever generator it is handed.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = None if seed is None else check_integer(type(self).__name__, "seed", seed, minimum=0)

    def __call__(
        self, shape: Sequence[int], rng: np.random.Generator | None = None, dtype: DTypeLike = np.float32
    ) -> np.ndarray:
        """Return new initial values.

        Parameters
        ----------
        shape : sequence of int
            A kernel's axes are (…, inputs, outputs), a convolution's window first.
        rng : numpy.random.Generator
            Where the random numbers come from; may be left out if this initializer needs none or has a seed.
        dtype : float32 or float64
            Of the result; the numbers drawn are the same for both, but for rounding.

        Raises
        ------
        TypeError
            When random numbers are needed and `rng` is missing.
        """
        if self.seed is not None:
            rng = np.random.default_rng(self.seed)
        return self.values(tuple(shape), rng).astype(dtype, copy=False)

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        """Return the values in float64; what a subclass defines."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this initializer again."""
        return {"seed": self.seed}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"

    def _generator(self, rng: np.random.Generator | None) -> np.random.Generator:
        if not isinstance(rng, np.random.Generator):
            raise TypeError(
                f"{type(self).__name__}: rng must be a numpy.random.Generator, as np.random.default_rng(0) is,"
                f" got {rng!r}"
            )
        return rng


class Constant(Initializer):
    """Every value the same."""

    def __init__(self, value: float = 0.0) -> None:
        super().__init__()
        self.value = check_number(type(self).__name__, "value", value)

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        return np.full(shape, self.value)

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


class Zeros(Constant):
    """All 0: right for biases, wrong for kernels, whose neurons would all stay alike."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def get_config(self) -> dict[str, Any]:
        return {}


class Ones(Constant):
    """All 1."""

    def __init__(self) -> None:
        super().__init__(1.0)

    def get_config(self) -> dict[str, Any]:
        return {}


class RandomNormal(Initializer):
    """Normally distributed around `mean` with standard deviation `stddev`."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = check_number(type(self).__name__, "mean", mean)
        self.stddev = check_number(type(self).__name__, "stddev", stddev, minimum=0)

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        return self._generator(rng).normal(self.mean, self.stddev, shape)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


class TruncatedNormal(RandomNormal):
    """Normal, but what falls beyond two `stddev` is drawn again; the spread that is left is 0.88 `stddev`."""

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        return self.mean + self.stddev * truncated_normal(shape, self._generator(rng))


class RandomUniform(Initializer):
    """Equally likely anywhere between `minval` and `maxval`."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = check_number("RandomUniform", "minval", minval)
        self.maxval = check_number("RandomUniform", "maxval", maxval, minimum=self.minval)

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        return self._generator(rng).uniform(self.minval, self.maxval, shape)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


class VarianceScaling(Initializer):
    """Random values of variance scale / n, where n counts the inputs or outputs of a neuron (`fans`).

    Parameters
    ----------
    scale : float, above 0
    mode : {"fan_in", "fan_out", "fan_avg"}
        n is the number of inputs, of outputs, or their mean.
    distribution : {"truncated_normal", "untruncated_normal", "uniform"}
        "normal" is the truncated one; each has the variance that is asked for.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        where = type(self).__name__
        self.scale = check_positive(where, "scale", scale)
        self.mode = check_choice(where, "mode", mode, ("fan_in", "fan_out", "fan_avg"))
        allowed = ("truncated_normal", "untruncated_normal", "uniform", "normal")
        distribution = check_choice(where, "distribution", distribution, allowed)
        self.distribution = "truncated_normal" if distribution == "normal" else distribution

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        rng = self._generator(rng)
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(n, 1.0)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return rng.uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return rng.normal(0.0, math.sqrt(variance), shape)
        return math.sqrt(variance) / TRUNCATED_STDDEV * truncated_normal(shape, rng)

    def get_config(self) -> dict[str, Any]:
        own = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**own, "seed": self.seed}


class _FixedScaling(VarianceScaling):
    """A variance scaling whose numbers a paper has settled."""

    settings: tuple[float, str, str]

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(*self.settings, seed=seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


class GlorotUniform(_FixedScaling):
    """Uniform within ±√(6 / (inputs + outputs)), the default of kernels (Glorot & Bengio 2010, eq. 16)."""

    settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_FixedScaling):
    """Truncated normal of variance 2 / (inputs + outputs) (Glorot & Bengio 2010, eq. 12)."""

    settings = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_FixedScaling):
    """Uniform within ±√(6 / inputs), for ReLU (He et al. 2015, arXiv:1502.01852)."""

    settings = (2.0, "fan_in", "uniform")


class HeNormal(_FixedScaling):
    """Truncated normal of variance 2 / inputs, for ReLU (He et al. 2015, arXiv:1502.01852, eq. 10)."""

    settings = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_FixedScaling):
    """Uniform within ±√(3 / inputs) (LeCun et al. 1998)."""

    settings = (1.0, "fan_in", "uniform")


class LecunNormal(_FixedScaling):
    """Truncated normal of variance 1 / inputs, for SELU (Klambauer et al. 2017, arXiv:1706.02515)."""

    settings = (1.0, "fan_in", "truncated_normal")


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2013, arXiv:1312.6120).

    A kernel with more axes is that matrix with all axes but the last as its rows.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = check_number("Orthogonal", "gain", gain)

    def values(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> np.ndarray:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal: shape must have at least two axes, got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self._generator(rng).normal(size=(max(rows, columns), min(rows, columns))))
        # the signs that QR leaves open are settled by r's diagonal, so that all such matrices are equally likely
        q *= np.sign(np.diag(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, "seed": self.seed}


# the standard deviation that is left of a standard normal cut off at ±2
TRUNCATED_STDDEV = 0.87962566103423978


def truncated_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return standard normal numbers of which none is beyond ±2: those are drawn again until none is left."""
    values = rng.standard_normal(shape)
    while (beyond := np.abs(values) > 2).any():
        values[beyond] = rng.standard_normal(np.count_nonzero(beyond))
    return values


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Return how many numbers enter and leave one neuron of a kernel of shape (…, inputs, outputs).

    A convolution's neuron sees every pixel of its window: (3, 3, 16, 32) has 3 · 3 · 16 = 144 inputs and
    3 · 3 · 32 = 288 outputs. A vector's length is both.
    """
    if len(shape) < 2:
        length = math.prod(shape)
        return length, length
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


_CLASSES: dict[str, type[Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "random_normal": RandomNormal,
    "normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "random_uniform": RandomUniform,
    "uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
    "orthogonal": Orthogonal,
}
_REGISTRY = Registry("initializer", _CLASSES)


def get(identifier: str | dict[str, Any] | Initializer | None) -> Initializer:
    """Return the initializer that an argument means: None is zeros; a name, a config or an instance is itself.

    Raises
    ------
    ValueError
        When the name isn't known; the nearest is suggested.
    TypeError
        When it is none of these.
    """
    if identifier is None:
        return Zeros()
    if isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str):
        return _REGISTRY.find(identifier)()
    if isinstance(identifier, dict):
        return _REGISTRY.from_config(identifier)
    raise _REGISTRY.wrong_type(identifier)
