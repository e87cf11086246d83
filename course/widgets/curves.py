"""Loss curves that are drawn while a model trains: the picture, and the callback that feeds it (lesson 4)."""

from __future__ import annotations

import textwrap
from time import perf_counter
from typing import TYPE_CHECKING, Any

import traitlets

from course.callbacks import Callback, Logs
from course.errors import check_flag, check_number
from course.widgets.explorable import Checked, Explorable, script, style
from course.widgets.messages import read_messages, running_kernel
from course.widgets.runs import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHERE = "LiveCurves"

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#767676", "#e69f00")
"""Okabe and Ito's, one a run, from the first again after the sixth."""

REST = 30
"""So many times as long as a frame took, nothing more is sent: frames cost at most 1/30 of the time."""

UNLIMITED = 1e6
"""Learning rates end here: nothing learns at more."""


class Curves(Explorable):
    """The picture of `LiveCurves`: training and validation loss of each run, and its learning rate.

    Attributes
    ----------
    runs : list of dict
        The runs that have ended, oldest first, as `Run.frame` gives them.
    live : dict
        The run under way, empty if there is none.
    log_scale, smoothing, hidden
        How it is shown; `hidden` are the numbers of the runs that aren't, from 0.
    """

    _esm = script("curves.js")
    _css = style("curves")

    runs: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    live: traitlets.Dict[str, Any] = traitlets.Dict(read_only=True).tag(sync=True)
    log_scale = Checked(False, lambda value: check_flag(WHERE, "log_scale", value)).tag(sync=True)
    smoothing = Checked(0.0, lambda value: check_number(WHERE, "smoothing", value, minimum=0, maximum=0.95)).tag(
        sync=True
    )
    hidden: traitlets.List[Any] = traitlets.List(traitlets.Int()).tag(sync=True)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """All runs, the one under way last."""
        return [*self.runs, self.live] if self.live else self.runs

    def describe(self) -> str:
        """How many runs, and the last one's losses."""
        if not self.shown:
            return f"{WHERE}: no training yet"
        run = self.shown[-1]
        count = len(self.shown)
        words = f"{WHERE}: {count} run{'s' * (count > 1)}, the last ({run['name']}) at epoch {run['epoch']}"
        for name, values in (("training", run["loss"]), ("validation", run["val_loss"])):
            last = next((value for value in reversed(values) if value is not None), None)
            words += "" if last is None else f", {name} loss {last:.4g}"
        if run["best"]:
            words += f", lowest validation loss {run['best'][1]:.4g} at epoch {run['best'][0]}"
        return words

    def draw(self, figure: Figure) -> None:
        """Draw the losses, and the learning rates below."""
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        figure.suptitle(textwrap.fill(self.describe().removeprefix(f"{WHERE}: "), 100), fontsize=10)
        for index, run in enumerate(self.shown):
            if index not in self.hidden:
                _draw_run(above, below, run, f"{index + 1} {run['name']}", COLORS[index % len(COLORS)])
        scale = "log" if self.log_scale else "linear"
        above.set(ylabel="loss", yscale=scale)
        below.set(xlabel="epoch", ylabel="learning rate", yscale="log")
        if above.lines:
            above.legend(fontsize=8)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        if not self.live:
            return super()._repr_mimebundle_(**kwargs)
        # a training that begins doesn't wait for a picture that is old a moment later
        bundle = super(Explorable, self)._repr_mimebundle_(**kwargs)
        return bundle and ({**bundle[0], "text/plain": self.describe()}, bundle[1])


def _draw_run(above: Axes, below: Axes, run: dict[str, Any], name: str, color: str) -> None:
    epochs = run["epochs"]
    for key, kind, line in (("loss", "training", "-"), ("val_loss", "validation", "--")):
        points = [(x, y) for x, y in zip(epochs, run[key], strict=True) if y is not None]
        if points:
            marker = "." if len(points) < 20 else ""
            above.plot(*zip(*points, strict=True), line, marker=marker, color=color, label=f"{name}, {kind}")
    if run["best"]:
        above.plot(*run["best"], "o", markersize=9, markerfacecolor="none", color=color, markeredgewidth=2)
    rates = [*run["rates"], [run["reached"], run["rates"][-1][1]]] if run["rates"] else []
    if rates:
        below.plot(*zip(*rates, strict=True), color=color, drawstyle="steps-post")


class LiveCurves(Callback):
    """Draws training and validation loss while `fit` runs, with a stop button and the learning rate as a slider.

    Give the same one to several fits to compare their runs. In a notebook the picture appears below the cell that
    trains, and when the cell has ended a still picture stays in the notebook. Elsewhere it only collects the numbers
    (`describe`, `picture`).

    Parameters
    ----------
    log_scale : bool
        Whether the losses begin on a logarithmic scale.
    smoothing : float from 0 to 0.95
        How much of each point is taken from those before it, as the curves begin; the sweet spot, the lowest
        validation loss, stays where it was measured.
    every : float, at least 0.1
        Seconds between two updates.

    Attributes
    ----------
    widget : Curves
        The picture.
    runs : list of dict
        Its runs: see `Run.frame`.

    Raises
    ------
    ValueError
        If an argument is outside the range above.

    Examples
    --------
    >>> curves = LiveCurves()
    >>> curves.describe()
    'LiveCurves: no training yet'
    """

    def __init__(self, log_scale: bool = False, smoothing: float = 0.0, every: float = 0.1) -> None:
        super().__init__()
        self.every = check_number(WHERE, "every", every, minimum=0.1)
        self.widget = Curves(log_scale=log_scale, smoothing=smoothing)
        self.widget.on_msg(self._receive)
        self._run: Run | None = None
        self._next = 0.0
        self._epoch = 0
        # set by the browser's messages, perhaps in another thread; obeyed between two batches
        self._stop_wanted = False
        self._rate_wanted: float | None = None
        self._cell: Any = None
        self._display: Any = None

    @property
    def runs(self) -> list[dict[str, Any]]:
        return self.widget.shown

    def stop(self) -> None:
        """End the training within a moment, from any thread, as the button does."""
        self._stop_wanted = True

    def set_learning_rate(self, rate: float) -> None:
        """Train on with another learning rate, from any thread, as the slider does.

        Raises
        ------
        ValueError
            If the rate isn't between 0 and a million.
        """
        self._rate_wanted = check_number(WHERE, "learning_rate", rate, minimum=0, maximum=UNLIMITED)

    def describe(self) -> str:
        """The runs in words."""
        return self.widget.describe()

    def picture(self) -> bytes:
        """The still picture: a PNG."""
        return self.widget.picture()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._end("interrupted")
        self._stop_wanted, self._rate_wanted = False, None
        self._run = Run.of(self.model, self.params["epochs"], self.params["steps"])
        self._epoch = 0
        self._update()
        self._show()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        self._note_rate(epoch)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        # most batches end here: this comparison is what they cost
        if perf_counter() < self._next:
            return
        if self._run is not None:
            self._run.advance(self._epoch, batch + 1, (logs or {}).get("loss"))
            self._note_rate(self._run.reached)
        self._update()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self._run is not None:
            self._run.add(epoch + 1, logs or {})
        if perf_counter() >= self._next:
            self._update()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._end("stopped" if self._stop_wanted else "ended")

    def _update(self) -> None:
        """Hear what the browser wants, obey, and send a frame; then rest, the longer the more that took."""
        begun = perf_counter()
        read_messages(self.widget)
        self._obey()
        if self._run is not None:
            self.widget.set_trait("live", self._run.frame())
        now = perf_counter()
        self._next = now + max(self.every, REST * (now - begun))

    def _obey(self) -> None:
        if self._stop_wanted:
            self.model.stop_training = True
        rate, self._rate_wanted = self._rate_wanted, None
        if rate is not None and self._run is not None and not self._run.scheduled:
            optimizer: Any = self.model.optimizer
            optimizer.learning_rate = rate
            self._note_rate(self._run.reached)

    def _note_rate(self, reached: float) -> None:
        optimizer = self.model.optimizer
        if self._run is not None and optimizer is not None:
            self._run.note_rate(reached, optimizer.current_learning_rate, optimizer.learning_rate)

    def _end(self, how: str) -> None:
        """Put the run under way to those that have ended."""
        if self._run is None:
            return
        self._run.end(how)
        with self.widget.hold_sync():
            self.widget.set_trait("runs", [*self.widget.runs, self._run.frame()])
            self.widget.set_trait("live", {})
        self._run = None

    def _receive(self, widget: Any, message: dict[str, Any], buffers: Any) -> None:
        """What the button and the slider ask for."""
        match message:
            case {"do": "stop"} if self._run is not None:
                self.stop()
            case {"do": "rate", "value": int() | float() as value} if self._run is not None:
                self.set_learning_rate(value)

    def _show(self) -> None:
        """Display the picture, once in each cell that trains."""
        if running_kernel() is None:
            return
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()
        if self._cell == shell.execution_count:
            return
        self._cell = shell.execution_count
        self._display = display(self.widget, display_id=True)
        shell.events.register("post_run_cell", self._leave_picture)

    def _leave_picture(self, result: Any = None) -> None:
        """When the cell has ended, however it did: keep a still picture in the notebook."""
        from IPython import get_ipython

        get_ipython().events.unregister("post_run_cell", self._leave_picture)
        self._end("interrupted")
        self._display.update(self.widget)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.widget._repr_mimebundle_(**kwargs)
