"""The sweeper: publishes outbox items that the relay missed, however long ago."""

from datetime import timedelta

from shared.clock import Clock
from shared.ids import smallest_id_at
from shared.observability import log, metric
from shared.outbox import SHARDS, OutboxItem
from shared.relay import Waiting, publish

# The relay is given this long before the sweeper helps; a duplicate would be harmless.
PATIENCE = timedelta(seconds=60)


def resend(model: type[OutboxItem], topic_arn: str, clock: Clock, *, limit: int = 500) -> int:
    """Publish up to `limit` items older than PATIENCE from each shard; answers how many."""
    before = smallest_id_at(clock.now() - PATIENCE)
    found = [
        Waiting(pk=item.pk, sk=item.sk, event=item.event)
        for shard in SHARDS
        for item in model.query(shard, model.sk < before, limit=limit, consistent_read=True)
    ]
    left = publish(found, model, topic_arn)
    metric("OutboxBehind", len(found), "Count", service=topic_arn.rsplit(":", 1)[-1])
    if found:
        log("outbox.resent", "WARNING", found=len(found), left=len(left))
    return len(found) - len(left)
