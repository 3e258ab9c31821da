"""`make redrive`: see what is in a dead-letter queue, put it back where it failed, or drop one.

Not SQS's own StartMessageMoveTask: it goes on until the queue is empty, so that poison which comes
back meanwhile is moved again and again, and it can't open what SNS wrapped. Here what is stuck is
taken first, and then exactly that is moved.
"""

import argparse
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra import stage
from infra.cloud import Cloud, connect
from infra.problems import Problem, command

NOT_JSON = (ValueError, RecursionError)  # whoever writes such a message must not stop the command
BATCH = 10  # messages; the most that SQS takes or gives at once
TAKEN = 600  # seconds that nobody else sees what we took
EXPLAINED = 20  # messages of which the log is asked for the reason; each costs a search
EVENT_TYPE = re.compile(r"nl\.plekken\.[a-z_]+\.[a-z_]+\.v\d{1,3}")
EVENT_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@dataclass(frozen=True)
class DeadLetter:
    """A message that failed too often: what may be shown of it, and how to reach it."""

    id: str
    handle: str
    body: str
    attributes: dict[str, Any]
    age: timedelta
    tries: int

    @property
    def about(self) -> str:
        """Type and id of its event, and nothing that somebody else chose to write in it."""
        try:
            event = json.loads(self.body)
            kind, identifier = str(event["type"]), str(event["id"])
        except (*NOT_JSON, KeyError, TypeError):
            return "not an event"
        if not EVENT_TYPE.fullmatch(kind):
            return "not an event of ours"
        return f"{kind} {identifier if EVENT_ID.fullmatch(identifier) else '(no id of ours)'}"


def look(cloud: Cloud, queue: str) -> list[str]:
    """A line for each message that is stuck; everything stays where it is. Raises Problem."""
    sqs = cloud.client("sqs")
    source, _ = _addresses(cloud, sqs, queue)
    letters = _take_all(sqs, source)
    _give_back(sqs, source, letters)
    return [
        f"{letter.id}  {letter.about}  waits {_rounded(letter.age)}, tried {letter.tries} times"
        + (_reason(cloud, queue, letter) if number < EXPLAINED else "")
        for number, letter in enumerate(letters)
    ]


def redrive(cloud: Cloud, queue: str) -> int:
    """Move every message of the queue's dead-letter queue back to it; return how many.

    A message is removed only after it was sent on, so a crash gives a duplicate at most, which
    every consumer absorbs. Raises Problem when there is no such queue.
    """
    sqs = cloud.client("sqs")
    source, destination = _addresses(cloud, sqs, queue)
    letters = _take_all(sqs, source)
    for part in _parts(letters):
        entries = [
            {"Id": str(number), "MessageBody": letter.body} for number, letter in enumerate(part)
        ]
        answer = sqs.send_message_batch(QueueUrl=destination, Entries=entries)
        refused = {int(entry["Id"]) for entry in answer.get("Failed", [])}
        _remove(sqs, source, [one for number, one in enumerate(part) if number not in refused])
        if refused:
            raise Problem("SQS refused some messages; they are still there, so do it again.")
    return len(letters)


def drop(cloud: Cloud, queue: str, message_id: str) -> str:
    """Throw one message away for good; answers what it was. Raises Problem."""
    sqs = cloud.client("sqs")
    source, _ = _addresses(cloud, sqs, queue)
    letters = _take_all(sqs, source)
    wanted = [letter for letter in letters if letter.id == message_id]
    _remove(sqs, source, wanted)
    _give_back(sqs, source, [letter for letter in letters if letter.id != message_id])
    if not wanted:
        raise Problem(f"There is no message {message_id}; LOOK=yes lists what is there.")
    return wanted[0].about


def _take_all(sqs: Any, source: str) -> list[DeadLetter]:
    """Everything that is stuck now, oldest first. What comes later is left for the next time."""
    letters: list[DeadLetter] = []
    while True:
        answer = sqs.receive_message(
            QueueUrl=source,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=TAKEN,
            WaitTimeSeconds=1,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return sorted(letters, key=lambda letter: letter.age, reverse=True)
        letters += map(_letter, messages)


def _letter(message: dict[str, Any]) -> DeadLetter:
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    return DeadLetter(
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        body=_unwrapped(message["Body"]),
        attributes=message.get("MessageAttributes", {}),
        age=timedelta(seconds=max(0.0, time.time() - sent)),
        tries=int(message["Attributes"].get("ApproximateReceiveCount", 1)) - 1,
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


def _reason(cloud: Cloud, queue: str, letter: DeadLetter) -> str:
    """Why it failed, as SNS or the worker's log tells; neither holds personal data."""
    code = letter.attributes.get("ErrorCode", {}).get("StringValue", "")
    if code:
        return f"; SNS could not deliver it: {code}"
    service = queue.partition("-")[0]
    try:
        found = cloud.client("logs").filter_log_events(
            logGroupName=f"/plekken/{cloud.stage.name}/{service}", filterPattern=f'"{letter.id}"'
        )
    except ClientError as error:  # the list is useful without reasons too
        return f"; the log can't be read: {error.response['Error']['Code']}"
    for event in reversed(found.get("events", [])):
        try:
            line = json.loads(event["message"])
        except ValueError:
            continue
        if isinstance(line, dict) and str(line.get("happened", "")).endswith(".failed"):
            where = str(line.get("at", "")).partition(" < ")[0]
            return f"; {line.get('error', '')} {line.get('aws_code', '')} in {where}"
    return "; the log does not say why"


def _remove(sqs: Any, source: str, letters: Sequence[DeadLetter]) -> None:
    for part in _parts(letters):
        entries = [{"Id": str(n), "ReceiptHandle": one.handle} for n, one in enumerate(part)]
        sqs.delete_message_batch(QueueUrl=source, Entries=entries)


def _give_back(sqs: Any, source: str, letters: Sequence[DeadLetter]) -> None:
    for part in _parts(letters):
        entries = [
            {"Id": str(number), "ReceiptHandle": one.handle, "VisibilityTimeout": 0}
            for number, one in enumerate(part)
        ]
        sqs.change_message_visibility_batch(QueueUrl=source, Entries=entries)


def _parts(letters: Sequence[DeadLetter]) -> Iterator[Sequence[DeadLetter]]:
    for start in range(0, len(letters), BATCH):
        yield letters[start : start + BATCH]


def _rounded(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{age.days} days" if age.days else f"{hours:.1f} hours"


def _addresses(cloud: Cloud, sqs: Any, queue: str) -> tuple[str, str]:
    name = f"plekken-{cloud.stage.name}-{queue.removesuffix('-dlq')}"
    return _address(sqs, f"{name}-dlq"), _address(sqs, name)


def _address(sqs: Any, name: str) -> str:
    try:
        return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist as error:
        raise Problem(
            f"There is no queue {name}; QUEUE is for example registration-inbox or documents-mail."
        ) from error


@command
def main() -> None:
    """Look at, redrive or drop from the queue that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--look", action="store_true")
    parser.add_argument("--drop", default="", metavar="MESSAGE")
    parser.add_argument("queue", nargs="?", default="")
    arguments = parser.parse_args()
    if not arguments.queue:
        raise Problem("Say which queue: make redrive QUEUE=registration-inbox STAGE=local.")
    cloud, queue = connect(stage.read(arguments.stage)), arguments.queue
    if arguments.look:
        lines = look(cloud, queue)
        print("\n".join([*lines, f"{len(lines)} messages are stuck before {queue}"]))
    elif arguments.drop:
        print(f"dropped {drop(cloud, queue, arguments.drop)}")
    else:
        print(f"{redrive(cloud, queue)} messages are back in {queue}")


if __name__ == "__main__":
    main()
