"""Binds an idempotency key to what was sent with it."""

from __future__ import annotations

import msgspec

from chalicelib.registration.schemas import RegistrationRequest
from shared import keys


def fingerprint(event: str, body: RegistrationRequest) -> str:
    """Return a keyed hash that is the same for the same request, and tells nothing about it."""
    said = msgspec.to_builtins(body)
    del said["altcha"]  # a retry may bring a proof of its own
    if not body.answers:  # as a version before that had none would say it
        del said["answers"]
    text = msgspec.json.encode(said | {"altcha": ""}, order="sorted").decode()
    return keys.fingerprint("registration request", f"{event}\n{text}")
