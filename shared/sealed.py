"""Text that travels through a browser: it can be read on its way and not be made up."""

import base64
import hashlib
import hmac

from shared.keys import current_key, keys

_MAC_BYTES = 12


def seal(purpose: str, body: bytes) -> str:
    """`body` as text for an address or a cookie."""
    mac = _mac(current_key().secret, purpose, body)
    return base64.urlsafe_b64encode(mac + body).decode().rstrip("=")


def opened(purpose: str, text: str) -> bytes | None:
    """The body behind `text`, or None when we did not seal it for this purpose."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    known = any(hmac.compare_digest(mac, _mac(key.secret, purpose, body)) for key in keys())
    return body if known else None


def _mac(secret: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(secret, purpose.encode() + body, hashlib.sha256)[:_MAC_BYTES]
