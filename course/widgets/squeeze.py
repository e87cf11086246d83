"""A script made small, of which each widget brings a copy along: what only people need is left out."""

import re
import string
from collections.abc import Iterator
from itertools import product

# a regular expression: it follows a sign, where a division follows a value
_EXPRESSION = r"(?:(?<=[(,=:!&|?])|(?<=[(,=:!&|?]\s)|(?<==>)|(?<==>\s))/(?![/*])(?:\\.|\[[^]\n]*\]|[^/\\[\n])+/"
_CODE = re.compile(rf"""("|')[^\n]*?\1|{_EXPRESSION}|`|[{{}}]|(?:(?!{_EXPRESSION})[^"'`{{}}])+""")
_TEXT = re.compile(r"`|\$\{|[^`$]+|\$")
_SPACES = re.compile(r"\s*([-+])\s+(?=\1)|\s*([-=+*/%<>!&|?:;,()\[\]])\s*")
_ONE_ARGUMENT = re.compile(r"(?<![\w)])\((\w+)\)=>")
_HEADS = re.compile(r"[(\[]|[)\]]|;(?:(?:const|let)\b ?)?|\b(?:const|let)\b")

_WORD = re.compile(r"\b[A-Za-z_]\w*")
_DECLARED = re.compile(r"\blet (\w+)|(?<!export )\bfunction (\w+)|\b(\w+)=>")
# a property, a key, or what may be one: between braces or commas
_FIXED = re.compile(r"(?<!\.\.)\.(\w+)|\b(\w+):|[{,](\w+)(?=[},=(])|\bexport (?:let|function) (\w+)")
_RESERVED = {"as", "do", "if", "in", "is", "of", "document", "window"}


def squeeze(code: str) -> str:
    """The script without white space beside signs, idle parentheses and semicolons, with one `let` for several
    declarations in a row, and with short names for what only it uses; texts and regular expressions stay as they are.

    No quote may stand in a text in the same quotes, and statements end with a semicolon.
    """
    pieces = list(_pieces(code))
    names = _short_names("".join(plain for _, plain in pieces))
    return "".join(
        _WORD.sub(lambda word: names.get(word[0], word[0]), token) if token == plain else token
        for token, plain in pieces
    )


def _pieces(code: str) -> Iterator[tuple[str, str]]:
    """The script piece by piece, and what of each is code: of a text nothing but a quote."""
    inside: list[str] = []  # what is open: "`", a text, or code in "{" or "${"
    heads = [False]  # for each bracket that is open, whether the statement in it is a declaration
    at, after_brace = 0, False
    while at < len(code):
        text = inside[-1:] == ["`"]
        found = (_TEXT if text else _CODE).match(code, at)
        assert found, code[at : at + 20]
        token = plain = found.group()
        at = found.end()
        brace = token == "${" if text else token in ("{", "}")
        if token == "`":
            inside.pop() if text else inside.append("`")
            plain = '"'
        elif brace and token == "}":
            heads.pop()
            plain = "}" if inside.pop() == "{" else ")"
        elif brace:
            heads.append(False)
            inside.append(token)
            plain = "{" if token == "{" else "("
        elif text or token[0] in "\"'/":
            plain = '"'
        else:
            token = _ONE_ARGUMENT.sub(r"\1=>", _SPACES.sub(_sign, token))
            token = token.lstrip() if after_brace else token
            if code[at : at + 1] == "}":
                token = token.rstrip().removesuffix(";")
            elif code[at : at + 1] == "{":
                token = token.rstrip()
            token = plain = _HEADS.sub(lambda found: _head(found[0], heads), token)
        after_brace = brace
        yield token, plain


def _sign(found: re.Match[str]) -> str:
    """The sign without spaces; only in `a + +b` one stays, which keeps it from being `++`."""
    return f"{found[1]} " if found[1] else found[2]


def _head(token: str, heads: list[bool]) -> str:
    """A bracket, a semicolon, `let`, or the comma after which a declaration goes on."""
    if token in "([":
        heads.append(False)
    elif token in ")]":
        heads.pop()
    elif token == ";":
        heads[-1] = False
    elif token[0] == ";" and heads[-1]:
        return ","
    else:
        heads[-1] = True
        return token.replace("const", "let")
    return token


def _short_names(code: str) -> dict[str, str]:
    """Two letters for each longer name that the code declares and that is nowhere else a property or a key.

    One name may be declared in several places: it gets the same letters in all of them.
    """
    used = set(_WORD.findall(code)) | _RESERVED
    declared = {name for groups in _DECLARED.findall(code) for name in groups if len(name) > 2}
    fixed = {name for groups in _FIXED.findall(code) for name in groups}
    letters = map("".join, product(string.ascii_letters, repeat=2))
    fresh = (name for name in letters if name not in used)
    return {name: next(fresh) for name in sorted(declared - fixed - _RESERVED)}
