"""Our own events leave: by the stream, and by the sweeper when the stream missed them."""

import os
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.directory import consumers
from chalicelib.directory.repository import Repository
from shared.clock import FixedClock
from shared.events import decode
from shared.events.directory import MemberDrafted

from .conftest import drafted, items


@pytest.fixture
def heard(repository: Repository) -> Any:
    """Answers the bodies that a queue subscribed to our topic has received."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("sns").subscribe(
        TopicArn=os.environ["DIRECTORY_TOPIC_ARN"],
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )

    def bodies() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]

    return bodies


def test_the_stream_publishes_and_clears_the_outbox(
    repository: Repository, clock: FixedClock, heard: Any
) -> None:
    drafted(repository, clock)
    [item] = items("OUTBOX#")
    image = {name: {"S": str(item[name])} for name in ("pk", "sk", "event")}
    record = {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "1", "Keys": image, "NewImage": image},
    }
    assert consumers.relay({"Records": [record]}) == {"batchItemFailures": []}
    [body] = heard()
    assert isinstance(decode(body).data, MemberDrafted)
    assert items("OUTBOX#") == []


def test_the_sweeper_publishes_what_the_stream_missed(
    repository: Repository, clock: FixedClock, heard: Any
) -> None:
    drafted(repository, clock)
    assert consumers.sweep()["resent"] == 0
    clock.advance(timedelta(minutes=2))
    assert consumers.sweep()["resent"] == 1
    assert len(heard()) == 1
    assert items("OUTBOX#") == []
