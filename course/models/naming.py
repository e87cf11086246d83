"""What layers are called in files: names that don't depend on what else was made in the session."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from course.layers.base import Layer


def keyed(layers: Iterable[Layer]) -> Iterator[tuple[str, Layer]]:
    """Readable keys: the name that a layer was given, or its class, counted anew in each model.

    The first dense layer is `dense`, the next `dense_1`, whether the session calls them `dense_7` and `dense_8`.
    """
    counts: Counter[str] = Counter()
    taken: set[str] = set()
    for layer in layers:
        prefix = layer.automatic_prefix()
        base = prefix if re.fullmatch(rf"{re.escape(prefix)}(_\d+)?", layer.name) else layer.name
        key = _numbered(base, counts)
        while key in taken:
            key = _numbered(base, counts)
        taken.add(key)
        yield key, layer


def keras_groups(layer: Layer, group: str = "") -> Iterator[tuple[str, Layer]]:
    """Where Keras keeps each layer in an HDF5 file: by its class, counted in its model; models in models likewise."""
    yield group, layer
    counts: Counter[str] = Counter()
    for inner in layer.sublayers:
        yield from keras_groups(inner, f"{group}layers/{_numbered(inner.automatic_prefix(), counts)}/")


def _numbered(name: str, counts: Counter[str]) -> str:
    count = counts[name]
    counts[name] += 1
    return f"{name}_{count}" if count else name
