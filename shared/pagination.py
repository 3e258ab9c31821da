"""Opaque, signed cursors: a reader can follow them and nobody can make them up."""

import base64
import hashlib
import hmac

import msgspec

from shared.errors import Invalid
from shared.keys import current_key, keys

_MAC_BYTES = 12


def encode(cursor: dict[str, str]) -> str:
    """The cursor as text for a URL."""
    body = msgspec.json.encode(cursor, order="sorted")
    return base64.urlsafe_b64encode(_mac(current_key().secret, body) + body).decode().rstrip("=")


def decode(text: str) -> dict[str, str]:
    """The cursor behind `text`. Raises Invalid when we did not make it."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if any(hmac.compare_digest(mac, _mac(key.secret, body)) for key in keys()):
            return msgspec.json.decode(body, type=dict[str, str])
    except ValueError:
        pass
    raise Invalid("invalid_cursor", fields={"cursor": "Deze bladzijde bestaat niet (meer)."})


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"cursor" + body, hashlib.sha256)[:_MAC_BYTES]
