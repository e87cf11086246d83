"""How a training went: the loss and the metrics after each epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course.plots.figures import COLOURS, figure_of, quiet, subplots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VALIDATION = "val_"


def plot_history(history: Any, *, title: str = "Training", log: bool = False) -> Figure:
    """The loss and each metric over the epochs, side by side; training solid, validation dashed.

    Parameters
    ----------
    history : what `fit` returns, or its dict of lists: {"loss": […], "val_loss": […], "acc": […], …}
    title : str
    log : bool
        Show the loss on a logarithmic axis.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        Where `history` is no history, or an empty one.
    """
    curves = _curves(history)
    shown = [name for name in curves if not name.startswith(VALIDATION) and len(curves[name])]
    if not shown:
        raise ValueError(
            "plot_history: history must hold the values of at least one epoch under a name like 'loss', "
            f"got the names {sorted(curves)}"
        )
    columns = len(shown)
    size = (5.2, 3.4) if columns == 1 else (8.4, 3.3)
    figure, axes = subplots(1, columns, size=size)
    figure.suptitle(title, fontsize=12)
    for ax, name in zip([axes] if columns == 1 else axes, shown, strict=True):
        _plot(ax, name, curves[name], curves.get(VALIDATION + name, []), log and name == "loss")
        last = f"{name} goes from {curves[name][0]:.3g} to {curves[name][-1]:.3g}"
        figure_of(ax, f"{title}: over {len(curves[name])} epochs the {last}.")
    return figure


def _curves(history: Any) -> Mapping[str, Sequence[float]]:
    curves = getattr(history, "history", history)
    if not isinstance(curves, Mapping):
        raise TypeError(
            f"plot_history: history must be what fit returns, or a dict of lists, got {type(history).__name__}"
        )
    return curves


def _plot(ax: Any, name: str, training: Sequence[float], validation: Sequence[float], log: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.plot(range(1, len(training) + 1), training, color=COLOURS["blue"], label="training")
    if len(validation):
        epochs = range(1, len(validation) + 1)
        ax.plot(epochs, validation, "--", color=COLOURS["vermillion"], label="validation")
    ax.set_title(name, fontsize=11)
    ax.set_xlabel("epoch")
    ax.set_ylabel(name)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    if log:
        ax.set_yscale("log")
    ax.legend(fontsize=9)
    quiet(ax)
