"""Answers that are too alike: a reason to look, never a proof.

Names, comments, docstrings, layout and the order of definitions don't count: an answer is compared by its tokens
(rapidfuzz's longest common subsequence). What many write doesn't count either: a likeness weighs by how few others in
the class wrote something like it, and by how long it is, for `return x @ w + b` comes to everybody.
"""

from __future__ import annotations

import ast
import io
import math
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

CLOSE = 0.85  # two answers are alike where this share of their tokens is common, in the same order
FREE = 20  # tokens: what is as short as that comes to two people by itself
ENOUGH = 80.0  # weighed tokens that make a pair worth looking at
SMALL_CLASS = 300.0  # and as many more, divided by the number of submissions
SOLUTION = "the solution"
MAX_SOURCE = 20_000  # characters of an answer that are read
MAX_TOKENS = 2_000
MAX_PAIRS = 50

Answers = Mapping[str, str]  # exercise -> the text of an answer cell


@dataclass(frozen=True)
class Alike:
    """One exercise in which two answers are alike.

    Parameters
    ----------
    exercise : str
    share : float
        Of their tokens, in common.
    tokens : int
        How many those are.
    others : int
        How many others in the class wrote something like it.
    left, right : str
        The answers as they were written.
    """

    exercise: str
    share: float
    tokens: int
    others: int
    left: str
    right: str


@dataclass(frozen=True)
class Likeness:
    """Two submissions, or a submission and the solution, that share more than chance explains.

    Parameters
    ----------
    first, second : str
    weight : float
        In tokens beyond what comes by itself, times how rare each likeness is in the class (0 … 1).
    exercises : list of Alike
        The heaviest first.
    """

    first: str
    second: str
    weight: float
    exercises: list[Alike]


def find_alike(
    answers: Mapping[str, Answers], released: Answers, solution: Answers
) -> tuple[list[Likeness], list[Likeness]]:
    """Pairs of submissions, and submissions with the solution, that are too alike.

    Parameters
    ----------
    answers : mapping
        Student -> exercise -> answer.
    released : mapping
        What the lesson has in the answer cells; it counts for nobody.
    solution : mapping
        The model answers. What is like them is compared with them, not from student to student.

    Returns
    -------
    (list of Likeness, list of Likeness)
        Pairs of students, and students with the solution; the heaviest first, `MAX_PAIRS` at most of each.
    """
    students = sorted(answers)
    exercises = sorted({name for given in answers.values() for name in given})
    measured = [
        _measure(name, [answers[student].get(name, "") for student in students], released, solution)
        for name in exercises
    ]
    return _heaviest(students, [m.pairs for m in measured]), _heaviest(students, [m.with_solution for m in measured])


@dataclass(frozen=True)
class _Table:
    """One exercise: how alike each of `left` is with each of `right`, and what that weighs."""

    exercise: str
    left: Sequence[str]
    right: Sequence[str]
    share: np.ndarray
    weight: np.ndarray
    tokens: np.ndarray
    others: np.ndarray


@dataclass(frozen=True)
class _Measured:
    pairs: _Table
    with_solution: _Table


def _measure(name: str, texts: list[str], released: Answers, solution: Answers) -> _Measured:
    stub, model = normalize(released.get(name, "")), solution.get(name, "")
    tokens = [*(normalize(text, stub) for text in texts), normalize(model, stub)]
    lengths = np.array([len(each) for each in tokens])
    share = _shares(tokens)
    common = np.rint(share * (lengths[:, None] + lengths) / 2).astype(int)
    alike = share >= CLOSE
    like_model = alike[:-1, -1:]
    others = np.maximum(like_model.sum() - 1, 0) + 0 * like_model
    weight = like_model * _rarity(others, len(texts)) * np.maximum(common[:-1, -1:] - FREE, 0)
    with_solution = _Table(name, texts, [model], share[:-1, -1:], weight, common[:-1, -1:], others)

    share, common, alike = share[:-1, :-1], common[:-1, :-1], np.triu(alike[:-1, :-1], 1)
    near = (alike | alike.T).sum(axis=1)
    others = np.maximum(np.maximum(near[:, None], near) - 1, 0)
    counts = alike & ~(like_model | like_model.T)
    weight = counts * _rarity(others, len(texts) - 1) * np.maximum(common - FREE, 0)
    return _Measured(_Table(name, texts, texts, share, weight, common, others), with_solution)


def normalize(source: str, without: Sequence[str] = ()) -> list[str]:
    """An answer as tokens, without what two people may change and still have the same answer.

    Parameters
    ----------
    source : str
        Python; what doesn't parse is split into tokens as it stands.
    without : sequence of str
        The tokens of the released cell: an answer that has just these is none.

    Returns
    -------
    list of str
        Every name that the cell itself defines is "v"; the definitions are in an order of their own.
    """
    source = source[:MAX_SOURCE]
    try:
        tree = _Anonymous().visit(ast.parse(source))
        pieces = sorted(ast.unparse(statement) for statement in tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pieces = [source]
    tokens = [token for piece in pieces for token in _tokens(piece)][:MAX_TOKENS]
    return [] if tokens == list(without) else tokens


class _Anonymous(ast.NodeTransformer):
    """Names that the code defines become "v"; docstrings, annotations and signatures go."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        self.own = {
            name
            for inner in ast.walk(node)
            for name in (
                inner.id if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) else None,
                inner.arg if isinstance(inner, ast.arg) else None,
                inner.name if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else None,
            )
            if name
        }
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name("v" if node.id in self.own else node.id, node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg("v")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        body = [statement for statement in node.body if not _is_text(statement)]
        node.name, node.body, node.returns = "v", body or [ast.Pass()], None
        node.args = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return ast.copy_location(ast.Assign([node.target], node.value), node) if node.value else None


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _tokens(text: str) -> list[str]:
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in skipped:
                found.append(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # what came before the place that is no Python
    return found


def _shares(tokens: Sequence[Sequence[str]]) -> np.ndarray:
    """(n, n): the share of tokens that each two have in common, in order; 0 where one of them is empty."""
    letters: dict[str, str] = {}
    texts = ["".join(letters.setdefault(token, chr(0x10000 + len(letters))) for token in each) for each in tokens]
    distinct = sorted(set(texts))
    place = np.array([distinct.index(text) for text in texts])
    table = process.cdist(
        distinct, distinct, scorer=Indel.normalized_similarity, score_cutoff=CLOSE, dtype=np.float32, workers=1
    )
    if distinct[0] == "":
        table[0, :] = table[:, 0] = 0.0
    return table[np.ix_(place, place)]


def _rarity(others: np.ndarray, size: int) -> np.ndarray:
    """1 where nobody else wrote something like it, 0 where all did; on the scale of its logarithm."""
    return np.maximum(0.0, 1.0 - np.log(1 + others) / math.log(max(size, 2)))


def _heaviest(students: Sequence[str], tables: Sequence[_Table]) -> list[Likeness]:
    if not tables:
        return []
    total = np.sum([table.weight for table in tables], axis=0)
    # few say little: where nobody else is there to compare with, chance looks rare
    places = np.argwhere(total >= ENOUGH + SMALL_CLASS / len(students))
    heaviest = sorted(places.tolist(), key=lambda place: -total[tuple(place)])[:MAX_PAIRS]
    second = students if total.shape[1] == len(students) and tables[0].right is tables[0].left else [SOLUTION]
    return [Likeness(students[i], second[j], float(total[i, j]), _alike(tables, i, j)) for i, j in heaviest]


def _alike(tables: Sequence[_Table], i: int, j: int) -> list[Alike]:
    weighing = sorted((table for table in tables if table.weight[i, j] > 0), key=lambda table: -table.weight[i, j])
    return [
        Alike(
            table.exercise,
            float(table.share[i, j]),
            int(table.tokens[i, j]),
            int(table.others[i, j]),
            table.left[i],
            table.right[j],
        )
        for table in weighing
    ]
