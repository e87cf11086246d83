"""What a lesson's text must keep to, each rule a function: cells or text in, what is wrong with them out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from tests.lessons.cells import Cell

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)\)")
IMAGE_TAG = re.compile(r"<img\b[^>]*>")
ARXIV = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})(v\d+)?|[a-z-]+(\.[A-Z]{2})?/\d{7}")
DOI = re.compile(r"10\.\d{4,9}/\S*[\w)]")
EMOJI = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200D]")
HEADING = re.compile(r"#{1,6} \S")
SHOWING = {"print", "display", "check", "summary", "check_layer"}  # functions that print
SOLUTION = re.compile(r"### (BEGIN|END) SOLUTION")


def loud(prose: str) -> Iterator[str]:
    """Exclamation marks and emoji."""
    for mark in re.findall(r"\w*\s*!", prose):
        yield f"an exclamation mark after {mark.strip('! ')!r}"
    for character in EMOJI.findall(prose):
        yield f"the emoji {character!r}"


def broken_links(text: str, folder: Path) -> Iterator[str]:
    """Links to files that aren't there, pictures without alternative text."""
    for image, words, target in LINK.findall(text):
        if not words.strip():
            yield f"{'a picture' if image else 'a link'} without words: {target}"
        if not re.match(r"[a-z]+:|#|attachment:", target) and not (folder / unquote(target.split("#")[0])).exists():
            yield f"a link to nowhere: {target}"
    for tag in IMAGE_TAG.findall(text):
        if not re.search(r'\balt="[^"]+"', tag):
            yield f"a picture without alternative text: {tag}"


def malformed_references(text: str) -> Iterator[str]:
    """arXiv numbers and DOIs that can't be right, links that lead elsewhere than they say."""
    for _, words, target in LINK.findall(text):
        kind, address = _reference(unquote(target))
        if kind and words.startswith(("arXiv:", "doi:")) and words != f"{kind}:{address}":
            yield f"{words} leads to {kind}:{address}"
        if kind and not _well_formed(kind, address):
            yield f"{kind}:{address} can't be right"
    for kind, address in re.findall(r"\b(arXiv|doi):([^\s\],;]+)", LINK.sub(r"\2", text), flags=re.IGNORECASE):
        if not any(_well_formed(kind, address.rstrip(marks)) for marks in (".:?", ".:?)")):
            yield f"{kind}:{address} can't be right"


def _reference(target: str) -> tuple[str, str]:
    for kind, prefix in (("arXiv", "https://arxiv.org/"), ("doi", "https://doi.org/")):
        if target.startswith(prefix):
            return kind, target.removeprefix(prefix).removeprefix("abs/")
    return "", ""


def _well_formed(kind: str, address: str) -> bool:
    if kind.lower() == "doi":
        return DOI.fullmatch(address) is not None
    found = ARXIV.fullmatch(address)
    # the numbers have five digits since January 2015, and began in April 2007
    return found is not None and (
        found[1] is None or (found[1] + found[2] >= "0704" and (len(found[3]) == 5) == (int(found[1]) >= 15))
    )


def purposeless(cells: Sequence[Cell]) -> Iterator[str]:
    """Cells that are empty, code that neither shows anything nor defines anything that is used later."""
    for index, cell in enumerate(cells):
        if not cell.source.strip():
            yield f"an empty cell after {cells[index - 1].place!r}"
        elif cell.kind == "code" and not cell.grade_id and not _shows(cell.source):
            later = "\n".join(c.source for c in cells[index + 1 :] if c.kind == "code")
            if not any(re.search(rf"\b{re.escape(name)}\b", later) for name in _defined(cell.source)):
                yield f"shows nothing, and nothing that it defines is used: {cell.place!r}"


def _shows(source: str) -> bool:
    """Whether a code cell ends with what is shown, prints, or checks."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant) and not source.rstrip().endswith(";"):
        return True
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = {getattr(called, "id", getattr(called, "attr", "")) for called in calls}
    return bool(names & SHOWING)


def _defined(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return names


def bare_headings(cells: Sequence[Cell]) -> Iterator[str]:
    """Headings with nothing between them and the next, or the end."""
    blocks: list[str] = []
    for cell in cells:
        lines = (line for line in cell.source.split("\n") if line.strip() and not SOLUTION.match(line))
        blocks += ["code"] if cell.kind == "code" else lines
    for block, following in pairwise([*blocks, "# the end"]):
        if HEADING.match(block) and HEADING.match(following):
            yield f"nothing between {block!r} and {following!r}"


def missing_parts(cells: Sequence[Cell]) -> Iterator[str]:
    """Parts that every lesson has, and questions whose answer isn't folded away below them."""
    titles = [line for c in cells if c.kind == "markdown" for line in c.source.splitlines() if HEADING.match(line)]
    if not titles or not re.match(r"# \d+ · ", titles[0]):
        yield f"the title must be like '# 3 · Backpropagation', got {titles[:1]}"
    for part in ("## In your own words", "## Summary", "## The same in Keras", "## Where to read on"):
        if part not in titles:
            yield f"there is no section {part!r}"
    for cell in cells:
        if cell.kind == "markdown" and "**Think.**" in cell.source:
            folded = cell.source[cell.source.index("**Think.**") :]
            if "<details><summary>" not in folded:
                yield f"a question without its answer folded below it: {cell.place!r}"
        if cell.source.count("<details>") != cell.source.count("</details>"):
            yield f"<details> that isn't closed: {cell.place!r}"
