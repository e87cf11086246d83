"""A playground's network, and the thread in which it trains while its widget looks on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from course import layers, losses, optimizers
from course.data import toy
from course.models import Sequential
from course.regularizers import L1L2
from course.widgets.settings import Settings

POINTS = 200
"""Examples to train on, and as many to test on."""

EPOCHS_A_SECOND = 60
"""As fast as an eye can follow; a machine that is faster rests in between."""

FRAMES_A_SECOND = 30
"""At most; a browser draws fewer where it can't keep up."""

EPOCHS_A_PLAY = 5000
"""Training ends by itself: nobody may be looking any more."""

_LIVE = ("learning_rate", "regularization", "regularization_rate")
_DRAWN = ("data", "points")

Examples = tuple[np.ndarray, np.ndarray]


def examples(settings: Settings) -> tuple[Examples, Examples]:
    """(x, y) to train on and (x, y) to test on, x of shape (n, 2) and y of shape (n, 1), both float32.

    Points drawn by hand are tested where the noise moves them.
    """
    rng = np.random.default_rng(settings.seed)
    if settings.data == "own":
        drawn = np.array(settings.points, dtype=np.float32).reshape(-1, 3)
        x, y = drawn[:, :2], drawn[:, 2:]
        moved = x + settings.noise * rng.standard_normal(x.shape)
        return (x, y), (moved.astype(np.float32), y)
    x, labels = toy.MAKERS[settings.data](2 * POINTS, settings.noise, rng=rng)
    y = labels[:, None].astype(np.float32)
    return (x[:POINTS], y[:POINTS]), (x[POINTS:], y[POINTS:])


class Trainer:
    """A classifier of two inputs on few points, trained epoch by epoch. Its methods may be called from any thread.

    Attributes
    ----------
    settings : Settings
    epoch : how many epochs it has trained.
    touched : whether the weights are others than the settings alone give.
    train, test : (x, y) with x of shape (n, 2) and y of shape (n, 1).
    """

    def __init__(self, settings: Settings) -> None:
        self._lock = threading.RLock()
        self.settings = settings
        self._build()

    def _build(self) -> None:
        settings = self.settings
        self.train, self.test = examples(settings)
        self.epoch = 0
        self.touched = False
        self._penalty = L1L2()
        # names of its own, for the automatic ones are counted and belong to the student's models
        stack = [
            layers.Dense(units, activation=settings.activation, kernel_regularizer=self._penalty, name=f"hidden_{i}")
            for i, units in enumerate(settings.hidden, start=1)
        ]
        output = layers.Dense(1, activation="sigmoid", kernel_regularizer=self._penalty, name="output")
        self.model = Sequential([layers.Input((2,)), *stack, output], name="playground", seed=settings.seed)
        self._optimizer = optimizers.get(settings.optimizer)
        self.model.compile(optimizer=self._optimizer, loss="binary_crossentropy")
        self._settle()

    def _settle(self) -> None:
        """What may change while the network trains."""
        settings = self.settings
        self._optimizer.learning_rate = settings.learning_rate
        self._penalty.l1, self._penalty.l2 = (
            settings.regularization_rate if settings.regularization == kind else 0.0 for kind in ("l1", "l2")
        )

    def configure(self, settings: Settings) -> None:
        """Take new settings: a rate, a penalty or drawn points at once, anything else with new data and weights."""
        with self._lock:
            old, self.settings = self.settings, settings
            kept = (*_LIVE, *_DRAWN) if settings.data == "own" else _LIVE
            if replace(old, **{name: getattr(settings, name) for name in kept}) != settings:
                self._build()
                return
            self._settle()
            if any(getattr(old, name) != getattr(settings, name) for name in _DRAWN):
                self.train, self.test = examples(settings)

    def reset(self) -> None:
        """Back to epoch 0 and the first weights."""
        with self._lock:
            self._build()

    def run(self, epochs: int = 1) -> None:
        """Train; an epoch goes through few points several times, through none not at all."""
        with self._lock:
            x, y = self.train
            if not len(x):
                return
            times = max(1, POINTS // len(x))
            x, y = np.tile(x, (times, 1)), np.tile(y, (times, 1))
            self.model.fit(x, y, batch_size=self.settings.batch_size, epochs=epochs, verbose=0)
            self.epoch += epochs
            self.touched = True

    def frame(self) -> dict[str, Any]:
        """Epoch, losses on train and test data without penalties (nan of no points), and all weights as lists."""
        with self._lock:
            loss = losses.BinaryCrossentropy()
            both = [
                float(loss(y, self.model.predict(x, verbose=0))) if len(x) else np.nan
                for x, y in (self.train, self.test)
            ]
            weights = [weight.tolist() for weight in self.model.get_weights()]
            return {"epoch": self.epoch, "losses": both, "parameters": weights}

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Probability of class 1 for x of shape (n, 2), as (n,)."""
        with self._lock:
            return self.model.predict(x, verbose=0)[:, 0]

    def parameters(self) -> np.ndarray:
        """All kernels and biases in one vector."""
        with self._lock:
            return np.concatenate([weight.ravel() for weight in self.model.get_weights()])

    def restore(self, parameters: np.ndarray, epoch: int) -> None:
        """Put in what `parameters` gave."""
        with self._lock:
            weights, start = [], 0
            for weight in self.model.get_weights():
                weights.append(parameters[start : start + weight.size].reshape(weight.shape))
                start += weight.size
            self.model.set_weights(weights)
            self.epoch = epoch
            self.touched = True

    def set_weight(self, array: int, index: tuple[int, ...], value: float) -> None:
        """Change one number of the kernels and biases, which are counted as in `frame`'s parameters."""
        with self._lock:
            weights = self.model.get_weights()
            weights[array][index] = value
            self.model.set_weights(weights)
            self.touched = True


class Player:
    """Trains in a thread of its own, at a bounded rate.

    Parameters
    ----------
    trainer : what to train.
    show : called with a frame, at most 30 times a second, from the thread.
    ended : called without arguments from the thread when training ended by itself: after 5000 epochs, or at
        numbers that are no longer finite.
    """

    def __init__(self, trainer: Trainer, show: Callable[[dict[str, Any]], None], ended: Callable[[], None]) -> None:
        self._trainer, self._show, self._ended = trainer, show, ended
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def playing(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive() and not self._stop.is_set()

    def play(self) -> None:
        """Begin, if not begun."""
        if not self.playing:
            self.pause()
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), daemon=True, name="playground")
            self._thread.start()

    def pause(self) -> None:
        """Stop after the epoch that is under way, and wait for that."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self, stop: threading.Event) -> None:
        next_frame = 0.0
        with one_blas_thread():
            for _ in range(EPOCHS_A_PLAY):
                started = perf_counter()
                self._trainer.run()
                if started >= next_frame:
                    frame = self._trainer.frame()
                    self._show(frame)
                    if not np.isfinite(frame["losses"]).all():
                        break
                    # from when it was due, so that a late frame doesn't delay the next
                    next_frame = max(next_frame, started - 1 / FRAMES_A_SECOND) + 1 / FRAMES_A_SECOND
                if stop.wait(max(0.0, started + 1 / EPOCHS_A_SECOND - perf_counter())):
                    return
        stop.set()
        self._ended()


_blas_lock = threading.Lock()
_blas_users = 0
_blas_limit: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread while anybody is inside.

    Its threads cost more than they give at matrices this small, ten times more beside a thread that draws. The
    limit belongs to the process: the first one in sets it and the last one out lifts it.
    """
    from threadpoolctl import threadpool_limits

    global _blas_users, _blas_limit
    with _blas_lock:
        if not _blas_users:
            _blas_limit = threadpool_limits(limits=1, user_api="blas")
        _blas_users += 1
    try:
        yield
    finally:
        with _blas_lock:
            _blas_users -= 1
            if not _blas_users:
                _blas_limit.restore_original_limits()
