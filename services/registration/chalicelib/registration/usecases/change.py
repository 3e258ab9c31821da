"""Change one's own registration: the name, and which sessions to join."""

from collections.abc import Sequence

from chalicelib.registration.domain import CONGRESS, Definition, Line, Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Taken
from chalicelib.registration.usecases.current import current
from chalicelib.registration.usecases.promote import line_of
from shared.clock import Clock
from shared.errors import Conflict, Gone
from shared.events import occurred
from shared.events.registration import Changed
from shared.transactions import Busy, Refused

MOST_TRIES = 5


def change(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    link_version: int | None,
    name: str | None = None,
    sessions: Sequence[str] | None = None,
) -> Registration:
    """Change what is given; None leaves it as it is. `sessions` is the whole choice, at most one
    per round.

    A new session that is full is waited for, and the old seat is given up only on being seated in
    the new one. Raises Gone, Forbidden, Conflict (the congress is over), Invalid (choice), Busy.
    """
    for _ in range(MOST_TRIES):
        before = current(repository, registration_id, link_version)
        definition = repository.definitions.recent(before.event)
        if before.state == "cancelled" or definition is None:
            raise Gone("registration_cancelled", "Deze aanmelding is afgemeld.")
        if clock.now() >= definition.ends_at:
            raise Conflict("event_over", "Het congres is voorbij.")
        taken: list[Taken] = []
        after = before.changed(clock.now(), name=name or before.name)
        if sessions is not None:
            definition.check_choice(sessions)
            try:
                after, taken = _with_sessions(repository, definition, after, sessions)
            except _Outdated:
                repository.definitions.refresh(before.event)
                continue
        happened = Changed(registration_id=before.id, event=before.event)
        try:
            repository.registrations.save(
                before, after, occurred(happened, clock, version=after.version)
            )
        except (Refused, Busy) as error:
            repository.numbers.bury(before.event, taken)
            if isinstance(error, Busy):
                raise
            continue
        return after
    raise Busy


class _Outdated(Exception):
    """A line is not as the definition says: somebody is changing the congress."""


def _with_sessions(
    repository: Repository,
    definition: Definition,
    registration: Registration,
    sessions: Sequence[str],
) -> tuple[Registration, list[Taken]]:
    """Join the lines of newly chosen sessions and leave those that are no longer wanted."""
    if registration.state == "waiting":
        return registration.with_lines(registration.lines, wishes=tuple(sessions)), []
    new = [session for session in sessions if not registration.has_line(session)]
    found = [repository.pools.take_for_promoted(definition, session) for session in new]
    taken = [one for one in found if one is not None]
    if len(taken) < len(new):
        repository.numbers.bury(definition.id, taken)
        raise _Outdated
    chosen = {line.id: line for line in registration.session_lines if line.id in sessions}
    chosen |= {one.line: line_of(one) for one in taken}
    kept = [
        line
        for line in registration.session_lines
        if line.id not in chosen and _keeps_seat(definition, line, chosen)
    ]
    congress = registration.line(CONGRESS)
    return registration.with_lines((congress, *kept, *chosen.values())), taken


def _keeps_seat(definition: Definition, line: Line, chosen: dict[str, Line]) -> bool:
    """Whether a seat is kept for as long as its replacement in the same round is not sure."""
    round_ = definition.round_of(line.id)
    return line.state == "seated" and any(
        definition.round_of(id_) == round_ and other.state == "waiting"
        for id_, other in chosen.items()
    )
