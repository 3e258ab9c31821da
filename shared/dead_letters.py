"""Messages that failed too often: look at them, put them back where they failed, or drop one.

Not SQS's own StartMessageMoveTask: it goes on until the queue is empty, so that poison which comes
back meanwhile is moved again and again, and it can't open what SNS wrapped. Here what is stuck is
taken first, and then exactly that is moved.

The command `make redrive` and the operations page both work with this; each brings clients with its
own rights.
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from shared.observability import aws_code

QUEUES = (
    "registration-inbox",
    "registration-mail",
    "registration-feedback",
    "directory-inbox",
    "directory-mail",
    "documents-inbox",
    "documents-mail",
    "documents-uploads",
    "notices",
)
"""Every queue of the platform; each has a dead-letter queue."""

DEAD = "-dlq"
NOT_JSON = (ValueError, RecursionError)  # whoever writes such a message must not stop us
BATCH = 10  # messages; the most that SQS takes or gives at once
TAKEN = 600  # seconds that nobody else sees what we took
NO_END = 1_000_000
MOST_TRIES = 5  # maxReceiveCount in resources.yaml; SQS counts it as a try, too, that we look
EVENT_TYPE = re.compile(r"nl\.plekken\.[a-z_]+\.[a-z_]+\.v\d{1,3}")
EVENT_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")

Cause = Literal["delivery", "log", "log_unreadable", "unknown"]


class NoSuchQueue(Exception):
    """There is no queue of this name."""


class Queue(Struct, frozen=True):
    """A queue and its dead-letter queue, by address."""

    name: str
    source: str  # where dead letters wait
    destination: str  # where they failed


class DeadLetter(Struct, frozen=True):
    """A message that failed too often: what may be shown of it, and how to reach it."""

    id: str
    handle: str
    body: str
    attributes: dict[str, Any]
    sent: float  # seconds since 1970
    tries: int

    @property
    def age(self) -> timedelta:
        """How long ago it was first sent."""
        return timedelta(seconds=max(0.0, time.time() - self.sent))

    @property
    def event(self) -> tuple[str, str]:
        """Type and id of its event, and nothing that somebody else chose to write in it.

        Both are empty for what is no event of ours, and the id when it is none of ours.
        """
        try:
            event = json.loads(self.body)
            kind, identifier = str(event["type"]), str(event["id"])
        except (*NOT_JSON, KeyError, TypeError):
            return "", ""
        if not EVENT_TYPE.fullmatch(kind):
            return "", ""
        return kind, identifier if EVENT_ID.fullmatch(identifier) else ""


class Reason(Struct, frozen=True):
    """Why a message failed: who says so, in their own words, which hold no personal data."""

    cause: Cause
    said: str = ""


class Moved(Struct, frozen=True):
    """How many messages went back, and how many SQS did not take."""

    moved: int
    refused: int = 0


def find(sqs: Any, stage: str, name: str) -> Queue:
    """The queue of this name. Raises NoSuchQueue."""
    whole = f"plekken-{stage}-{name.removesuffix(DEAD)}"
    return Queue(name.removesuffix(DEAD), _address(sqs, whole + DEAD), _address(sqs, whole))


def look(sqs: Any, queue: Queue, *, most: int = NO_END, taken: int = TAKEN) -> list[DeadLetter]:
    """What is stuck, oldest first; everything stays where it is."""
    letters = _take(sqs, queue, most, taken)
    _give_back(sqs, queue, letters)
    return letters


def redrive(sqs: Any, queue: Queue, *, most: int = NO_END, taken: int = TAKEN) -> Moved:
    """Move what is stuck back to where it failed.

    A message is removed only after it was sent on, so a crash gives a duplicate at most, which
    every consumer absorbs. So does somebody else who redrives at the same time.
    """
    moved = 0
    letters = _take(sqs, queue, most, taken)
    for start in range(0, len(letters), BATCH):
        part = letters[start : start + BATCH]
        entries = [
            {"Id": str(number), "MessageBody": letter.body} for number, letter in enumerate(part)
        ]
        answer = sqs.send_message_batch(QueueUrl=queue.destination, Entries=entries)
        refused = {int(entry["Id"]) for entry in answer.get("Failed", [])}
        _remove(sqs, queue, [one for number, one in enumerate(part) if number not in refused])
        moved += len(part) - len(refused)
        if refused:
            stay = [part[number] for number in sorted(refused)] + letters[start + BATCH :]
            _give_back(sqs, queue, stay)
            return Moved(moved, len(refused))
    return Moved(moved)


def drop(
    sqs: Any, queue: Queue, message_id: str, *, most: int = NO_END, taken: int = TAKEN
) -> DeadLetter | None:
    """Throw one message away for good; answers what it was, or None when it is not there."""
    letters = _take(sqs, queue, most, taken)
    wanted = [letter for letter in letters if letter.id == message_id]
    _remove(sqs, queue, wanted)
    _give_back(sqs, queue, [letter for letter in letters if letter.id != message_id])
    return wanted[0] if wanted else None


def reason(logs: Any, stage: str, queue: str, letter: DeadLetter) -> Reason:
    """Why it failed, as SNS or the worker's log tells; neither holds personal data."""
    code = letter.attributes.get("ErrorCode", {}).get("StringValue", "")
    if code:
        return Reason("delivery", code)
    try:
        found = logs.filter_log_events(
            logGroupName=f"/plekken/{stage}/{_service(queue)}", filterPattern=f'"{letter.id}"'
        )
    except (BotoCoreError, ClientError) as error:  # the list is useful without reasons too
        return Reason("log_unreadable", aws_code(error) or type(error).__name__)
    for event in reversed(found.get("events", [])):
        said = _failure(event["message"])
        if said:
            return Reason("log", said)
    return Reason("unknown")


def _failure(line: str) -> str:
    """What a log line says about a failure, or "" when it is about something else."""
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(found, dict) or not str(found.get("happened", "")).endswith(".failed"):
        return ""
    where = str(found.get("at", "")).partition(" < ")[0]
    words = " ".join(str(found[name]) for name in ("error", "aws_code") if found.get(name))
    return f"{words} in {where}"


def _service(queue: str) -> str:
    """Whose log tells about the queue; the platform's functions log with the directory's."""
    return queue.partition("-")[0] if "-" in queue else "directory"


def _take(sqs: Any, queue: Queue, most: int, taken: int) -> list[DeadLetter]:
    """What is stuck now, oldest first. What comes later is left for the next time."""
    letters: list[DeadLetter] = []
    while len(letters) < most:
        answer = sqs.receive_message(
            QueueUrl=queue.source,
            MaxNumberOfMessages=min(BATCH, most - len(letters)),
            VisibilityTimeout=taken,
            WaitTimeSeconds=1,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            break
        letters += map(_letter, messages)
    return sorted(letters, key=lambda letter: letter.sent)


def _letter(message: dict[str, Any]) -> DeadLetter:
    return DeadLetter(
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        body=_unwrapped(message["Body"]),
        attributes=message.get("MessageAttributes", {}),
        sent=int(message["Attributes"]["SentTimestamp"]) / 1000,
        tries=min(MOST_TRIES, int(message["Attributes"].get("ApproximateReceiveCount", 1)) - 1),
    )


def _unwrapped(body: str) -> str:
    """The event itself, where SNS put a letter of its own around what it could not deliver."""
    try:
        outer = json.loads(body)
    except NOT_JSON:
        return body
    if isinstance(outer, dict) and outer.get("Type") == "Notification" and "Message" in outer:
        return str(outer["Message"])
    return body


def _remove(sqs: Any, queue: Queue, letters: Sequence[DeadLetter]) -> None:
    for part in _parts(letters):
        entries = [{"Id": str(n), "ReceiptHandle": one.handle} for n, one in enumerate(part)]
        sqs.delete_message_batch(QueueUrl=queue.source, Entries=entries)


def _give_back(sqs: Any, queue: Queue, letters: Sequence[DeadLetter]) -> None:
    for part in _parts(letters):
        entries = [
            {"Id": str(number), "ReceiptHandle": one.handle, "VisibilityTimeout": 0}
            for number, one in enumerate(part)
        ]
        sqs.change_message_visibility_batch(QueueUrl=queue.source, Entries=entries)


def _parts(letters: Sequence[DeadLetter]) -> Iterator[Sequence[DeadLetter]]:
    for start in range(0, len(letters), BATCH):
        yield letters[start : start + BATCH]


def _address(sqs: Any, name: str) -> str:
    try:
        return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist as error:
        raise NoSuchQueue(name) from error
