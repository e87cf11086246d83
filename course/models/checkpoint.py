"""A training in a file: weights, the optimizer's state, the random numbers' and the place, to go on from bit for bit.

The file is one of weights, in which `load_weights` reads the weights, with more beside them: arrays under keys without
a slash (weights have one), and `training`, a JSON text that says what they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from course.models import randomness, saving
from course.models.run import Place

if TYPE_CHECKING:
    from course.models.network import Network
    from course.optimizers import Optimizer

TEXT = "training"
VERSION = 1


def save_checkpoint(
    model: Network, optimizer: Optimizer, place: Place, filepath: str | os.PathLike[str], overwrite: bool = True
) -> None:
    """Write everything, to a temporary file that is then renamed."""
    arrays: dict[str, np.ndarray] = {}
    described = {
        "version": VERSION,
        "optimizer": {"class": type(optimizer).__name__, "state": _pack(optimizer.state_dict(), "optimizer", arrays)},
        "random": _pack(randomness.get_states(model), "random", arrays),
        "place": _pack(asdict(place), "place", arrays),
    }
    arrays[TEXT] = np.array(json.dumps(described).encode())
    saving.save_weights(model, filepath, overwrite, arrays, where="save_checkpoint")


def load_checkpoint(model: Network, optimizer: Optimizer, filepath: str | os.PathLike[str]) -> Place:
    """Read everything, or leave the model and its optimizer as they are."""
    path, weights, arrays = saving.read_weights(model, filepath, where="load_checkpoint")
    if TEXT not in arrays:
        raise ValueError(
            f"load_checkpoint: {path} holds weights alone, which model.load_weights reads; a checkpoint is made by "
            f"model.save_checkpoint, or ModelCheckpoint with save_weights_only=False"
        )
    try:
        described = json.loads(bytes(arrays[TEXT].item()))
        kind, state, states, place = (
            described["optimizer"]["class"],
            _unpack(described["optimizer"]["state"], arrays),
            _unpack(described["random"], arrays),
            Place(**_unpack(described["place"], arrays)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"load_checkpoint: {path} is damaged, or of another version ({error})") from error
    if kind != type(optimizer).__name__:
        raise ValueError(
            f"load_checkpoint: {path} was saved while training with {kind}, but {model.label} is compiled with "
            f"{type(optimizer).__name__}"
        )
    try:
        optimizer.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"load_checkpoint: {path}: {error}") from error
    for parameter, value in weights:
        parameter.assign(value)
    randomness.set_states(model, states)
    return place


def _pack(value: Any, key: str, arrays: dict[str, np.ndarray]) -> Any:
    """The value with each array replaced by its key in `arrays`, where it is put."""
    if isinstance(value, Mapping):
        return {name: _pack(part, f"{key}.{name}", arrays) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pack(part, f"{key}.{index}", arrays) for index, part in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        key = key.replace("/", ".")
        arrays[key] = value
        return {"array": key}
    return value


def _unpack(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """What was given to `_pack`, with lists for tuples."""
    if isinstance(value, dict):
        if value.keys() == {"array"}:
            return arrays[value["array"]]
        return {name: _unpack(part, arrays) for name, part in value.items()}
    if isinstance(value, list):
        return [_unpack(part, arrays) for part in value]
    return value
