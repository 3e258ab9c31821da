"""The signed receipt in the address of the thanks page: numbers only, nothing about a person."""

from __future__ import annotations

import base64
import binascii

import msgspec

from chalicelib.registration.domain import Line, Receipt
from shared import auth
from shared.errors import Forbidden


class _Claims(msgspec.Struct, array_like=True):
    event: str
    lines: list[tuple[str, int, bool, int]]  # id, number, seated, place in line (0 when seated)
    directory: bool


def sign(receipt: Receipt, *, directory: bool) -> str:
    """Return the receipt as a token for a URL."""
    lines = [
        (line.id, line.number, line.state == "seated", line.place_in_line or 0)
        for line in receipt.lines
    ]
    claims = msgspec.json.encode(_Claims(receipt.event, lines, directory))
    return auth.sign_link("receipt", base64.urlsafe_b64encode(claims).decode().rstrip("="))


def read(token: str, event: str) -> tuple[tuple[Line, ...], bool]:
    """Return the places that the receipt tells of, and whether the person chose the member guide.

    Raises Forbidden for a receipt that we did not make, or made for another congress.
    """
    subject = auth.read_link("receipt", token).subject
    try:
        raw = base64.urlsafe_b64decode(subject + "=" * (-len(subject) % 4))
        claims = msgspec.json.decode(raw, type=_Claims)
    except (ValueError, binascii.Error) as error:  # signed, but by another version of this code
        raise Forbidden("invalid_receipt") from error
    if claims.event != event or not claims.lines:
        raise Forbidden("invalid_receipt")
    lines = tuple(
        Line(
            id=id_,
            number=number,
            state="seated" if seated else "waiting",
            place_in_line=place or None,
        )
        for id_, number, seated, place in claims.lines
    )
    return lines, claims.directory
