"""The picture that an authenticator app reads a secret from."""

import re
from urllib.parse import quote, urlencode

from shared.network import network

_SECRET = re.compile(r"[A-Z2-7]{16,128}")


def app_address(secret: str) -> str:
    """The secret as apps take it, also by a tap on a phone (otpauth, Key Uri Format)."""
    issuer = network().name
    label = quote(f"{issuer}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': _plain(secret), 'issuer': issuer})}"


def app_picture(secret: str) -> str:
    """A QR code of that address, as a picture inside the page."""
    import segno  # noqa: PLC0415 - nobody's first page has it

    code = segno.make(app_address(secret), error="m", micro=False)
    # Its own colours also on a dark page: most apps read dark on light only.
    return str(code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def _plain(secret: str) -> str:
    return secret if _SECRET.fullmatch(secret) else ""
