"""What a student wrote, made harmless: HTML without anything that acts, text without anything that isn't seen."""

from __future__ import annotations

import re

import nh3
from markupsafe import Markup
from nbconvert.filters import ansi2html

_TEXT = (
    "a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 "
    "h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead "
    "tr u ul var"
)
_MATHS = (
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle "
    "msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
_MATHS_ATTRIBUTES = (
    "accent accentunder columnalign columnlines depth display displaystyle fence form height largeop linethickness "
    "lspace mathvariant maxsize minsize movablelimits notation rowlines rspace scriptlevel separator stretchy "
    "symmetric width"
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"alt", "height", "src", "title", "width"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **{tag: set(_MATHS_ATTRIBUTES.split()) for tag in _MATHS.split()},
}
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+\Z")
_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"\d{1,4}\Z")

# Characters that turn or hide the text around them: shown by name, so that code reads as it runs.
_UNSEEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def inert_html(html: str) -> Markup:
    """HTML with nothing left that runs, loads, moves, covers, submits or pretends to be part of our page.

    Tags for text, tables, formulas and pictures stay; of attributes those that such tags need, never a style, a class
    or an id. Pictures are in the page itself or left out; links lead to the web by http, https or mailto.
    """
    return Markup(_CLEANER.clean(_CONTROL.sub("", html)))


def plain(text: str) -> str:
    """Text that shows all that is in it: no control characters, those that turn the reading direction by name."""
    return _CONTROL.sub("", _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", _terminal_lines(text)))


def terminal(text: str) -> Markup:
    """What a program printed, as HTML: its colours stay, other control sequences go."""
    return Markup(_CONTROL.sub("", _UNSEEN.sub("", ansi2html(_terminal_lines(text)))))


def _terminal_lines(text: str) -> str:
    """A carriage return begins the line again, as progress bars have it."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if _PICTURE.match(value) else None
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute in {"colspan", "rowspan", "start"} or (tag == "img" and attribute in {"width", "height"}):
        return value if _SMALL_NUMBER.match(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags={*_TEXT.split(), *_MATHS.split()},
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "title", "textarea", "xmp"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
