"""The outbox: an event is written in the same transaction as the change it tells of.

Items stand in the service's own table, spread over a few partitions, until the relay or the
sweeper has published them (docs/adr: outbox placement). A copy then stays two weeks beside them, so
that `make replay` can publish again what SNS took and delivered to nobody (docs/adr: replay).
"""

import zlib
from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute

from shared.events import Event, encode
from shared.ids import made_at
from shared.table import Record

PREFIX = "OUTBOX#"
PUBLISHED = "PUBLISHED#"
# As long as a queue keeps a message; less than consumers remember what they handled.
KEPT = timedelta(days=14)
# Eight partitions of 1,000 writes a second are more than a burst of registrations needs.
COUNT = 8
SHARDS = tuple(f"{PREFIX}{number}" for number in range(COUNT))
PUBLISHED_SHARDS = tuple(f"{PUBLISHED}{number}" for number in range(COUNT))


class OutboxItem(Record):
    """An event that waits to be published. A service binds it to its table with a `Meta`."""

    event = UnicodeAttribute()


def message(model: type[OutboxItem], event: Event) -> OutboxItem:
    """The item that carries `event`; insert it in the transaction of the change."""
    shard = SHARDS[zlib.crc32(event.id.encode()) % len(SHARDS)]
    return model(shard, event.id, event=encode(event))


def published(model: type[OutboxItem], pk: str, event_id: str, event: str) -> OutboxItem:
    """The copy of the item `pk` / `event_id` that stays when it has been published."""
    shard = PUBLISHED + pk.removeprefix(PREFIX)
    return model(shard, event_id, event=event, expires_at=made_at(event_id) + KEPT)
