"""The message that one page leaves for the next, with a way back where there is one."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from shared.sealed import opened, seal

FLASH_COOKIE = "__Host-flash"
LONGEST_PATH = 500
_LARGEST_COOKIE = 3800  # bytes; browsers drop a cookie of more than 4096 with its name
_PURPOSE = "flash"


class Undo(msgspec.Struct, frozen=True):
    """A POST that takes back what was done: `action` is a local path, `fields` what it sends.

    The page shows it as a form of one button, with a CSRF token like any other.
    """

    action: str
    fields: Mapping[str, str | Sequence[str]]

    def __post_init__(self) -> None:
        if not local_path(self.action):
            raise ValueError("an undo elsewhere")


class Flash(msgspec.Struct, frozen=True):
    """What the next page shows once."""

    text: str
    undo: Undo | None = None


def packed(flash: Flash) -> str:
    """The cookie's value. An undo that a cookie cannot hold is left out: the message counts."""
    value = seal(_PURPOSE, msgspec.json.encode(flash))
    if len(value) > _LARGEST_COOKIE:
        return seal(_PURPOSE, msgspec.json.encode(Flash(flash.text)))
    return value


def unpacked(value: str) -> Flash | None:
    """The message behind a cookie, or None when we did not leave it."""
    body = opened(_PURPOSE, value) if value else None
    try:
        return msgspec.json.decode(body, type=Flash) if body else None
    except msgspec.DecodeError:  # another version of ours left it
        return None


def local_path(text: str) -> str:
    """`text` when it is a path on this site, else "": nothing of ours leads to another site."""
    plain = text.startswith("/") and not text.startswith("//") and text.isprintable()
    if not plain or "\\" in text or len(text) > LONGEST_PATH:
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text
