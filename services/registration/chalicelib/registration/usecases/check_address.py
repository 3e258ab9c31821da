"""Whether mail reaches somebody: SES says that it does not, an organiser that it does again."""

from datetime import datetime

from chalicelib.registration.domain import Failure, Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import AddressCleared, AddressFailed
from shared.inbox import SEEN, Once
from shared.transactions import Busy, Join, Refused

MOST_TRIES = 10


def note_failed_address(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    cause: Failure,
    sent_at: datetime,
    once: Once,
) -> None:
    """Hold mail back from now on, and tell it once. `sent_at` is when the mail left that failed.

    Nothing happens to somebody who is gone or cancelled, whose address fails already, or whose
    address was said to be right after that mail. Raises Busy, and Refused with "seen" where this
    was noted before.
    """
    for _ in range(MOST_TRIES):
        before = repository.registrations.get(registration_id)
        if before is None or not _is_news(before, sent_at):
            return
        after = before.with_failed_address(clock.now(), cause)
        happened = AddressFailed(registration_id=before.id, event=before.event, cause=cause)
        message = occurred(happened, clock, version=after.version)
        try:
            repository.registrations.save(before, after, message, join=once.join)
        except Refused as refused:
            if SEEN in refused.parts:
                raise
            continue  # changed in the meantime
        return
    raise Busy


def clear_address(
    repository: Repository, clock: Clock, *, registration_id: str, note: Join
) -> Registration:
    """Send mail again from now on; what was held back stays unsent. Twice is the same as once.

    Raises Gone, Busy.
    """
    for _ in range(MOST_TRIES):
        before = current(repository, registration_id, None)
        if not before.has_failing_address:
            return before
        after = before.with_checked_address(clock.now())
        happened = AddressCleared(registration_id=before.id, event=before.event)
        message = occurred(happened, clock, version=after.version)
        try:
            repository.registrations.save(before, after, message, join=note)
        except Refused:  # changed in the meantime
            continue
        return after
    raise Busy


def _is_news(registration: Registration, sent_at: datetime) -> bool:
    checked_at = registration.address_checked_at
    return (
        registration.state != "cancelled"
        and not registration.has_failing_address
        and (checked_at is None or sent_at > checked_at)
    )
