"""What the holder of a registration may change, as a page showed it.

Two tabs, or two people with one link, do not overwrite each other's change unseen.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import msgspec

from chalicelib.registration.domain import Definition, Registration, Reply


def chosen_sessions(registration: Registration, definition: Definition) -> dict[str, str]:
    """Per round the session that somebody waits for, else the one that they have a seat in."""
    seated = [line.id for line in registration.session_lines if line.state == "seated"]
    waiting = [line.id for line in registration.session_lines if line.state == "waiting"]
    everything = (*seated, *waiting, *registration.wishes)
    return {definition.round_of(session): session for session in everything}


def seen_mark(registration: Registration, definition: Definition, replies: Iterable[Reply]) -> str:
    """The same for the same name, choice and answers: moving up in a line changes none of them."""
    shown = (
        registration.name,
        sorted(chosen_sessions(registration, definition).values()),
        sorted((one.question, one.values) for one in replies),
    )
    return f"{zlib.crc32(msgspec.json.encode(shown)):08x}"
