"""End a registration and let its seats go to those who wait."""

from chalicelib.registration.domain import Coming, Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import Cancelled
from shared.transactions import Busy, Join, Refused

MOST_TRIES = 10


def cancel(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    link_version: int | None,
    note: Join | None = None,
    coming: Coming | None = None,
) -> Registration:
    """Cancel, in one transaction: the state, the numbers and their deaths, the guard and the
    event.

    Whoever waits is told by the event's consumer. Cancelling twice is the same as once.
    `link_version` is None for an organiser, whose `note` for the audit log joins.
    `coming` is the answer by which somebody does not come any more.

    Raises Gone, Forbidden, Busy.
    """
    for _ in range(MOST_TRIES):
        before = current(repository, registration_id, link_version)
        if before.state == "cancelled":
            return before
        after = before.cancelled(clock.now(), coming)
        happened = Cancelled(registration_id=before.id, event=before.event)
        try:
            repository.registrations.save(
                before, after, occurred(happened, clock, version=after.version), join=note
            )
        except Refused:  # promoted or changed in the meantime
            continue
        return after
    raise Busy
