"""Seats kept for an audience that nobody has go to everybody, from the moment the congress says.

They leave the line of the audience first and are added to everybody's after, so that a crash in
between leaves seats out for a minute and never gives one twice. Both figures only grow.
"""

from chalicelib.registration.domain import CONGRESS, Definition, is_congress
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Pool
from shared.clock import Clock


def hand_over(repository: Repository, clock: Clock, pool: Pool) -> bool:
    """Give the seats that nobody has in `pool` to everybody; whether everybody's line got any.

    Does nothing for a line that keeps no seats, or before they are for everybody. `pool` has been
    advanced: who waits in it goes first.
    """
    if pool.id == CONGRESS or not is_congress(pool.id):
        return False
    definition = repository.definitions.recent(pool.event)
    if definition is None or not definition.shares_are_over(clock.now()):
        return False
    if pool.free:
        repository.pools.give_away(pool)  # where it changed meanwhile the sweeper looks again
    return receive(repository, definition)


def receive(repository: Repository, definition: Definition) -> bool:
    """Add to everybody's line what the others gave away; whether there was anything to add."""
    pools = repository.pools.get_all(definition.id, [CONGRESS, *definition.shares()])
    given = sum(pool.moved_out for pool in pools.values())
    everybody = pools.get(CONGRESS)
    if everybody is None or given <= everybody.received:
        return False
    return repository.pools.receive(everybody, given) is not None
