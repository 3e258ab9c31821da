"""Admit people at the door, and take that back; harmless to repeat, in any order."""

from collections.abc import Callable

from chalicelib.registration.domain import Registration
from chalicelib.registration.domain.check_in import Arrival, Fact, Told, refused_moment
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.find import find_definition, with_places
from shared.clock import Clock
from shared.transactions import Busy, Refused

MOST_TRIES = 10


def check_in(repository: Repository, clock: Clock, *, event: str, fact: Fact) -> Told:
    """Check somebody in, once, whatever number of phones say so; the first counts.

    One transaction: the arrival, on condition that the registration is as it was read. Whoever
    waits, cancelled or is not on this list is told and not checked in. Raises NotFound, Busy.
    """
    definition = find_definition(repository, event, drafts=True)
    problem = refused_moment(definition, fact.at, clock.now())
    if problem:
        return Told(id=fact.id, answer=problem)
    return _act(repository, event, fact, lambda arrival: arrival.checked_in(fact))


def undo_check_in(repository: Repository, *, event: str, fact: Fact) -> Told:
    """Take back the check-in that has `fact`'s id; another phone's check-in stays.

    Raises NotFound, Busy.
    """
    find_definition(repository, event, drafts=True)
    return _act(repository, event, fact, lambda arrival: arrival.taken_back(fact.id))


def _act(
    repository: Repository, event: str, fact: Fact, change: Callable[[Arrival], Arrival]
) -> Told:
    for _ in range(MOST_TRIES):
        found = repository.registrations.get(fact.registration)
        if found is None or found.event != event:
            return Told(id=fact.id, answer="unknown")
        if found.state != "seated":
            return _not_seated(fact, with_places(repository, found))
        before = repository.arrivals.of(found)
        after = change(before)
        try:
            if after != before:
                repository.arrivals.save(found, before, after)
        except Refused:  # another phone, or the desk, in the meantime
            continue
        return _told(fact, after)
    raise Busy


def _not_seated(fact: Fact, found: Registration) -> Told:
    if found.state == "cancelled":
        return Told(id=fact.id, answer="cancelled")
    return Told(id=fact.id, answer="waiting", place_in_line=found.place_in_line)


def _told(fact: Fact, arrival: Arrival) -> Told:
    if fact.id in arrival.undone:
        return Told(id=fact.id, answer="undone", inside=arrival.inside)
    own = arrival.inside is not None and arrival.inside.id == fact.id
    return Told(
        id=fact.id,
        answer="checked_in" if own else "already",
        inside=arrival.inside,
    )
