"""Reads idx files, the format of MNIST: the shape of one array, then its numbers, all in big-endian."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""What the third byte of a file says of its numbers."""


def read_idx(path: Path | str) -> np.ndarray:
    """Read an idx file, compressed with gzip.

    Two zero bytes, the type of the numbers, the number of axes (a byte each), the length of each axis (four bytes
    each), then the numbers, the last axis fastest. Source: Y. LeCun, C. Cortes & C. Burges, the MNIST database.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    ndarray
        Of the shape and type that the file states, in the byte order of this machine.

    Raises
    ------
    ValueError
        Where the file isn't compressed with gzip, isn't an idx file, or ends early or late.
    """
    name = Path(path).name
    try:
        content = gzip.decompress(Path(path).read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"read_idx: {name} is not a complete gzip file ({error})") from error

    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise ValueError(
            f"read_idx: {name} must begin with two zero bytes and the code of a type, as idx files do, "
            f"got {content[:4].hex(' ') or 'nothing'}"
        )
    axes, start = content[3], 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"read_idx: {name} must state the lengths of {axes} axes, but it ends before")
    shape = struct.unpack(f">{axes}I", content[4:start])
    number = np.dtype(TYPES[content[2]])
    wanted = math.prod(shape) * number.itemsize
    if len(content) - start != wanted:
        raise ValueError(
            f"read_idx: {name} must hold {wanted} bytes of numbers, for shape {shape}, got {len(content) - start}"
        )
    numbers = np.frombuffer(content, number, offset=start).reshape(shape)
    return numbers.astype(number.newbyteorder("="))
