"""Looking at the platform's queues, and bringing back or dropping what is stuck.

The page waits for the function that runs this, and API Gateway for the page: each press does a
bounded part, and says what is left.
"""

import re
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

from chalicelib.platform.domain.operations import Letter, Platform, QueueState
from chalicelib.platform.usecases.people import owner
from shared import auth, aws, dead_letters, runs
from shared.clock import Clock
from shared.dead_letters import QUEUES, DeadLetter, Moved, Queue
from shared.errors import NotFound
from shared.settings import Settings, load
from shared.texts import later as _

SHOWN = 20  # messages of one queue
EXPLAINED = 5  # of which the log is asked for the reason
LOOKING = 5.0  # seconds after which no more queues and logs are opened
AT_ONCE = 100  # messages that one press brings back
SEARCHED = 200  # messages among which one is looked for
TAKEN = 60  # seconds that nobody else sees what we took; longer than this function lives
MESSAGE_ID = re.compile(r"[0-9A-Za-z-]{1,80}")


def look(by: str) -> Platform:
    """What the operations page shows. Raises Forbidden."""
    owner(by)
    began = time.monotonic()
    return Platform([_state(name, began) for name in QUEUES], runs.last_runs())


def redrive(clock: Clock, by: str, queue: str) -> tuple[Moved, int]:
    """Put what is stuck back where it failed, and tell how much is left. Raises NotFound."""
    who, found = owner(by), _queue(queue)
    # Before, and apart: SQS knows no transactions, and a note too many does no harm.
    auth.audit(who, "queue.redriven", queue, clock)
    moved = dead_letters.redrive(aws.client("sqs"), found, most=AT_ONCE, taken=TAKEN)
    return moved, sum(_depth(found.source))


def drop(clock: Clock, by: str, queue: str, message_id: str) -> None:
    """Throw one stuck message away for good. Raises NotFound."""
    who, found = owner(by), _queue(queue)
    if not MESSAGE_ID.fullmatch(message_id):
        raise _gone()
    auth.audit(who, "message.dropped", f"{queue}/{message_id}", clock)
    dropped = dead_letters.drop(aws.client("sqs"), found, message_id, most=SEARCHED, taken=TAKEN)
    if dropped is None:
        raise _gone()


def _state(name: str, began: float) -> QueueState:
    queue = _queue(name)
    waiting, busy = _depth(queue.destination)
    visible, taken = _depth(queue.source)
    letters: list[Letter] = []
    if visible and _has_time(began):
        most = min(SHOWN, visible)
        found = dead_letters.look(aws.client("sqs"), queue, most=most, taken=TAKEN)
        letters = [_letter(name, one, number, began) for number, one in enumerate(found)]
    return QueueState(name, waiting, busy, visible + taken, letters)


def _letter(queue: str, found: DeadLetter, number: int, began: float) -> Letter:
    event, event_id = found.event
    sent = datetime.fromtimestamp(found.sent, UTC)
    if number >= EXPLAINED or not _has_time(began):
        return Letter(found.id, event, event_id, sent, found.tries)
    why = dead_letters.reason(aws.client("logs"), load(Settings).stage, queue, found)
    return Letter(found.id, event, event_id, sent, found.tries, why.cause, why.said)


def _has_time(began: float) -> bool:
    return time.monotonic() - began < LOOKING


def _queue(name: str) -> Queue:
    if name not in QUEUES:
        raise NotFound("queue_not_found")
    return _addresses(load(Settings).stage, name)


@cache
def _addresses(stage: str, name: str) -> Queue:
    """Asked once per process: they stay what they are, and time is short."""
    return dead_letters.find(aws.client("sqs"), stage, name)


def _depth(address: str) -> tuple[int, int]:
    """How many messages wait in a queue, and how many somebody has taken; both about."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found: dict[str, Any] = aws.client("sqs").get_queue_attributes(
        QueueUrl=address, AttributeNames=names
    )["Attributes"]
    waiting, taken = (int(found[name]) for name in names)
    return waiting, taken


def _gone() -> NotFound:
    return NotFound("message_gone", _("Dit bericht staat niet (meer) in deze wachtrij."))
