"""The platform's HMAC keys, rotatable by key id (docs/adr: keys)."""

import base64
import hashlib
import hmac
from functools import cache

from msgspec import Struct

from shared.settings import Settings, load

_LEAST_BYTES = 32


class Key(Struct, frozen=True):
    """One signing key and the id that tokens name it by."""

    id: str
    secret: bytes


def keys() -> tuple[Key, ...]:
    """All keys that verify; the first one signs. Raises RuntimeError when none is set."""
    return _parse(load(Settings).link_keys)


def current_key() -> Key:
    """The key that signs."""
    return keys()[0]


def fingerprint(purpose: str, text: str) -> str:
    """A keyed one-way hash of `text`, so that an address can be looked up but not read back.

    It uses the last, oldest key: unlike tokens, stored fingerprints must not change when a new
    signing key is put in front.
    """
    digest = hmac.digest(keys()[-1].secret, f"{purpose}\n{text}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()


@cache
def _parse(text: str) -> tuple[Key, ...]:
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    found = tuple(Key(name, base64.b64decode(secret)) for name, _, secret in pairs)
    if not found or any(len(key.secret) < _LEAST_BYTES for key in found):
        raise RuntimeError("LINK_KEYS: at least one key of 32 bytes, as id:base64")
    return found
