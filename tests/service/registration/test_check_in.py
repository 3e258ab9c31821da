"""At the door: once per person, whoever says so how often, and only who has a seat."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain.check_in import Fact, Told
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import NotFound
from tests.registration_support import EVENT
from tests.service.registration.conftest import events, outside

DOORS = datetime(2027, 9, 17, 7, 0, tzinfo=UTC)
Register = Callable[..., Any]


@pytest.fixture
def ada(define: Callable[..., Any], register: Register, clock: FixedClock) -> str:
    """Ada has a seat, and it is the morning of the congress."""
    define()
    mine: str = register("ada").registration_id
    _come_to_the_day(clock)
    return mine


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))


def _come_to_the_day(clock: FixedClock) -> None:
    clock.advance(DOORS - clock.now())


def _fact(registration: str, id_: str = "f1", **changes: Any) -> Fact:
    values = {"at": DOORS, "phone": "phone-1", "by": "organiser-1"} | changes
    return Fact(id=id_, registration=registration, **values)


def _arrivals() -> list[dict[str, Any]]:
    return [item for item in outside() if item["pk"]["S"].startswith("ARRIVAL#")]


@pytest.fixture
def admit(repository: Repository, clock: FixedClock) -> Callable[..., Told]:
    return lambda fact, event=EVENT: usecases.check_in(repository, clock, event=event, fact=fact)


@pytest.fixture
def undo(repository: Repository) -> Callable[..., Told]:
    return lambda fact: usecases.undo_check_in(repository, event=EVENT, fact=fact)


def test_the_same_fact_twice_is_one_check_in(
    repository: Repository, ada: str, admit: Callable[..., Told]
) -> None:
    first, second = admit(_fact(ada)), admit(_fact(ada))
    assert first == second == Told(id="f1", answer="checked_in", inside=_fact(ada))
    assert repository.arrivals.count(EVENT) == 1
    assert _arrivals()[0]["version"]["N"] == "1"
    assert events("registration.checked_in.v1") == []  # nobody listens


def test_the_second_phone_is_told_when_and_by_which_phone(
    repository: Repository, ada: str, admit: Callable[..., Told]
) -> None:
    first = _fact(ada)
    admit(first)
    told = admit(_fact(ada, "f2", phone="phone-2", at=DOORS + timedelta(minutes=3)))
    assert (told.answer, told.inside) == ("already", first)
    assert repository.arrivals.count(EVENT) == 1


def test_who_waits_hears_the_place_in_line(
    define: Callable[..., Any], register: Register, clock: FixedClock, admit: Callable[..., Told]
) -> None:
    define()
    last = [register(name).registration_id for name in ("ada", "bo", "cas", "dirk")][-1]
    _come_to_the_day(clock)
    told = admit(_fact(last))
    assert (told.answer, told.place_in_line) == ("waiting", 2)
    assert _arrivals() == []


def test_who_cancelled_stays_outside_and_cancelling_inside_counts_nobody(
    repository: Repository, clock: FixedClock, ada: str, admit: Callable[..., Told]
) -> None:
    admit(_fact(ada))
    usecases.cancel(repository, clock, registration_id=ada, link_version=None)
    assert _arrivals() == []
    assert admit(_fact(ada)).answer == "cancelled"
    assert admit(_fact(ada, "f2")).answer == "cancelled"
    assert _arrivals() == []


def test_a_check_in_is_taken_back_and_does_not_come_again(
    repository: Repository, ada: str, admit: Callable[..., Told], undo: Callable[..., Told]
) -> None:
    admit(_fact(ada))
    assert undo(_fact(ada)).answer == undo(_fact(ada)).answer == "undone"
    assert repository.arrivals.count(EVENT) == 0
    assert admit(_fact(ada)) == Told(id="f1", answer="undone")  # the first try arrives once more
    assert admit(_fact(ada, "f2")).answer == "checked_in"
    assert admit(_fact(ada)).answer == "undone"
    assert repository.arrivals.count(EVENT) == 1


def test_an_undo_before_its_check_in_and_one_of_another_phone(
    ada: str, admit: Callable[..., Told], undo: Callable[..., Told]
) -> None:
    undo(_fact(ada, "late"))
    assert admit(_fact(ada, "late")).answer == "undone"
    mine = _fact(ada, "mine", phone="phone-2")
    admit(mine)
    assert undo(_fact(ada, "late")).inside == mine
    assert undo(_fact(ada, "elsewhere")).inside == mine


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (DOORS + timedelta(minutes=4), "checked_in"),
        (DOORS + timedelta(minutes=6), "clock_ahead"),
        (datetime(2027, 9, 16, 19, 30, tzinfo=UTC), "checked_in"),
        (datetime(2027, 9, 16, 19, 29, tzinfo=UTC), "too_early"),
    ],
)
def test_the_moment_is_bounded(
    ada: str, admit: Callable[..., Told], at: datetime, answer: str
) -> None:
    assert admit(_fact(ada, at=at)).answer == answer


def test_who_is_of_another_congress_or_of_none_is_unknown(
    define: Callable[..., Any], ada: str, admit: Callable[..., Told]
) -> None:
    define(id="anders")
    assert admit(_fact(ada), event="anders").answer == "unknown"
    assert admit(_fact("01J00000000000000000000000")).answer == "unknown"
    with pytest.raises(NotFound):
        admit(_fact(ada), event="nergens")


def test_an_arrival_goes_with_its_registration(
    repository: Repository, clock: FixedClock, ada: str, admit: Callable[..., Told]
) -> None:
    admit(_fact(ada))
    assert "ada" not in str(_arrivals()).lower()
    clock.advance(timedelta(days=31))
    assert admit(_fact(ada, "f2")).answer == "unknown"
    usecases.erase_expired(repository, clock)
    assert _arrivals() == []
