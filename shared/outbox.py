"""The outbox: an event is written in the same transaction as the change it tells of.

Items stand in the service's own table, spread over a few partitions, until the relay or the
sweeper has published them and takes them away (docs/adr: outbox placement).
"""

import zlib

from pynamodb.attributes import UnicodeAttribute

from shared.events import Event, encode
from shared.table import Record

PREFIX = "OUTBOX#"
# Eight partitions of 1,000 writes a second are more than a burst of registrations needs.
SHARDS = tuple(f"{PREFIX}{number}" for number in range(8))


class OutboxItem(Record):
    """An event that waits to be published. A service binds it to its table with a `Meta`."""

    event = UnicodeAttribute()


def message(model: type[OutboxItem], event: Event) -> OutboxItem:
    """The item that carries `event`; insert it in the transaction of the change."""
    shard = SHARDS[zlib.crc32(event.id.encode()) % len(SHARDS)]
    return model(shard, event.id, event=encode(event))
