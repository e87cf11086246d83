"""Less white space in a script, of which each widget brings a copy along."""

import re

_CODE = re.compile(r'"[^"\n]*"|`|[{}]|[^"`{}]+')
_TEXT = re.compile(r"`|\$\{|[^`$]+|\$")
_SPACES = re.compile(r"\s*([-=+*/%<>!&|?:;,()\[\]])\s*")
_ONE_ARGUMENT = re.compile(r"(?<![\w)])\((\w+)\)=>")


def squeeze(code: str) -> str:
    """The script without white space beside signs, idle parentheses and semicolons; its texts stay as they are.

    Texts must be in double quotes or templates, regular expressions without spaces, quotes and braces, statements
    end with a semicolon, and two signs mustn't stand where they would make a third without a space between them.
    """
    inside: list[str] = []  # what is open: "`", a text, or "{", code
    parts: list[str] = []
    at, after_brace = 0, False
    while at < len(code):
        text = inside[-1:] == ["`"]
        found = (_TEXT if text else _CODE).match(code, at)
        assert found, code[at : at + 20]
        token = found.group()
        at = found.end()
        brace = token == "${" if text else token in ("{", "}")
        if token == "`":
            inside.pop() if text else inside.append("`")
        elif brace:
            inside.pop() if token == "}" else inside.append("{")
        elif not text and token[0] != '"':
            token = _ONE_ARGUMENT.sub(r"\1=>", _SPACES.sub(r"\1", token))
            token = token.lstrip() if after_brace else token
            if code[at : at + 1] == "}":
                token = token.rstrip().removesuffix(";")
            elif code[at : at + 1] == "{":
                token = token.rstrip()
        after_brace = brace
        parts.append(token)
    return "".join(parts)
