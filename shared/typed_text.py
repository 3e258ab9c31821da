"""What people type, without what nobody can see."""

import re
import unicodedata
from collections.abc import Mapping

from msgspec import Struct

# Nobody sees these, or they look like a space: with them two names look the same, or a name shows
# nothing. Of the format characters (Cf) only the joiners stay, which emoji and Persian need; the
# others include those that turn the text after them around.
_JOINERS = frozenset("\u200c\u200d")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})


class Wrong(Struct, frozen=True):
    """What is wrong with a field: a Dutch message id and what fills it in."""

    text: str
    values: Mapping[str, str] = {}


def clean(text: str, *, lines: bool = False) -> str:
    """The text without control characters and needless spaces; line ends stay when `lines`."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(_kept(character, lines=lines) for character in text)
    if lines:
        return re.sub(r"\n{3,}", "\n\n", kept).strip()
    return " ".join(kept.split())


def is_unseen(character: str) -> bool:
    """Whether it shows nothing and is no space: a format character that is no joiner."""
    return unicodedata.category(character) == "Cf" and character not in _JOINERS


def is_blank(character: str) -> bool:
    """Whether it counts as a letter or a sign, and looks like a space."""
    return character in _BLANKS


def is_control(character: str) -> bool:
    """Whether no list and no mail can hold it: a control character, half a pair, a line's end."""
    return unicodedata.category(character) in _CONTROLS


def _kept(character: str, *, lines: bool) -> str:
    if character == "\n" and lines:
        return character
    if is_unseen(character):
        return ""
    return " " if is_control(character) or is_blank(character) else character
