"""Mailed links: a token that says what it opens, derived from a key and never stored."""

import binascii
import hmac
from typing import Literal

import msgspec

from shared.auth.encoding import base64_bytes, base64_text
from shared.errors import Forbidden
from shared.keys import current_key, keys

Purpose = Literal["registration", "invitation", "member", "receipt"]
_MAC_BYTES = 20


class Link(msgspec.Struct, frozen=True):
    """What a mailed link gives access to, and which version of that link it is."""

    subject: str
    version: int


def sign_link(purpose: Purpose, subject: str, version: int = 1) -> str:
    """The token of a mailed link: derived, never stored, revoked by raising the version."""
    key = current_key()
    body = f"{subject}.{version}.{key.id}"
    return f"{body}.{base64_text(_mac(key.secret, purpose, subject, version))}"


def read_link(purpose: Purpose, token: str) -> Link:
    """What the token opens. Raises Forbidden when we did not make it for this purpose.

    Whether `version` is still the current one is for the owner of the subject to check.
    """
    try:
        subject, version, key_id, mac = token.rsplit(".", 3)
        given = base64_bytes(mac)
        expected = [
            _mac(key.secret, purpose, subject, int(version)) for key in keys() if key.id == key_id
        ]
    except (ValueError, binascii.Error) as error:
        raise _bad_link() from error
    if not any(hmac.compare_digest(given, mac_) for mac_ in expected):
        raise _bad_link()
    return Link(subject, int(version))


def _bad_link() -> Forbidden:
    return Forbidden("invalid_link", "Deze link klopt niet of is niet meer geldig.")


def _mac(secret: bytes, purpose: str, subject: str, version: int) -> bytes:
    message = f"link\n{purpose}\n{subject}\n{version}".encode()
    return hmac.digest(secret, message, "sha256")[:_MAC_BYTES]
