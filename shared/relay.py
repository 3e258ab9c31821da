"""The relay: publishes outbox items as the table's stream shows them.

Publishing comes first and the mark (removing the item, after a copy of it) second: a crash in
between gives a duplicate, which every consumer absorbs, and never a loss.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from shared import aws
from shared.observability import log
from shared.outbox import PREFIX, OutboxItem, published

BATCH = 10  # PublishBatch's own limit


class Waiting(Struct, frozen=True):
    """An outbox item on its way: its key, its event's JSON and where the stream stands."""

    pk: str
    sk: str
    event: str
    sequence_number: str = ""

    @property
    def type(self) -> str:
        """The event's type, which subscriptions filter on."""
        return str(msgspec.json.decode(self.event, type=dict[str, Any])["type"])


def relay(stream_event: dict[str, Any], model: type[OutboxItem], topic_arn: str) -> dict[str, Any]:
    """Publish the new outbox items of a stream batch; answers where the stream must retry from."""
    waiting = [
        Waiting(
            pk=image["pk"]["S"],
            sk=image["sk"]["S"],
            event=image["event"]["S"],
            sequence_number=record["dynamodb"]["SequenceNumber"],
        )
        for record in stream_event["Records"]
        if record["eventName"] == "INSERT"
        and (image := record["dynamodb"]["NewImage"])["pk"]["S"].startswith(PREFIX)
    ]
    unpublished = {item.sequence_number for item in publish(waiting, model, topic_arn)}
    failures = [item.sequence_number for item in waiting if item.sequence_number in unpublished]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failures[:1]]}


def publish(waiting: Sequence[Waiting], model: type[OutboxItem], topic_arn: str) -> list[Waiting]:
    """Publish and mark; answers the items that SNS did not take."""
    unpublished: list[Waiting] = []
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        refused = publish_batch(batch, topic_arn)
        unpublished += refused
        _mark([item for item in batch if item not in refused], model)
    return unpublished


def publish_batch(batch: Sequence[Waiting], topic_arn: str) -> list[Waiting]:
    """Publish up to BATCH items; answers those that SNS did not take."""
    entries = [
        {
            "Id": str(index),
            "Message": item.event,
            "MessageAttributes": {"type": {"DataType": "String", "StringValue": item.type}},
        }
        for index, item in enumerate(batch)
    ]
    answer = aws.client("sns").publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
    failed = {int(entry["Id"]) for entry in answer.get("Failed", [])}
    if failed:
        log("outbox.publish_refused", "WARNING", count=len(failed))
    return [item for index, item in enumerate(batch) if index in failed]


def _mark(done: Sequence[Waiting], model: type[OutboxItem]) -> None:
    if not done:
        return
    # Two calls: were the copies and the removals one batch, a crash could remove without a copy.
    with model.batch_write() as batch:
        for item in done:
            batch.save(published(model, item.pk, item.sk, item.event))
    with model.batch_write() as batch:
        for item in done:
            batch.delete(model(item.pk, item.sk))
