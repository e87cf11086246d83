"""What compile settles: the loss of each output, whether it is computed from logits, and the metrics.

A final softmax or sigmoid and its cross-entropy are computed together, from the logits: exact where a probability
would round to 0 or 1. That is decided here, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

import numpy as np

from course import losses as loss_functions
from course import metrics as metric_functions
from course.errors import check_number
from course.models.data import Batch, per_output
from course.models.graph import Graph


class _Measured(NamedTuple):
    """A metric, the number of the output that it is about, and whether examples' weights count in it."""

    metric: metric_functions.Metric
    output: int
    weighted: bool


class Objective:
    """The losses and metrics of a graph's outputs.

    Parameters
    ----------
    graph : Graph
    losses : str, Loss or callable
        With several outputs one for all, a list of them, or a dict by output name.
    metrics : list of str, Metric or callable
        With several outputs a list of lists, or a dict by output name.
    loss_weights : list or dict of float, optional
        How much each output's loss counts in their sum.
    weighted_metrics : as metrics
        Metrics in which the examples' weights count, as they do in the loss.

    Attributes
    ----------
    from_logits : tuple of int
        The outputs whose loss is computed from the logits.
    named_metrics : dict of Metric
        By their names in the results.
    """

    def __init__(
        self, graph: Graph, losses: Any, metrics: Any = None, loss_weights: Any = None, weighted_metrics: Any = None
    ) -> None:
        self.names = [symbol.node.layer.name for symbol in graph.outputs]
        if not isinstance(losses, (list, tuple, Mapping)):
            losses = dict.fromkeys(self.names, losses)  # one for all
        chosen = per_output("compile", "loss", losses, self.names)
        self.losses = [None if loss is None else loss_functions.get(loss) for loss in chosen]
        weights = per_output("compile", "loss_weights", loss_weights, self.names)
        self.loss_weights = [
            1.0 if weight is None else check_number("compile", "loss_weights", weight) for weight in weights
        ]
        self._last = [graph.last_step(output) for output in range(len(self.names))]
        self.from_logits = tuple(output for output, loss in enumerate(self.losses) if self._fuses(output, loss))
        # the same losses, as they are computed
        self._computed = [
            loss.on_logits() if loss is not None and output in self.from_logits else loss
            for output, loss in enumerate(self.losses)
        ]
        shapes = [symbol.shape for symbol in graph.outputs]
        self._metrics = [
            _Measured(metric_functions.get(metric, shapes[output], self.losses[output]), output, weighted)
            for weighted, wanted in ((False, metrics), (True, weighted_metrics))
            for output, given in enumerate(_split_metrics(wanted, weighted, self.names))
            for metric in _as_list(given)
        ]
        self.named_metrics = self._name_metrics()
        self.reset()

    def _fuses(self, output: int, loss: loss_functions.Loss | None) -> bool:
        last = self._last[output]
        if loss is None or loss.from_logits or loss.fuses_with is None or last is None:
            return False
        return last[1].layer.final_activation == loss.fuses_with

    def losses_and_gradients(
        self, batch: Batch, outputs: list[np.ndarray], caches: list[Any]
    ) -> tuple[list[float], list[np.ndarray | None]]:
        """Each output's loss, and the gradient of the weighted sum by the output (or by its logits).

        Parameters
        ----------
        batch : Batch
        outputs, caches : list
            What the graph's forward gave for `batch.x`.
        """
        values: list[float] = []
        gradients: list[np.ndarray | None] = []
        for output, loss in enumerate(self._computed):
            if loss is None:
                values.append(0.0)
                gradients.append(None)
                continue
            target = batch.y[output]
            if target is None:
                raise ValueError(f'y must hold the truth for the output "{self.names[output]}", got None')
            prediction = self._logits(output, caches) if output in self.from_logits else outputs[output]
            value, gradient = loss.value_and_gradient(target, prediction, batch.weights[output])
            weight = self.loss_weights[output]
            values.append(value)
            gradients.append(gradient if weight == 1.0 else gradient * weight)
        return values, gradients

    def _logits(self, output: int, caches: list[Any]) -> np.ndarray:
        last = self._last[output]
        assert last is not None  # else it would not be computed from logits
        index, step = last
        return step.layer.logits(caches[index])

    def update(self, batch: Batch, outputs: list[np.ndarray], values: list[float], penalty: float) -> None:
        """Take a batch into the running means: its losses, the penalty of the weights, and the metrics."""
        examples = len(batch.x[0])
        self._examples += examples
        total = penalty
        for output, value in enumerate(values):
            total += self.loss_weights[output] * value
            self._sums[output] += value * examples
        self._total += total * examples
        for metric, output, weighted in self._metrics:
            target = batch.y[output]
            if target is not None:
                metric.update_state(target, outputs[output], batch.weights[output] if weighted else None)

    def results(self) -> dict[str, float]:
        """The means since the last reset: loss, the loss of each output if there are several, the metrics."""
        examples = max(self._examples, 1)
        several = len(self.names) > 1
        named = {"loss": self._total / examples}
        if several:
            for name, loss, value in zip(self.names, self.losses, self._sums, strict=True):
                if loss is not None:
                    named[f"{name}_loss"] = value / examples
        named |= {name: float(metric.result()) for name, metric in self.named_metrics.items()}
        return named

    def reset(self) -> None:
        """Begin an epoch: forget all batches."""
        self._examples = 0
        self._total = 0.0
        self._sums = [0.0] * len(self.names)
        for metric, _, _ in self._metrics:
            metric.reset_state()

    def get_state(self) -> dict[str, Any]:
        """The sums over the batches since the last reset: numbers, and what metrics keep, so far as that is numbers."""
        kept = [
            {name: value for name, value in vars(metric).items() if isinstance(value, (int, float, list, np.ndarray))}
            for metric, _, _ in self._metrics
        ]
        return {"examples": self._examples, "total": self._total, "sums": list(self._sums), "metrics": kept}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back what `get_state` gave."""
        self._examples, self._total, self._sums = state["examples"], state["total"], list(state["sums"])
        for (metric, _, _), kept in zip(self._metrics, state["metrics"], strict=True):
            vars(metric).update(kept)

    def _name_metrics(self) -> dict[str, metric_functions.Metric]:
        several = len(self.names) > 1
        taken = {"loss", *(f"{name}_loss" for name in self.names if several)}
        named: dict[str, metric_functions.Metric] = {}
        for metric, output, weighted in self._metrics:
            prefix = f"{self.names[output]}_" if several else ""
            key = f"{prefix}{metric.name}"
            if weighted and key in named:
                key = f"{prefix}weighted_{metric.name}"
            named[_unused(key, taken | named.keys())] = metric
        return named


def _split_metrics(metrics: Any, weighted: bool, names: list[str]) -> list[Any]:
    if len(names) == 1 and not isinstance(metrics, Mapping):
        # [["acc"]], one list an output, is as good as ["acc"]
        nested = isinstance(metrics, (list, tuple)) and len(metrics) == 1 and isinstance(metrics[0], (list, tuple))
        return [metrics[0] if nested else metrics]
    return per_output("compile", "weighted_metrics" if weighted else "metrics", metrics, names)


def _as_list(metrics: Any) -> list[Any]:
    if metrics is None:
        return []
    return list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]


def _unused(key: str, taken: Set[str]) -> str:
    """The key, or with a number behind it where two metrics have one name."""
    candidate, count = key, 0
    while candidate in taken:
        count += 1
        candidate = f"{key}_{count}"
    return candidate
