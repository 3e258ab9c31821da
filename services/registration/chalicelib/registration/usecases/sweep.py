"""Find what crashes and lost messages left behind in the lines."""

from datetime import timedelta

from chalicelib.registration import seats
from chalicelib.registration.domain import Definition
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Pool, Taken
from chalicelib.registration.usecases.confirm import give_up_overdue
from chalicelib.registration.usecases.promote import settle
from shared.clock import Clock, epoch
from shared.observability import log

PATIENCE = 60  # seconds that a registration may take between its number and its transaction
AFTERWARDS = timedelta(days=1)  # lines are swept until this long after the congress


def sweep(repository: Repository, clock: Clock) -> None:
    """Give up what nobody confirmed, bury numbers that were taken over a minute ago and never
    written, and settle the lines that need it.
    """
    for definition in repository.definitions.all():
        if clock.now() < definition.ends_at + AFTERWARDS:
            give_up_overdue(repository, clock, definition)
            sweep_event(repository, clock, definition)


def sweep_event(repository: Repository, clock: Clock, definition: Definition) -> None:
    """Sweep one congress: one call to see whether anything is left to do, as a rule."""
    pools = repository.pools.get_all(definition.id, definition.capacities())
    over = definition.shares_are_over(clock.now())
    for pool in pools.values():
        _close_gaps(repository, clock, pool)
        # With seats to spare nobody waits; a late watermark then only makes the figures modest.
        hands_over = over and pool.id in definition.shares()
        if pool.issued >= pool.watermark or pool.settled < pool.issued or hands_over:
            settle(repository, clock, event=pool.event, pool=pool.id)


def _close_gaps(repository: Repository, clock: Clock, pool: Pool) -> None:
    if pool.checked == pool.noted == pool.issued:
        return
    if pool.noted == pool.checked:  # nothing noted yet: note it now and look in a minute
        repository.pools.note(pool, clock.now(), pool.checked)
    elif pool.noted_at <= epoch(clock.now()) - PATIENCE:
        first, last = pool.checked + 1, pool.noted
        written = repository.numbers.between(pool.event, pool.id, first, last)
        gaps = seats.missing((number.value for number in written), first, last)
        for gap in gaps:
            repository.numbers.bury(pool.event, [Taken(pool.id, gap, gap, pool.watermark)])
        if gaps:
            log("seats.gaps_buried", "WARNING", event=pool.event, line=pool.id, count=len(gaps))
        repository.pools.note(pool, clock.now(), pool.noted)
