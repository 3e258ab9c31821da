"""Binds an idempotency key to what was sent with it."""

from __future__ import annotations

import msgspec

from chalicelib.registration.schemas import RegistrationRequest
from shared import keys


def fingerprint(event: str, body: RegistrationRequest) -> str:
    """Return a keyed hash that is the same for the same request, and tells nothing about it."""
    text = msgspec.json.encode(body, order="sorted").decode()
    return keys.fingerprint("registration request", f"{event}\n{text}")
