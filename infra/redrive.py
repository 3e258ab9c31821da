"""`make redrive`: see what is in a dead-letter queue, put it back where it failed, or drop one.

The operations page has the same as buttons; `shared.dead_letters` does the work for both.
"""

import argparse
from datetime import timedelta
from typing import Any

from infra import stage
from infra.cloud import Cloud, connect
from infra.problems import Problem, command
from shared import dead_letters
from shared.dead_letters import DeadLetter, NoSuchQueue, Queue, Reason

EXPLAINED = 20  # messages of which the log is asked for the reason; each costs a search
_SAID = {
    "delivery": "SNS could not deliver it: {}",
    "log": "{}",
    "log_unreadable": "the log can't be read: {}",
    "unknown": "the log does not say why",
}


def look(cloud: Cloud, queue: str) -> list[str]:
    """A line for each message that is stuck; everything stays where it is. Raises Problem."""
    sqs = cloud.client("sqs")
    letters = dead_letters.look(sqs, _find(cloud, sqs, queue))
    return [
        _line(letter) + (_why(cloud, queue, letter) if number < EXPLAINED else "")
        for number, letter in enumerate(letters)
    ]


def redrive(cloud: Cloud, queue: str) -> int:
    """Move every message of the queue's dead-letter queue back to it; return how many.

    Raises Problem when there is no such queue, or SQS takes not all of them.
    """
    sqs = cloud.client("sqs")
    moved = dead_letters.redrive(sqs, _find(cloud, sqs, queue))
    if moved.refused:
        raise Problem("SQS refused some messages; they are still there, so do it again.")
    return moved.moved


def drop(cloud: Cloud, queue: str, message_id: str) -> str:
    """Throw one message away for good; answers what it was. Raises Problem."""
    sqs = cloud.client("sqs")
    found = dead_letters.drop(sqs, _find(cloud, sqs, queue), message_id)
    if found is None:
        raise Problem(f"There is no message {message_id}; LOOK=yes lists what is there.")
    return _about(found)


def _find(cloud: Cloud, sqs: Any, queue: str) -> Queue:
    try:
        return dead_letters.find(sqs, cloud.stage.name, queue)
    except NoSuchQueue as error:
        raise Problem(
            f"There is no queue {error}; QUEUE is for example registration-inbox or documents-mail."
        ) from error


def _line(letter: DeadLetter) -> str:
    waits, tried = _rounded(letter.age), letter.tries
    return f"{letter.id}  {_about(letter)}  waits {waits}, tried {tried} times"


def _about(letter: DeadLetter) -> str:
    kind, identifier = letter.event
    return f"{kind} {identifier or '(no id of ours)'}" if kind else "not an event of ours"


def _why(cloud: Cloud, queue: str, letter: DeadLetter) -> str:
    found: Reason = dead_letters.reason(cloud.client("logs"), cloud.stage.name, queue, letter)
    return "; " + _SAID[found.cause].format(found.said)


def _rounded(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{age.days} days" if age.days else f"{hours:.1f} hours"


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
