"""Defining a congress, and changing it under the people who registered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.registration import usecases
from chalicelib.registration.domain import Answers, Receipt
from chalicelib.registration.models import AnswersItem, PoolItem
from chalicelib.registration.repository import Repository
from shared.clock import FixedClock
from shared.errors import Conflict, Invalid
from tests.registration_support import EVENT, congress
from tests.service.registration.conftest import events

Register = Callable[..., Receipt]
Define = Callable[..., Any]


def pool(repository: Repository, line: str = "congress") -> Any:
    found = repository.pools.get(EVENT, line)
    assert found is not None
    return found


def test_defining_again_changes_nothing(define: Define, repository: Repository) -> None:
    first = define()
    assert first == define()
    assert first.revision == 1
    assert len(events("registration.event_changed.v1")) == 1
    assert first.starts_at == datetime(2027, 9, 17, 7, 30, tzinfo=UTC)
    assert pool(repository).free == 2


def test_growing_promotes(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    last = [register(name) for name in ("ada", "bob", "cas", "dirk")][-1]
    define(capacity=4)
    usecases.spread_definition(repository, clock, event=EVENT)
    found = repository.registrations.get(last.registration_id)
    assert found is not None
    assert found.state == "seated"
    assert (pool(repository).capacity, pool(repository).watermark) == (4, 4)


def test_shrinking_below_the_seated_is_refused_with_the_figures(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define(capacity=4)
    receipts = [register(name) for name in ("ada", "bob", "cas")]
    with pytest.raises(Conflict) as refused:
        define(capacity=2, title={"nl": "Anders"})
    assert refused.value.code == "capacity_too_small"
    assert refused.value.figures == {"line": "congress", "capacity": 2, "seated": 3}
    assert usecases.find_event(repository, EVENT).definition.title["nl"] == "Buurtdag"
    usecases.cancel(
        repository, clock, registration_id=receipts[0].registration_id, link_version=None
    )
    define(capacity=2)
    assert (pool(repository).capacity, pool(repository).watermark) == (2, 3)
    assert register("dirk").state == "waiting"


def test_a_refusal_leaves_the_other_lines_alone_too(
    define: Define, register: Register, repository: Repository
) -> None:
    rounds = congress()["rounds"]
    rounds[0]["sessions"][0]["capacity"] = 2
    define(capacity=4, rounds=rounds)
    register("ada", sessions=["a1"])
    register("bob", sessions=["a1"])
    with pytest.raises(Conflict):
        define(capacity=3)
    assert pool(repository).capacity == 4


def test_shrinking_sends_nobody_back_to_the_line(
    define: Define, register: Register, repository: Repository
) -> None:
    """Number 3 is taken between reading the line and shrinking it."""
    define(capacity=4)
    register("ada")
    seen = pool(repository)
    register("bob")
    register("cas")
    assert not repository.pools.shrink(seen, 2, 2, revision=1)
    assert pool(repository).capacity == 4


def test_a_session_with_people_stays_and_an_empty_one_may_go(
    define: Define, register: Register, repository: Repository
) -> None:
    define()
    register("ada", sessions=["a1"])
    with pytest.raises(Conflict) as refused:
        define(rounds=[])
    assert refused.value.code == "session_in_use"
    assert refused.value.figures == {"line": "a1", "holders": 1}
    define(rounds=congress()["rounds"][:1])
    with pytest.raises(Invalid):
        register("bob", sessions=["b1"])
    define()
    assert [line.state for line in register("bob", sessions=["b1"]).lines] == ["seated", "seated"]


def test_who_comes_second_puts_the_lines_back(
    define: Define, repository: Repository, clock: FixedClock
) -> None:
    define()
    known = repository.definitions.get(EVENT)
    define(capacity=4)
    get = repository.definitions.get
    first_reading = iter([known])
    repository.definitions.get = lambda event: next(first_reading, None) or get(event)  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        define(capacity=3, rounds=[])
    assert pool(repository).capacity == 4
    revision = get(EVENT).revision  # type: ignore[union-attr]
    stored = PoolItem.get(f"POOL#{EVENT}#a1", "POOL")
    assert (stored.published, stored.revision) == (True, revision)


def test_two_organisers_at_once(define: Define, repository: Repository, clock: FixedClock) -> None:
    define()
    known = repository.definitions.get(EVENT)
    define(title={"nl": "Eerst"})
    repository.definitions.get = lambda event: known  # type: ignore[method-assign]
    with pytest.raises(Conflict) as refused:
        define(title={"nl": "Toch anders"})
    assert refused.value.code == "changed_meanwhile"


def test_a_new_date_carries_retention_along(
    define: Define, register: Register, repository: Repository, clock: FixedClock
) -> None:
    define()
    ada = register("ada", answers=Answers(diet="vegan"))
    later = {"starts": "2028-03-01 09:30", "ends": "2028-03-01 17:00", "rounds": []}
    define(**later)
    usecases.spread_definition(repository, clock, event=EVENT)
    found = repository.registrations.get(ada.registration_id)
    assert found is not None
    assert found.keep_until == datetime(2028, 3, 31, 16, 0, tzinfo=UTC)
    answers = AnswersItem.get(f"REGISTRATION#{ada.registration_id}", "ANSWERS")
    assert answers.keep_until == datetime(2028, 3, 8, 16, 0, tzinfo=UTC)
    assert answers.expires_at == answers.keep_until + timedelta(days=3)
    assert answers.diet == "vegan"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"capacity": "many"}, "capacity"),
        ({"capacity": 0}, "capacity"),
        ({"capaciteit": 3}, "definition"),
        ({"id": "beheer"}, "id"),
        ({"id": "Met Hoofdletters"}, "id"),
        ({"starts": "morgen"}, "starts"),
        ({"starts": "2027-03-28 02:30"}, "starts"),
        ({"ends": "2027-09-16 17:00"}, "ends"),
        ({"audiences": []}, "audiences"),
        ({"registration": {"opens": "2027-01-01 09:00"}}, "registration.closes"),
        ({"starts": "2027-10-31 02:30", "ends": "2027-10-31 17:00"}, "starts"),
        ({"ends": "9999-12-31 17:00"}, "ends"),
        ({"title": {"en": "Only English"}}, "title.nl"),
        ({"summary": {"nl": "\x00"}}, "summary.nl"),
        ({"place": {"name": "x" * 201, "address": "x", "city": "x"}}, "place.name"),
        ({"audiences": [{"id": "a", "title": {"nl": "A"}}] * 2}, "audiences[1].id"),
        ({"registration": {"opens": "2027-01-01 09:00", "closes": "2028-01-01 09:00"}},
         "registration.closes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    define: Define, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        define(**changes)
    assert path in refused.value.fields


def test_every_wrong_session_is_named(define: Define, repository: Repository) -> None:
    rounds = congress()["rounds"]
    rounds[0]["sessions"][1] |= {"id": "a1", "capacity": -1}
    rounds[1]["ends"] = "2027-09-17 19:00"
    with pytest.raises(Invalid) as refused:
        define(rounds=rounds)
    assert set(refused.value.fields) == {
        "rounds[0].sessions[1].id",
        "rounds[0].sessions[1].capacity",
        "rounds[1].starts",
    }
    assert repository.pools.get(EVENT, "congress") is None
