"""Base64 as it stands in addresses and cookies: the URL alphabet, no padding (RFC 4648 5)."""

import base64


def base64_text(data: bytes) -> str:
    """`data` as text."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def base64_bytes(text: str) -> bytes:
    """The bytes again. Raises binascii.Error."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
