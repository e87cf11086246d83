"""The numbers of a training in files that TensorBoard draws, while it runs: `tensorboard --logdir logs`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course.callbacks.base import Callback, Logs
from course.callbacks.files import check_path
from course.errors import check_integer

BINS = 30


class TensorBoard(Callback):
    """Write losses and metrics of training and validation, under the names that Keras gives them.

    Training goes to the folder `train`, validation to `validation`, so that TensorBoard draws them into one picture:
    `epoch_loss` and the like by epoch, from 0, with `epoch_learning_rate`; `batch_loss` by batch; and for each
    validation `evaluation_loss_vs_iterations` by the optimizer's steps.

    Parameters
    ----------
    log_dir : str or path
    histogram_freq : int
        Write the weights' histograms every so many epochs; 0 for never.
    write_graph : bool
        Taken for the sake of programs written for Keras; the graph isn't written.
    write_images : False
    write_steps_per_second : bool
        Write how fast the training is, as `epoch_steps_per_second`.
    update_freq : "epoch", "batch" or int
        Whether to write after batches too, and every how many.
    profile_batch, embeddings_freq : 0
    embeddings_metadata : None

    Raises
    ------
    ImportError
        When the package tensorboard isn't installed.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: int = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        absent = {"write_images": write_images, "profile_batch": profile_batch, "embeddings_freq": embeddings_freq}
        for name, value in absent.items():
            if value:
                raise ValueError(f"TensorBoard: {name} isn't supported here and must be {name}=0, got {value!r}")
        self.log_dir = check_path("TensorBoard", "log_dir", log_dir)
        self.histogram_freq = check_integer("TensorBoard", "histogram_freq", histogram_freq, minimum=0)
        self.write_steps_per_second = bool(write_steps_per_second)
        self.update_freq = _check_update_freq(update_freq)
        self._writers: dict[str, _EventWriter] = {}
        _protocol()  # if it isn't installed, say so before the training
        self._batch = self._epoch_batches = 0
        self._epoch_start = 0.0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch_start, self._epoch_batches = time.perf_counter(), 0

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batch += 1
        self._epoch_batches += 1
        if self.update_freq is not None and self._batch % self.update_freq == 0:
            self._writer("train").scalars("batch_{}", logs or {}, self._batch)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if self.model.optimizer is not None:
            steps = self.model.optimizer.iterations
            self._writer("validation").scalars("evaluation_{}_vs_iterations", logs or {}, steps)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if self.model.optimizer is not None:
            train["learning_rate"] = self.model.optimizer.learning_rate
        if self.write_steps_per_second:
            train["steps_per_second"] = self._epoch_batches / (time.perf_counter() - self._epoch_start)
        self._writer("train").scalars("epoch_{}", train, epoch)
        validation = {name.removeprefix("val_"): logs[name] for name in logs if name.startswith("val_")}
        if validation:
            self._writer("validation").scalars("epoch_{}", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for name, parameter in self.model.parameters.items():
                self._writer("train").histogram(f"{name}/histogram", parameter.value, epoch)

    def on_train_end(self, logs: Logs | None = None) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _writer(self, part: str) -> _EventWriter:
        """What writes into a folder; a file is made when there is something to write."""
        if part not in self._writers:
            self._writers[part] = _EventWriter(Path(self.log_dir) / part)
        return self._writers[part]


class _EventWriter:
    """A file of events in tensorboard's own format, through its own writer."""

    def __init__(self, folder: Path) -> None:
        writer, self._event, self._summary, self._histogram = _protocol()
        self._file = writer(str(folder))

    def scalars(self, pattern: str, values: Mapping[str, float], step: int) -> None:
        """Write numbers, each named by the pattern."""
        value = self._summary.Value
        self._write([value(tag=pattern.format(name), simple_value=number) for name, number in values.items()], step)
        self._file.flush()

    def histogram(self, name: str, array: np.ndarray, step: int) -> None:
        """Write how many of an array's numbers lie in each of some bins; those that aren't finite are left out."""
        numbers = array[np.isfinite(array)].astype(np.float64)
        if not numbers.size:
            return
        counts, edges = np.histogram(numbers, bins=BINS)
        histogram = self._histogram(
            min=numbers.min(),
            max=numbers.max(),
            num=numbers.size,
            sum=numbers.sum(),
            sum_squares=np.square(numbers).sum(),
            bucket_limit=edges[1:].tolist(),
            bucket=counts.tolist(),
        )
        self._write([self._summary.Value(tag=name, histo=histogram)], step)

    def close(self) -> None:
        self._file.close()

    def _write(self, values: list[Any], step: int) -> None:
        self._file.add_event(self._event(wall_time=time.time(), step=step, summary=self._summary(value=values)))


def _check_update_freq(update_freq: str | int) -> int | None:
    """Every how many batches; None for never."""
    if isinstance(update_freq, str):
        if update_freq not in ("epoch", "batch"):
            raise ValueError(f"TensorBoard: update_freq must be 'epoch', 'batch' or an integer, got {update_freq!r}")
        return None if update_freq == "epoch" else 1
    return check_integer("TensorBoard", "update_freq", update_freq, minimum=1)


def _protocol() -> tuple[Any, Any, Any, Any]:
    """tensorboard's writer, and its messages: event, summary, histogram."""
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ImportError(
            "TensorBoard: the package tensorboard is missing: pip install 'handson-neural-networks[tensorboard]'"
        ) from error
    return EventFileWriter, Event, Summary, HistogramProto
