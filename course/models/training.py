"""The training step, and the loops over batches around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from course.callbacks import CallbackList
from course.layers.base import Parameter
from course.models.batches import Batches
from course.models.data import Batch
from course.models.graph import Graph, Visit
from course.models.objective import Objective
from course.optimizers import Optimizer


@dataclass(frozen=True, slots=True)
class Training:
    """What a compiled model trains with.

    Attributes
    ----------
    graph : Graph
    objective : Objective
        Losses and metrics.
    optimizer : Optimizer
        It has taken over the parameters that learn.
    route : list of Visit
        The way back through the graph that reaches them.
    penalized : list of Parameter
        Those of them with a regularizer.
    held : list of Parameter
        The others; their gradients are added to all the same, and have to be emptied.
    """

    graph: Graph
    objective: Objective
    optimizer: Optimizer
    route: list[Visit]
    penalized: list[Parameter]
    held: list[Parameter]


# a training that diverges shows it in its loss, not in a warning for each operation
quietly = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def prepare(
    graph: Graph, learning: list[Parameter], held: list[Parameter], objective: Objective, optimizer: Optimizer
) -> Training:
    """Settle the route and hand the parameters to the optimizer."""
    optimizer.build(learning)
    identities = set(map(id, learning))
    route = graph.route(
        lambda layer: any(id(parameter) in identities for parameter in layer.weights), objective.from_logits
    )
    penalized = [parameter for parameter in learning if parameter.regularizer is not None]
    return Training(graph, objective, optimizer, route, penalized, held)


def train_step(training: Training, batch: Batch) -> None:
    """One step: forward, loss, backward, penalties, optimizer; and the running means."""
    outputs, caches = training.graph.forward(batch.x, training=True)
    losses, dys = training.objective.losses_and_gradients(batch, outputs, caches)
    training.optimizer.zero_gradients()
    for parameter in training.held:
        parameter.grad.fill(0.0)
    training.graph.backward(dys, caches, training.route)
    penalty = 0.0
    for parameter in training.penalized:
        penalty += parameter.regularizer(parameter.value)
        parameter.grad += parameter.regularizer.gradient(parameter.value)
    training.optimizer.step()
    training.objective.update(batch, outputs, losses, penalty)


def evaluation_step(training: Training, batch: Batch) -> None:
    """Take one batch into the running means, without learning from it."""
    outputs, caches = training.graph.forward(batch.x, training=False)
    losses, _ = training.objective.losses_and_gradients(batch, outputs, caches)
    penalty = sum(parameter.regularizer(parameter.value) for parameter in training.penalized)
    training.objective.update(batch, outputs, losses, penalty)


@quietly
def evaluation_epoch(training: Training, batches: Batches, listeners: CallbackList) -> dict[str, float]:
    """The losses and metrics over all batches, as means by name."""
    objective = training.objective
    objective.reset()
    batches.restart()
    listened = listeners.listens("on_test_batch_end")
    listeners.call("on_test_begin", {})
    for step, batch in enumerate(batches.epoch()):
        listeners.call("on_test_batch_begin", step, {})
        evaluation_step(training, batch)
        if listened:
            listeners.call("on_test_batch_end", step, objective.results())
    results = objective.results()
    listeners.call("on_test_end", dict(results))
    return results


@quietly
def predict_batches(graph: Graph, batches: Batches, listeners: CallbackList) -> list[np.ndarray]:
    """Each output for all batches, one after the other."""
    parts: list[list[np.ndarray]] = []
    listeners.call("on_predict_begin", {})
    for step, batch in enumerate(batches.epoch()):
        listeners.call("on_predict_batch_begin", step, {})
        outputs, _ = graph.forward(batch.x, training=False)
        parts.append(outputs)
        listeners.call("on_predict_batch_end", step, {})
    listeners.call("on_predict_end", {})
    return [_join(output) for output in zip(*parts, strict=True)]


def _join(parts: Iterable[np.ndarray]) -> np.ndarray:
    arrays = list(parts)
    # one batch may be the very array that came in, as where nothing is done to it
    return arrays[0].copy() if len(arrays) == 1 else np.concatenate(arrays)
