"""Create or change a congress without losing anybody's registration or seat."""

import contextlib
from typing import Any

from chalicelib.registration import domain, seats
from chalicelib.registration.domain import Definition
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Pool
from chalicelib.registration.usecases import definition_file
from shared.clock import Clock
from shared.errors import Conflict
from shared.events import occurred
from shared.events.registration import EventChanged
from shared.transactions import Busy, Refused

MOST_TRIES = 10


def define_event(repository: Repository, clock: Clock, *, definition: dict[str, Any]) -> Definition:
    """Make the congress what `definition` (the parsed YAML) says; doing it again changes nothing.

    The lines come first, so that a refusal leaves the definition alone; a crash half-way is
    mended by doing it again. Raises Invalid with a reason per field, Conflict with figures where
    somebody would lose a seat.
    """
    wanted = definition_file.read(definition)
    known = repository.definitions.get(wanted.id)
    wanted = domain.next_revision(wanted, known)
    _check_shrinking(repository, wanted)
    _close_removed(repository, wanted, known)
    for line, capacity in wanted.capacities().items():
        repository.pools.create(wanted.id, line, capacity)
        resize(repository, wanted, line)
    try:
        _save(repository, clock, wanted, known)
    except Refused as refused:
        _put_back(repository, wanted.id)
        raise Conflict(
            "changed_meanwhile", "Iemand anders heeft dit congres net veranderd."
        ) from refused
    copy_to_lines(repository, wanted)
    return wanted


def _save(
    repository: Repository, clock: Clock, wanted: Definition, known: Definition | None
) -> None:
    """Write what is new. Raises Refused when somebody else changed it since `known` was read."""
    if wanted != known:
        happened = EventChanged(event=wanted.id, revision=wanted.revision)
        message = occurred(happened, clock, version=wanted.revision)
        repository.definitions.save(wanted, message)
    elif repository.definitions.get(wanted.id) != known:
        raise Refused(frozenset({"event"}))


def _put_back(repository: Repository, event: str) -> None:
    """Make the lines again what the definition says that came first."""
    winner = repository.definitions.refresh(event)
    if winner is not None:
        copy_to_lines(repository, winner)


def resize(repository: Repository, definition: Definition, line: str) -> None:
    """Give `line` the capacity that `definition` says, unless it follows a newer one.

    Raises Conflict with the figures where a seat would be lost.
    """
    capacity, revision = definition.capacities()[line], definition.revision
    for _ in range(MOST_TRIES):
        pool = repository.pools.get(definition.id, line)
        if pool is None or pool.capacity == capacity or pool.revision > revision:
            return
        if capacity > pool.capacity:
            if repository.pools.grow(pool, capacity, revision):
                return
        else:
            mark = _shrunk(repository, pool, capacity)
            if repository.pools.shrink(pool, capacity, mark, revision):
                return
    raise Busy


def _check_shrinking(repository: Repository, wanted: Definition) -> None:
    """Refuse before anything is changed; `resize` refuses again if seats go in the meantime."""
    pools = repository.pools.get_all(wanted.id, wanted.capacities())
    for line, capacity in wanted.capacities().items():
        if line in pools and capacity < pools[line].capacity:
            _shrunk(repository, pools[line], capacity)


def _shrunk(repository: Repository, pool: Pool, capacity: int) -> int:
    dead = repository.numbers.dead(pool.event, pool.id)
    mark = seats.shrunk_watermark(
        dead=dead, capacity=capacity, issued=pool.issued, current=pool.watermark
    )
    if mark is None:
        last = min(pool.issued, pool.watermark)
        seated = last - sum(1 for number in dead if number <= last)
        raise Conflict(
            "capacity_too_small",
            "Er zijn al meer plekken vergeven dan er dan zouden zijn.",
            figures={"line": pool.id, "capacity": capacity, "seated": seated},
        )
    return mark


def _close_removed(repository: Repository, wanted: Definition, known: Definition | None) -> None:
    removed = set(known.capacities() if known else ()) - set(wanted.capacities())
    for pool in repository.pools.get_all(wanted.id, sorted(removed)).values():
        dead = repository.numbers.dead(pool.event, pool.id)
        holders = pool.issued - len(dead)
        if holders or not repository.pools.close(pool, wanted.revision):
            raise Conflict(
                "session_in_use",
                "Deze sessie kan niet weg: er staan mensen voor op de lijst.",
                figures={"line": pool.id, "holders": holders},
            )


def copy_to_lines(repository: Repository, definition: Definition) -> None:
    """Make the lines what `definition` says, unless they follow a newer one.

    Seats that a refused definition gave away stay given: then a line stays larger.
    """
    for line in definition.capacities():
        with contextlib.suppress(Conflict):
            resize(repository, definition, line)
        repository.pools.copy_definition(line, definition)
