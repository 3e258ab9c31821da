"""Answer "are you still coming?"."""

from chalicelib.registration.domain import Coming, Registration, Saying
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.cancel import cancel
from chalicelib.registration.usecases.current import current
from shared.clock import Clock
from shared.errors import Conflict
from shared.transactions import Busy, Refused

MOST_TRIES = 10


def say_coming(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    link_version: int | None,
    says: Saying,
    day: str,
) -> Registration:
    """Write down that somebody still comes on `day`, which their page showed; or cancel.

    Nothing is told to anybody by a yes: it changes no seat. Twice is the same as once.
    Raises Gone, Forbidden, Busy, and Conflict: "event_moved" (another day by now), "event_over",
    "no_seat" (who waits has nothing to confirm).
    """
    for _ in range(MOST_TRIES):
        before = current(repository, registration_id, link_version)
        if before.state == "cancelled" and says == "no":
            return before
        before.check_active()
        _check(repository, clock, before, day)
        coming = Coming(day=day, says=says, at=clock.now())
        if says == "no":
            return cancel(
                repository,
                clock,
                registration_id=registration_id,
                link_version=link_version,
                coming=coming,
            )
        if before.says_for(day) == "yes":
            return before
        after = before.answered(coming)
        try:
            repository.registrations.save(before, after, None)
        except Refused:  # changed in the meantime
            continue
        return after
    raise Busy


def _check(repository: Repository, clock: Clock, registration: Registration, day: str) -> None:
    definition = repository.definitions.refresh(registration.event)
    if definition is None or clock.now() >= definition.ends_at:
        raise Conflict("event_over", "Het congres is voorbij.")
    if definition.day != day:
        raise Conflict("event_moved", "Het congres is op een andere dag. Kijk of je dan ook kunt.")
    if registration.state != "seated":
        raise Conflict("no_seat", "Dit krijg je zodra je een plek hebt.")
