"""Cancelling, changing sessions, and those who wait moving up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt, Registration
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Forbidden, Gone, Invalid
from tests.registration_support import EVENT
from tests.service.registration.conftest import events

Register = Callable[..., Receipt]
Define = Callable[..., Any]


@pytest.fixture
def look(repository: Repository) -> Callable[[Receipt], Registration]:
    def look(receipt: Receipt) -> Registration:
        return usecases.registration_for_manage(repository, receipt.registration_id, None)

    return look


Look = Callable[[Receipt], Registration]


def cancel(repository: Repository, clock: FixedClock, receipt: Receipt) -> None:
    usecases.cancel(repository, clock, registration_id=receipt.registration_id, link_version=1)
    usecases.settle_all(repository, clock, event=EVENT)


def test_the_first_in_line_gets_the_seat_and_is_told_once(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define()
    ada, _, cas, dirk = (register(name) for name in ("ada", "bob", "cas", "dirk"))
    cancel(repository, clock, ada)
    usecases.settle(repository, clock, event=EVENT, pool="congress")
    assert look(cas).state == "seated"
    assert look(cas).congress.promoted
    assert look(dirk).congress.place_in_line == 1
    (told,) = events("registration.seated.v1")
    assert told["data"] == {
        "registration_id": cas.registration_id,
        "event": EVENT,
        "pool": "congress",
    }


def test_cancelling_frees_everything_and_the_person_may_return(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define()
    ada = register("ada", sessions=["a1"])
    cancel(repository, clock, ada)
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    assert len(events("registration.cancelled.v1")) == 1
    assert look(ada).state == "cancelled"
    assert look(ada).keep_until == clock.now() + timedelta(days=30)
    assert repository.numbers.dead(EVENT, "a1") == {1}
    again = register("ada", sessions=["a1"])
    assert [line.state for line in again.lines] == ["seated", "seated"]
    assert events("registration.attempted_again.v1") == []


def test_on_being_seated_the_wished_sessions_are_joined(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define()
    ada = register("ada")
    register("bob", sessions=["a1"])
    cas = register("cas", sessions=["a1", "b2"])
    cancel(repository, clock, ada)
    assert [(line.id, line.state) for line in look(cas).lines] == [
        ("congress", "seated"),
        ("a1", "waiting"),
        ("b2", "seated"),
    ]
    assert look(cas).wishes == ()


def test_a_number_that_waits_below_the_mark_is_found_after_being_written(
    define: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody cancels, and everybody is told, between taking a number and writing it."""
    define(capacity=1)
    ada = register("ada")
    enrol = repository.registrations.enrol

    def slow(*arguments: Any) -> None:
        cancel(repository, clock, ada)
        enrol(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(repository.registrations, "enrol", slow)
        bob = register("bob")
    assert bob.state == "waiting"
    usecases.settle_lines_of(repository, clock, registration_id=bob.registration_id)
    assert look(bob).state == "seated"


def test_a_session_line_moves_on_its_own(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define(capacity=10)
    ada = register("ada", sessions=["a1"])
    bob = register("bob", sessions=["a1"])
    cancel(repository, clock, ada)
    assert look(bob).line("a1").state == "seated"
    assert look(bob).line("a1").promoted
    assert events("registration.seated.v1")[0]["data"]["pool"] == "a1"


def change(
    repository: Repository, clock: FixedClock, receipt: Receipt, **values: Any
) -> Registration:
    changed = usecases.change(
        repository, clock, registration_id=receipt.registration_id, link_version=1, **values
    )
    usecases.settle_all(repository, clock, event=EVENT)
    return changed


def test_a_full_session_is_waited_for_and_the_old_seat_kept_until_it_is_sure(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define(capacity=10)
    ada = register("ada", sessions=["a1"])
    bob = register("bob", sessions=["a2"])
    cas = register("cas", sessions=["a2"])
    change(repository, clock, bob, sessions=["a1"])
    assert [(line.id, line.state) for line in look(bob).session_lines] == [
        ("a2", "seated"),
        ("a1", "waiting"),
    ]
    assert look(cas).line("a2").state == "waiting"
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    usecases.settle(repository, clock, event=EVENT, pool="a1")
    assert [(line.id, line.state) for line in look(bob).session_lines] == [("a1", "seated")]
    assert look(cas).line("a2").state == "seated"  # bob's old seat passed on at once


def test_changing_ones_mind_back_leaves_the_line(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define(capacity=10)
    register("ada", sessions=["a1"])
    bob = register("bob", sessions=["a2", "b1"])
    change(repository, clock, bob, sessions=["a1", "b1"])
    change(repository, clock, bob, sessions=["a2"])
    assert [(line.id, line.state) for line in look(bob).session_lines] == [("a2", "seated")]
    assert repository.numbers.dead(EVENT, "a1") == {2}
    assert repository.numbers.dead(EVENT, "b1") == {1}


def test_name_and_wishes_change(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define(capacity=1)
    register("ada")
    bob = register("bob", sessions=["a1"])
    change(repository, clock, bob, name="Bob de Boer", sessions=["b1"])
    assert (look(bob).name, look(bob).wishes, look(bob).version) == ("Bob de Boer", ("b1",), 2)
    assert len(events("registration.changed.v1")) == 1
    with pytest.raises(Invalid):
        change(repository, clock, bob, sessions=["a1", "a2"])


def test_a_place_in_line_counts_only_those_who_are_still_there(
    define: Define, register: Register, repository: Repository, clock: FixedClock, look: Look
) -> None:
    define(capacity=1)
    _, bob, cas = (register(name) for name in ("ada", "bob", "cas"))
    assert look(cas).congress.place_in_line == 2
    cancel(repository, clock, bob)
    assert look(cas).congress.place_in_line == 1


def test_a_revoked_link_and_an_erased_registration(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada = register("ada")
    with pytest.raises(Forbidden):
        usecases.registration_for_manage(repository, ada.registration_id, 2)
    with pytest.raises(Forbidden):
        usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=2)
    with pytest.raises(Gone):
        usecases.registration_for_manage(repository, "unknown", 1)
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=None)
    with pytest.raises(Gone):
        change(repository, clock, ada, name="Ada")


def test_cancel_while_being_promoted(
    define: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The promotion finds a registration that was cancelled since it was read."""
    define(capacity=1)
    ada, bob, cas = (register(name, sessions=["a1"]) for name in ("ada", "bob", "cas"))
    usecases.cancel(repository, clock, registration_id=ada.registration_id, link_version=1)
    take = repository.pools.take_for_promoted

    def meanwhile(definition: Any, line: str) -> Any:
        monkeypatch.setattr(repository.pools, "take_for_promoted", take)
        usecases.cancel(repository, clock, registration_id=bob.registration_id, link_version=1)
        return take(definition, line)

    monkeypatch.setattr(repository.pools, "take_for_promoted", meanwhile)
    usecases.settle_all(repository, clock, event=EVENT)
    usecases.settle_all(repository, clock, event=EVENT)
    assert look(bob).state == "cancelled"
    assert [(line.id, line.state) for line in look(cas).lines] == [
        ("congress", "seated"),
        ("a1", "seated"),
    ]
