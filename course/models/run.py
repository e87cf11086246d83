"""A training from its first epoch to its last: the loop around the steps, and where in it the training stands."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from course.callbacks import CallbackList
from course.models.batches import Batches
from course.models.training import Training, evaluation_epoch, quietly, train_step


@dataclass
class Place:
    """Where a training stands, as numbers and arrays: what a checkpoint keeps beside weights and optimizer.

    Attributes
    ----------
    epoch, step : int
        Epochs that are finished, and batches of the next one that are done.
    position : dict, optional
        Where the batches stand, unless the next epoch begins a new pass over the data.
    sums : dict, optional
        What the epoch's means are made of, so far.
    callbacks : list
        For each callback the name of its class and its state.
    """

    epoch: int = 0
    step: int = 0
    position: dict[str, Any] | None = None
    sums: dict[str, Any] | None = None
    callbacks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class Run:
    """One `fit`.

    Parameters
    ----------
    training : Training
    batches : Batches
    validation : Batches, optional
        Where to evaluate, every `validation_freq` epochs.
    validation_freq : int
    listeners : CallbackList
    epochs : int
        The epoch at which to stop, counted from 0.
    epoch : int
        The first.

    Attributes
    ----------
    epoch, step : int
        Epochs that are finished, and batches of the next one that are done.
    logs : dict
        Of the last epoch that is finished, with what callbacks have added.
    """

    def __init__(
        self,
        training: Training,
        batches: Batches,
        validation: Batches | None,
        validation_freq: int,
        listeners: CallbackList,
        epochs: int,
        epoch: int,
    ) -> None:
        self.training, self.batches, self.listeners = training, batches, listeners
        self.validation, self.validation_freq = validation, validation_freq
        self.epochs, self.epoch, self.step = epochs, epoch, 0
        self._sums: dict[str, Any] | None = None
        self.logs: dict[str, float] = {}

    def train(self, stopped: Callable[[], bool]) -> None:
        """Train to the last epoch.

        Parameters
        ----------
        stopped : callable
            () → whether somebody asked to stop; asked after each batch and each epoch.
        """
        for epoch in range(self.epoch, self.epochs):
            self.listeners.call("on_epoch_begin", epoch, {})
            logs = self._train_epoch(stopped)
            if self.validation is not None and (epoch + 1) % self.validation_freq == 0:
                results = evaluation_epoch(self.training, self.validation, self.listeners)
                logs |= {f"val_{name}": value for name, value in results.items()}
            self.epoch, self.step = epoch + 1, 0
            self.logs = dict(logs)
            self.listeners.call("on_epoch_end", epoch, self.logs)
            if stopped():
                break

    def get_place(self) -> Place:
        """Where the training stands."""
        within = self.step > 0
        return Place(
            epoch=self.epoch,
            step=self.step,
            position=self.batches.get_position() if within or self.batches.wanted_steps is not None else None,
            sums=self.training.objective.get_state() if within else None,
            callbacks=[
                (type(callback).__name__, callback.get_state())
                for callback in self.listeners.callbacks
                if hasattr(callback, "get_state")
            ],
        )

    def go_to(self, place: Place) -> None:
        """Go on from there instead of from the beginning.

        Raises
        ------
        ValueError
            When the place is in the middle of a pass over other data.
        """
        if place.position is not None:
            self.batches.set_position(place.position)
        self.epoch, self.step, self._sums = place.epoch, place.step, place.sums
        states: dict[str, list[dict[str, Any]]] = {}
        for name, state in place.callbacks:
            states.setdefault(name, []).append(state)
        for callback in self.listeners.callbacks:
            waiting = states.get(type(callback).__name__)
            if waiting and hasattr(callback, "set_state"):
                callback.set_state(waiting.pop(0))

    @quietly
    def _train_epoch(self, stopped: Callable[[], bool]) -> dict[str, float]:
        """All batches that are left of an epoch; the means over the epoch, by name."""
        objective = self.training.objective
        objective.reset()
        if self._sums is not None:
            objective.set_state(self._sums)
            self._sums = None
        listened = self.listeners.listens("on_train_batch_end")
        for step, batch in enumerate(self.batches.epoch(self.step), start=self.step):
            self.listeners.call("on_train_batch_begin", step, {})
            train_step(self.training, batch)
            self.step = step + 1
            if listened:
                self.listeners.call("on_train_batch_end", step, objective.results())
            if stopped():
                break
        wanted = self.batches.wanted_steps
        if wanted is not None and self.step < wanted and not stopped():
            warnings.warn(
                f"fit: the data ended after {self.step} of {wanted} batches (steps_per_epoch={wanted}), so that this "
                f"epoch is shorter; the next begins the data anew",
                stacklevel=6,
            )
        return objective.results()
