"""Move a line on: raise its watermark and tell those who have a seat now (docs/adr: seats)."""

import sys

from msgspec.structs import replace

from chalicelib.registration import seats
from chalicelib.registration.domain import CONGRESS, Line, Registration, is_congress
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Number, Pool, Taken
from chalicelib.registration.usecases import kept_seats
from shared.clock import Clock
from shared.events import occurred
from shared.events.registration import Seated
from shared.transactions import Busy, Refused

MOST_TRIES = 10


def settle(
    repository: Repository, clock: Clock, *, event: str, pool: str, most: int = sys.maxsize
) -> bool:
    """Seat everybody who waits in `pool` and whose number has a seat, each in a transaction of
    their own. After `most` it stops and answers False: there may be more to do.

    Harmless at any time and any number of times. Seats in other sessions that come free by it are
    settled too.
    """
    todo = [pool]
    while todo:
        current = repository.pools.get(event, todo.pop())
        if current is not None:
            moved = advance(repository, current)
            told, freed = _tell(repository, clock, moved, most)
            todo += freed
            if kept_seats.hand_over(repository, clock, moved):
                todo.append(CONGRESS)
            most -= told
            if most <= 0:
                return False
    return True


def settle_all(repository: Repository, clock: Clock, *, event: str) -> None:
    """Settle the congress and each of its sessions."""
    definition = repository.definitions.recent(event)
    for line in definition.capacities() if definition else ():
        settle(repository, clock, event=event, pool=line)


def settle_lines_of(repository: Repository, clock: Clock, *, registration_id: str) -> None:
    """Settle the lines whose watermark has reached this person, who still waits.

    Between taking a number and writing it, the watermark may have passed it. Where it has not,
    whoever raises it will read the number, so that a line of thousands costs two reads each.
    """
    registration = repository.registrations.get(registration_id)
    if registration is None:
        return
    waiting = {line.id: line.number for line in registration.lines if line.state == "waiting"}
    pools = repository.pools.get_all(registration.event, waiting) if waiting else {}
    for pool in pools.values():
        if waiting[pool.id] <= pool.watermark:
            settle(repository, clock, event=registration.event, pool=pool.id)


def settle_event_of(repository: Repository, clock: Clock, *, registration_id: str) -> None:
    """Settle all lines of the congress that this registration is for."""
    registration = repository.registrations.get(registration_id)
    if registration is not None:
        settle_all(repository, clock, event=registration.event)


def advance(repository: Repository, pool: Pool) -> Pool:
    """Raise the watermark to where the dead allow it, and answer the line as it is then."""
    for _ in range(MOST_TRIES):
        mark = seats.watermark(repository.numbers.dead(pool.event, pool.id), pool.capacity)
        if mark <= pool.watermark:
            return pool
        raised = repository.pools.raise_watermark(pool, mark)
        if raised is not None:
            return raised
        pool = repository.pools.get(pool.event, pool.id) or pool
    return pool  # others are moving this line; the sweeper looks again


def _tell(repository: Repository, clock: Clock, pool: Pool, most: int) -> tuple[int, list[str]]:
    """Tell up to `most` waiting numbers at or below the watermark; answers how many, and the lines
    where a seat came free by it.
    """
    last = min(pool.watermark, pool.issued)
    freed: list[str] = []
    done = []
    told = 0
    for number in repository.numbers.between(pool.event, pool.id, pool.settled + 1, last):
        if number.state == "waiting":
            if told == most:
                break
            freed += seat(repository, clock, line=pool.id, number=number)
            told += 1
        done.append(number.value)
    reached = seats.unbroken(done, pool.settled)
    if reached > pool.settled:
        repository.pools.mark_settled(pool, reached)
    return told, freed


def seat(repository: Repository, clock: Clock, *, line: str, number: Number) -> list[str]:
    """Tell the holder of `number` that it has a seat in `line`, once; answers the lines they
    leave by it.

    The caller has seen that the number is at or below the watermark, which holds for good.
    """
    for _ in range(MOST_TRIES):
        before = repository.registrations.get(number.registration_id)
        if before is None or not before.waits_with(line, number.value):
            return []
        taken: list[Taken] = []
        if is_congress(line):
            after, taken = _seated_at_congress(repository, clock, before, line)
        else:
            after = _seated_in_session(repository, clock, before, line)
        happened = Seated(registration_id=before.id, event=before.event, pool=line)
        message = occurred(happened, clock, version=after.version)
        try:
            repository.registrations.save(before, after, message)
        except Refused:
            # Somebody changed it, cancelled it or told it first: look again.
            repository.numbers.bury(before.event, taken)
            continue
        return [gone.id for gone in before.lines if not after.has_line(gone.id)]
    raise Busy


def _seated_at_congress(
    repository: Repository, clock: Clock, before: Registration, line: str
) -> tuple[Registration, list[Taken]]:
    """Seated, and with a number in the line of each session that the person wished for. A place
    in another line for the congress is given up.
    """
    found = [_join(repository, before.event, wish) for wish in before.wishes]
    taken = [one for one in found if one is not None]
    lines = (_promoted(before.line(line)), *(line_of(one) for one in taken))
    return before.changed(clock.now(), state="seated", lines=lines, wishes=()), taken


def _join(repository: Repository, event: str, session: str) -> Taken | None:
    """A number in the line of a session; None when the session is gone."""
    for find in (repository.definitions.recent, repository.definitions.refresh):
        definition = find(event)
        if definition and session in definition.sessions():
            taken = repository.pools.take_for_promoted(definition, session)
            if taken is not None:
                return taken
    return None


def _seated_in_session(
    repository: Repository, clock: Clock, before: Registration, line: str
) -> Registration:
    """Seated in the session; a seat in another session of the same round is given up only now."""
    definition = repository.definitions.recent(before.event)
    round_ = definition.round_of(line) if definition else ""
    lines = tuple(
        _promoted(one) if one.id == line else one
        for one in before.lines
        if one.id == line or not (definition and round_ and definition.round_of(one.id) == round_)
    )
    return before.changed(clock.now(), lines=lines)


def line_of(taken: Taken) -> Line:
    """The place that a number gives. `place_in_line` is an upper bound: it counts those who left
    too.
    """
    return Line(
        id=taken.line,
        number=taken.last,
        state="seated" if taken.seated else "waiting",
        place_in_line=None if taken.seated else seats.place_in_line(taken.last, taken.watermark),
    )


def _promoted(line: Line) -> Line:
    return replace(line, state="seated", promoted=True)
