"""A network with a goal: what `compile` settles, and what training has made of it so far."""

from __future__ import annotations

from os import PathLike
from typing import Any, Self

from numpy.typing import DTypeLike

from course import optimizers
from course.metrics import Metric
from course.models import checkpoint
from course.models.network import Network
from course.models.objective import Objective
from course.models.run import Place, Run
from course.models.training import Training, prepare


class CompiledNetwork(Network):
    """A network that can be told how to learn; `Model` then does it.

    Attributes
    ----------
    optimizer : Optimizer or None
        `model.optimizer.learning_rate` may be set while training.
    stop_training : bool
        Set it to end `fit` after the current batch.
    """

    optimizer: optimizers.Optimizer | None = None
    stop_training: bool = False
    _compiled_with: dict[str, Any] | None = None
    _training: Training | None = None
    _run: Run | None = None
    _place: Place = Place()
    _begin_at: Place | None = None

    def compile(
        self,
        optimizer: str | optimizers.Optimizer = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
    ) -> None:
        """Settle how the model learns. What is `trainable` is read here, as in Keras.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, Loss or callable
            With several outputs one for all, a list of them, or a dict by the names of the outputs' layers.
        loss_weights : list or dict of float, optional
            How much each output's loss counts.
        metrics : list of str, Metric or callable
            What is reported beside the loss; with several outputs a list of lists, or a dict.
        weighted_metrics : as metrics
            Metrics in which `sample_weight` and `class_weight` count, as they do in the loss.

        Raises
        ------
        ValueError
            When a name isn't known, or there isn't one loss for each output.
        """
        self.optimizer = optimizers.get(optimizer)
        self._compiled_with = {
            "losses": loss,
            "metrics": metrics,
            "loss_weights": loss_weights,
            "weighted_metrics": weighted_metrics,
        }
        self._training = None
        if self.built:
            self._settle()

    @property
    def metrics_names(self) -> list[str]:
        """What `evaluate` gives, by name: `["loss", "acc"]`."""
        self._require_compiled("metrics_names")
        return list(self._settle().objective.results())

    @property
    def named_metrics(self) -> dict[str, Metric]:
        """The metrics by their names in the history."""
        self._require_compiled("named_metrics")
        return dict(self._settle().objective.named_metrics)

    def save_checkpoint(self, filepath: str | PathLike[str], overwrite: bool = True) -> None:
        """Write all that a later training needs to go on as if it had never been interrupted.

        That is the weights, the optimizer's state, the states of all generators of random numbers, and the place in
        the training. `load_weights` reads the weights of such a file, too.

        Parameters
        ----------
        filepath : str or path
            Ends in `.npz` or `.h5`.
        overwrite : bool
            Whether a file of that name may be replaced.
        """
        self._require_compiled("save_checkpoint")
        optimizer = self._settle().optimizer
        place = self._place if self._run is None else self._run.get_place()
        checkpoint.save_checkpoint(self, optimizer, place, filepath, overwrite)

    def load_checkpoint(self, filepath: str | PathLike[str]) -> int:
        """Go back to where `save_checkpoint` was called, in a model that is compiled in the same way.

        Returns
        -------
        int
            How many epochs were finished: `fit(…, initial_epoch=model.load_checkpoint(path))` goes on from there, even
            from the middle of an epoch.

        Raises
        ------
        ValueError
            When the file is damaged, or belongs to another architecture or optimizer; nothing is then changed.
        """
        self._require_compiled("load_checkpoint")
        self._begin_at = checkpoint.load_checkpoint(self, self._settle().optimizer, filepath)
        self._place = self._begin_at
        return self._place.epoch

    def astype(self, dtype: DTypeLike) -> Self:
        twin = super().astype(dtype)
        twin._training = None  # the optimizer has to take over the new parameters
        return twin

    def __getstate__(self) -> dict[str, Any]:
        # a copy isn't being trained, and has no use for the data
        return {**self.__dict__, "_run": None}

    def _require_compiled(self, where: str) -> None:
        if self._compiled_with is None or self._compiled_with["losses"] is None:
            raise RuntimeError(f"{where}: {self.label} has no loss yet: call model.compile(optimizer, loss) first")

    def _settle(self) -> Training:
        """What compile asked for, worked out for the graph; once, unless layers are added afterwards."""
        if self._training is None or self._training.graph is not self.graph:
            assert self._compiled_with is not None  # every caller has made sure
            assert self.optimizer is not None
            objective = Objective(self.graph, **self._compiled_with)
            learning, held = self.trainable_weights, self.non_trainable_weights
            self._training = prepare(self.graph, learning, held, objective, self.optimizer)
        return self._training
