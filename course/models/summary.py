"""What `summary()` shows: a table that is printed line by line as Keras 3 prints it, or drawn by a notebook."""

from __future__ import annotations

import shutil
import sys
import textwrap
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from course.layers.base import Layer, Parameter
from course.layers.symbol import Node

if TYPE_CHECKING:
    from course.models.network import Network

STACK_COLUMNS = {"Layer (type)": 0.45, "Output Shape": 0.80, "Param #": 1.0}
GRAPH_COLUMNS = {"Layer (type)": 0.30, "Output Shape": 0.56, "Param #": 0.74, "Connected to": 1.0}
"""Where each column ends, as a fraction of the line."""


MUTED = "font-weight: normal; opacity: 0.7"
"""How a notebook writes what is of less weight, in its own colour: it may be light or dark."""


@dataclass(frozen=True)
class Summary:
    """The table of layers and the totals under it. `print` gives the text, a notebook shows a table.

    Attributes
    ----------
    columns : dict
        Title → where the column ends, as a fraction of the line.
    rows : list of list of str
        Name, kind, output shape, parameters and, in a graph with branches, what the layer is connected to.
    line_length : int
        Characters a line of the text.
    """

    name: str
    columns: dict[str, float]
    rows: list[list[str]]
    totals: list[str]
    line_length: int

    def show(self) -> None:
        """Display the table in a notebook, print the text elsewhere."""
        ipython = sys.modules.get("IPython")
        if ipython is not None and hasattr(ipython.get_ipython(), "kernel"):
            from IPython.display import display

            display(self)
        else:
            print(self)

    def __str__(self) -> str:
        rows = [[f"{name} ({kind})", *rest] for name, kind, *rest in self.rows]
        table = _table(list(self.columns), rows, _widths(list(self.columns.values()), self.line_length))
        return "\n".join([f'Model: "{self.name}"', *table, *self.totals])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        titles = "".join(
            f'<th scope="col" style="text-align: {_side(number)}">{escape(title)}</th>'
            for number, title in enumerate(self.columns)
        )
        totals = "<br>".join(escape(line.strip()) for line in self.totals)
        return (
            '<table style="border-collapse: collapse; font-variant-numeric: tabular-nums">'
            f'<caption style="caption-side: top; text-align: left">Model: <b>{escape(self.name)}</b></caption>'
            f"<thead><tr>{titles}</tr></thead>"
            f"<tbody>{''.join(map(_html_row, self.rows))}</tbody>"
            f'<tfoot><tr><td colspan="{len(self.columns)}" style="text-align: left; {MUTED}">{totals}</td></tr></tfoot>'
            "</table>"
        )


def summarize(network: Network, line_length: int | None = None) -> Summary:
    """The summary of a network.

    Parameters
    ----------
    line_length : int, optional
        Characters a line; 88 (108 with connections), or less where the terminal is narrower.
    """
    nodes = network.graph.nodes if network.built else []
    branches = bool(nodes) and not _is_chain(nodes)
    columns = GRAPH_COLUMNS if branches else STACK_COLUMNS
    if line_length is None:
        line_length = min(108 if branches else 88, shutil.get_terminal_size().columns - 4)
    rows = [_row(layer, [node for node in nodes if node.layer is layer], branches) for layer in network.layers]
    return Summary(network.name, columns, rows, _totals(network), line_length)


def _row(layer: Layer, nodes: list[Node], branches: bool) -> list[str]:
    shapes = [str(symbol.shape) for symbol in nodes[-1].outputs] if nodes else ["?"]
    shape = shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
    params = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    row = [layer.name, type(layer).__name__, shape, params]
    return [*row, _connections(nodes)] if branches else row


def _connections(nodes: list[Node]) -> str:
    """Where the inputs come from: the layer's name, which of its uses, which of that use's outputs."""
    sources = [symbol for node in nodes for symbol in node.inputs]
    names = [f"{s.node.layer.name}[{s.node.layer.nodes.index(s.node)}][{s.index}]" for s in sources]
    return ", ".join(names) or "-"


def _is_chain(nodes: list[Node]) -> bool:
    """Whether each use takes what the one before gives, and no layer is used twice."""
    return len({id(node.layer) for node in nodes}) == len(nodes) and all(
        len(node.inputs) == 1 and node.inputs[0].node is before for before, node in pairwise(nodes)
    )


def _html_row(row: list[str]) -> str:
    name, kind, *rest = map(escape, row)
    head = f'<th scope="row" style="text-align: left">{name} <span style="{MUTED}">{kind}</span></th>'
    cells = "".join(f'<td style="text-align: {_side(number)}">{cell}</td>' for number, cell in enumerate(rest, 1))
    return f"<tr>{head}{cells}</tr>"


def _side(column: int) -> str:
    """Numbers of parameters stand to the right."""
    return "right" if column == 2 else "left"


def _widths(ends: list[float], line_length: int) -> list[int]:
    """The characters of each column, without its border and margins, which are taken off all columns evenly."""
    stops = [int(end * line_length) for end in ends]
    widths = [stop - start for start, stop in zip([0, *stops[:-1]], stops, strict=True)]
    surplus = 3 * len(widths) + 1
    for column in range(len(widths)):
        share = round(surplus / (len(widths) - column))
        widths[column] -= share
        surplus -= share
    if min(widths) < 4:
        raise ValueError(f"summary: line_length must leave each column 4 characters, got {line_length}")
    return widths


def _table(header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    lines = [_rule(("┏", "━", "┳", "┓"), widths), *_cells(header, widths, "┃"), _rule(("┡", "━", "╇", "┩"), widths)]
    for number, row in enumerate(rows):
        lines += [_rule(("├", "─", "┼", "┤"), widths)] if number else []
        lines += _cells(row, widths, "│")
    return [*lines, _rule(("└", "─", "┴", "┘"), widths)]


def _rule(parts: tuple[str, str, str, str], widths: list[int]) -> str:
    left, line, crossing, right = parts
    return left + crossing.join(line * (width + 2) for width in widths) + right


def _cells(row: list[str], widths: list[int], border: str) -> list[str]:
    """One row as lines of text: cells are wrapped at spaces, words that are too long end in an ellipsis."""
    wrapped = [
        [line if len(line) <= width else line[: width - 1] + "…" for line in _wrap(cell, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    height = max(map(len, wrapped))
    columns = []
    for number, (cell, width) in enumerate(zip(wrapped, widths, strict=True)):
        padding = [""] * (height - len(cell))
        # titles stand at the bottom of their cells, all else at the top; numbers of parameters stand to the right
        whole = padding + cell if border == "┃" else cell + padding
        columns.append([line.rjust(width) if number == 2 else line.ljust(width) for line in whole])
    return [f"{border} {f' {border} '.join(parts)} {border}" for parts in zip(*columns, strict=True)]


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _totals(network: Network) -> list[str]:
    parts = {
        "Total params": network.weights,
        "Trainable params": network.trainable_weights,
        "Non-trainable params": network.non_trainable_weights,
    }
    lines = [f" {name}: {sum(p.value.size for p in part):,} ({_memory(part)})" for name, part in parts.items()]
    if not network.built:
        lines.append(f" {network.label} isn't built yet: it will be when it knows the shape of its input")
    return lines


def _memory(parameters: list[Parameter]) -> str:
    size = float(sum(parameter.value.nbytes for parameter in parameters))
    units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:.2f} {units[0]}"
