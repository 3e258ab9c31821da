"""The sweeper: publishes outbox items that the relay missed, however long ago."""

from datetime import timedelta

from shared import aws
from shared.clock import Clock
from shared.ids import smallest_id_at
from shared.observability import log, metric
from shared.outbox import SHARDS, OutboxItem
from shared.relay import Waiting, publish
from shared.settings import Settings, load

# The relay is given this long before the sweeper helps; a duplicate would be harmless.
PATIENCE = timedelta(seconds=60)


def resend(
    model: type[OutboxItem], topic_arn: str, clock: Clock, *, limit: int = 500
) -> dict[str, int]:
    """Publish up to `limit` items older than PATIENCE from each shard.

    Answers how many were behind, how many of those it resent, and how many subscriptions the topic
    misses: what the operations page shows of a run (shared.runs).
    """
    before = smallest_id_at(clock.now() - PATIENCE)
    found = [
        Waiting(pk=item.pk, sk=item.sk, event=item.event)
        for shard in SHARDS
        for item in model.query(shard, model.sk < before, limit=limit, consistent_read=True)
    ]
    left = publish(found, model, topic_arn)
    metric("OutboxBehind", len(found), "Count", service=_topic_of(topic_arn))
    if found:
        # Of all services together, for the alarm; only then: a metric costs money while it is used.
        metric("OutboxLate", len(found), "Count")
        log("outbox.resent", "WARNING", found=len(found), left=len(left))
    missing = watch_subscriptions(topic_arn, load(Settings).subscriptions)
    return {"behind": len(found), "resent": len(found) - len(left), "missing": missing}


def watch_subscriptions(topic_arn: str, wanted: int) -> int:
    """Tell (an alarm listens) when a queue hears the topic no more; answers how many do not.

    SNS takes an event that nobody hears and says nothing, so no other sign of it exists.
    """
    answer = aws.client("sns").get_topic_attributes(TopicArn=topic_arn)
    missing = max(0, wanted - int(answer["Attributes"]["SubscriptionsConfirmed"]))
    if missing:  # only then: a metric costs money every month that it is used
        metric("SubscriptionsMissing", missing, "Count")
        log("topic.subscription_missing", "WARNING", topic=_topic_of(topic_arn), missing=missing)
    return missing


def _topic_of(topic_arn: str) -> str:
    return topic_arn.rsplit(":", 1)[-1]
