"""Spelling: words that neither an English dictionary nor a list of ours knows.

The dictionary is American and the lessons are British: `words/common.txt` makes up the difference and has the terms
of the field. What a single lesson needs, such as the names of those whom it cites, stands in `words/NN_name.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words")
WORD = re.compile(r"(?<![\w\\.@/-])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w@/])")


def misspelt(text: str, lesson: str) -> list[str]:
    """The words of `text` that are unknown, in their order, each once."""
    lists = (dictionary(), own_words("common"), own_words(lesson))
    return [
        word
        for word in dict.fromkeys(words(text))
        if not any(word in known or word.lower() in known for known in lists)
    ]


def words(text: str) -> Iterator[str]:
    """The words, without what is no English: names in code, abbreviations in capitals, single letters."""
    for word in WORD.findall(text.replace("-", " - ")):
        word = re.sub(r"['’]s$", "", word.replace("’", "'"))
        if len(word) > 1 and word.replace("'", "").isalpha() and word[1:].islower():
            yield word


@cache
def dictionary() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.dictionary)


@cache
def own_words(name: str) -> frozenset[str]:
    """The words in words/NAME.txt, one a line; of none where there is no such file."""
    path = WORDS / f"{name}.txt"
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset()
