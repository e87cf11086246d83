"""Fetches data that is too large to come with the course: from a mirror, checked, kept for the next time."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER_VARIABLE = "HANDSON_DATA"
"""Environment variable that says where downloads are kept, for example in a folder that a whole class can read."""

TIMEOUT = 15
"""Seconds without an answer after which a mirror counts as out of reach."""


@dataclass(frozen=True)
class Source:
    """Where a data set is to be had.

    Parameters
    ----------
    name : str
        In small letters also the name of the folder that it is kept in.
    mirrors : tuple of str
        Addresses of folders with the same files, each ending in a slash; they are tried one after the other.
    files : mapping from file name to MD5 checksum
        The checksum finds damage and mix-ups, whichever mirror a file comes from.
    """

    name: str
    mirrors: tuple[str, ...]
    files: Mapping[str, str]


class OutOfReachError(ConnectionError):
    """No mirror answered."""


def fetch(where: str, source: Source) -> dict[str, Path]:
    """Get all files of a data set, from the folder of earlier downloads or else from a mirror.

    Parameters
    ----------
    where : str
        Who asks, for error messages.
    source : Source

    Returns
    -------
    dict from file name to path

    Raises
    ------
    ImportError
        Where pooch isn't installed.
    OutOfReachError
        Where a file isn't there yet and no mirror can be reached.
    ValueError
        Where what a mirror sends isn't the file: its checksum differs.
    """
    try:
        import pooch
    except ImportError as error:
        raise ImportError(
            f"{where}: downloads need pooch, which is not installed: "
            'pip install "handson-neural-networks[data]" (load_digits needs no download)'
        ) from error

    folder = Path(os.environ.get(FOLDER_VARIABLE) or pooch.os_cache("handson-neural-networks")) / source.name.lower()
    return {file: _fetch_file(where, source, file, folder) for file in source.files}


def _fetch_file(where: str, source: Source, file: str, folder: Path) -> Path:
    import pooch
    from requests.exceptions import RequestException

    problems: list[Exception] = []
    for mirror in source.mirrors:
        try:
            path = pooch.retrieve(
                mirror + file,
                known_hash=f"md5:{source.files[file]}",
                fname=file,
                path=folder,
                downloader=pooch.HTTPDownloader(timeout=TIMEOUT),
            )
        except (RequestException, ValueError) as problem:  # a ValueError of pooch's is a wrong checksum
            problems.append(problem)
        else:
            return Path(path)

    tried = ", ".join(source.mirrors)
    if all(isinstance(problem, RequestException) for problem in problems):
        raise OutOfReachError(
            f"{where}: there is no intact {file} in {folder}, and it could not be fetched from {tried} "
            f"({type(problems[-1]).__name__})"
        ) from None  # the chain of what the network's layers say would bury it
    raise ValueError(
        f"{where}: what came from {tried} is not {file}: its MD5 checksum must be {source.files[file]}. "
        f"Something on the way may have changed it; get the file elsewhere and put it into {folder}"
    ) from None
