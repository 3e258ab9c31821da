"""What flow tests look through: mail, queues, tables and functions of the embedded AWS.

Nothing here changes what it looks at, but for the helpers whose name says so.
"""

import contextlib
import email
import email.policy
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

T = TypeVar("T")
SERVICES = ("registration", "directory", "documents")
PATIENCE = 90.0  # seconds; a chain of functions that all start cold takes ten on an idle machine


def wait_for(what: str, look: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Look again and again until `look` finds something; fail naming what never came."""
    deadline = time.monotonic() + seconds
    pause = 0.02
    while not (found := look()):
        assert time.monotonic() < deadline, f"after {seconds:.0f} s there was still no {what}"
        time.sleep(pause)
        pause = min(pause * 1.3, 0.25)
    return found


@dataclass(frozen=True)
class Mail:
    """A mail as its reader gets it."""

    message: EmailMessage

    @cached_property
    def to(self) -> str:
        return str(self.message["To"])

    @cached_property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @cached_property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def attachments(self) -> dict[str, str]:
        return {
            str(part.get_filename()): part.get_content() for part in self.message.iter_attachments()
        }

    def link(self, path: str) -> str:
        """The only address in the text that contains `path`."""
        found = {word for word in self.text.split() if "://" in word and path in word}
        assert len(found) == 1, f"the mail {self.subject!r} has {found or 'no link'} with {path}"
        return found.pop()

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"the mail {self.subject!r} has no {kind} part"
        return str(part.get_content())


@dataclass(frozen=True)
class Mailbox:
    """Every mail that SES took, oldest first."""

    folder: Path
    _read_before: dict[Path, Mail] = field(default_factory=dict)

    def all(self) -> list[Mail]:
        files = sorted(self.folder.glob("*.eml"), key=lambda path: int(path.stem))
        return [self._read_before.get(path) or self._read(path) for path in files]

    def to(self, address: str, subject: str = "") -> list[Mail]:
        return [mail for mail in self.all() if mail.to == address and subject in mail.subject]

    def wait(self, address: str, subject: str, *, count: int = 1, holding: str = "") -> Mail:
        """The last of `count` mails to `address` whose subject and text hold these words."""

        def look() -> list[Mail]:
            found = [mail for mail in self.to(address, subject) if holding in mail.text]
            return found if len(found) >= count else []

        return wait_for(f"mail {subject!r} to {address}", look)[-1]

    def subjects(self, address: str) -> list[str]:
        """The first words of what somebody got, in order."""
        return [mail.subject.partition(":")[0] for mail in self.to(address)]

    def _read(self, path: Path) -> Mail:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self._read_before[path] = Mail(message)
        return self._read_before[path]


# The sweeper runs every minute, whatever a test does.
SWEEPER_NOTES = {"checked", "noted", "noted_at", "settled"}

SCHEDULES = ("RUNS",)  # what schedules leave whenever they like (shared.runs)

# Organisers' notices go out by the clock, whatever a test does.
NOTICES = ("NOTICE#", "BUNDLE#", "FAILURES")

Item = dict[str, Any]
Contents = dict[str, dict[tuple[str, str], Item]]


@dataclass(frozen=True)
class Backstage:
    """The embedded AWS behind the front door, as an operator with every permission sees it."""

    client: Callable[[str], Any]
    stage: str
    addresses: dict[str, str] = field(default_factory=dict)

    # tables

    def items(self, service: str, prefix: str = "") -> list[Item]:
        """Everything in a service's table (or "access") whose key starts with `prefix`."""
        pages = self.client("dynamodb").get_paginator("scan")
        wanted: dict[str, Any] = {"TableName": self.table(service), "ConsistentRead": True}
        if prefix:
            wanted["FilterExpression"] = "begins_with(pk, :prefix)"
            wanted["ExpressionAttributeValues"] = {":prefix": {"S": prefix}}
        found = pages.paginate(**wanted)
        return [_plain(item) for page in found for item in page["Items"]]

    def contents(self, *, without: Sequence[str] = ()) -> Contents:
        """Everything in every table, but keys that start with a word of `without`, and runs."""
        return {
            name: {
                (item["pk"], item["sk"]): item
                for item in self.items(name)
                if not item["pk"].startswith((*SCHEDULES, *without))
            }
            for name in ("access", *SERVICES)
        }

    def table(self, service: str) -> str:
        return f"plekken-{self.stage}-{service}"

    # queues

    def queue(self, name: str) -> str:
        """The address of a queue such as "directory-inbox" or "directory-inbox-dlq"."""
        if name not in self.addresses:
            full_name = f"plekken-{self.stage}-{name}"
            found = self.client("sqs").get_queue_url(QueueName=full_name)
            self.addresses[name] = str(found["QueueUrl"])
        return self.addresses[name]

    def queues(self, *, dead: bool) -> list[str]:
        """The names of all queues, dead-letter queues or others, without their stage."""
        start = f"plekken-{self.stage}-"
        found = self.client("sqs").list_queues(QueueNamePrefix=start).get("QueueUrls", [])
        names = [url.rpartition("/")[2].removeprefix(start) for url in found]
        ours = (name for name in names if not name.startswith("tap-"))
        return sorted(name for name in ours if name.endswith("-dlq") is dead)

    def depth(self, name: str) -> int:
        """How many messages wait in a queue or are being handled."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=self.queue(name), AttributeNames=names)
        return sum(int(found["Attributes"][one]) for one in names)

    def send(self, name: str, bodies: Sequence[str]) -> None:
        """Put messages in a queue, ten at a time, in this order."""
        url = self.queue(name)
        for start in range(0, len(bodies), 10):
            entries = [
                {"Id": str(index), "MessageBody": body}
                for index, body in enumerate(bodies[start : start + 10])
            ]
            answer = self.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
            assert not answer.get("Failed"), answer["Failed"]

    def take(self, name: str) -> list[str]:
        """Take every message out of a queue."""
        url, sqs, bodies = self.queue(name), self.client("sqs"), []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def empty(self, name: str) -> None:
        """Throw every message of a queue away, also those that somebody holds."""
        self.client("sqs").purge_queue(QueueUrl=self.queue(name))

    def peek(self, name: str) -> list[str]:
        """The messages of a queue whose function is paused; they stay where they are."""
        found = self.client("sqs").receive_message(
            QueueUrl=self.queue(name), MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in found.get("Messages", [])]

    @contextlib.contextmanager
    def impatient(self, *names: str) -> Iterator[None]:
        """Deliver failed messages of these queues again after a second."""
        sqs, kind = self.client("sqs"), "VisibilityTimeout"
        urls = [self.queue(name) for name in names]
        before = [
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[kind])["Attributes"]
            for url in urls
        ]
        for url in urls:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={kind: "1"})
        try:
            yield
        finally:
            for url, attributes in zip(urls, before, strict=True):
                sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)

    def wait_until_quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until every event has been published and handled."""
        calm = 0
        busy: list[str] = []

        def look() -> bool:
            nonlocal calm
            busy[:] = [name for name in self.queues(dead=False) if self.depth(name)]
            busy.extend(name for name in SERVICES if self.items(name, "OUTBOX#"))
            calm = 0 if busy else calm + 1
            return calm >= 3  # an event may be between a table and a queue when we look

        try:
            wait_for("end to the events", look, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}: {busy}") from None

    # functions

    def invoke(self, name: str, payload: Any) -> Any:
        """Run a function such as "directory-inbox" with this event; fail when it raises."""
        answer = self.client("lambda").invoke(
            FunctionName=f"plekken-{self.stage}-{name}", Payload=json.dumps(payload).encode()
        )
        text = answer["Payload"].read()
        assert "FunctionError" not in answer, f"{name} failed: {text.decode()}"
        return json.loads(text or "null")

    def succeeds(self, name: str, payload: Any) -> bool:
        """Run a function with this event; tells whether it did not raise."""
        answer = self.client("lambda").invoke(
            FunctionName=f"plekken-{self.stage}-{name}", Payload=json.dumps(payload).encode()
        )
        return "FunctionError" not in answer

    def run(self, name: str, *bodies: str) -> list[int]:
        """Give a consumer these messages in one batch; answers which ones failed."""
        answer = self.invoke(name, batch(*bodies))
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        return [index for index in range(len(bodies)) if f"message-{index}" in failed]

    @contextlib.contextmanager
    def paused(self, *names: str) -> Iterator[None]:
        """Stop what feeds these functions; what waits is delivered afterwards."""
        mappings = [self._mapping(name) for name in names]
        for mapping in mappings:
            self._switch(mapping, on=False)
        try:
            yield
        finally:
            for mapping in mappings:
                self._switch(mapping, on=True)

    def _mapping(self, name: str) -> str:
        found = self.client("lambda").list_event_source_mappings(
            FunctionName=f"plekken-{self.stage}-{name}"
        )["EventSourceMappings"]
        assert len(found) == 1, f"{name} is fed by {len(found)} sources"
        return str(found[0]["UUID"])

    def _switch(self, mapping: str, *, on: bool) -> None:
        self.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=on)

    @contextlib.contextmanager
    def denied(self, name: str, *actions: str) -> Iterator[None]:
        """Forbid a function these actions, so that it fails exactly there."""
        function = self.client("lambda").get_function(FunctionName=f"plekken-{self.stage}-{name}")
        role = function["Configuration"]["Role"].rpartition("/")[2]
        statement = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = self.client("iam")
        iam.put_role_policy(RoleName=role, PolicyName="test-denies", PolicyDocument=document)
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName="test-denies")

    def start_anew(self, name: str) -> None:
        """Forget what a function keeps in memory: its next run starts cold."""
        client, full_name = self.client("lambda"), f"plekken-{self.stage}-{name}"
        found = client.get_function_configuration(FunctionName=full_name)
        variables = {**found["Environment"]["Variables"], "STARTED_FOR": uuid4().hex}
        client.update_function_configuration(
            FunctionName=full_name, Environment={"Variables": variables}
        )

    # what is said

    def handovers(self) -> dict[str, str]:
        """What is on its way between services: key and content."""
        s3 = self.client("s3")
        [bucket] = [
            one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].endswith("-handover")
        ]
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}

    def log_lines(self) -> list[str]:
        """Every line that any function logged."""
        logs = self.client("logs")
        groups = logs.get_paginator("describe_log_groups").paginate()
        return [
            event["message"]
            for page in groups
            for group in page["logGroups"]
            for events in logs.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            for event in events["events"]
        ]

    def failures(self, service: str) -> int:
        """How often a consumer of the service has failed on a message so far."""
        events = (
            self.client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=f"/plekken/{self.stage}/{service}", filterPattern='"inbox.failed"'
            )
        )
        return sum("inbox.failed" in one["message"] for page in events for one in page["events"])

    @contextlib.contextmanager
    def tapped(self) -> Iterator["Taps"]:
        """Hear everything that is published on every service's topic."""
        taps = Taps(self, {service: f"tap-{service}" for service in SERVICES})
        taps.open()
        try:
            yield taps
        finally:
            taps.close()


@dataclass
class Taps:
    """A queue per topic that nobody else reads."""

    backstage: Backstage
    names: dict[str, str]

    def open(self) -> None:
        backstage = self.backstage
        sqs, sns = backstage.client("sqs"), backstage.client("sns")
        self._subscriptions = []
        for service, name in self.names.items():
            allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}
            policy = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": "*"}]}
            url = sqs.create_queue(
                QueueName=f"plekken-{backstage.stage}-{name}",
                Attributes={"Policy": json.dumps(policy)},
            )["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            subscription = sns.subscribe(
                TopicArn=self._topic(service),
                Protocol="sqs",
                Endpoint=arn["Attributes"]["QueueArn"],
                Attributes={"RawMessageDelivery": "true"},
                ReturnSubscriptionArn=True,
            )
            self._subscriptions.append(subscription["SubscriptionArn"])

    def close(self) -> None:
        for subscription in self._subscriptions:
            self.backstage.client("sns").unsubscribe(SubscriptionArn=subscription)
        for name in self.names.values():
            url = self.backstage.queue(name)
            self.backstage.client("sqs").delete_queue(QueueUrl=url)

    def take(self) -> list[str]:
        """Everything that was published since the last time, service after service."""
        return [body for name in self.names.values() for body in self.backstage.take(name)]

    def _topic(self, service: str) -> str:
        end = f":plekken-{self.backstage.stage}-{service}-events"
        topics = self.backstage.client("sns").list_topics()["Topics"]
        return str(next(one["TopicArn"] for one in topics if one["TopicArn"].endswith(end)))


# What EventBridge sends (its user guide, "Creating a rule that runs on a schedule").
SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-11-22T03:00:00Z",
    "region": "eu-central-1",
    "resources": ["arn:aws:events:eu-central-1:000000000000:rule/test"],
    "detail": {},
}


def batch(*bodies: str) -> dict[str, Any]:
    """An SQS event as a function gets it (aws-lambda docs, "Example standard queue message")."""
    return {
        "Records": [
            {
                "messageId": f"message-{index}",
                "receiptHandle": f"handle-{index}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:queue",
                "awsRegion": "eu-central-1",
            }
            for index, body in enumerate(bodies)
        ]
    }


def copies(bodies: Sequence[str], times: int, seed: int) -> list[str]:
    """Each message `times` times, shuffled the same way for the same seed."""
    many = [body for body in bodies for _ in range(times)]
    random.Random(seed).shuffle(many)
    return many


def sent_twice(mails: Sequence[Mail]) -> list[tuple[str, str]]:
    """Pairs of person and reason that got more than one mail; a subject names the reason."""
    counted = Counter((mail.to, mail.subject, mail.text) for mail in mails)
    return [(to, subject) for (to, subject, _), count in counted.items() if count > 1]


def differences(before: Contents, after: Contents) -> list[str]:
    """What changed in the tables, readable in a failure, but for what goes by the clock."""
    found = []
    for table in before:
        items, others = _without_notices(before[table]), _without_notices(after[table])
        found += [f"{table}: gone {key}" for key in items.keys() - others.keys()]
        found += [f"{table}: new {key}" for key in others.keys() - items.keys()]
        found += [
            f"{table}: {key} {name}: {items[key].get(name)} > {others[key].get(name)}"
            for key in items.keys() & others.keys()
            for name in (items[key].keys() | others[key].keys()) - SWEEPER_NOTES
            if items[key].get(name) != others[key].get(name)
        ]
    return sorted(found)


def _without_notices(items: dict[tuple[str, str], Item]) -> dict[tuple[str, str], Item]:
    return {
        (pk, sk): item
        for (pk, sk), item in items.items()
        if not pk.startswith(NOTICES) and not sk.startswith("notices:")
    }


def _plain(item: dict[str, dict[str, Any]]) -> Item:
    return {name: next(iter(value.values())) for name, value in item.items()}
