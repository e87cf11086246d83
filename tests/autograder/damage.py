"""Damages a notebook at random, as disks, editors, merges and hands do. A seed tells the damage."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 2**63, 1e308, float("nan"), "", "x", "\ud800", "\0", "../..", "<script>", "x" * 10_000,
    [], [None], [[]], {}, {"": {}}, {"nbgrader": []}, {"cell_type": 3}, ["a\n", 5], [{}] * 50,
]  # fmt: skip
ODD_TEXT = [
    b"\0",
    b"\xff\xfe",
    b"{",
    b"}",
    b"[",
    b'"',
    b"\\",
    b"\\u12",
    b",,",
    b"NaN",
    b"<<<<<<< HEAD\n",
    b"1e999",
    b"\r",
]


def damaged(text: str, seed: int) -> bytes:
    """`text` of a notebook, damaged: bytes, its JSON tree, its cells or their code, one to four times."""
    rng = random.Random(seed)
    content = json.loads(text)
    for _ in range(rng.randint(1, 4)):
        change = rng.choice(_CELL_CHANGES + _TREE_CHANGES)
        change(content, rng)
    raw = json.dumps(content, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        for _ in range(rng.randint(1, 3)):
            raw = rng.choice(_BYTE_CHANGES)(raw, rng)
    return raw


def _cells(content: Any) -> list[Any]:
    cells = content.get("cells") if isinstance(content, dict) else None
    return cells if isinstance(cells, list) and cells else [{}]


def _some_cell(content: Any, rng: random.Random) -> dict[str, Any]:
    cell = rng.choice(_cells(content))
    return cell if isinstance(cell, dict) else {}


def _graded_cell(content: Any, rng: random.Random) -> dict[str, Any]:
    graded = [c for c in _cells(content) if isinstance(c, dict) and "nbgrader" in str(c.get("metadata"))]
    return rng.choice(graded) if graded else {}


def _delete_cell(content: Any, rng: random.Random) -> None:
    cells = _cells(content)
    del cells[rng.randrange(len(cells))]


def _double_cell(content: Any, rng: random.Random) -> None:
    cells = _cells(content)
    cells.insert(rng.randrange(len(cells) + 1), copy.deepcopy(rng.choice(cells)))


def _move_cell(content: Any, rng: random.Random) -> None:
    cells = _cells(content)
    cells.insert(rng.randrange(len(cells)), cells.pop(rng.randrange(len(cells))))


def _shuffle_cells(content: Any, rng: random.Random) -> None:
    rng.shuffle(_cells(content))


def _change_type(content: Any, rng: random.Random) -> None:
    _graded_cell(content, rng)["cell_type"] = rng.choice(["markdown", "raw", "code", "heading", "", None])


def _merge_cells(content: Any, rng: random.Random) -> None:
    cells = _cells(content)
    index = rng.randrange(len(cells))
    if index + 1 < len(cells) and isinstance(cells[index], dict) and isinstance(cells[index + 1], dict):
        cells[index]["source"] = [str(cells[index].get("source")), str(cells.pop(index + 1).get("source"))]


def _damage_code(content: Any, rng: random.Random) -> None:
    cell = _graded_cell(content, rng)
    source = cell.get("source") or ""
    code = "".join(source) if isinstance(source, list) and all(isinstance(s, str) for s in source) else str(source)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(code) + 1)
        code = (
            code[:at]
            + rng.choice(["", "(", "\n", "  ", "\t", ":", "é", "\0", '"""', "0"])
            + code[at + rng.randint(0, 2) :]
        )
    cell["source"] = code


def _damage_metadata(content: Any, rng: random.Random) -> None:
    metadata = _graded_cell(content, rng).get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(about, dict) and about:
        about[rng.choice([*about, "points", "extra"])] = rng.choice(ODD_VALUES)


def _copy_metadata(content: Any, rng: random.Random) -> None:
    _some_cell(content, rng)["metadata"] = copy.deepcopy(_graded_cell(content, rng).get("metadata", {}))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the tree: the container and the key."""
    pending = [node]
    while pending:
        inner = pending.pop()
        keys: Any = list(inner) if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
        for key in keys:
            yield inner, key
            pending.append(inner[key])


def _replace_value(content: Any, rng: random.Random) -> None:
    if places := list(_places(content)):
        container, key = rng.choice(places)
        container[key] = copy.deepcopy(rng.choice(ODD_VALUES))


def _replace_near_the_top(content: Any, rng: random.Random) -> None:
    if isinstance(content, dict) and content:
        content[rng.choice(list(content))] = copy.deepcopy(rng.choice(ODD_VALUES))


def _delete_key(content: Any, rng: random.Random) -> None:
    places = [(container, key) for container, key in _places(content) if isinstance(container, dict)]
    if places:
        container, key = rng.choice(places)
        del container[key]


def _swap_values(content: Any, rng: random.Random) -> None:
    places = list(_places(content))
    if len(places) > 1:
        (one, first), (other, second) = rng.sample(places, 2)
        value = copy.deepcopy(one[first])
        one[first] = copy.deepcopy(other[second])
        if not (isinstance(other, list) and second >= len(other)):
            other[second] = value


def _truncate(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _cut_out(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + raw[at + rng.choice([1, 2, 10, 1000]) :]


def _insert(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + rng.choice(ODD_TEXT) + raw[at:]


def _flip(raw: bytes, rng: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(rng.choice([1, 3, 30])):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _double_part(raw: bytes, rng: random.Random) -> bytes:
    start, stop = sorted(rng.randrange(len(raw) + 1) for _ in range(2))
    return raw[:stop] + raw[start:]


Change = Callable[[Any, random.Random], None]
_CELL_CHANGES: list[Change] = [
    _delete_cell, _double_cell, _move_cell, _shuffle_cells, _change_type, _merge_cells, _damage_code, _damage_code,
    _damage_metadata, _damage_metadata, _copy_metadata,
]  # fmt: skip
_TREE_CHANGES: list[Change] = [_replace_value, _replace_near_the_top, _delete_key, _swap_values]
_BYTE_CHANGES: list[Callable[[bytes, random.Random], bytes]] = [_truncate, _cut_out, _insert, _flip, _double_part]
