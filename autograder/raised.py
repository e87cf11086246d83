"""What an error that an answer raised means, in words that lead on: NumPy's own are written for those who know them."""

from __future__ import annotations

import re

# what the error says, the mistake behind it, and a hint
MEANINGS = (
    (
        r"truth value of an array",
        "a question to a whole array",
        "`if`, `and` and `max` want one truth value, and an array has as many as elements. "
        "Try your condition on an array of three numbers and look at what it gives.",
    ),
    (
        r"only (0-dimensional|length-1|size-1) arrays can be converted",
        "a function of one number, given an array",
        "`float` and the functions of `math` take one number. NumPy has functions of the same names for arrays.",
    ),
    (
        r"only integer scalar arrays can be converted to a scalar index",
        "an array where one whole number is asked",
        "The second argument of functions such as `max` and `sum` is an axis. "
        "Is there one that takes two arrays and goes through them element by element?",
    ),
    (
        r"could not be broadcast|mismatch in its core dimension|shapes .* not aligned|does not have enough dimensions",
        "shapes that do not fit",
        "Write the shape of each array in that line beside its name. Which axes have to be of one length?",
    ),
    (
        r"Cannot cast ufunc .* output",
        "fractions written into whole numbers",
        "That array holds integers and can't take fractions. Make a new array for the result, of floats.",
    ),
    (
        r"inhomogeneous shape|setting an array element with a sequence",
        "rows of different lengths",
        "Print the length of each row before it becomes an array. What should all of them be?",
    ),
    (
        r"takes (from )?\d+ .*positional arguments? but|missing \d+ required positional",
        "another number of arguments",
        "Compare the function's first line with the one in the question: the same arguments, in the same order.",
    ),
    (
        r"^(NameError|UnboundLocalError)",
        "a name that is not defined",
        "Is the name spelled as where it is made, and did the cell that makes it run?",
    ),
)


def meaning(error: str) -> tuple[str, str] | None:
    """The mistake behind an error and a hint, or None where the error itself has to do.

    Parameters
    ----------
    error : str
        The exception's type and message.
    """
    for pattern, name, hint in MEANINGS:
        if re.search(pattern, error):
            return name, hint
    return None
