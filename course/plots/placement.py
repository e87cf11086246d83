"""Where the boxes of a graph go: from top to bottom, branches side by side, and shortcuts beside what they pass by.

A shortcut is an edge between boxes that are also joined the long way round, as in a residual network or a U-Net.
Without the shortcuts most networks are chains that part and meet again. A chain stands upright, as one column; chains
at the same height stand apart, and each as near as may be to the middle of what it comes from and goes to. Shortcuts
then run along one side, those that reach further outside the others. Lengths are in inches, y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = 0.26
"""Between a box and the next."""

WIDE_GAP = 0.44
"""Where branches part or meet."""

LANE = 0.2
"""Between shortcuts side by side."""

SIDE_GAP = 0.4
"""Between columns."""

SWEEPS = 200
"""Each moves every column once; all but the largest graphs are at rest long before."""


@dataclass
class Box:
    """A box, and the boxes before it whose outputs it takes, by their numbers.

    Attributes
    ----------
    attached : bool
        Whether it may stick to the box before it, without an arrow.
    x, top : float
        Where it was placed: its middle, its upper edge.
    """

    sources: list[int]
    height: float
    attached: bool = False
    x: float = 0.0
    top: float = 0.0

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True)
class Edge:
    """An arrow from one box to another; a shortcut runs upright at `lane`."""

    source: int
    target: int
    lane: float | None = None


@dataclass
class _Column:
    """Boxes below each other. It also keeps free what lies under it, down to where its arrow turns."""

    boxes: list[int]
    top: float = 0.0
    bottom: float = 0.0
    lanes: int = 0
    x: float = 0.0

    def beside(self, other: _Column) -> bool:
        return self.top < other.bottom and other.top < self.bottom


def place(boxes: Sequence[Box], width: float) -> list[Edge]:
    """Set `x` and `top` of all boxes, each of this width; every box comes after its sources.

    Returns
    -------
    list of Edge
        Without those between boxes that stick together.
    """
    steps, shortcuts = _shortcuts_apart(boxes)
    after = _ends(len(boxes), steps)
    before = _ends(len(boxes), [(target, source) for source, target in steps])
    _stack(boxes, before, after)
    columns = _columns(boxes, before, after)
    home = {index: number for number, column in enumerate(columns) for index in column.boxes}
    within = [edge for edge in shortcuts if home[edge[0]] == home[edge[1]]]
    lanes = _lanes(boxes, within, home)
    for (source, _), lane in lanes.items():
        columns[home[source]].lanes = max(columns[home[source]].lanes, lane)
    _spread(columns, [(home[source], home[target]) for source, target in steps], width)
    for index, box in enumerate(boxes):
        box.x = columns[home[index]].x
    drawn = [Edge(*edge) for edge in steps if not boxes[edge[1]].attached]
    drawn += [Edge(*edge, boxes[edge[0]].x + width / 2 + lanes[edge] * LANE) for edge in within]
    return drawn + _outer_lanes(boxes, [edge for edge in shortcuts if edge not in lanes], columns, home, width)


def _stack(boxes: Sequence[Box], before: list[list[int]], after: list[list[int]]) -> None:
    """Set `top` of all boxes: below all that they take from."""
    for index, box in enumerate(boxes):
        box.attached = box.attached and len(box.sources) == 1 and after[box.sources[0]] == [index]
        for source in box.sources:
            branches = len(before[index]) > 1 or len(after[source]) > 1
            gap = 0.0 if box.attached else WIDE_GAP if branches else GAP
            box.top = max(box.top, boxes[source].bottom + gap)


def _outer_lanes(
    boxes: Sequence[Box], edges: list[tuple[int, int]], columns: list[_Column], home: dict[int, int], width: float
) -> list[Edge]:
    """Shortcuts from column to column: beside all columns that they pass by."""
    left = [edge for edge in edges if _leaves_to_the_left(columns, columns[home[edge[0]]], boxes[edge[0]])]
    right = [edge for edge in edges if edge not in left]
    found = []
    for chosen, side in ((left, -1), (right, 1)):
        for (source, target), lane in _lanes(boxes, chosen, dict.fromkeys(home, 0)).items():
            passed = _Column([], boxes[source].top, boxes[target].bottom)
            outermost = max(side * c.x + width / 2 + c.lanes * LANE * (side > 0) for c in columns if c.beside(passed))
            found.append(Edge(source, target, side * (outermost + lane * LANE)))
    return found


def _leaves_to_the_left(columns: Sequence[_Column], column: _Column, box: Box) -> bool:
    """Whether there is something beside the box on the right, and nothing on the left."""
    level = _Column([], box.top, box.bottom)
    others = [other.x > column.x for other in columns if other is not column and other.beside(level)]
    return bool(others) and all(others)


def _shortcuts_apart(boxes: Sequence[Box]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The edges from source to target, and of them those that pass by what leads there, too."""
    above: list[set[int]] = []
    steps: list[tuple[int, int]] = []
    shortcuts: list[tuple[int, int]] = []
    for index, box in enumerate(boxes):
        sources = list(dict.fromkeys(box.sources))
        for source in sources:
            passes_by = any(source in above[other] for other in sources)
            (shortcuts if passes_by else steps).append((source, index))
        above.append(set(sources).union(*(above[source] for source in sources)))
    return steps, shortcuts


def _ends(count: int, edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """For each box, where the edges from it lead."""
    ends: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        ends[source].append(target)
    return ends


def _columns(boxes: Sequence[Box], before: list[list[int]], after: list[list[int]]) -> list[_Column]:
    """Boxes that follow each other, and nothing else, in one column."""
    columns: list[_Column] = []
    home: dict[int, _Column] = {}
    for index in range(len(boxes)):
        if len(before[index]) == 1 and after[before[index][0]] == [index]:
            home[index] = home[before[index][0]]
        else:
            home[index] = _Column([])
            columns.append(home[index])
        home[index].boxes.append(index)
    for column in columns:
        last = column.boxes[-1]
        column.top = boxes[column.boxes[0]].top
        column.bottom = max([boxes[last].bottom, *(boxes[target].top - WIDE_GAP / 2 for target in after[last])])
    return columns


def _lanes(boxes: Sequence[Box], edges: list[tuple[int, int]], home: dict[int, int]) -> dict[tuple[int, int], int]:
    """The lane of each shortcut, from 1: the short ones first, each outside those that it passes by."""
    lanes: dict[tuple[int, int], int] = {}
    for source, target in sorted(edges, key=lambda edge: boxes[edge[1]].middle - boxes[edge[0]].middle):
        passed = [
            lane
            for (other, end), lane in lanes.items()
            if home[other] == home[source]
            and boxes[other].middle < boxes[target].middle
            and boxes[source].middle < boxes[end].middle
        ]
        lanes[source, target] = 1 + max(passed, default=0)
    return lanes


def _spread(columns: list[_Column], edges: list[tuple[int, int]], width: float) -> None:
    """Set `x` of all columns: in their order from left to right, apart, and drawn to the middle of their neighbours."""
    joined = [edge for edge in edges if edge[0] != edge[1]]
    neighbours = _ends(len(columns), joined + [(target, source) for source, target in joined])
    # for each column those beside it, to its left and right, with the distance that they keep
    left: list[list[tuple[_Column, float]]] = [[] for _ in columns]
    right: list[list[tuple[_Column, float]]] = [[] for _ in columns]
    for number, column in enumerate(columns):
        for other_number, other in enumerate(columns[:number]):
            if column.beside(other):
                distance = width + SIDE_GAP + other.lanes * LANE
                left[number].append((other, distance))
                right[other_number].append((column, distance))
        column.x = max((other.x + distance for other, distance in left[number]), default=0.0)
    for sweep in range(SWEEPS):
        for number in range(len(columns)) if sweep % 2 else reversed(range(len(columns))):
            column = columns[number]
            if neighbours[number]:
                middle = sum(columns[other].x for other in neighbours[number]) / len(neighbours[number])
                column.x = max([middle, *(other.x + distance for other, distance in left[number])])
                column.x = min([column.x, *(other.x - distance for other, distance in right[number])])
