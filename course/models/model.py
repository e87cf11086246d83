"""Model: a network that learns. Compile, fit, evaluate, predict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from course.callbacks import Callback, CallbackList, History, ProgbarLogger
from course.errors import check_choice, check_flag, check_integer, check_number
from course.models.batches import ArrayBatches, Batches, make_batches, one_batch, split_off
from course.models.compiled import CompiledNetwork
from course.models.data import Batch, holds_arrays
from course.models.run import Run
from course.models.training import (
    Training,
    evaluation_epoch,
    evaluation_step,
    predict_batches,
    quietly,
    train_step,
)

Callbacks = Iterable[Callback] | Callback | None


class Model(CompiledNetwork):
    """All that lies between input and output symbols, as one layer that can be trained.

    Parameters
    ----------
    inputs, outputs : Symbol or list of Symbol
        `x = Input((3,))`, `y = Dense(1)(x)`: `Model(x, y)`.
    name : str, optional
    seed : int, optional
        Settles all that is random: first weights, shuffling, dropout. The same seed gives the same training.

    Attributes
    ----------
    optimizer : Optimizer or None
        `model.optimizer.learning_rate` may be set while training.
    history : History or None
        Of the last `fit`, also while it runs.
    stop_training : bool
        Set it to end `fit` after the current batch.
    """

    history: History | None = None

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Callbacks = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Train.

        Parameters
        ----------
        x, y : arrays with the examples on the first axis
            With several inputs (outputs) a list of arrays, or a dict by the names of their layers. Or `x` gives
            batches `(x, y)` or `(x, y, sample_weight)`, one after the other, and `y` is left out: a generator, a
            function that makes one, any iterable, an object with `__len__` and `__getitem__`.
        batch_size : int
            Examples a step, 32 if left out; the last batch of an epoch may be smaller.
        epochs : int
            The epoch at which to stop, counted from 0 even if `initial_epoch` is later.
        verbose : 0, 1, 2 or "auto"
            Silent, a bar, a line an epoch; "auto" is 1.
        callbacks : list of Callback, optional
        validation_split : float in [0, 1)
            The fraction at the end of the data, before shuffling, that is kept to validate on.
        validation_data : (x, y), (x, y, sample_weight), or batches
        shuffle : bool
            Whether each epoch takes the examples in a new order, drawn from the model's seed.
        class_weight : dict, optional
            class number → how much its examples count in the loss.
        sample_weight : array of shape (n,), optional
            How much each example counts in the loss; with several outputs for all of them, or a list or dict.
        steps_per_epoch, validation_steps : int, optional
            Batches an epoch, where data don't end or an epoch isn't to be a whole pass over them: each epoch then goes
            on where the one before has ended. A validation always begins at the beginning.
        validation_freq : int
            Validate every so many epochs.

        Returns
        -------
        History
            `history["loss"]`, `history["val_loss"]` and the same for each metric: means over each epoch.
        """
        self._require_compiled("fit")
        size = _batch_size("fit", "batch_size", batch_size)
        check_integer("fit", "initial_epoch", initial_epoch, minimum=0)
        check_integer("fit", "epochs", epochs, minimum=0)
        check_integer("fit", "validation_freq", validation_freq, minimum=1)
        for name, steps in {"steps_per_epoch": steps_per_epoch, "validation_steps": validation_steps}.items():
            if steps is not None:
                check_integer("fit", name, steps, minimum=1)
        fraction = check_number("fit", "validation_split", validation_split, minimum=0, below=1)

        rng = self.rng if check_flag("fit", "shuffle", shuffle) else None
        batches = make_batches(self, "fit", (x, y, sample_weight), size, rng, steps_per_epoch, class_weight)
        validation: Batches | None = None
        size = _batch_size("fit", "validation_batch_size", validation_batch_size, size)
        if validation_data is not None:
            parts = validation_data if isinstance(validation_data, (tuple, list)) else (validation_data,)
            if not 1 <= len(parts) <= 3:
                raise ValueError(
                    f"fit: validation_data must be (x, y), (x, y, sample_weight) or batches, got {len(parts)} parts"
                )
            parts = (*parts, None, None)[:3]
            validation = make_batches(self, "fit: validation_data", parts, size, steps=validation_steps)
        elif fraction:
            batches, validation = split_off(batches, fraction, size, validation_steps)

        training = self._settle()
        self.history = History()
        listeners = self._listeners(callbacks, verbose, batches.steps, epochs, self.history)
        self._train(Run(training, batches, validation, validation_freq, listeners, epochs, initial_epoch))
        return self.history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Callbacks = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics, as means over the data; arguments as in `fit`.

        Returns
        -------
        float, list of float, or dict
            The loss; `[loss, *metrics]` if there are metrics; by name with `return_dict=True`.
        """
        self._require_compiled("evaluate")
        check_flag("evaluate", "return_dict", return_dict)
        size = _batch_size("evaluate", "batch_size", batch_size)
        batches = make_batches(self, "evaluate", (x, y, sample_weight), size, steps=steps)
        objective = (training := self._settle()).objective
        # a callback may evaluate in the middle of an epoch, whose means then go on
        under_way = None if self._run is None else objective.get_state()
        results = evaluation_epoch(training, batches, self._listeners(callbacks, verbose, batches.steps))
        if under_way is not None:
            objective.set_state(under_way)
        return _report(results, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Callbacks = None,
    ) -> Any:
        """The outputs for all examples, computed batch by batch.

        Returns
        -------
        ndarray of shape (n, …), or a list of them if the model has several outputs
        """
        size = _batch_size("predict", "batch_size", batch_size)
        if steps is not None:
            check_integer("predict", "steps", steps, minimum=1)
        if holds_arrays("predict", x):
            inputs = self.check_inputs(x, "predict")
            data = Batch(inputs, [], [])
            batches: Batches = ArrayBatches(data, [symbol.dtype for symbol in self.inputs], size, steps=steps)
        else:
            batches = make_batches(self, "predict", (x, None, None), size, steps=steps)
        outputs = predict_batches(self.graph, batches, self._listeners(callbacks, verbose, batches.steps))
        return outputs[0] if len(self.outputs) == 1 else outputs

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One training step on these examples; the loss (and metrics) before it, as `evaluate` gives them."""
        return self._on_batch("train_on_batch", train_step, (x, y, sample_weight), class_weight, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The loss (and metrics) of these examples, as one batch."""
        return self._on_batch("test_on_batch", evaluation_step, (x, y, sample_weight), None, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for these examples, as one batch."""
        return self(x)

    def _train(self, run: Run) -> None:
        self._run = run
        self.stop_training = False
        loaded, self._begin_at = self._begin_at, None
        try:
            run.listeners.call("on_train_begin", {})
            if self._begin_at is not None:  # a callback has loaded a checkpoint, and so chosen the epoch
                run.go_to(self._begin_at)
            elif loaded is not None and loaded.epoch == run.epoch:
                run.go_to(loaded)
            run.train(lambda: self.stop_training)
            run.listeners.call("on_train_end", dict(run.logs))
        finally:
            self._place, self._run, self._begin_at = run.get_place(), None, None

    def _on_batch(
        self,
        where: str,
        step: Callable[[Training, Batch], None],
        data: Any,
        class_weight: Mapping[int, float] | None,
        return_dict: bool,
    ) -> Any:
        self._require_compiled(where)
        check_flag(where, "return_dict", return_dict)
        batch = one_batch(self, where, data, class_weight)
        training = self._settle()
        training.objective.reset()
        quietly(step)(training, batch)
        return _report(training.objective.results(), return_dict)

    def _listeners(
        self,
        callbacks: Callbacks,
        verbose: int | str,
        steps: int | None,
        epochs: int = 1,
        history: History | None = None,
    ) -> CallbackList:
        check_choice("fit", "verbose", verbose, (0, 1, 2, "auto", False, True))
        level = 1 if verbose == "auto" else int(verbose)
        try:
            given = [callbacks] if isinstance(callbacks, Callback) else list([] if callbacks is None else callbacks)
        except TypeError:
            raise TypeError(f"callbacks must be a list of Callback instances, got {callbacks!r}") from None
        own: list[Callback] = [] if history is None else [history]
        if level:
            own.append(ProgbarLogger())
        # in Keras's order: what callbacks add to the logs is kept and shown
        return CallbackList(given + own, self, {"verbose": level, "epochs": epochs, "steps": steps})


def _batch_size(where: str, name: str, batch_size: int | None, otherwise: int = 32) -> int:
    return otherwise if batch_size is None else check_integer(where, name, batch_size, minimum=1)


def _report(results: dict[str, float], return_dict: bool) -> Any:
    if return_dict:
        return results
    return list(results.values()) if len(results) > 1 else results["loss"]
