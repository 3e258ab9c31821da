"""Show that an address is one's own, or lose the seat that is held for it."""

from datetime import timedelta

from chalicelib.registration.domain import Definition, Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import Cancelled, Confirmed
from shared.observability import log
from shared.transactions import Busy, Join, Refused

MOST_TRIES = 10
AT_THE_DOOR = timedelta(hours=12)  # before the congress: from then on people come in
GIVEN_UP_AT_ONCE = 50  # per congress and minute; whoever is left comes in the next one


def confirm(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    link_version: int | None,
    note: Join | None = None,
) -> Registration:
    """Keep the seat, or the place in line, for good. Twice is the same as once.

    `link_version` is None for an organiser, whose `note` for the audit log joins. Whoever comes
    before the sweeper is in time. Raises Gone, Forbidden, Busy.
    """
    for _try in range(MOST_TRIES):
        before = current(repository, registration_id, link_version)
        before.check_active()
        if before.is_confirmed:
            return before
        after = before.confirmed(clock.now())
        happened = Confirmed(registration_id=before.id, event=before.event)
        message = occurred(happened, clock, version=after.version)
        try:
            repository.registrations.save(before, after, message, join=note)
        except Refused:  # changed in the meantime
            continue
        return after
    raise Busy


def give_up_overdue(repository: Repository, clock: Clock, definition: Definition) -> int:
    """Cancel registrations whose address nobody confirmed in time; answers how many.

    The events' consumers pass their seats on. Shortly before the congress nothing is given up any
    more. Nobody gets a mail: the address may be a stranger's.
    """
    if clock.now() >= definition.starts_at - AT_THE_DOOR:
        return 0
    registrations = repository.registrations
    given_up = 0
    for id_ in repository.lists.overdue(definition.id, clock.now(), GIVEN_UP_AT_ONCE):
        before = registrations.get(id_)
        if before is None or not before.has_lapsed(clock.now()):
            continue
        after = before.given_up(clock.now())
        happened = Cancelled(registration_id=id_, event=before.event)
        try:
            registrations.save(before, after, occurred(happened, clock, version=after.version))
        except Refused:  # confirmed or changed at the last moment: the next sweep looks again
            continue
        given_up += 1
    if given_up:
        log("holds.given_up", event=definition.id, count=given_up)
    return given_up
