"""`make redrive`: put the messages of a dead-letter queue back where they failed."""

import argparse
from typing import Any

from infra import stage
from infra.cloud import Cloud, connect
from infra.problems import Problem, command

BATCH = 10  # messages; the most that SQS hands out at once


def redrive(cloud: Cloud, queue: str) -> int:
    """Move every message of the queue's dead-letter queue back to it; return how many.

    A message is removed only after it was sent on, so a crash gives a duplicate at most, which
    every consumer absorbs. Raises Problem when there is no such queue.
    """
    sqs = cloud.client("sqs")
    name = f"plekken-{cloud.stage.name}-{queue.removesuffix('-dlq')}"
    source, destination = _address(sqs, f"{name}-dlq"), _address(sqs, name)
    moved = 0
    while True:
        answer = sqs.receive_message(
            QueueUrl=source,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return moved
        for message in messages:
            sqs.send_message(
                QueueUrl=destination,
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),
            )
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            moved += 1


def _address(sqs: Any, name: str) -> str:
    try:
        return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist as error:
        raise Problem(
            f"There is no queue {name}; QUEUE is for example registration-inbox or documents-mail."
        ) from error


@command
def main() -> None:
    """Redrive the queue that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("queue", nargs="?", default="")
    arguments = parser.parse_args()
    if not arguments.queue:
        raise Problem("Say which queue: make redrive QUEUE=registration-inbox STAGE=local.")
    cloud = connect(stage.read(arguments.stage))
    moved = redrive(cloud, arguments.queue)
    print(f"{moved} messages are back in {arguments.queue}")


if __name__ == "__main__":
    main()
