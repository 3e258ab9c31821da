"""Cleans what people type: letters in one form, nothing that a list or a mail can't hold."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from shared.typed_text import is_blank, is_control, is_unseen

_FEWEST_DIGITS, _MOST_DIGITS = 6, 15  # E.164; six for a short Dutch number
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
_HOST = re.compile(r"[^\s/?#@:\\]+\.[^\s/?#@:\\.]{2,}")


class UnusableText(ValueError):
    """The text holds characters that no keyboard makes, or isn't what the field asks for."""


def one_line(text: str) -> str:
    """Return `text` on one line, composed (NFC), without double spaces. Raises UnusableText."""
    return " ".join(_without_controls(text.replace("\t", " ")).split())


def several_lines(text: str) -> str:
    """Return `text` with its line ends as \\n and no space around it. Raises UnusableText."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_without_controls(line.replace("\t", " ")).rstrip() for line in lines).strip()


def has_visible_character(text: str) -> bool:
    """Tell whether anything of `text` shows: a letter of any script, a digit, a sign, an emoji."""
    return any(unicodedata.category(one)[0] in "LNPS" and not is_blank(one) for one in text)


def person_name(text: str) -> str:
    """Return a name on one line. Raises UnusableText for a web address.

    We mail the name to the address beside it: it must not carry somebody else's advertisement.
    """
    name = one_line(text)
    if _ADDRESS.search(name):
        raise UnusableText("web address in a name")
    return name


def phone_number(text: str) -> str:
    """Return a phone number as typed. Raises UnusableText unless it has 6 to 15 digits."""
    number = one_line(text)
    digits = sum(character.isdigit() for character in number)
    if not _PHONE.fullmatch(number) or not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        raise UnusableText("phone number")
    return number


def web_address(text: str) -> str:
    """Return an http(s) address, with https:// put before it when left out. Raises UnusableText."""
    address = one_line(text)
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise UnusableText("web address") from error
    if parts.scheme.lower() not in {"http", "https"} or parts.username is not None:
        raise UnusableText("web address")
    if " " in address or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise UnusableText("web address")
    return address


def _without_controls(text: str) -> str:
    if any(map(is_control, text)):
        raise UnusableText("control character")
    composed = unicodedata.normalize("NFC", text)
    seen = (character for character in composed if not is_unseen(character))
    return "".join(" " if is_blank(character) else character for character in seen)
