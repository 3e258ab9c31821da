"""Every event of the platform, and how to make, write and read one."""

from shared.events import directory, documents, registration
from shared.events.envelope import Data, Event, MalformedEvent, encode, occurred, type_of
from shared.events.envelope import decode as _decode

CATALOGUE: dict[str, type[Data]] = {
    type_of(data): data for data in (*registration.EVENTS, *directory.EVENTS, *documents.EVENTS)
}


def decode(text: str | bytes) -> Event:
    """Read one of our events. Raises MalformedEvent."""
    return _decode(text, CATALOGUE)


__all__ = [
    "CATALOGUE",
    "Data",
    "Event",
    "MalformedEvent",
    "decode",
    "directory",
    "documents",
    "encode",
    "occurred",
    "registration",
    "type_of",
]
