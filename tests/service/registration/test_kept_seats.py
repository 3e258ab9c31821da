"""Seats kept for an audience: who gets them, and when they are for everybody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Receipt, Registration
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Conflict, Invalid
from tests.registration_support import EVENT
from tests.service.registration.conftest import calls, events

KEPT = "congress.resident"
AUDIENCES = [
    {"id": "resident", "title": {"nl": "Bewoner"}, "share": 2},
    {"id": "student", "title": {"nl": "Student"}},
]
OVER = "2027-06-01 09:00"

Register = Callable[..., Receipt]
Define = Callable[..., Any]
Look = Callable[[Receipt], Registration]


@pytest.fixture
def look(repository: Repository) -> Look:
    def look(receipt: Receipt) -> Registration:
        return usecases.registration_for_manage(repository, receipt.registration_id, None)

    return look


@pytest.fixture
def shared_out(define: Define) -> Define:
    """Three seats, two of them for residents until June."""

    def define_(**changes: Any) -> Any:
        times = {"opens": "2027-01-01 09:00", "closes": "2027-09-15 18:00", "shares_until": OVER}
        return define(**{"capacity": 3, "audiences": AUDIENCES, "registration": times} | changes)

    return define_


@pytest.fixture
def sweep(repository: Repository, clock: FixedClock) -> Callable[[], None]:
    return lambda: usecases.sweep(repository, clock)


def lines(registration: Registration | Receipt) -> list[tuple[str, str]]:
    return [(line.id, line.state) for line in registration.lines]


def cancel(repository: Repository, clock: FixedClock, receipt: Receipt) -> None:
    usecases.cancel(repository, clock, registration_id=receipt.registration_id, link_version=1)
    usecases.settle_all(repository, clock, event=EVENT)


def seated(repository: Repository) -> int:
    return sum(one.state == "seated" for one in repository.lists.in_order(EVENT))


def test_an_audience_takes_its_own_seats_first_and_then_everybodys(
    shared_out: Define, register: Register
) -> None:
    shared_out()
    assert [lines(register(name)) for name in ("ada", "bob", "cas")] == [
        [(KEPT, "seated")],
        [(KEPT, "seated")],
        [("congress", "seated")],
    ]


def test_others_do_not_get_kept_seats(shared_out: Define, register: Register, look: Look) -> None:
    shared_out()
    assert lines(register("dirk", audience="student")) == [("congress", "seated")]
    eva = register("eva", audience="student")
    assert lines(eva) == [("congress", "waiting")]
    assert look(eva).place_in_line == 1
    assert lines(register("ada")) == [(KEPT, "seated")], "while somebody else waits"


def test_each_line_costs_one_call(shared_out: Define, register: Register) -> None:
    shared_out()
    register("ada")
    made = []
    for name in ("bob", "cas", "dirk"):
        with calls() as each:
            register(name)
        made.append(each)
    assert made == [
        ["UpdateItem", "TransactWriteItems"],
        ["UpdateItem", "UpdateItem", "TransactWriteItems"],
        ["UpdateItem", "UpdateItem", "TransactWriteItems"],
    ]


def test_who_waits_for_both_gets_the_first_that_comes_free(
    shared_out: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    look: Look,
) -> None:
    shared_out()
    ada, bob, cas = (register(name) for name in ("ada", "bob", "cas"))
    eva, fee = register("eva"), register("fee", sessions=["a1"])
    assert lines(eva) == [(KEPT, "waiting"), ("congress", "waiting")]
    cancel(repository, clock, cas)  # a seat of everybody
    assert lines(look(eva)) == [("congress", "seated")]
    assert lines(look(fee)) == [(KEPT, "waiting"), ("congress", "waiting")]
    assert look(fee).place_in_line == 1
    cancel(repository, clock, ada)  # a seat of residents
    assert lines(look(fee)) == [(KEPT, "seated"), ("a1", "seated")]
    told = {one["data"]["pool"] for one in events("registration.seated.v1")}
    assert told == {"congress", KEPT}
    assert seated(repository) == 3
    cancel(repository, clock, bob)
    assert lines(register("gijs")) == [(KEPT, "seated")], "no number is left in the way"


def test_a_seat_that_is_swapped_for_nothing_else_stays(
    shared_out: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    shared_out()
    ada = register("ada")
    after = usecases.change(
        repository, clock, registration_id=ada.registration_id, link_version=1, sessions=["b1"]
    )
    assert lines(after) == [(KEPT, "seated"), ("b1", "seated")]


def test_kept_seats_that_nobody_has_are_for_everybody_in_the_end(
    shared_out: Define,
    register: Register,
    clock: FixedClock,
    look: Look,
    sweep: Callable[[], None],
) -> None:
    shared_out()
    register("ada")
    register("dirk", audience="student")
    eva, fee = (register(name, audience="student") for name in ("eva", "fee"))
    sweep()
    assert look(eva).state == "waiting"
    clock.advance(timedelta(days=60))
    sweep()
    sweep()
    assert look(eva).state == "seated"
    assert lines(look(fee)) == [("congress", "waiting")]
    assert lines(register("bob")) == [("congress", "waiting")], "behind the others"


def test_seats_that_come_free_later_go_to_who_waits_for_them_and_then_to_everybody(
    shared_out: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    look: Look,
) -> None:
    shared_out()
    ada, bob = register("ada"), register("bob")
    register("dirk", audience="student")
    eva = register("eva", audience="student")
    cas = register("cas")
    clock.advance(timedelta(days=60))
    cancel(repository, clock, ada)
    assert lines(look(cas)) == [(KEPT, "seated")]
    assert look(eva).state == "waiting"
    cancel(repository, clock, bob)
    assert look(eva).state == "seated"
    assert seated(repository) == 3


def test_a_crash_between_giving_and_receiving_is_mended(
    shared_out: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    look: Look,
    sweep: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared_out()
    register("dirk", audience="student")
    eva, fee, gus = (register(name, audience="student") for name in ("eva", "fee", "gus"))
    clock.advance(timedelta(days=60))
    with monkeypatch.context() as crash:
        crash.setattr(repository.pools, "receive", lambda *_: _raise())
        with pytest.raises(RuntimeError):
            sweep()
    assert _pools(repository)[KEPT].capacity == 0
    for _ in range(3):
        sweep()
    assert [look(one).state for one in (eva, fee, gus)] == ["seated", "seated", "waiting"]
    everybody = _pools(repository)["congress"]
    assert (everybody.capacity, everybody.received) == (3, 2)


def _raise() -> None:
    raise RuntimeError


def test_a_definition_counts_the_seats_that_were_handed_over(
    shared_out: Define,
    register: Register,
    repository: Repository,
    clock: FixedClock,
    sweep: Callable[[], None],
) -> None:
    shared_out()
    clock.advance(timedelta(days=60))
    sweep()
    shared_out(capacity=5)
    usecases.settle_all(repository, clock, event=EVENT)
    assert [lines(register(f"p{n}"))[0][1] for n in range(6)] == ["seated"] * 5 + ["waiting"]
    with pytest.raises(Conflict):
        shared_out(capacity=4)
    assert seated(repository) == 5


def test_a_share_may_grow_and_shrink_while_nobody_loses_a_seat(
    shared_out: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    shared_out()
    register("dirk", audience="student")
    with pytest.raises(Conflict) as refused:
        shared_out(audiences=[{**AUDIENCES[0], "share": 3}, AUDIENCES[1]])
    assert refused.value.figures["line"] == "congress"
    shared_out(capacity=4, audiences=[{**AUDIENCES[0], "share": 3}, AUDIENCES[1]])
    usecases.settle_all(repository, clock, event=EVENT)
    assert [lines(register(name)) for name in ("ada", "bob", "cas")] == [[(KEPT, "seated")]] * 3
    with pytest.raises(Conflict):
        shared_out()
    assert {line: pool.capacity for line, pool in _pools(repository).items()} == {
        "congress": 1,
        KEPT: 3,
    }
    with pytest.raises(Conflict) as refused:
        shared_out(capacity=4, audiences=AUDIENCES[1:])
    assert refused.value.code == "session_in_use"


def _pools(repository: Repository) -> dict[str, Any]:
    return repository.pools.get_all(EVENT, ["congress", KEPT])


def test_no_line_grows_while_another_keeps_too_many(
    shared_out: Define,
    register: Register,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seats go between the check and the shrinking, and the definition is saved by another."""
    shared_out()
    register("ada")
    register("bob")
    less = [{**AUDIENCES[0], "share": 1}, AUDIENCES[1]]
    with monkeypatch.context() as hurry:
        hurry.setattr(usecases.define, "_check_shrinking", lambda *_: None)
        hurry.setattr(usecases.define, "resize", lambda *_, **__: None)
        shared_out(audiences=less)
    definition = repository.definitions.get(EVENT)
    assert definition
    usecases.define.copy_to_lines(repository, definition)
    assert sum(pool.capacity for pool in _pools(repository).values()) == 3


def test_what_is_kept_comes_out_of_the_seats_that_there_are(shared_out: Define) -> None:
    with pytest.raises(Invalid) as refused:
        shared_out(capacity=1)
    assert refused.value.fields == {
        "audiences": "Er zijn samen meer plekken voor doelgroepen dan er plekken zijn."
    }
