"""What all optimizers share: the learning rate, clipping, weight decay, and the state that they carry along."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import numpy as np

from course import schedules
from course.errors import check_integer, check_number, check_positive, check_text
from course.optimizers.storage import ParameterLike, ParameterVector
from course.registry import to_config

LearningRate = float | Callable[[int], float]


class Optimizer:
    """Changes parameters a little, against their gradients.

    Parameters
    ----------
    learning_rate : float or callable
        The step's length η, or a schedule: step number → η (`course.schedules`). `lr` is its old name.
    weight_decay : float, optional
        Before each step every weight shrinks by the fraction η · weight_decay (decoupled from the gradient:
        Loshchilov & Hutter 2017, arXiv:1711.05101).
    clipnorm, global_clipnorm, clipvalue : float, optional
        The largest norm of each parameter's gradient, of all gradients together, or the largest magnitude of
        each of their elements. At most one of the three.
    decay : float
        Step t uses η / (1 + decay · t), t from 0, as Keras did before its version 3.
    name : str, optional

    Attributes
    ----------
    iterations : int
        Steps made so far.
    """

    default_learning_rate = 0.001

    def __init__(
        self,
        learning_rate: LearningRate | None = None,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        decay: float = 0.0,
        name: str | None = None,
        lr: LearningRate | None = None,
    ) -> None:
        where = type(self).__name__
        if learning_rate is not None and lr is not None:
            raise TypeError(f"{where}: learning_rate and lr are one argument, got both")
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {key: check_positive(where, key, clip) for key, clip in clips.items() if clip is not None}
        if len(given) > 1:
            raise ValueError(f"{where}: at most one of clipnorm, clipvalue and global_clipnorm, got {given}")
        self._learning_rate: LearningRate = 0.0
        rate = learning_rate if learning_rate is not None else lr
        self.learning_rate = self.default_learning_rate if rate is None else rate
        self.weight_decay = None if weight_decay is None else check_number(where, "weight_decay", weight_decay)
        self.clipnorm, self.clipvalue = given.get("clipnorm"), given.get("clipvalue")
        self.global_clipnorm = given.get("global_clipnorm")
        self.decay = check_number(where, "decay", decay, minimum=0)
        self.name = where.lower() if name is None else check_text(where, "name", name)
        self.iterations = 0
        self._vector: ParameterVector | None = None
        self._state: dict[str, np.ndarray] = {}

    def initial_state(self) -> dict[str, float]:
        """Return the names of what is remembered for each number, with its first value; a subclass's part."""
        return {}

    def update(
        self, w: np.ndarray, g: np.ndarray, rate: float, state: dict[str, np.ndarray], scratch: np.ndarray
    ) -> None:
        """Write one step into `w` and `state`; a subclass's part.

        Parameters
        ----------
        w, g : ndarray of shape (k,)
            Weights, and the loss's gradient with respect to them, which is only read.
        rate : float
            This step's learning rate.
        state : dict of ndarrays of shape (k,)
            What `initial_state` names.
        scratch : ndarray of shape (k,)
            Room for results in between, so that a step allocates nothing.
        """
        raise NotImplementedError

    @property
    def learning_rate(self) -> float:
        """The learning rate η; a schedule's at the next step. It may be set while training."""
        rate = self._learning_rate
        return float(rate(self.iterations)) if callable(rate) else rate

    @learning_rate.setter
    def learning_rate(self, rate: LearningRate) -> None:
        if callable(rate):
            self._learning_rate = rate
        elif callable(self._learning_rate):
            raise TypeError(
                f"{type(self).__name__}: learning_rate follows a schedule and can't be set to {rate!r};"
                " make the optimizer with a number to change it while training"
            )
        else:
            self._learning_rate = check_number(type(self).__name__, "learning_rate", rate, minimum=0)

    @property
    def lr(self) -> float:
        """The old name of `learning_rate`."""
        return self.learning_rate

    @lr.setter
    def lr(self, rate: LearningRate) -> None:
        self.learning_rate = rate

    @property
    def current_learning_rate(self) -> float:
        """What the next step uses: `learning_rate` after `decay`."""
        return self.learning_rate / (1.0 + self.decay * self.iterations)

    @property
    def parameters(self) -> list[ParameterLike]:
        """The parameters that a step changes."""
        return [] if self._vector is None else list(self._vector.parameters)

    def build(self, parameters: Iterable[ParameterLike]) -> None:
        """Take over the trainable ones of these parameters.

        Their `value` and `grad` become views of one vector each. Building again, after `trainable` has changed
        somewhere, keeps what is remembered of the parameters that stay.

        Raises
        ------
        ValueError
            When this optimizer already trains parameters and none of them is among these: it belongs to
            another model.
        """
        trainable = [parameter for parameter in parameters if parameter.trainable]
        known = self._state_by_parameter()
        if known and trainable and not any(id(parameter) in known for parameter in trainable):
            raise ValueError(
                f"{type(self).__name__}: this optimizer already trains the parameters of another model; make"
                " an optimizer for each"
            )
        self._vector = ParameterVector(trainable)
        self._state = {name: np.full_like(self._vector.values, value) for name, value in self.initial_state().items()}
        for parameter, where in zip(self._vector.parameters, self._vector.slices, strict=True):
            for name, array in known.get(id(parameter), {}).items():
                self._state[name][where] = array
        self._scratch = np.empty_like(self._vector.values)

    def step(self) -> None:
        """Change every parameter's `value` by one step against its `grad`, which stays as it is."""
        vector = self._built()
        rate = self.current_learning_rate
        away = vector.gather()
        gradient = self._clip(vector)
        if self.weight_decay:
            vector.values *= 1.0 - rate * self.weight_decay
        self.update(vector.values, gradient, rate, self._state, self._scratch)
        vector.scatter(away)
        self.iterations += 1

    def zero_gradients(self) -> None:
        """Set the gradients of all parameters to zero, as each training step does first."""
        self._built().zero_gradients()

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return copies of all that a continued training needs: arrays by name, ready for `numpy.savez`.

        `iterations`, `learning_rate` (unless a schedule gives it), and `momentum/0`, `momentum/1`, … for
        whatever is remembered of the first, second, … parameter, in its shape.
        """
        saved = {"iterations": np.array(self.iterations)}
        if not callable(self._learning_rate):
            saved["learning_rate"] = np.array(self._learning_rate)
        for index, by_name in enumerate(self._state_by_parameter().values()):
            shape = self._built().parameters[index].value.shape
            saved |= {f"{name}/{index}": array.reshape(shape) for name, array in by_name.items()}
        return saved

    def load_state_dict(self, saved: Mapping[str, np.ndarray]) -> None:
        """Take back what `state_dict` gave, once built for the same parameters.

        Raises
        ------
        ValueError
            When names or shapes differ from this optimizer's; it is then left as it was.
        """
        vector = self._built()
        expected = {name: array.shape for name, array in self.state_dict().items()}
        got = {name: np.shape(saved[name]) for name in saved}
        if got != expected:
            different = sorted(name for name in got.keys() | expected.keys() if got.get(name) != expected.get(name))
            raise ValueError(
                f"{type(self).__name__}: the saved state doesn't fit, it differs in {', '.join(different[:5])}:"
                f" expected {[expected.get(name) for name in different[:5]]},"
                f" got {[got.get(name) for name in different[:5]]}"
            )
        self.iterations = check_integer(
            type(self).__name__, "iterations", np.asarray(saved["iterations"]).item(), minimum=0
        )
        if "learning_rate" in expected:
            self.learning_rate = float(np.asarray(saved["learning_rate"]))
        for name, array in self._state.items():
            for index, where in enumerate(vector.slices):
                array[where] = np.asarray(saved[f"{name}/{index}"]).reshape(-1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this optimizer again, as values that JSON can hold."""
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": to_config(rate) if isinstance(rate, schedules.Schedule) else rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
            "decay": self.decay,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make an optimizer from what `get_config` returned."""
        arguments = dict(config)
        if isinstance(arguments.get("learning_rate"), Mapping):
            arguments["learning_rate"] = schedules.from_config(arguments["learning_rate"])
        return cls(**arguments)

    def _built(self) -> ParameterVector:
        if self._vector is None:
            raise RuntimeError(f"{type(self).__name__}: it has no parameters yet; call build(parameters) first")
        return self._vector

    def _state_by_parameter(self) -> dict[int, dict[str, np.ndarray]]:
        """Copies of what is remembered, by the identity of the parameter that it belongs to."""
        if self._vector is None:
            return {}
        return {
            id(parameter): {name: array[where].copy() for name, array in self._state.items()}
            for parameter, where in zip(self._vector.parameters, self._vector.slices, strict=True)
        }

    def _clip(self, vector: ParameterVector) -> np.ndarray:
        """The gradient, shortened where that is asked for, in which case in memory of its own."""
        gradient = vector.gradient
        if self.clipvalue is not None:
            return np.clip(gradient, -self.clipvalue, self.clipvalue)
        if self.global_clipnorm is not None:
            return gradient * _shortening(gradient, self.global_clipnorm)
        if self.clipnorm is not None:
            clipped = np.empty_like(gradient)
            for where in vector.slices:
                np.multiply(gradient[where], _shortening(gradient[where], self.clipnorm), out=clipped[where])
            return clipped
        return gradient


def _shortening(gradient: np.ndarray, longest: float) -> float:
    """The factor, at most 1, that brings a vector's norm to `longest`; not a number if the norm isn't finite."""
    norm = math.sqrt(float(np.dot(gradient, gradient)))
    return longest / max(norm, longest) if math.isfinite(norm) else math.nan
