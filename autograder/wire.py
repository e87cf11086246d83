"""Inputs and answers as text, between the grader and the student's kernel: JSON and npy, never pickle."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.formula import Formula

MAX_BYTES = 256 * 2**20  # of all that is decoded at once
MAX_DEPTH, MAX_ITEMS = 40, 20_000  # of lists, tuples and dicts in each other, and in all


def encode(tree: Any) -> str:
    """A tree of plain values, arrays, random generators and formulas as ASCII text: JSON and npy, never pickle."""
    arrays: dict[str, np.ndarray] = {}

    def skeleton(value: Any) -> Any:
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        if isinstance(value, tuple):
            return {"tuple": [skeleton(item) for item in value]}
        if isinstance(value, list):
            return {"list": [skeleton(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": [[str(key), skeleton(item)] for key, item in value.items()]}
        if isinstance(value, np.random.Generator):
            return {"generator": value.bit_generator.state}
        if isinstance(value, Formula):
            return {"formula": value.text}
        key = f"a{len(arrays)}"
        arrays[key] = np.asarray(value)
        return {"array": key}

    text = json.dumps(skeleton(tree))
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, skeleton=np.frombuffer(text.encode(), dtype=np.uint8), **arrays)
    return b64encode(buffer.getvalue()).decode()


def decode(text: str, *, formulas: bool = False) -> Any:
    """The tree that `encode` made text of.

    Parameters
    ----------
    text : str
    formulas : bool
        Whether there may be functions in it: only where the grader wrote the text.

    Raises
    ------
    ValueError
        If the text is something else.
    """
    try:
        content = io.BytesIO(b64decode(text, validate=True))
        with zipfile.ZipFile(content) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > MAX_BYTES:  # a few compressed kilobytes can unfold to fill the memory
            raise ValueError(f"{size / 2**20:.0f} MiB, more than {MAX_BYTES // 2**20} MiB")
        with np.load(content, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        node = json.loads(arrays.pop("skeleton").tobytes())
        return _restore(node, arrays, formulas, 0, itertools.count())
    except Exception as error:  # a zip, a JSON text or an npy header can be broken in many ways
        raise ValueError(f"not an encoded tree: {type(error).__name__}: {error}") from error


def _restore(node: Any, arrays: dict[str, np.ndarray], formulas: bool, depth: int, counted: Iterator[int]) -> Any:
    if depth > MAX_DEPTH or next(counted) > MAX_ITEMS:
        raise ValueError(f"more than {MAX_DEPTH} lists in each other, or {MAX_ITEMS} items")
    if not isinstance(node, dict):
        return node

    def within(item: Any) -> Any:
        return _restore(item, arrays, formulas, depth + 1, counted)

    ((kind, content),) = node.items()
    match kind:
        case "tuple":
            return tuple(within(item) for item in content)
        case "list":
            return [within(item) for item in content]
        case "dict":
            return {key: within(item) for key, item in content}
        case "array":
            return arrays[content]
        case "generator":
            rng = np.random.default_rng(0)
            rng.bit_generator.state = content
            return rng
        case "formula" if formulas:
            return Formula(content)
    raise ValueError(f"unknown node {kind!r}")
