"""Weights in files, without pickle: `.npz` under readable keys, or HDF5 in the layout of Keras 3.

A file is written beside its target and then renamed, so that a crash leaves the old one. It is read and compared with
the model completely before the first weight is written.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from course.layers.base import Parameter
from course.models.naming import keras_groups

if TYPE_CHECKING:
    from course.models.network import Network


def save_weights(
    network: Network,
    filepath: str | os.PathLike[str],
    overwrite: bool = True,
    beside: Mapping[str, np.ndarray] | None = None,
    where: str = "save_weights",
) -> None:
    """Write the weights, and what else is to be in the file, under keys without a slash; the ending is the format."""
    path, hdf5 = _check_path(where, filepath)
    if path.exists() and not overwrite:
        raise FileExistsError(f"{where}: {path} exists; give overwrite=True to replace it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{where}: there is no folder {path.parent}")
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
    try:
        if hdf5:
            _write_hdf5(network, temporary, beside or {})
        else:
            arrays: dict[str, Any] = {key: parameter.value for key, parameter in network.parameters.items()}
            arrays |= beside or {}
            with temporary.open("wb") as opened:
                np.savez(opened, **arrays)
        os.chmod(temporary, 0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_weights(network: Network, filepath: str | os.PathLike[str]) -> None:
    """Read the weights, or leave the network as it is."""
    _, weights, _ = read_weights(network, filepath, "load_weights")
    for parameter, value in weights:
        parameter.assign(value)


def read_weights(
    network: Network, filepath: str | os.PathLike[str], where: str
) -> tuple[Path, list[tuple[Parameter, np.ndarray]], dict[str, np.ndarray]]:
    """The file's path, each parameter with its value in the file, and what else is in the file."""
    path, hdf5 = _check_path(where, filepath)
    if not path.is_file():
        raise FileNotFoundError(f"{where}: there is no file {path}")
    parameters = dict(_hdf5_parameters(network)) if hdf5 else network.parameters
    try:
        arrays = _read_hdf5(path) if hdf5 else _read_npz(path)
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{where}: {path} is damaged, or isn't a file of weights ({error})") from error
    values = {key: array for key, array in arrays.items() if "/" in key}
    _compare(f"{where}: {path}", network, parameters, values)
    beside = {key: array for key, array in arrays.items() if "/" not in key}
    return path, [(parameter, values[key]) for key, parameter in parameters.items()], beside


def _compare(where: str, network: Network, parameters: dict[str, Parameter], arrays: dict[str, np.ndarray]) -> None:
    missing = [key for key in parameters if key not in arrays]
    unexpected = [key for key in arrays if key not in parameters]
    other = [
        f"{key} has shape {arrays[key].shape} instead of {parameter.shape}"
        for key, parameter in parameters.items()
        if key in arrays and arrays[key].shape != parameter.shape
    ]
    differences = [
        *(f"{key} is missing" for key in missing),
        *(f"{key} is unexpected" for key in unexpected),
        *other,
    ]
    if differences:
        shown = "; ".join(differences[:4]) + (f"; and {len(differences) - 4} more" if len(differences) > 4 else "")
        raise ValueError(f"{where} holds the weights of another architecture than {network.label}: {shown}")


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("a single array")
        return {key: file[key] for key in file.files}


def _write_hdf5(network: Network, path: Path, beside: Mapping[str, np.ndarray]) -> None:
    with _h5py().File(path, "w") as file:
        for key, array in beside.items():
            file[key] = array
        for group, layer in keras_groups(network):
            variables = file.create_group(f"{group}vars")
            variables.attrs["name"] = layer.name
            for index, parameter in enumerate(layer._parameters.values()):
                variables[str(index)] = parameter.value


def _read_hdf5(path: Path) -> dict[str, np.ndarray]:
    """All arrays by path, but for an optimizer's state, which Keras keeps in the same file."""
    h5py = _h5py()
    arrays: dict[str, np.ndarray] = {}

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith("optimizer/"):
            arrays[name] = np.asarray(item[()])

    with h5py.File(path, "r") as file:
        file.visititems(collect)
    return arrays


def _hdf5_parameters(network: Network) -> Iterator[tuple[str, Parameter]]:
    for group, layer in keras_groups(network):
        for index, parameter in enumerate(layer._parameters.values()):
            yield f"{group}vars/{index}", parameter


def _check_path(where: str, filepath: str | os.PathLike[str]) -> tuple[Path, bool]:
    path = Path(filepath)
    if path.suffix not in (".npz", ".h5"):
        raise ValueError(f"{where}: filepath must end in '.npz' or '.h5', got '{path}'")
    return path, path.suffix == ".h5"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _h5py() -> ModuleType:
    try:
        import h5py
    except ImportError as error:
        raise ImportError(
            "weights in .h5 files need h5py: pip install 'handson-neural-networks[notebooks]'; "
            "or choose a name that ends in .npz"
        ) from error
    return h5py
