"""What a crash leaves behind is found within a minute or two."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from tests.registration_support import EVENT
from tests.service.registration.conftest import calls

Register = Callable[..., Receipt]
Define = Callable[..., Any]


def crash_after_number(repository: Repository, clock: FixedClock) -> None:
    definition = repository.definitions.recent(EVENT)
    assert definition is not None
    repository.pools.take(definition, "congress", clock.now())


def sweep_for(repository: Repository, clock: FixedClock, minutes: int) -> None:
    for _ in range(minutes):
        usecases.sweep(repository, clock)
        clock.advance(timedelta(seconds=60))


def test_a_gap_is_buried_after_a_minute_and_the_seat_goes_on(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    crash_after_number(repository, clock)
    register("bob")
    cas = register("cas")
    usecases.sweep(repository, clock)
    clock.advance(timedelta(seconds=59))
    usecases.sweep(repository, clock)
    assert repository.numbers.dead(EVENT, "congress") == set()
    clock.advance(timedelta(seconds=1))
    usecases.sweep(repository, clock)
    assert repository.numbers.dead(EVENT, "congress") == {1}
    found = repository.registrations.get(cas.registration_id)
    assert found is not None
    assert found.state == "seated"


def test_gaps_that_come_while_others_are_noted_are_found_too(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=200)
    for name in range(70):
        if name % 10 == 0:
            crash_after_number(repository, clock)
            clock.advance(timedelta(seconds=20))
            usecases.sweep(repository, clock)
        register(f"p{name}")
    sweep_for(repository, clock, 3)
    assert repository.numbers.dead(EVENT, "congress") == {1, 12, 23, 34, 45, 56, 67}
    pool = repository.pools.get(EVENT, "congress")
    assert pool is not None
    assert (pool.issued, pool.checked, pool.settled) == (77, 77, 77)


def test_a_lost_cancellation_event_is_made_good(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1)
    ada, bob = register("ada"), register("bob")
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    sweep_for(repository, clock, 1)
    found = repository.registrations.get(bob.registration_id)
    assert found is not None
    assert found.state == "seated"


def test_a_crash_between_mark_and_telling_is_made_good(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=1)
    ada, bob = register("ada"), register("bob")
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    pool = repository.pools.get(EVENT, "congress")
    assert pool is not None
    assert repository.pools.raise_watermark(pool, 2) is not None
    usecases.settle(repository, clock, event=EVENT, pool="congress")  # the event, redelivered
    found = repository.registrations.get(bob.registration_id)
    assert found is not None
    assert found.state == "seated"


def test_a_quiet_minute_costs_three_calls(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=10)
    register("ada", sessions=["a1"])
    sweep_for(repository, clock, 3)
    with calls() as made:
        usecases.sweep(repository, clock)
    # the congresses, what nobody confirmed, the lines
    assert made[:3] == ["Query", "Query", "BatchGetItem"]
    # a1 is full, so somebody may wait for it: its mark is worth a look
    assert made[3:] == ["BatchGetItem", "Query"]


def test_nothing_is_swept_after_the_congress(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    crash_after_number(repository, clock)
    clock.advance(timedelta(days=160))
    sweep_for(repository, clock, 3)
    assert repository.numbers.dead(EVENT, "congress") == set()
