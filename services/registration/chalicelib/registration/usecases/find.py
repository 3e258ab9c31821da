"""What people and organisers look at."""

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.registration import seats
from chalicelib.registration.domain import (
    Answers,
    Availability,
    Definition,
    Event,
    Line,
    Page,
    Registration,
)
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.current import current
from shared import pagination
from shared.errors import Invalid, NotFound

EXPORT_PAGE = 100  # DynamoDB's limit for reading the answers that go with a page


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
    return _with_places(repository, current(repository, registration_id, link_version))


def registration_for_mail(repository: Repository, registration_id: str) -> Registration | None:
    """The registration with its exact places in line, or None when it was erased."""
    registration = repository.registrations.get(registration_id)
    return _with_places(repository, registration) if registration else None


def list_registrations(
    repository: Repository, *, event: str, cursor: str | None, limit: int
) -> Page:
    """Up to `limit` registrations in the order of their numbers: whoever has a seat stands before
    those who wait.

    Raises Invalid for a cursor that is not ours.
    """
    found, last = repository.registrations.page(event, _after(event, cursor), limit)
    following = (
        pagination.encode({"event": event, "after": last[0], "item": last[1]}) if last else None
    )
    return Page(tuple(found), following)


def export_rows(repository: Repository, event: str) -> Iterator[tuple[Registration, Answers]]:
    """Every registration in the order of the list, with its sensitive answers while they are
    kept.
    """
    after: tuple[str, str] | None = None
    while True:
        found, after = repository.registrations.page(event, after, EXPORT_PAGE)
        answers = repository.answers.of(one.id for one in found)
        for registration in found:
            yield registration, answers.get(registration.id, Answers())
        if after is None:
            return


def _event(repository: Repository, definition: Definition) -> Event:
    pools = repository.pools.get_all(definition.id, definition.capacities(), consistent=False)
    return Event(
        definition,
        {
            line: Availability(capacity=pool.capacity, free=pool.free, waiting=pool.waiting)
            for line, pool in pools.items()
        },
    )


def _with_places(repository: Repository, registration: Registration) -> Registration:
    lines = tuple(_with_place(repository, registration, line) for line in registration.lines)
    return replace(registration, lines=lines)


def _with_place(repository: Repository, registration: Registration, line: Line) -> Line:
    pool = repository.pools.get(registration.event, line.id) if line.state == "waiting" else None
    if pool is None:
        return line
    dead = repository.numbers.dead(registration.event, line.id)
    place = seats.place_in_line(line.number, pool.watermark, dead)
    # At most one second between having a seat and being told so.
    return replace(line, place_in_line=max(1, place))


def _after(event: str, cursor: str | None) -> tuple[str, str] | None:
    if not cursor:
        return None
    values = pagination.decode(cursor)
    if values.get("event") != event:
        raise Invalid("invalid_cursor", fields={"cursor": "Deze bladzijde bestaat niet (meer)."})
    return values["after"], values["item"]
