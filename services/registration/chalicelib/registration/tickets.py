"""The code on a ticket: short and unguessable, derived from a key and never stored.

It ends with its registration: the door asks what state that is in.
"""

from __future__ import annotations

import base64
import hashlib
import io

from chalicelib.registration.domain import Registration
from shared import keys

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter that looks like a figure
_LENGTH = 12  # of 5 bits each
_GROUP = 4
_READ_AS = str.maketrans("OIL", "011")
SCALE = 10  # pixels per module


def code(registration: Registration) -> str:
    """The ticket's code. The key is the one that stays when signing keys change: people print."""
    subject = f"{registration.id}\n{registration.link_version}"
    mac = base64.urlsafe_b64decode(keys.fingerprint("ticket", subject))
    number = int.from_bytes(mac, "big")
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(_LENGTH))


def shown(code_: str) -> str:
    """The code as people read it: in groups."""
    return "-".join(code_[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def typed(text: str) -> str:
    """The code that somebody typed or scanned; empty for what can be none."""
    found = "".join(letter for letter in text.upper() if letter.isalnum()).translate(_READ_AS)
    return found if len(found) == _LENGTH and set(found) <= set(_DIGITS) else ""


def mark(code_: str) -> str:
    """What a phone's list holds: it recognises the code and cannot make it."""
    return hashlib.sha256(code_.encode()).hexdigest()[:32]


def picture(code_: str) -> str:
    """The code as a QR picture inside a page."""
    return "data:image/png;base64," + base64.b64encode(png(code_)).decode()


def png(code_: str) -> bytes:
    """The code as a QR picture, dark on light on any page."""
    import segno  # noqa: PLC0415 - nobody's first page has it

    out = io.BytesIO()
    made = segno.make(code_, error="q", micro=False)
    made.save(out, kind="png", scale=SCALE, border=4, dark="#000", light="#fff")
    return out.getvalue()
