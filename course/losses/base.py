"""What all losses share: the mean of what elements or rows contribute, weights, and checks of shapes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from course.activations import as_float
from course.errors import check_choice, check_numbers, check_text


class Loss:
    """The mean of per-element or per-row terms, and its gradient.

    Parameters
    ----------
    reduction : {"sum_over_batch_size", "sum"}
        The mean over all examples (and, in images or sequences, over all positions), or their sum.
    name : str, optional
        What the history calls it.
    """

    name = "loss"
    from_logits = False
    # the activation that this loss is computed together with, from logits, when a model ends in it
    fuses_with: str | None = None

    def __init__(self, *, reduction: str = "sum_over_batch_size", name: str | None = None) -> None:
        self.reduction = check_choice(type(self).__name__, "reduction", reduction, ("sum_over_batch_size", "sum"))
        self.name = self.name if name is None else check_text(type(self).__name__, "name", name)

    def terms(self, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what each element or row contributes, and the slope of that.

        Parameters
        ----------
        y_true : ndarray
            As `prepare` returns it.
        y_pred : ndarray of shape (n, …, k)

        Returns
        -------
        terms : ndarray of shape (n, …, k), one for each element, or (n, …), one for each row
        slopes : new ndarray of shape (n, …, k)
            The gradient of each term with respect to the elements that it is made from.
        """
        raise NotImplementedError

    def prepare(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return `y_true` in the shape and type that `terms` takes, or raise a ValueError."""
        return match_shape(type(self).__name__, y_true, y_pred).astype(y_pred.dtype, copy=False)

    def value_and_gradient(
        self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """Return the loss and its gradient with respect to `y_pred`.

        Parameters
        ----------
        y_true : array of shape (n, …, k)
            The truth; a last axis of length one may be missing or too many: (n,) fits (n, 1).
        y_pred : array of shape (n, …, k)
            The predictions: probabilities, or logits with `from_logits=True`.
        sample_weight : array of shape (n,) or (n, …), optional
            How much each example counts. As in Keras, the weighted sum is divided by the number of examples,
            not by the sum of the weights.

        Returns
        -------
        loss : float
        gradient : ndarray of y_pred's shape and type

        Raises
        ------
        ValueError
            When shapes don't fit, the batch is empty, or labels aren't what the loss takes.
        """
        y_pred = as_float(check_numbers(type(self).__name__, "y_pred", y_pred))
        if y_pred.size == 0:
            raise ValueError(f"{type(self).__name__}: y_pred is empty, of shape {y_pred.shape}: it needs an example")
        terms, slopes = self.terms(self.prepare(y_true, y_pred), y_pred)
        scale = 1.0 / self._count(terms, y_pred)
        if sample_weight is None:
            slopes *= scale
            return float(terms.sum()) * scale, slopes
        weights = match_weights(type(self).__name__, sample_weight, y_pred) * scale
        slopes *= weights
        if terms.ndim < y_pred.ndim:
            weights = weights[..., 0]
        return float((terms * weights).sum()), slopes

    def __call__(self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None) -> float:
        """Return the loss; see `value_and_gradient`."""
        return self.value_and_gradient(y_true, y_pred, sample_weight)[0]

    def per_example(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Return the loss of each row, before the mean over them: (n, …, k) → (n, …)."""
        y_pred = as_float(check_numbers(type(self).__name__, "y_pred", y_pred))
        terms, _ = self.terms(self.prepare(y_true, y_pred), y_pred)
        return terms if terms.ndim < y_pred.ndim else terms.mean(axis=-1)

    def on_logits(self) -> Loss:
        """Return the same loss, but of logits: softmax or sigmoid is then part of the loss."""
        if self.fuses_with is None:
            raise TypeError(f"{type(self).__name__} isn't a loss of probabilities: it has no form for logits")
        twin = copy.copy(self)
        twin.from_logits = True
        return twin

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this loss again."""
        return {"reduction": self.reduction, "name": self.name}

    def _count(self, terms: np.ndarray, y_pred: np.ndarray) -> int:
        """What the sum of the terms is divided by: each row is a mean, even where rows are summed."""
        if self.reduction == "sum_over_batch_size":
            return terms.size
        return y_pred.shape[-1] if terms.ndim == y_pred.ndim > 1 else 1


def match_shape(where: str, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Return `y_true` in `y_pred`'s shape, if they differ in nothing but a last axis of length one.

    NumPy would broadcast (n,) against (n, 1) to (n, n) and average n² differences without a word.

    Raises
    ------
    ValueError
        When the shapes differ in more.
    """
    y_true = check_numbers(where, "y_true", y_true)
    if y_true.shape == y_pred.shape:
        return y_true
    if y_pred.shape in ((*y_true.shape, 1), y_true.shape[:-1]) and y_true.size == y_pred.size:
        return y_true.reshape(y_pred.shape)
    raise ValueError(f"{where}: y_true must have y_pred's shape {y_pred.shape}, got {y_true.shape}")


def match_weights(where: str, sample_weight: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Return weights, (n,) or (n, …), with axes of length one at the end so that they multiply `y_pred`.

    Raises
    ------
    ValueError
        When there isn't one weight for each example (or for each row of each example).
    """
    weights = check_numbers(where, "sample_weight", sample_weight).astype(y_pred.dtype, copy=False)
    rows = y_pred.shape[: max(y_pred.ndim - 1, 1)]
    if weights.shape == (*rows, 1):
        weights = weights[..., 0]
    if not weights.ndim or weights.shape != rows[: weights.ndim]:
        expected = " or ".join(dict.fromkeys([str(rows[:1]), str(rows)]))
        raise ValueError(f"{where}: sample_weight must have shape {expected}, got {weights.shape}")
    return weights.reshape(weights.shape + (1,) * (y_pred.ndim - weights.ndim))
