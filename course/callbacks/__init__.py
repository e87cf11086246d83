"""Callbacks: what happens beside the training, at its beginning, at each epoch and at each batch."""

from course.callbacks.backup import BackupAndRestore
from course.callbacks.base import HOOKS, Callback, CallbackList, History, LambdaCallback, Logs, ProgbarLogger
from course.callbacks.checkpoint import ModelCheckpoint
from course.callbacks.csv_logger import CSVLogger
from course.callbacks.early_stopping import EarlyStopping
from course.callbacks.monitor import MonitorCallback
from course.callbacks.plateau import ReduceLROnPlateau
from course.callbacks.progress import Progress, ProgressCallback
from course.callbacks.schedule import LearningRateScheduler
from course.callbacks.tensorboard import TensorBoard
from course.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "HOOKS",
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "Logs",
    "ModelCheckpoint",
    "MonitorCallback",
    "ProgbarLogger",
    "Progress",
    "ProgressCallback",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]
