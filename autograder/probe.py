"""The one thing that runs beside the student's code: takes inputs, calls the answer, hands back plain arrays.

It knows no reference and no expected value, so there is nothing here to read. What it hands back is judged elsewhere.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autograder.compare import as_array, describe
from autograder.exercise import copies
from autograder.guard import RuledOut, watch
from autograder.wire import decode, encode

MAX_TEXT = 2_000  # characters of an error or of printed text that are kept
MAX_BYTES = 64 * 2**20  # of one answer's arrays
OUTCOMES = ("returned", "raised", "timed out", "ruled out", "unreadable")
SECONDS = 10.0  # for one call
MAX_DRAWN = 10_000  # items of an iterator that are read


@dataclass(frozen=True)
class Answer:
    """What one call of the student's function did.

    Parameters
    ----------
    outcome : str
        "returned", "raised", "timed out", "ruled out" (a ready-made answer was called) or "unreadable".
    value : number, ndarray, or (nested) list, tuple, dict of them
        What was returned; None unless `outcome` is "returned".
    error : str
        What went wrong, with the line of the student's code.
    printed : str
        What was printed meanwhile.
    modified : tuple of int
        Positions of the arguments that were written into.
    """

    outcome: str
    value: Any = None
    error: str = ""
    printed: str = ""
    modified: tuple[int, ...] = ()


class TookTooLong(BaseException):
    """Raised inside the answer by the alarm; no `except Exception` of a student's swallows it."""


def observe(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    *,
    rules_out: Sequence[str] = (),
    seconds: float = SECONDS,
) -> Answer:
    """Call `function` on copies of `arguments` and note all that happens.

    Parameters
    ----------
    function : callable
    arguments : sequence
        They stay as they are: the function gets copies.
    rules_out : sequence of str
        Dotted names that must not be called meanwhile: of functions, or of modules with all that is in them.
    seconds : float
        After which the call is interrupted (on the main thread of a Unix process).

    Returns
    -------
    Answer
    """
    given = copies(tuple(arguments))
    printed = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(printed),
            _no_warnings(),
            _alarm(seconds),
            watch(function, rules_out) as called,
        ):
            value = readable(function(*given))
    except TookTooLong:
        message = f"took longer than {seconds:g} s"
        return Answer("timed out", error=message, printed=_short(printed.getvalue()))
    except RuledOut as error:
        return Answer("ruled out", error=str(error))
    except (Exception, SystemExit) as error:
        return Answer("raised", error=_say(error), printed=_short(printed.getvalue()))
    if called:
        return Answer("ruled out", error=called[0])
    modified = tuple(i for i, (a, b) in enumerate(zip(given, arguments, strict=True)) if not _same(a, b))
    try:
        plain = as_plain(value)
    except Exception as error:  # a strange object can raise anything when it is made an array
        reason = str(error) if isinstance(error, TypeError) else f"what cannot be read ({_say(error)})"
        return Answer("unreadable", error=reason, printed=_short(printed.getvalue()), modified=modified)
    return Answer("returned", value=plain, printed=_short(printed.getvalue()), modified=modified)


def observe_all(function: Callable[..., Any], inputs: Iterable[Sequence[Any]], **options: Any) -> list[Answer]:
    """The answers to all inputs, up to the first that takes too long: the others would only take as long."""
    answers = []
    for arguments in inputs:
        answers.append(observe(function, arguments, **options))
        if answers[-1].outcome == "timed out":
            break
    return answers


def as_plain(value: Any) -> Any:
    """`value` with nothing in it but numbers, text, None, plain arrays, and lists, tuples and dicts of them.

    Raises
    ------
    TypeError
        Where a part is something else: an object array, a function, a model.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return tuple(as_plain(item) for item in value)
    if isinstance(value, list):
        array = as_array(value) if value else None
        return np.array(array) if array is not None else [as_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): as_plain(item) for key, item in value.items()}
    array = as_array(value)
    if array is None:
        raise TypeError(f"an object of type {type(value).__name__}, where numbers or arrays were expected")
    if array.nbytes > MAX_BYTES:
        raise TypeError(f"an array of {array.nbytes / 2**20:.0f} MiB, more than {MAX_BYTES // 2**20} MiB")
    return np.array(array)  # a subclass, a view or a scalar becomes an array of its own


def readable(value: Any) -> Any:
    """The items of an iterator, the layers of a `course` model with shapes that leave out the batch; else `value`."""
    if isinstance(value, Iterator):
        items = list(itertools.islice(value, MAX_DRAWN + 1))
        if len(items) > MAX_DRAWN:
            raise RuntimeError(f"what it yields does not end: more than {MAX_DRAWN} items")
        return items
    if type(value).__module__.partition(".")[0] != "course" or not isinstance(getattr(value, "layers", None), list):
        return value
    layers = [
        {
            "class": type(layer).__name__,
            "output_shape": tuple(layer.output.shape[1:]),
            "parameters": int(layer.count_params()),
            "activation": getattr(getattr(layer, "activation", None), "name", None),
        }
        for layer in value.layers
    ]
    return {"layers": layers, "parameters": int(value.count_params())}


def reply(function: Callable[..., Any], request: str) -> str:
    """What the grader asks the kernel for: the answers to `request`, as text.

    Parameters
    ----------
    function : callable
        The student's.
    request : str
        From `encode`: a dict of "inputs" (a list of argument tuples), "rules_out" and "seconds".

    Returns
    -------
    str
        From `encode`: a list of Answers, as dicts.

    Raises
    ------
    TypeError
        Where `function` is something else.
    """
    if not callable(function):
        raise TypeError(f"it is {describe(function)}, not a function")
    asked = decode(request, formulas=True)
    answers = observe_all(function, asked["inputs"], rules_out=asked["rules_out"], seconds=asked["seconds"])
    return encode([asdict(answer) for answer in answers])


def read_reply(text: str) -> list[Answer]:
    """The Answers in a `reply`, with every field of the type that it says, whoever wrote the text.

    Raises
    ------
    ValueError
        If the text is not a reply.
    """
    items = decode(text)
    if not isinstance(items, list):
        raise ValueError(f"a reply is a list of answers, got {type(items).__name__}")
    return [_read_answer(item) for item in items]


def _read_answer(item: Any) -> Answer:
    if not isinstance(item, dict) or set(item) != set(Answer.__dataclass_fields__):
        raise ValueError("a reply's items are answers")
    outcome, modified = item["outcome"], item["modified"]
    if outcome not in OUTCOMES or not isinstance(modified, tuple):
        raise ValueError("an answer has an outcome and the positions of the arguments that it modified")
    return Answer(
        outcome=outcome,
        value=item["value"],
        error=_short(str(item["error"])),
        printed=_short(str(item["printed"])),
        modified=tuple(i for i in modified if isinstance(i, int) and i >= 0),
    )


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    # what a right answer warns of at extreme inputs would land in stderr, which plain nbgrader marks with 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not usable:
        yield
        return

    def ring(signum: int, frame: Any) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again, where a bare `except:` swallowed the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _same(given: Any, original: Any) -> bool:
    if type(given) is not type(original):
        return False
    if isinstance(original, np.ndarray):
        return (
            given.shape == original.shape
            and given.dtype == original.dtype
            and np.array_equal(given, original, equal_nan=original.dtype.kind in "fc")
        )
    if isinstance(original, (list, tuple)):
        return len(given) == len(original) and all(map(_same, given, original))
    if isinstance(original, dict):
        return given.keys() == original.keys() and all(_same(given[key], original[key]) for key in original)
    if isinstance(original, (bool, int, float, str)):
        return bool(given == original or given != given)
    return True


def _say(error: BaseException) -> str:
    text = f"{type(error).__name__}: {_short(str(error))}" if str(error) else type(error).__name__
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    own = [f for f in frames if "site-packages" not in f.filename and "/lib/python" not in f.filename]
    if own and own[-1].line:
        text += f" (in the line `{own[-1].line.strip()}`)"
    return text


def _short(text: str) -> str:
    # half a surrogate pair could be written to no file, and an escape sequence could rewrite a terminal
    text = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text[: MAX_TEXT + 1])
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " …"
