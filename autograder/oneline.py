"""What students' code said, as a message has room for it: one line."""

from __future__ import annotations

MOST = 300  # characters: what a terminal's table shows at once


def one_line(said: object, most: int = MOST) -> str:
    """`said` on one line that any terminal shows, without its middle where it is longer than `most` characters."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(str(said).split()))
    end = most // 3
    return text if len(text) <= most else f"{text[: most - end - 3]} … {text[-end:]}"
