"""Congresses as their organisers defined them."""

import time

import msgspec

from chalicelib.registration.domain import Definition
from chalicelib.registration.models import EventItem, Outbox
from chalicelib.registration.repository.records import find
from shared import outbox
from shared.clock import rfc3339
from shared.events import Event
from shared.transactions import Transaction

FRESH = 30.0  # seconds; taking a number still refuses a definition that is out of date
LISTING = "EVENTS"


class Definitions:
    """Reads and writes definitions, and remembers them for a short time."""

    def __init__(self) -> None:
        self._remembered: dict[str, tuple[Definition, float]] = {}

    def get(self, event: str) -> Definition | None:
        """The newest definition of `event`."""
        item = find(EventItem, f"EVENT#{event}", "EVENT")
        return _definition(item) if item else None

    def recent(self, event: str) -> Definition | None:
        """The definition of `event`, at most half a minute old and usually without a call."""
        definition, read_at = self._remembered.get(event, (None, 0.0))
        if definition is not None and time.monotonic() - read_at < FRESH:
            return definition
        return self.refresh(event)

    def refresh(self, event: str) -> Definition | None:
        """Read the definition of `event` anew, and remember it."""
        definition = self.get(event)
        if definition is None:
            self._remembered.pop(event, None)
        else:
            self._remembered[event] = (definition, time.monotonic())
        return definition

    def all(self) -> list[Definition]:
        """Every definition, drafts too, by the time the congress starts."""
        return [_definition(item) for item in EventItem.by_start.query(LISTING)]

    def save(self, definition: Definition, message: Event) -> None:
        """Write revision `definition.revision` with its event.

        Raises Refused with the part "event" unless the stored one is the revision before it.
        """
        item = EventItem(
            f"EVENT#{definition.id}",
            "EVENT",
            revision=definition.revision,
            definition=msgspec.json.encode(definition).decode(),
            listing=LISTING,
            listing_key=f"{rfc3339(definition.starts_at)}#{definition.id}",
        )
        first = definition.revision == 1
        before = (
            EventItem.pk.does_not_exist()
            if first
            else EventItem.revision == definition.revision - 1
        )
        transaction = Transaction()
        transaction.put(item, name="event", condition=before)
        transaction.insert(outbox.message(Outbox, message), name="outbox")
        transaction.commit()
        self._remembered.pop(definition.id, None)


def _definition(item: EventItem) -> Definition:
    return msgspec.json.decode(item.definition, type=Definition)
