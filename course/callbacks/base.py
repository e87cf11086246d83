"""Callbacks: what happens beside the training, at its beginning, at each epoch and at each batch.

A callback overrides the hooks it needs. It finds the model in `self.model` and what `fit` was asked for in
`self.params`; `self.model.stop_training = True` ends the training after the current batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from course.errors import did_you_mean
from course.progress import ProgressBar

if TYPE_CHECKING:
    from course.models.model import Model

Logs = dict[str, float]

HOOKS = tuple(
    f"on_{task}_{moment}"
    for task in ("train", "epoch", "train_batch", "test", "test_batch", "predict", "predict_batch")
    for moment in ("begin", "end")
)


class Callback:
    """What all callbacks have: a hook for each moment, which does nothing.

    `logs` are the running means by name; in `on_epoch_end` the validation's too (`val_loss`). A number that is added
    there is seen by the callbacks that come after, and the history keeps it.
    """

    saves: ClassVar[bool] = False
    """Whether it writes the model to a file. Such callbacks are called after the others, whatever their order: what
    those change, a learning rate say, is part of what is saved."""

    def __init__(self) -> None:
        self.model: Model
        self.params: dict[str, Any] = {}

    def set_model(self, model: Model) -> None:
        """Take the model that is trained."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take `{"epochs", "steps", "verbose"}`."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None: ...

    def on_train_end(self, logs: Logs | None = None) -> None: ...

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None: ...

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None: ...

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_test_begin(self, logs: Logs | None = None) -> None: ...

    def on_test_end(self, logs: Logs | None = None) -> None: ...

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_predict_begin(self, logs: Logs | None = None) -> None: ...

    def on_predict_end(self, logs: Logs | None = None) -> None: ...

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def get_state(self) -> dict[str, Any]:
        """What a training that is resumed needs of this callback: numbers and arrays by name, for a checkpoint."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back what `get_state` gave; called after `on_train_begin`."""


class CallbackList:
    """All callbacks of one training, called in their order, but those that save last.

    Parameters
    ----------
    callbacks : iterable of Callback
        `fit` adds its own behind those that it was given: the history, then what prints.
    model : Model
    params : dict
        `epochs`, `steps` and `verbose`.
    """

    def __init__(self, callbacks: Iterable[Callback], model: Model, params: dict[str, Any]) -> None:
        given = list(callbacks)
        for callback in given:
            if isinstance(callback, type) or not hasattr(callback, "set_model"):
                raise TypeError(f"callbacks must be Callback instances, got {callback!r}")
        self.callbacks = sorted(given, key=lambda callback: getattr(callback, "saves", False))
        for callback in self.callbacks:
            callback.set_params(params)
            callback.set_model(model)
        # hooks that nobody overrides cost nothing, however many batches there are
        self._handlers: dict[str, list[Callable[..., None]]] = {
            hook: [handler for callback in self.callbacks if (handler := _handler(callback, hook)) is not None]
            for hook in HOOKS
        }

    def listens(self, hook: str) -> bool:
        """Whether any callback has something to do there."""
        return bool(self._handlers[hook])

    def call(self, hook: str, *arguments: Any) -> None:
        """Call a hook of all callbacks: `call("on_epoch_end", epoch, logs)`."""
        for handler in self._handlers[hook]:
            handler(*arguments)


class History(Callback):
    """What `fit` returns: the numbers of each epoch.

    Attributes
    ----------
    history : dict of lists
        `loss`, the metrics by name, and the same with `val_` in front, one number an epoch.
    epoch : list of int
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class ProgbarLogger(Callback):
    """Print the progress: a bar that is redrawn (`verbose` 1) or a line an epoch (2)."""

    def __init__(self) -> None:
        super().__init__()
        self._bar: ProgressBar | None = None
        self._done = 0
        self._in_fit = False

    def _begin(self) -> None:
        self._bar = ProgressBar(self.params.get("steps"), self.params.get("verbose", 1))
        self._done = 0

    def _advance(self, batch: int, logs: Logs | None) -> None:
        self._done = batch + 1
        if self._bar is not None:
            self._bar.update(self._done, logs or {})

    def _finish(self, logs: Logs | None) -> None:
        if self._bar is not None:
            self._bar.finish(self._done, logs or {})
            self._bar = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        print(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._begin()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._advance(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        # a validation within fit shows in the epoch's line
        if not self._in_fit:
            self._begin()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._advance(batch, logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    on_predict_begin = on_test_begin
    on_predict_batch_end = on_test_batch_end
    on_predict_end = on_test_end


class LambdaCallback(Callback):
    """Functions as a callback: `LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs["loss"]))`.

    Parameters
    ----------
    **hooks : callable
        By the name of their hook; `on_batch_end` is the old name of `on_train_batch_end`.
    """

    def __init__(self, **hooks: Callable[..., None]) -> None:
        super().__init__()
        for name, function in hooks.items():
            hook = name.replace("on_batch", "on_train_batch")
            if hook not in HOOKS:
                raise TypeError(f"LambdaCallback: unknown hook {name!r}{did_you_mean(name, HOOKS)}")
            setattr(self, hook, function)


def _handler(callback: Any, hook: str) -> Callable[..., None] | None:
    """The callback's own method for a hook, if it has one; `on_batch_end` is an old name of `on_train_batch_end`."""
    for name in (hook, hook.replace("on_train_batch", "on_batch")):
        handler = getattr(callback, name, None)
        if handler is not None and getattr(handler, "__func__", None) is not getattr(Callback, name, handler):
            return handler
    return None
