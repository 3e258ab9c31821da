"""Telling the platform's owners that messages keep failing: one notice per queue and time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.platform.domain.notices import Group, Notice, Recipient
from chalicelib.platform.repository import notices
from shared import aws, dead_letters
from shared.auth import PLATFORM
from shared.clock import Clock
from shared.ids import new_id
from shared.settings import Settings, load
from shared.transactions import Refused

__all__ = ["holds_failures", "watch_failures"]

OFTEN = timedelta(minutes=10)
FAILURE = Group(PLATFORM, "", "failure")


def holds_failures(name: str) -> bool:
    """Whether messages wait in the dead-letter queue of this queue."""
    sqs = aws.client("sqs")
    whole = f"plekken-{load(Settings).stage}-{name}{dead_letters.DEAD}"
    address = sqs.get_queue_url(QueueName=whole)["QueueUrl"]
    wanted = ["ApproximateNumberOfMessages"]
    answer = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=wanted)
    return int(answer["Attributes"][wanted[0]]) > 0


def watch_failures(
    clock: Clock, everyone: list[Recipient], holds: Callable[[str], bool] = holds_failures
) -> int:
    """Look every ten minutes which queues hold failures; answers for how many that is new."""
    now, known = clock.now(), notices.troubles()
    last = known.pop(notices.LOOKED, None)
    if last is not None and now - last < OFTEN:
        return 0
    found = {name for name in dead_letters.QUEUES if holds(name)}
    new = [name for name in sorted(found - known.keys()) if _begin(clock, name, everyone, now)]
    for name in known.keys() - found:
        notices.end_trouble(name)
    notices.looked(now)
    return len(new)


def _begin(clock: Clock, queue: str, everyone: list[Recipient], now: datetime) -> bool:
    notice = Notice(FAILURE, new_id(clock), queue, now)
    try:
        notices.begin_trouble(queue, [one for one in everyone if one.wants(FAILURE)], notice)
    except Refused:  # another run was first
        return False
    return True
