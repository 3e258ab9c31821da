"""Opaque, signed cursors: a reader can follow them and nobody can make them up."""

import msgspec

from shared.errors import Invalid
from shared.sealed import opened, seal

_PURPOSE = "cursor"


def encode(cursor: dict[str, str]) -> str:
    """The cursor as text for a URL."""
    return seal(_PURPOSE, msgspec.json.encode(cursor, order="sorted"))


def encode_start(start: int) -> str:
    """The cursor of the page that starts with row `start`."""
    return encode({"from": str(start)})


def decode_start(text: str) -> int:
    """Where the page behind `text` starts, 0 for none. Raises Invalid when we did not make it."""
    return int(decode(text).get("from", "0")) if text else 0


def decode(text: str) -> dict[str, str]:
    """The cursor behind `text`. Raises Invalid when we did not make it."""
    body = opened(_PURPOSE, text)
    if body is None:
        raise Invalid("invalid_cursor", fields={"cursor": "Deze bladzijde bestaat niet (meer)."})
    return msgspec.json.decode(body, type=dict[str, str])
