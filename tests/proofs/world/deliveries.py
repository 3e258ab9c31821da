"""What AWS does between our functions: it brings each message at least once, in no sure order.

Everything that AWS leaves open is drawn: which queue is served first, in which order, how many
messages make a batch, and which come twice.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from shared.clock import FixedClock
from tests.proofs.world.cloud import Trigger, client
from tests.proofs.world.functions import Functions

PAGE = 500  # stream records at once
UNSEEN = 43_200  # seconds that a message stays ours; it comes again when we say so
Run = Callable[[str, Callable[[], Any]], Any]


class Died(Exception):
    """The process that ran a function ended before the function did."""


@dataclass
class Manner:
    """How AWS behaves: `duplicates` is the chance that a batch comes twice."""

    duplicates: float = 0.0
    stream_retries: int | None = None  # instead of the template's; 0 leaves all to the sweeper


class Lane(Protocol):
    """One function and what waits for it."""

    trigger: Trigger
    waiting: list[dict[str, Any]]

    def collect(self) -> None:
        """Fetch what has arrived."""

    def deliver(self) -> None:
        """Give the function one batch."""


@dataclass
class Platform:
    """What lanes share."""

    functions: Functions
    clock: FixedClock
    run: Run
    draw: random.Random
    manner: Manner = field(default_factory=Manner)
    given_up: set[str] = field(default_factory=set)  # services whose relay missed records

    def call(self, trigger: Trigger, records: list[dict[str, Any]]) -> set[str] | None:
        """Call the function; answers the identifiers that failed, or None when it crashed."""
        work = lambda: self.functions.call(  # noqa: E731 - named for its caller
            trigger.service, trigger.function, {"Records": records}
        )
        try:
            answer = self.run(f"{trigger.service}-{trigger.function}", work)
        except Exception:  # noqa: BLE001 - whatever a function raises, AWS sees it fail
            return None
        if not trigger.reports_failures:
            return set()
        return {item["itemIdentifier"] for item in (answer or {}).get("batchItemFailures", [])}

    def size(self, trigger: Trigger, most: int) -> int:
        """How many of `most` records the next batch has."""
        largest = self.functions.batch_size(trigger.service, trigger.function)
        return self.draw.randint(1, min(most, largest))


class Stream:
    """A table's stream: in order, and nothing goes past a record that fails."""

    def __init__(self, trigger: Trigger, platform: Platform) -> None:
        self.trigger, self.waiting = trigger, list[dict[str, Any]]()
        self._platform, self._tries, self._most = platform, 0, 10_000
        streams = client("dynamodbstreams")
        description = streams.describe_stream(StreamArn=trigger.source)["StreamDescription"]
        [shard] = description["Shards"]
        self._position = streams.get_shard_iterator(
            StreamArn=trigger.source, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]

    def collect(self) -> None:
        while True:
            found = client("dynamodbstreams").get_records(ShardIterator=self._position, Limit=PAGE)
            self._position = found["NextShardIterator"]
            self.waiting += filter(self._passes, found["Records"])
            if len(found["Records"]) < PAGE:
                return

    def _passes(self, record: dict[str, Any]) -> bool:
        key = record["dynamodb"]["Keys"]["pk"]["S"]
        return record["eventName"] == "INSERT" and key.startswith(self.trigger.prefix)

    def deliver(self) -> None:
        batch = self.waiting[
            : self._platform.size(self.trigger, min(len(self.waiting), self._most))
        ]
        failed = self._platform.call(self.trigger, batch)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        if failed is None:
            self._fail(batch)
        elif failed:
            del self.waiting[: min(map(numbers.index, failed))]
            self._fail(batch[min(map(numbers.index, failed)) :])
        else:
            del self.waiting[: len(batch)]
            self._tries, self._most = 0, 10_000

    def _fail(self, batch: list[dict[str, Any]]) -> None:
        self._tries += 1
        self._most = max(1, len(batch) // 2) if self.trigger.bisects else self._most
        retries = self._platform.manner.stream_retries
        if self._tries > (self.trigger.retries if retries is None else retries):
            self._platform.given_up.add(self.trigger.service)
            del self.waiting[: len(batch)]
            self._tries, self._most = 0, 10_000


class Queue:
    """A queue: in any order, again after its visibility timeout, and dead after its last try."""

    def __init__(self, trigger: Trigger, platform: Platform) -> None:
        self.trigger, self.waiting = trigger, list[dict[str, Any]]()
        self._platform = platform
        wanted = ["QueueArn", "VisibilityTimeout"]
        answer = client("sqs").get_queue_attributes(QueueUrl=trigger.source, AttributeNames=wanted)[
            "Attributes"
        ]
        self._arn = answer["QueueArn"]
        self._comes_again = timedelta(seconds=int(answer["VisibilityTimeout"]))

    def collect(self) -> None:
        while True:
            found = (
                client("sqs")
                .receive_message(
                    QueueUrl=self.trigger.source,
                    MaxNumberOfMessages=10,
                    VisibilityTimeout=UNSEEN,
                    AttributeNames=["All"],
                )
                .get("Messages", [])
            )
            self.waiting += map(self._record, found)
            if len(found) < 10:
                return

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": "eu-central-1",
        }

    def deliver(self) -> None:
        platform = self._platform
        batch = platform.draw.sample(self.waiting, platform.size(self.trigger, len(self.waiting)))
        failed = platform.call(self.trigger, batch)
        if failed is not None and platform.draw.random() < platform.manner.duplicates:
            failed = platform.call(self.trigger, batch)
        everything = {record["messageId"] for record in batch}
        failed = everything if failed is None else failed
        self.waiting = [each for each in self.waiting if each["messageId"] not in everything]
        self._give_back([record for record in batch if record["messageId"] in failed])
        self._remove([record for record in batch if record["messageId"] not in failed])

    def _remove(self, done: list[dict[str, Any]]) -> None:
        if done:
            client("sqs").delete_message_batch(QueueUrl=self.trigger.source, Entries=_handles(done))

    def _give_back(self, failed: list[dict[str, Any]]) -> None:
        if failed:
            entries = [{**entry, "VisibilityTimeout": 0} for entry in _handles(failed)]
            client("sqs").change_message_visibility_batch(
                QueueUrl=self.trigger.source, Entries=entries
            )
            self._platform.clock.advance(self._comes_again)


def _handles(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"Id": str(number), "ReceiptHandle": record["receiptHandle"]}
        for number, record in enumerate(records)
    ]
