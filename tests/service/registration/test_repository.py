"""What the table refuses, whatever a use case asks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt
from chalicelib.registration.models import NumberItem
from chalicelib.registration.repository import Repository
from chalicelib.registration.repository.numbers import add_number, add_unborn
from chalicelib.registration.seats import Number, Taken
from shared.clock import FixedClock
from shared.transactions import Refused, Transaction
from tests.registration_support import EVENT
from tests.service.registration.conftest import calls

Register = Callable[..., Receipt]
Define = Callable[..., Any]


def commit(add: Callable[..., None], *where: Any, **how: Any) -> None:
    transaction = Transaction()
    add(transaction, EVENT, *where, **how)
    transaction.commit()


def test_a_number_is_written_once(repository: Repository) -> None:
    commit(add_number, "congress", 5, state="waiting", holder="r")
    with pytest.raises(Refused):
        commit(add_number, "congress", 5, state="waiting", holder="other")
    with pytest.raises(Refused):
        commit(add_unborn, "congress", 5)


def test_burying_leaves_a_written_number_alone(repository: Repository) -> None:
    commit(add_number, "congress", 1, state="seated", holder="r")
    repository.numbers.bury(EVENT, [Taken("congress", 1, 2, 5)])
    assert list(repository.numbers.between(EVENT, "congress", 1, 9)) == [
        Number(1, "seated", "r"),
        Number(2, "dead", ""),
    ]
    assert repository.numbers.dead(EVENT, "congress") == {2}


def test_numbers_are_read_over_the_edge_of_a_block(repository: Repository) -> None:
    for number in (62, 63, 64, 65, 128):
        commit(add_number, "congress", number, state="seated", holder="r")
    found = [one.value for one in repository.numbers.between(EVENT, "congress", 63, 128)]
    assert found == [63, 64, 65, 128]
    assert NumberItem.count(f"NUMBER#{EVENT}#congress#1") == 2


def test_a_change_of_an_old_version_is_refused(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada = register("ada")
    before = repository.registrations.get(ada.registration_id)
    assert before is not None
    repository.registrations.save(before, before.changed(clock.now(), name="Nieuw"), None)
    with pytest.raises(Refused) as refused:
        repository.registrations.save(before, before.changed(clock.now(), name="Oud"), None)
    assert refused.value.parts == {"registration"}


def test_a_seat_goes_to_the_number_that_was_passed_and_to_no_later_one(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    """Somebody left the line and joined again at its end after their first number was passed."""
    define()
    register("ada")
    register("bob")
    cas = register("cas")
    passed = Number(3, "waiting", cas.registration_id)
    before = repository.registrations.get(cas.registration_id)
    assert before is not None
    again = replace(before.congress, number=9)
    repository.registrations.save(before, before.changed(clock.now(), lines=(again,)), None)
    from chalicelib.registration.usecases.promote import seat

    assert seat(repository, clock, line="congress", number=passed) == []
    after = repository.registrations.get(cas.registration_id)
    assert after is not None
    assert after.state == "waiting"


def test_a_line_is_made_once(define: Define, register: Register, repository: Repository) -> None:
    define()
    register("ada")
    repository.pools.create(EVENT, "congress", 99)
    pool = repository.pools.get(EVENT, "congress")
    assert pool is not None
    assert (pool.capacity, pool.issued) == (2, 1)


def test_an_older_revision_does_not_overwrite_a_newer_one(
    define: Define, repository: Repository
) -> None:
    old = define()
    define(published=False)
    repository.pools.copy_definition("congress", old)
    assert repository.pools.take(old, "congress", old.opens_at) is None


def test_a_line_hands_out_numbers_from_opening_to_closing_only(
    define: Define, repository: Repository
) -> None:
    definition = define()
    for moment in (definition.opens_at - timedelta(seconds=1), definition.closes_at):
        assert repository.pools.take(definition, "congress", moment) is None
    last_moment = definition.closes_at - timedelta(seconds=1)
    assert repository.pools.take(definition, "congress", last_moment) is not None
    draft = define(published=False)
    assert repository.pools.take(draft, "congress", last_moment) is None


def test_a_line_is_not_closed_behind_somebody_who_just_joined(
    define: Define, repository: Repository
) -> None:
    definition = define()
    seen = repository.pools.get(EVENT, "a1")
    assert seen is not None
    repository.pools.take(definition, "a1", definition.opens_at)
    assert not repository.pools.close(seen, 2)
    joined = repository.pools.get(EVENT, "a1")
    assert joined is not None
    assert repository.pools.close(joined, 2)
    assert repository.pools.take(definition, "a1", definition.opens_at) is None


def test_several_numbers_are_taken_in_one_call(define: Define, repository: Repository) -> None:
    """Groups will take theirs so."""
    definition = define(capacity=4)
    with calls() as made:
        taken = repository.pools.take(definition, "congress", definition.opens_at, count=3)
    assert taken == Taken("congress", 1, 3, 4)
    assert made == ["UpdateItem"]


def test_settling_an_unknown_line_does_nothing(repository: Repository, clock: FixedClock) -> None:
    usecases.settle(repository, clock, event="unknown", pool="congress")
    usecases.settle_event_of(repository, clock, registration_id="unknown")
    usecases.spread_definition(repository, clock, event="unknown")
