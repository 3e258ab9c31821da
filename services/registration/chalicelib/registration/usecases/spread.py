"""Carry a changed definition to everything that follows from it, slice by slice.

A slice takes a few seconds at most, however many people registered; an event asks for the next.
"""

from chalicelib.registration.domain import Definition
from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.define import copy_to_lines
from chalicelib.registration.usecases.promote import settle
from chalicelib.registration.usecases.retain import keep_until_new_date
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import DefinitionPartlySpread
from shared.inbox import Once

SEATS_AT_ONCE = 50
REGISTRATIONS_AT_ONCE = 100  # DynamoDB's limit for reading the answers that go with them


def carry_on(
    repository: Repository, clock: Clock, *, event: str, revision: int, reached: str, once: Once
) -> None:
    """Carry `revision` on from where an earlier slice `reached`, and ask for the next slice, once.

    A crash in between repeats the slice, which changes nothing then. A newer revision has an event
    of its own, so an older one stops.
    """
    definition = repository.definitions.refresh(event)
    if definition is None or definition.revision > revision or once.happened():
        return
    following = spread_definition(repository, clock, event=event, reached=reached)
    if following is not None:
        left = DefinitionPartlySpread(event=event, revision=revision, reached=following)
        repository.registrations.tell(occurred(left, clock, version=revision), once)


def spread_definition(
    repository: Repository, clock: Clock, *, event: str, reached: str = ""
) -> str | None:
    """One slice: lines and seats first, then retention. Answers where the next one starts, or None.

    Harmless any number of times.
    """
    definition = repository.definitions.refresh(event)
    if definition is None:
        return None
    if not reached:
        copy_to_lines(repository, definition)
        if not _settle(repository, clock, definition):
            return ""
    number, _, item = reached.partition(" ")
    after = (number, item) if reached else None
    found, following = repository.lists.page(event, after, REGISTRATIONS_AT_ONCE)
    keep_until_new_date(repository, definition, found)
    return " ".join(following) if following else None


def _settle(repository: Repository, clock: Clock, definition: Definition) -> bool:
    return all(
        settle(repository, clock, event=definition.id, pool=line, most=SEATS_AT_ONCE)
        for line in definition.capacities()
    )
