"""Binds an idempotency key to what was sent with it."""

from __future__ import annotations

import msgspec

from chalicelib.registration.schemas import RegistrationRequest
from shared import keys


def fingerprint(event: str, body: RegistrationRequest) -> str:
    """Return a keyed hash that is the same for the same request, and tells nothing about it."""
    said = msgspec.structs.replace(body, altcha="")  # a retry may bring a proof of its own
    text = msgspec.json.encode(said, order="sorted").decode()
    return keys.fingerprint("registration request", f"{event}\n{text}")
