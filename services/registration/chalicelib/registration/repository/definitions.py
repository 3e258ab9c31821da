"""Congresses as their organisers defined them."""

import time
from datetime import timedelta

import msgspec

from chalicelib.registration.domain import Definition, Saved
from chalicelib.registration.models import EventItem, EventRevisionItem, Outbox
from chalicelib.registration.repository.records import find
from shared import outbox
from shared.clock import Clock, rfc3339
from shared.events import Event
from shared.transactions import Join, Transaction

REVISION_KEPT = timedelta(days=90)
FRESH = 30.0  # seconds; taking a number still refuses a definition that is out of date
LISTING = "EVENTS"


class Definitions:
    """Reads and writes definitions, and remembers them for a short time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._remembered: dict[str, tuple[Definition, float]] = {}
        self._listed: dict[str, Definition] = {}

    def get(self, event: str) -> Definition | None:
        """The newest definition of `event`."""
        item = find(EventItem, _key(event), "EVENT")
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
        found = [_definition(item) for item in EventItem.by_start.query(LISTING)]
        self._listed = {one.id: one for one in found}
        return found

    def last_seen(self, event: str) -> Definition | None:
        """The definition of `event` as this process saw it last, in a list too: without a call
        where it ever saw one.
        """
        definition, _ = self._remembered.get(event, (None, 0.0))
        return definition or self._listed.get(event) or self.refresh(event)

    def saved(self, event: str, revision: int) -> Saved | None:
        """What was saved as this revision, while that is remembered."""
        item = find(EventRevisionItem, *_revision_key(event, revision))
        if item is None:
            return None
        definition = msgspec.json.decode(item.definition, type=Definition)
        return Saved(definition, item.saved_at, item.saved_by)

    def save(
        self,
        definition: Definition,
        known: Definition | None,
        message: Event,
        *,
        by: str = "",
        join: Join | None = None,
    ) -> None:
        """Write the revision after `known` with its event.

        Raises Refused with the part "event" unless the stored one is still `known`.
        """
        text = msgspec.json.encode(definition).decode()
        item = EventItem(
            _key(definition.id),
            "EVENT",
            revision=definition.revision,
            definition=text,
            listing=LISTING,
            listing_key=f"{rfc3339(definition.starts_at)}#{definition.id}",
        )
        history = EventRevisionItem(
            *_revision_key(definition.id, definition.revision),
            definition=text,
            saved_at=self._clock.now(),
            saved_by=by,
            expires_at=self._clock.now() + REVISION_KEPT,
        )
        before = EventItem.revision == known.revision if known else EventItem.pk.does_not_exist()
        transaction = Transaction()
        transaction.put(item, name="event", condition=before)
        transaction.put(history, name="history")
        self._commit(transaction, definition.id, message, join)

    def remove(self, definition: Definition, message: Event, *, join: Join | None = None) -> None:
        """Remove the congress. Raises Refused with the part "event" when it changed since."""
        transaction = Transaction()
        transaction.delete(
            EventItem(_key(definition.id), "EVENT"),
            name="event",
            condition=EventItem.revision == definition.revision,
        )
        self._commit(transaction, definition.id, message, join)

    def _commit(
        self, transaction: Transaction, event: str, message: Event, join: Join | None
    ) -> None:
        transaction.insert(outbox.message(Outbox, message), name="outbox")
        if join:
            join(transaction)
        transaction.commit()
        self._remembered.pop(event, None)


def _key(event: str) -> str:
    return f"EVENT#{event}"


def _revision_key(event: str, revision: int) -> tuple[str, str]:
    return f"REVISION#{event}", f"{revision:08d}"


def _definition(item: EventItem) -> Definition:
    return msgspec.json.decode(item.definition, type=Definition)
