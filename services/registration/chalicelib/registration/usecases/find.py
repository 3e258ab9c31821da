"""What people and organisers look at."""

import itertools
from collections.abc import Iterator

from msgspec.structs import replace

from chalicelib.registration import seats
from chalicelib.registration.domain import (
    Answers,
    Availability,
    Definition,
    Event,
    Line,
    Registration,
)
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared.errors import NotFound

ANSWERS_AT_ONCE = 100  # DynamoDB's limit for one read


def find_definition(repository: Repository, event: str, *, drafts: bool = False) -> Definition:
    """The congress as it is defined; drafts are for organisers only. Raises NotFound."""
    definition = repository.definitions.recent(event)
    if definition is None or not (definition.published or drafts):
        raise NotFound("event_not_found", "Dit congres kennen we niet.")
    return definition


def find_event(repository: Repository, event: str, *, drafts: bool = False) -> Event:
    """The congress and how full it is now; drafts are for organisers only. Raises NotFound."""
    return _event(repository, find_definition(repository, event, drafts=drafts))


def list_events(repository: Repository, *, drafts: bool = False) -> list[Event]:
    """Every published congress with how full it is, by the time it starts; for organisers drafts
    too.
    """
    found = [one for one in repository.definitions.all() if one.published or drafts]
    return [_event(repository, definition) for definition in found]


def registration_for_manage(
    repository: Repository, registration_id: str, link_version: int | None
) -> Registration:
    """The registration with its exact places in line; a cancelled one too. Raises Gone,
    Forbidden.
    """
    return with_places(repository, current(repository, registration_id, link_version))


def registration_for_mail(repository: Repository, registration_id: str) -> Registration | None:
    """The registration with its exact places in line, or None when it was erased."""
    registration = repository.registrations.get(registration_id)
    return with_places(repository, registration) if registration else None


def answers_of(repository: Repository, registration_id: str) -> Answers:
    """What somebody answered, as far as it may still be shown."""
    found = repository.answers.of([registration_id], consistent=True)
    return found.get(registration_id, Answers())


def export_rows(repository: Repository, event: str) -> Iterator[tuple[Registration, Answers]]:
    """Every registration in the order of the list, with its sensitive answers while they are
    kept.

    A query per bucket and a batch read per 100: 40 and 100 for 10,000, who take about five
    seconds of a whole core with the writing of the file.
    """
    registrations = repository.lists.in_order(event)
    while part := list(itertools.islice(registrations, ANSWERS_AT_ONCE)):
        answers = repository.answers.of(one.id for one in part)
        for registration in part:
            yield registration, answers.get(registration.id, Answers())


def with_places(repository: Repository, registration: Registration) -> Registration:
    """The registration with its exact places in line."""
    lines = tuple(_with_place(repository, registration, line) for line in registration.lines)
    return replace(registration, lines=lines)


def _event(repository: Repository, definition: Definition) -> Event:
    pools = repository.pools.get_all(definition.id, definition.capacities(), consistent=False)
    return Event(
        definition,
        {
            line: Availability(capacity=pool.capacity, free=pool.free, waiting=pool.waiting)
            for line, pool in pools.items()
        },
    )


def _with_place(repository: Repository, registration: Registration, line: Line) -> Line:
    pool = repository.pools.get(registration.event, line.id) if line.state == "waiting" else None
    if pool is None:
        return line
    dead = repository.numbers.dead(registration.event, line.id)
    place = seats.place_in_line(line.number, pool.watermark, dead)
    # At most one second between having a seat and being told so.
    return replace(line, place_in_line=max(1, place))
