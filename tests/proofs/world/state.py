"""What AWS holds: read whole, kept, and put back."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.request import urlopen

from infra.paths import SERVICES
from shared.clock import FixedClock
from tests.flows.tools import Mailbox
from tests.proofs.world.cloud import ACCOUNT, STAGE, client

Item = dict[str, Any]
Contents = dict[str, dict[tuple[str, str], Item]]
Moment = tuple[Contents, datetime]
TABLES = ("access", *SERVICES)


class Mails(Mailbox):
    """Every mail that SES took."""

    def empty(self) -> None:
        """Throw all mails away."""
        for path in self.folder.glob("*.eml"):
            path.unlink()
        self._read_before.clear()


class Tables:
    """The four tables."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock

    def read(self) -> Contents:
        """Every item of every table, by table and key."""
        return {table: {_key(item): item for item in _items(table)} for table in TABLES}

    def moment(self) -> Moment:
        """Everything there is now, for `put_back`."""
        return self.read(), self._clock.now()

    def put_back(self, moment: Moment) -> None:
        """Make the tables and the clock as they were."""
        before, then = moment
        now = self.read()
        for table in TABLES:
            changes: list[Item] = [
                {"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}}
                for key, item in now[table].items()
                if key not in before[table]
            ]
            changes += [
                {"PutRequest": {"Item": item}}
                for key, item in before[table].items()
                if now[table].get(key) != item
            ]
            for start in range(0, len(changes), 25):
                client("dynamodb").batch_write_item(
                    RequestItems={_table(table): changes[start : start + 25]}
                )
        self._clock.advance(then - self._clock.now())

    def find(self, table: str, prefix: str) -> list[Item]:
        """The items of a table whose key starts with `prefix`, as DynamoDB writes them."""
        return [item for item in _items(table) if item["pk"]["S"].startswith(prefix)]


def _table(name: str) -> str:
    return f"plekken-{STAGE}-{name}"


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _items(table: str) -> Iterator[Item]:
    start: dict[str, Any] = {}
    while True:
        answer = client("dynamodb").scan(TableName=_table(table), ConsistentRead=True, **start)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


class Tap:
    """A queue that hears everything that the three services publish."""

    def __init__(self) -> None:
        sqs, sns = client("sqs"), client("sns")
        self._url = sqs.create_queue(QueueName="tap")["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        for topic in sns.list_topics()["Topics"]:
            sns.subscribe(
                TopicArn=topic["TopicArn"],
                Protocol="sqs",
                Endpoint=answer["Attributes"]["QueueArn"],
                Attributes={"RawMessageDelivery": "true"},
            )

    def take(self) -> list[dict[str, Any]]:
        """The events that were published since the last time, repeats included."""
        sqs, events = client("sqs"), []
        while True:
            found = sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
            messages = found.get("Messages", [])
            if messages:
                entries = [
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(messages)
                ]
                sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
            events += [json.loads(message["Body"]) for message in messages]
            if len(messages) < 10:
                return events


def depths(*, visible: bool = False) -> dict[str, int]:
    """How many messages lie in each queue that is not empty, dead-letter queues included.

    `visible`: without those that somebody is handling.
    """
    with urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_ministack/sqs/messages") as answer:
        regions = json.load(answer)["messages"].get(ACCOUNT, {})
    found = {
        url.rpartition("/")[2]: sum(one["IsVisible"] for one in messages)
        if visible
        else len(messages)
        for queues in regions.values()
        for url, messages in queues.items()
    }
    start = f"plekken-{STAGE}-"
    return {
        name.removeprefix(start): depth
        for name, depth in found.items()
        if depth and name.startswith(start)
    }


def empty_queues() -> None:
    """Throw away every message."""
    sqs = client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        sqs.purge_queue(QueueUrl=url)
