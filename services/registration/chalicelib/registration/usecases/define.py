"""Create or change a congress without losing anybody's registration or seat."""

import contextlib
from typing import Any

from chalicelib.registration import domain, seats
from chalicelib.registration.domain import Definition, is_congress
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Pool
from chalicelib.registration.usecases import definition_reader
from shared.clock import Clock
from shared.errors import Conflict
from shared.events import occurred
from shared.events.registration import EventChanged
from shared.transactions import Busy, Join, Refused

MOST_TRIES = 10


def define_event(
    repository: Repository,
    clock: Clock,
    *,
    definition: dict[str, Any],
    revision: int | None = None,
    by: str = "",
    note: Join | None = None,
) -> Definition:
    """Make the congress what `definition` (plain values, as YAML has them) says; doing it again
    changes nothing.

    Somebody at the desk also says which `revision` they were looking at (0: none yet), who they
    are, and brings a `note` for the audit log. Smaller lines come first, so that a refusal leaves
    the definition alone, and larger ones last; a crash half-way is mended by doing it again.

    Raises Invalid with a reason per field, Conflict with figures where somebody would lose a seat
    or for another revision.
    """
    wanted = definition_reader.read(definition)
    known = repository.definitions.get(wanted.id)
    if revision is not None and revision != (known.revision if known else 0):
        raise changed_meanwhile()
    wanted = domain.next_revision(wanted, known, 0 if known else _followed(repository, wanted.id))
    _check_shrinking(repository, wanted)
    _close_removed(repository, wanted, known)
    for line in wanted.capacities():
        resize(repository, wanted, line)
    for line, capacity in wanted.capacities().items():
        repository.pools.create(wanted.id, line, capacity)
    try:
        _save(repository, clock, wanted, known, by, note)
    except Refused as refused:
        _put_back(repository, wanted.id)
        raise changed_meanwhile() from refused
    copy_to_lines(repository, wanted)
    return wanted


def _followed(repository: Repository, event: str) -> int:
    """The revision that the line of a congress follows that was deleted."""
    left = repository.pools.get(event, domain.CONGRESS)
    return left.revision if left else 0


def changed_meanwhile() -> Conflict:
    """What is said to somebody who looked at another revision."""
    return Conflict("changed_meanwhile", "Iemand anders heeft dit congres net veranderd.")


def _save(
    repository: Repository,
    clock: Clock,
    wanted: Definition,
    known: Definition | None,
    by: str,
    note: Join | None,
) -> None:
    """Write what is new. Raises Refused when somebody else changed it since `known` was read."""
    if wanted != known:
        happened = EventChanged(event=wanted.id, revision=wanted.revision)
        message = occurred(happened, clock, version=wanted.revision)
        repository.definitions.save(wanted, known, message, by=by, join=note)
    elif repository.definitions.get(wanted.id) != known:
        raise Refused(frozenset({"event"}))


def _put_back(repository: Repository, event: str) -> None:
    """Make the lines again what the definition says that came first."""
    winner = repository.definitions.refresh(event)
    if winner is not None:
        copy_to_lines(repository, winner)


def resize(
    repository: Repository, definition: Definition, line: str, *, may_grow: bool = False
) -> None:
    """Give `line` the capacity that `definition` says, unless it follows a newer one.

    Raises Conflict with the figures where a seat would be lost.
    """
    revision = definition.revision
    for _ in range(MOST_TRIES):
        pool = repository.pools.get(definition.id, line)
        if pool is None or pool.revision > revision:
            return
        capacity = _capacity(definition, pool)
        if pool.capacity == capacity or (pool.capacity < capacity and not may_grow):
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
    for pool in pools.values():
        if _capacity(wanted, pool) < pool.capacity:
            _shrunk(repository, pool, _capacity(wanted, pool))


def _capacity(definition: Definition, pool: Pool) -> int:
    """What the line has by `definition`, after the kept seats that were handed over."""
    return definition.capacities()[pool.id] - pool.moved_out + pool.received


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
        if holders or pool.moved_out or not repository.pools.close(pool, wanted.revision):
            raise Conflict(
                "session_in_use",
                "Deze sessie kan niet weg: er staan mensen voor op de lijst.",
                figures={"line": pool.id, "holders": holders},
            )


def copy_to_lines(repository: Repository, definition: Definition) -> None:
    """Make the lines what `definition` says, unless they follow a newer one.

    Smaller before anybody can take a number by this definition, larger when no older one can make
    a line larger any more. Where seats went meanwhile a line stays larger than it should be; then
    no line grows that shares the seats of the congress with it.
    """
    lines = definition.capacities()
    for line in lines:
        with contextlib.suppress(Conflict):
            resize(repository, definition, line)
        repository.pools.copy_definition(line, definition)
    fits = _fits(repository, definition)
    for line in lines:
        if fits or not is_congress(line):
            resize(repository, definition, line, may_grow=True)


def _fits(repository: Repository, definition: Definition) -> bool:
    """Whether no line that shares the seats of the congress is larger than it should be."""
    lines = filter(is_congress, definition.capacities())
    pools = repository.pools.get_all(definition.id, lines).values()
    return all(pool.capacity <= _capacity(definition, pool) for pool in pools)
